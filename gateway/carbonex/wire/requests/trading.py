"""The params of every method, exactly as clients send them.

Members that a struct does not name are refused: a typo must not trade. Money
is a decimal string of CNY, a quantity an integer of tonnes, an id a string, a
time an integer of microseconds since the epoch.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec


Name = Annotated[str, msgspec.Meta(min_length=1, max_length=36)]
OptionalName = Annotated[str, msgspec.Meta(max_length=36)]
OrderId = Annotated[str, msgspec.Meta(pattern="^(|[1-9][0-9]{0,17})$")]
Quantity = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
Micros = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Sequence = Annotated[int, msgspec.Meta(ge=0, le=2**53)]

SideName = Literal["buy", "sell"]
OrderTypeName = Literal["limit", "market"]
TimeInForceName = Literal["day", "gtc", "ioc", "fok"]
PostOnlyName = Literal["off", "reject", "reprice"]
SelfTradeName = Literal["cancel_newest", "cancel_oldest", "cancel_both", "decrement"]
PermissionName = Literal["read", "trade", "operate", "registry"]
ChannelName = Literal[
    "status",
    "heartbeat",
    "instrument",
    "ticker",
    "trade",
    "book",
    "executions",
    "balances",
]

MAX_BATCH = 50


class Params(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The base of all params: members that it does not know are refused."""


class Ping(Params, frozen=True):
    """Ask whether the venue listens."""


class Login(Params, frozen=True):
    """Answer the status frame's challenge; see ``wire.login``."""

    key_id: Name
    signature: str


class Logout(Params, frozen=True):
    """End what the login allowed; private subscriptions end with it."""


class Subscribe(Params, frozen=True):
    """Follow a channel.

    ``instrument`` is required for ``book`` and narrows ``instrument``,
    ``ticker`` and ``trade``. ``depth`` (0 is the full book) and
    ``interval_ms`` are for ``book``; ``account`` and ``from_seq`` (the first
    execution wanted; 0 is only new ones) for the private channels.
    """

    channel: ChannelName
    instrument: OptionalName = ""
    depth: Literal[0, 10, 25, 100] = 10
    interval_ms: Literal[50, 100, 250, 1000] = 100
    account: OptionalName = ""
    from_seq: Sequence = 0


class Unsubscribe(Params, frozen=True):
    """Stop following a channel; name what was subscribed."""

    channel: ChannelName
    instrument: OptionalName = ""
    depth: Literal[0, 10, 25, 100] = 10
    interval_ms: Literal[50, 100, 250, 1000] = 100
    account: OptionalName = ""


class AddOrder(Params, frozen=True):
    """Place an order. ``price`` is required for a limit order."""

    instrument: Name
    side: SideName
    quantity: Quantity
    price: str = ""
    order_type: OrderTypeName = "limit"
    time_in_force: TimeInForceName = "day"
    post_only: PostOnlyName = "off"
    self_trade: SelfTradeName = "cancel_newest"
    client_order_id: OptionalName = ""
    account: OptionalName = ""
    deadline: Micros = 0


class AmendOrder(Params, frozen=True):
    """Change an order named by either id; ``quantity`` is the new total.

    At least one of ``price`` and ``quantity`` is required.
    """

    order_id: OrderId = ""
    client_order_id: OptionalName = ""
    price: str | None = None
    quantity: Quantity | None = None
    account: OptionalName = ""
    deadline: Micros = 0


class CancelOrder(Params, frozen=True):
    """Cancel an order named by either id."""

    order_id: OrderId = ""
    client_order_id: OptionalName = ""
    account: OptionalName = ""
    deadline: Micros = 0


class CancelAll(Params, frozen=True):
    """Cancel an account's orders, of one instrument or side if named."""

    instrument: OptionalName = ""
    side: SideName | None = None
    account: OptionalName = ""


class BatchAdd(Params, frozen=True):
    """Place up to 50 orders in one message; each succeeds or fails alone."""

    orders: Annotated[list[AddOrder], msgspec.Meta(min_length=1, max_length=MAX_BATCH)]


class BatchCancel(Params, frozen=True):
    """Cancel up to 50 orders in one message; each succeeds or fails alone."""

    orders: Annotated[
        list[CancelOrder], msgspec.Meta(min_length=1, max_length=MAX_BATCH)
    ]


class OpenOrders(Params, frozen=True):
    """List an account's resting orders, oldest first."""

    instrument: OptionalName = ""
    account: OptionalName = ""


class Order(Params, frozen=True):
    """Look up one order: resting, or remembered by its client order id."""

    order_id: OrderId = ""
    client_order_id: OptionalName = ""
    account: OptionalName = ""


class Balances(Params, frozen=True):
    """Ask for an account's cash and tonnes."""

    account: OptionalName = ""


class ListInstrument(Params, frozen=True):
    """Open a book; see the engine's ListInstrument for the parameters."""

    instrument: Name
    product: Name = "CEA"
    tick: str = "0.01"
    lot: Quantity = 1
    max_quantity: Quantity = 2**31
    market_protection_permille: Quantity = 100


class Halt(Params, frozen=True):
    """Stop trading in an instrument."""

    instrument: Name


class Resume(Params, frozen=True):
    """Let a halted instrument trade again."""

    instrument: Name


class BeginDay(Params, frozen=True):
    """Open the trading day ``date`` (YYYY-MM-DD), which ends at ``ends``."""

    date: Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    ends: Micros


class RegisterParticipant(Params, frozen=True):
    """Admit a company."""

    participant: Name


class OpenAccount(Params, frozen=True):
    """Give a participant an account."""

    participant: Name
    account: Name
    max_client_ids: Quantity = 200_000
    max_open_orders: Quantity = 100_000


class AddKey(Params, frozen=True):
    """Let a participant log in; ``public_key`` is base64url of 32 bytes."""

    participant: Name
    key_id: Name
    public_key: str
    permissions: list[PermissionName]


class RevokeKey(Params, frozen=True):
    """Make a key useless, at once and for ever."""

    key_id: Name


class Deposit(Params, frozen=True):
    """Credit cash."""

    account: Name
    amount: str
    client_ref: Name


class Withdraw(Params, frozen=True):
    """Debit free cash."""

    account: Name
    amount: str
    client_ref: Name


class Issue(Params, frozen=True):
    """Credit newly made tonnes."""

    account: Name
    instrument: Name
    quantity: Quantity
    client_ref: Name


class Transfer(Params, frozen=True):
    """Move free tonnes to another account."""

    account: Name
    to_account: Name
    instrument: Name
    quantity: Quantity
    client_ref: Name
