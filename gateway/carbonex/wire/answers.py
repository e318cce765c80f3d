"""The venue's answers: the envelope and the result of every method."""

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
    """A refusal: its code, name, message, and the invalid param.

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
    """A request's members; with ``params`` as a dict its members can be counted."""

    method: str
    params: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    req_id: RequestId | None = None


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The envelope of an answer, with either ``result`` or ``error``.

    ``time_in`` and ``time_out`` are the venue's clock when it read the request and when
    it wrote the answer. ``remaining`` is the number of rate-limited requests that this
    connection may send at once from now.
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
    """The result of a method that returns only success."""


class LoggedIn(msgspec.Struct, frozen=True):
    """The rights of the key after a login."""

    participant: str
    accounts: list[str]
    permissions: list[PermissionName]
    session: str = ""
    cancel_on_disconnect: bool = False
    grace_ms: int = 0


class LoggedOut(msgspec.Struct, frozen=True):
    """The number of orders cancelled by a logout with ``cancel_orders``."""

    cancelled: int


CountdownStatus = Literal["armed", "renewed", "fired", "disarmed"]


class Countdown(msgspec.Struct, frozen=True, omit_defaults=True):
    """An account's dead man's switch and its current or new status.

    While the switch is armed, ``timeout`` is its length in seconds and ``due`` the time
    when it fires. ``cancelled`` is the number of orders it has cancelled.
    """

    account: str
    status: CountdownStatus
    timeout: int = 0
    due: int = 0
    cancelled: int = 0


class Subscribed(msgspec.Struct, frozen=True, omit_defaults=True):
    """The subscription with the values that the venue uses."""

    channel: str
    instrument: str = ""
    depth: int | None = None
    interval_ms: int | None = None
    account: str = ""


class OrderResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order after add or amend.

    ``status`` is open, filled or cancelled. ``price`` is the limit or protection price.
    ``duplicate`` means that the client order id was used for the same order before, and
    the request had no effect. A stop order is ``waiting`` until a trade reaches its
    stop price.
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
    """The orders that cancel_all cancelled, oldest first.

    The other ``pending`` orders follow within moments. Until then they are open and may
    trade. Each appears among the executions.
    """

    orders: list[Cancelled]
    pending: int = 0


class BatchItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """The outcome of one batch item: either a result or an error."""

    success: bool
    result: OrderResult | Cancelled | None = None
    error: Error | None = None


class BatchResult(msgspec.Struct, frozen=True):
    """The outcomes of a batch, in the order of its items."""

    orders: list[BatchItem]


class OrderState(msgspec.Struct, frozen=True, omit_defaults=True):
    """The current state of an order; a stop order is ``waiting`` until triggered.

    ``session`` is the name of the session that placed it, empty for none. ``listing``
    is its number among its instrument's listings, if the order may be picked now. Only
    the owner can match that number to the order.
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

    ``more`` means that further orders exist. Query them with ``after`` set to the id of
    the last order here.
    """

    orders: list[OrderState]
    more: bool = False


class Holding(msgspec.Struct, frozen=True):
    """Tonnes of one instrument; ``available`` may be sold now.

    ``resale_locked`` was bought too recently to be sold. ``sellable`` gives, per number
    of trading days from this one (1 is the next), the tonnes that may be sold from then
    on. The registry has frozen ``frozen``; ``freeze_pending`` is to be frozen as it
    becomes available.
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
    """An account's cash and tonnes; ``locked`` covers open orders, blocks and bids.

    ``frozen`` and ``freeze_pending`` refer to cash; see Holding.
    """

    account: str
    cash: str
    locked: str
    available: str
    holdings: list[Holding]
    frozen: str = "0.00"
    freeze_pending: str = "0.00"


class FrozenCash(msgspec.Struct, frozen=True, omit_defaults=True):
    """An account's frozen cash, and the ``pending`` part to be frozen when free."""

    client_ref: str
    frozen: str
    pending: str
    duplicate: bool = False


class FrozenTonnes(msgspec.Struct, frozen=True, omit_defaults=True):
    """An account's frozen tonnes, and the ``pending`` part to be frozen when free."""

    client_ref: str
    frozen: int
    pending: int
    duplicate: bool = False


class Annulled(msgspec.Struct, frozen=True):
    """An annulled trade: price, quantity and fees (CNY) returned to both sides."""

    instrument: str
    trade_id: str
    price: str
    quantity: int
    buyer: str
    buyer_fee: str
    seller: str
    seller_fee: str


class Moved(msgspec.Struct, frozen=True, omit_defaults=True):
    """Cash or tonnes were moved, by this request or by its ``duplicate`` before."""

    client_ref: str
    duplicate: bool = False


class Block(msgspec.Struct, frozen=True, omit_defaults=True):
    """A block proposal as its two parties see it.

    ``status`` is open, accepted, declined, withdrawn, countered, expired, restricted or
    delisted. Only the proposer sees ``account`` and ``client_ref``. ``counters`` is the
    proposal that this one answers. ``duplicate`` means that the client ref was already
    carried out; the answer is the one given then.
    """

    block_id: str
    proposer: str
    counterparty: str
    instrument: str
    side: SideName  # the proposer's side
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
    """A one-way auction; ``side`` is the side of the account that it serves.

    ``status`` is announced (until its window opens), open, closed or cancelled. After
    the close, ``price`` is the price of the last bid allotted. ``filled`` and
    ``turnover`` are the traded totals, ``bids`` the number of bids, and
    ``bid_quantity`` their total quantity. ``duplicate`` means that the client ref
    already opened this auction; the answer is the one given then.
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

    ``status`` is open, cancelled, filled, partly_filled, lost, auction_cancelled or
    restricted. ``duplicate`` means that the client ref already placed this bid; the
    answer is the one given then.
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
    """A participant's obligation for a year's emissions, in tonnes.

    ``offset`` is the part of ``surrendered`` from instruments that may cover only a
    share of an obligation.
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
    """A rule: tonnes of some vintages cover obligations of some years, until a date.

    Omitted members set no bound, except that without ``year_from`` a vintage covers no
    year before its own. ``until`` is the last valid date. With ``instruments`` the rule
    applies to those only.
    """


class Eligibility(msgspec.Struct, frozen=True):
    """The rules by which a product's tonnes cover obligations.

    Tonnes cover an obligation if any rule allows it. Without rules they cover all
    obligations.
    """

    product: str
    rules: list[EligibilityRule]


class EligibilityTables(msgspec.Struct, frozen=True):
    """The eligibility rules of each product."""

    products: list[Eligibility]
