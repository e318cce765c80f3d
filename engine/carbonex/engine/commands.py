"""Commands: imperatives that go into the engine and may be refused.

A command holds integers and names only: prices in fen per tonne, cash in fen,
quantities in tonnes, times in nanoseconds since the epoch (UTC). ``key`` is
the key it was sent with; the empty key is the venue itself, which only the
venue's own process can use. Commands are what the log stores, as arrays with
a numeric tag: fields are only ever added at the end, with a default, and a
tag is never reused.
"""

from __future__ import annotations

from typing import Final, final

import msgspec

from .enums import (
    DAY,
    LIMIT,
    OrderType,
    Permission,
    PostOnly,
    SelfTrade,
    Side,
    TimeInForce,
)


MAX_PRICE: Final = 2**31  # fen; price × quantity then stays within 2^62
MAX_QUANTITY: Final = 2**31  # tonnes, in one order
MAX_BALANCE: Final = 2**62  # of any account, and of the venue in total
MAX_NAME: Final = 36  # characters of any name that a client chooses


@final
class PlaceOrder(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=1):
    """Buy or sell ``quantity`` tonnes at ``price`` fen or better.

    A market order has price 0 and trades up to the instrument's protection.
    """

    key: str
    account: str
    instrument: str
    side: Side
    price: int
    quantity: int
    order_type: OrderType = LIMIT
    time_in_force: TimeInForce = DAY
    post_only: PostOnly = PostOnly.OFF
    self_trade: SelfTrade = SelfTrade.CANCEL_NEWEST
    client_order_id: str = ""
    deadline_ns: int = 0


@final
class AmendOrder(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=2):
    """Change a resting order; 0 leaves a value as it is.

    ``quantity`` is the new total, filled part included. A lower one keeps the
    order's place in the queue; a higher one or another price loses it.
    The order is named by ``order_id``, or by ``client_order_id`` when that is 0.
    """

    key: str
    account: str
    order_id: int = 0
    client_order_id: str = ""
    price: int = 0
    quantity: int = 0
    deadline_ns: int = 0


@final
class CancelOrder(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=3):
    """Withdraw whatever remains of a resting order."""

    key: str
    account: str
    order_id: int = 0
    client_order_id: str = ""
    deadline_ns: int = 0


@final
class CancelAll(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=4):
    """Withdraw an account's resting orders, oldest first.

    ``instrument`` and ``side`` narrow the choice; empty and None mean any.
    """

    key: str
    account: str
    instrument: str = ""
    side: Side | None = None


@final
class ListInstrument(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=10):
    """Open a book with all its parameters.

    ``tick`` in fen, ``lot`` and ``max_quantity`` in tonnes (an order may be as
    large as ``max_quantity``). A market order trades up to ``reference`` ×
    (1000 ± ``market_protection_permille``) / 1000, where the reference is the
    best opposite price at its entry.
    """

    key: str
    instrument: str
    product: str = "CEA"
    tick: int = 1
    lot: int = 1
    max_quantity: int = MAX_QUANTITY
    market_protection_permille: int = 100


@final
class HaltInstrument(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=11):
    """Stop trading in an instrument; resting orders stay and may be cancelled."""

    key: str
    instrument: str


@final
class ResumeInstrument(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=12):
    """End a halt."""

    key: str
    instrument: str


@final
class RegisterParticipant(
    msgspec.Struct, frozen=True, gc=False, array_like=True, tag=20
):
    """Admit a company to the venue."""

    key: str
    participant: str


@final
class AddKey(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=21):
    """Let ``participant`` log in with an Ed25519 key (32 bytes, public part)."""

    key: str
    participant: str
    key_id: str
    public_key: bytes
    permissions: Permission


@final
class RevokeKey(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=22):
    """Make a key useless, at once and for ever."""

    key: str
    key_id: str


@final
class OpenAccount(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=23):
    """Give ``participant`` an account for cash and tonnes.

    ``max_client_ids`` bounds the client order ids (and, apart from them, the
    client refs) remembered for it; ``max_open_orders`` its resting orders.
    """

    key: str
    participant: str
    account: str
    max_client_ids: int = 200_000
    max_open_orders: int = 100_000


@final
class Deposit(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=30):
    """Credit ``amount`` fen of cash. ``client_ref`` makes a retry safe."""

    key: str
    account: str
    amount: int
    client_ref: str


@final
class Withdraw(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=31):
    """Debit ``amount`` fen of cash that no order has locked."""

    key: str
    account: str
    amount: int
    client_ref: str


@final
class Issue(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=32):
    """Credit ``quantity`` tonnes of ``instrument``, newly made."""

    key: str
    account: str
    instrument: str
    quantity: int
    client_ref: str


@final
class Transfer(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=33):
    """Move ``quantity`` unlocked tonnes from ``account`` to ``to_account``."""

    key: str
    account: str
    to_account: str
    instrument: str
    quantity: int
    client_ref: str


@final
class BeginDay(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=40):
    """Open the trading day ``date`` (YYYYMMDD); it ends when time is ``ends_ns``."""

    key: str
    date: int
    ends_ns: int


@final
class AdvanceTime(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=41):
    """Do nothing but let the batch's time pass: an idle venue sends it."""

    key: str


@final
class GatewayOpened(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=50):
    """The first command of a gateway's new epoch, in that epoch's batch 0."""

    key: str


@final
class Checkpoint(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=51):
    """State what the exchange's digest was just before this command's batch."""

    key: str
    digest: bytes


OrderCommand = PlaceOrder | AmendOrder | CancelOrder | CancelAll
Command = (
    PlaceOrder
    | AmendOrder
    | CancelOrder
    | CancelAll
    | ListInstrument
    | HaltInstrument
    | ResumeInstrument
    | RegisterParticipant
    | AddKey
    | RevokeKey
    | OpenAccount
    | Deposit
    | Withdraw
    | Issue
    | Transfer
    | BeginDay
    | AdvanceTime
    | GatewayOpened
    | Checkpoint
)


@final
class Batch(msgspec.Struct, frozen=True, gc=False):
    """Commands that were made durable together and take effect in order.

    ``n`` counts the batches of one ``gateway``'s ``epoch`` from 0, which holds
    exactly one command, GatewayOpened. A batch is accepted only as the next
    one of the gateway's newest epoch; any other changes nothing.
    """

    time_ns: int
    gateway: int
    epoch: int
    n: int
    commands: list[Command]
