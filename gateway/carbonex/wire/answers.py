"""What the venue answers: the envelope and the result of every method."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from .requests import (
    OrderTypeName,
    PermissionName,
    PostOnlyName,
    SelfTradeName,
    SideName,
    TimeInForceName,
)


RequestId = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class Error(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a request was refused: number, name, sentence, and the param at fault.

    ``retry_after_ms`` comes with RATE_LIMITED and BUSY.
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
    order before, and nothing was done.
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


class Cancelled(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order after cancel: ``quantity`` left without trading."""

    order_id: str
    quantity: int
    filled: int
    client_order_id: str = ""


class CancelledAll(msgspec.Struct, frozen=True):
    """What cancel_all cancelled, oldest first."""

    orders: list[Cancelled]


class BatchItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item's outcome in a batch, with exactly one of the two."""

    success: bool
    result: OrderResult | Cancelled | None = None
    error: Error | None = None


class BatchResult(msgspec.Struct, frozen=True):
    """A batch's outcomes, in the order of its items."""

    orders: list[BatchItem]


class OrderState(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order as it stands."""

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


class OpenOrders(msgspec.Struct, frozen=True):
    """An account's resting orders, oldest first."""

    orders: list[OrderState]


class Holding(msgspec.Struct, frozen=True):
    """Tonnes of one instrument; ``available`` is what may be sold now."""

    instrument: str
    quantity: int
    locked: int
    available: int


class Balances(msgspec.Struct, frozen=True):
    """An account's cash and tonnes; ``locked`` is what open orders need."""

    account: str
    cash: str
    locked: str
    available: str
    holdings: list[Holding]


class Moved(msgspec.Struct, frozen=True, omit_defaults=True):
    """A deposit, withdrawal, issue or transfer took place, now or before."""

    client_ref: str
    duplicate: bool = False
