"""What the venue answers: the envelope and the result of every method."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from . import requests
from .requests import (
    OrderTypeName,
    PermissionName,
    PostOnlyName,
    PricingName,
    SelfTradeName,
    SideName,
    TimeInForceName,
    TooFewBidsName,
)


RequestId = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class Error(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a request was refused: number, name, sentence, and the param at fault.

    ``retry_after_ms`` comes with RATE_LIMITED, BUSY and HISTORY_BEHIND.
    """

    code: int
    name: str
    message: str
    param: str = ""
    retry_after_ms: int = 0


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The envelope of a request; ``params`` is decoded by the method's own type."""

    method: str
    params: msgspec.Raw = msgspec.Raw()
    req_id: RequestId | None = None


class Members(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A request's members, each once: what ``params`` holds can be counted."""

    method: str
    params: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    req_id: RequestId | None = None


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The envelope of an answer, with exactly one of ``result`` and ``error``.

    ``time_in`` and ``time_out`` are the venue's clock when the request was
    read and the answer written. ``remaining`` is how many rate-limited
    requests this connection may send at once from now.
    """

    method: str
    success: bool
    time_in: int
    time_out: int
    req_id: int | None = None
    result: Any = None
    error: Error | None = None
    remaining: int | None = None


class Empty(msgspec.Struct, frozen=True):
    """The result of a method that has nothing to tell but success."""


class LoggedIn(msgspec.Struct, frozen=True):
    """What the key may do."""

    participant: str
    accounts: list[str]
    permissions: list[PermissionName]
    session: str = ""
    cancel_on_disconnect: bool = False
    grace_ms: int = 0


class LoggedOut(msgspec.Struct, frozen=True):
    """How many orders were cancelled at a logout that asked for it."""

    cancelled: int


CountdownStatus = Literal["armed", "renewed", "fired", "disarmed"]


class Countdown(msgspec.Struct, frozen=True, omit_defaults=True):
    """An account's dead man's switch, as it stands or has just come to stand.

    While it is armed ``timeout`` is its length in seconds, and ``due`` when it fires.
    ``cancelled`` is how many orders it has cancelled.
    """

    account: str
    status: CountdownStatus
    timeout: int = 0
    due: int = 0
    cancelled: int = 0


class Subscribed(msgspec.Struct, frozen=True, omit_defaults=True):
    """The subscription as the venue understood it."""

    channel: str
    instrument: str = ""
    depth: int | None = None
    interval_ms: int | None = None
    account: str = ""


class OrderResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order after add or amend.

    ``status`` is open, filled or cancelled. ``price`` is what it trades up to.
    ``duplicate`` tells that the client order id had been used for the same
    order before, and nothing was done. A stop order is ``waiting`` until a trade
    reaches its stop price.
    """

    order_id: str
    status: str
    price: str
    quantity: int
    filled: int
    client_order_id: str = ""
    reason: str = ""
    duplicate: bool = False
    priority_kept: bool | None = None
    waiting: bool = False


class Cancelled(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order after cancel: ``quantity`` left without trading."""

    order_id: str
    quantity: int
    filled: int
    client_order_id: str = ""


class CancelledAll(msgspec.Struct, frozen=True, omit_defaults=True):
    """What cancel_all cancelled, oldest first.

    ``pending`` more follow within moments; until then they are open, and may trade.
    Executions tell of each.
    """

    orders: list[Cancelled]
    pending: int = 0


class BatchItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item's outcome in a batch, with exactly one of the two."""

    success: bool
    result: OrderResult | Cancelled | None = None
    error: Error | None = None


class BatchResult(msgspec.Struct, frozen=True):
    """A batch's outcomes, in the order of its items."""

    orders: list[BatchItem]


class OrderState(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order as it stands; a stop order is ``waiting`` until it is triggered.

    ``session`` is the name under which it was placed, empty for none. ``listing`` is
    its number in the listings of its instrument, where it may be picked now: nobody
    else can tell whose it is.
    """

    order_id: str
    account: str
    instrument: str
    side: SideName
    order_type: OrderTypeName
    time_in_force: TimeInForceName
    price: str
    quantity: int
    filled: int
    remaining: int
    status: str
    post_only: PostOnlyName = "off"
    self_trade: SelfTradeName = "cancel_newest"
    client_order_id: str = ""
    stop_price: str = ""
    display_quantity: int = 0
    expires: int = 0
    waiting: bool = False
    session: str = ""
    listing: str = ""


class OpenOrders(msgspec.Struct, frozen=True, omit_defaults=True):
    """An account's resting orders, oldest first.

    With ``more`` there are others, which are asked for with ``after``: the id of the
    last order here.
    """

    orders: list[OrderState]
    more: bool = False


class Holding(msgspec.Struct, frozen=True):
    """Tonnes of one instrument; ``available`` is what may be sold now.

    ``resale_locked`` was bought too recently to be sold; ``sellable`` tells from
    which trading day on, counted from this one (1 is the next), how much may be.
    ``frozen`` is what the registry has frozen, and ``freeze_pending`` what it has
    ordered to be as it becomes available.
    """

    instrument: str
    quantity: int
    locked: int
    available: int
    resale_locked: int = 0
    sellable: dict[int, int] = {}
    frozen: int = 0
    freeze_pending: int = 0


class Balances(msgspec.Struct, frozen=True):
    """An account's cash and tonnes; ``locked`` is what open orders need.

    ``frozen`` and ``freeze_pending`` are of the cash, as in Holding.
    """

    account: str
    cash: str
    locked: str
    available: str
    holdings: list[Holding]
    frozen: str = "0.00"
    freeze_pending: str = "0.00"


class FrozenCash(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is frozen of an account's cash now, and what is to be as it becomes free."""

    client_ref: str
    frozen: str
    pending: str
    duplicate: bool = False


class FrozenTonnes(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is frozen of its tonnes of an instrument, likewise."""

    client_ref: str
    frozen: int
    pending: int
    duplicate: bool = False


class Annulled(msgspec.Struct, frozen=True):
    """A trade that was taken back: what both sides get back of it, fees in CNY."""

    instrument: str
    trade_id: str
    price: str
    quantity: int
    buyer: str
    buyer_fee: str
    seller: str
    seller_fee: str


class Moved(msgspec.Struct, frozen=True, omit_defaults=True):
    """Cash or tonnes were moved, as the method says, now or before."""

    client_ref: str
    duplicate: bool = False


class Block(msgspec.Struct, frozen=True, omit_defaults=True):
    """A block proposal as its two parties see it.

    ``status`` is open, or how it ended: accepted, declined, withdrawn, countered,
    expired, restricted or delisted. ``account`` and ``client_ref`` are told to the
    proposer alone. ``counters`` is the proposal that this one answers. ``duplicate``
    tells that the client ref had done this before, and what was answered then.
    """

    block_id: str
    proposer: str
    counterparty: str
    instrument: str
    side: SideName  # the proposer's
    price: str
    quantity: int
    status: str
    counters: str = ""
    account: str = ""
    client_ref: str = ""
    duplicate: bool = False


class Blocks(msgspec.Struct, frozen=True):
    """Open proposals, oldest first."""

    blocks: list[Block]


class Auction(msgspec.Struct, frozen=True, omit_defaults=True):
    """A one-way auction; ``side`` is that of the account it is opened for.

    ``status`` is announced (until its window opens), open, closed or cancelled.
    Once it is closed, ``price`` is that of the last bid allotted, ``filled`` and
    ``turnover`` what was traded, ``bids`` how many stood and ``bid_quantity`` what
    they asked for. ``duplicate`` tells that the client ref had opened it before,
    and what was answered then.
    """

    auction_id: str
    instrument: str
    side: SideName
    quantity: int
    opens: int
    closes: int
    pricing: PricingName
    too_few_bids: TooFewBidsName
    sealed: bool
    status: str
    reserve: str | None = None
    price_limit: str | None = None
    bidder_limit: int | None = None
    price: str | None = None
    filled: int = 0
    turnover: str = "0.00"
    bids: int = 0
    bid_quantity: int = 0
    duplicate: bool = False


class Auctions(msgspec.Struct, frozen=True):
    """Auctions that are announced or open, oldest first."""

    auctions: list[Auction]


class Bid(msgspec.Struct, frozen=True, omit_defaults=True):
    """A bid as its bidder sees it.

    ``status`` is open, or how it ended: cancelled, filled, partly_filled, lost,
    auction_cancelled or restricted. ``duplicate`` tells that the client ref had
    placed it before, and what was answered then.
    """

    bid_id: str
    auction_id: str
    account: str
    price: str
    quantity: int
    status: str
    client_ref: str
    filled: int = 0
    duplicate: bool = False


class Bids(msgspec.Struct, frozen=True):
    """An account's open bids, oldest first."""

    bids: list[Bid]


class Obligation(msgspec.Struct, frozen=True):
    """What a participant owes for a year's emissions, in tonnes.

    ``offset`` is the part of ``surrendered`` that came from instruments which may
    cover only a share.
    """

    participant: str
    year: int
    due: int
    surrendered: int
    offset: int


class Obligations(msgspec.Struct, frozen=True):
    """A participant's obligations, by year."""

    obligations: list[Obligation]


class EligibilityRule(
    requests.EligibilityRule, frozen=True, forbid_unknown_fields=False
):
    """Vintages that cover the obligations for years, until a date.

    Left out is what is no bound; but without a ``year_from`` a vintage covers no year
    before its own. ``until`` is the last date on which they do. With ``instruments``
    the rule is for those alone.
    """


class Eligibility(msgspec.Struct, frozen=True):
    """Which tonnes of a product cover which obligations: those that a rule lets.

    Without a rule all of them cover every obligation.
    """

    product: str
    rules: list[EligibilityRule]


class EligibilityTables(msgspec.Struct, frozen=True):
    """The rules of each product."""

    products: list[Eligibility]
