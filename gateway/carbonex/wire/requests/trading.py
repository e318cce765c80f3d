"""Params of requests about orders in the book."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

import msgspec

from .base import (
    MAX_BATCH,
    Id,
    Micros,
    Name,
    OptionalId,
    OptionalName,
    OrderTypeName,
    Params,
    PostOnlyName,
    Quantity,
    SelfTradeName,
    SideName,
    TimeInForceName,
    Timeout,
)


MAX_PICKS: Final = 50
Picks = Annotated[tuple[Id, ...], msgspec.Meta(max_length=MAX_PICKS)]


class AddOrder(Params, frozen=True):
    """Place an order. ``price`` is required for a limit and a stop_limit order.

    ``stop_price`` belongs to stop orders, ``expires`` to gtd. A ``display_quantity``
    makes the order an iceberg. ``pick`` gives the numbers of listings to take first.
    """

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
    stop_price: str = ""
    display_quantity: Quantity = 0
    expires: Micros = 0
    pick: Picks = ()


# An AddOrder's fields in the order of ``msgspec.structs.astuple``.
AddOrderFields: TypeAlias = tuple[
    str,
    SideName,
    int,
    str,
    OrderTypeName,
    TimeInForceName,
    PostOnlyName,
    SelfTradeName,
    str,
    str,
    int,
    str,
    int,
    int,
    tuple[str, ...],
]


class AmendOrder(Params, frozen=True):
    """Amend an order, given by either id; ``quantity`` is the new total.

    At least one of ``price``, ``quantity`` and ``stop_price`` is required.
    """

    order_id: OptionalId = ""
    client_order_id: OptionalName = ""
    price: str | None = None
    quantity: Quantity | None = None
    account: OptionalName = ""
    deadline: Micros = 0
    stop_price: str | None = None


class CancelOrder(Params, frozen=True):
    """Cancel an order, given by either id."""

    order_id: OptionalId = ""
    client_order_id: OptionalName = ""
    account: OptionalName = ""
    deadline: Micros = 0


class CancelAll(Params, frozen=True):
    """Cancel an account's orders, or only those of an instrument or a side."""

    instrument: OptionalName = ""
    side: SideName | None = None
    account: OptionalName = ""


class CancelAllOrdersAfter(Params, frozen=True):
    """Arm or renew the account's dead man's switch; a ``timeout`` of 0 disarms it.

    Without a renewal within ``timeout`` seconds, 1 to 86,400, the venue cancels all
    orders of the account, whoever placed them. Blocks and bids stay.
    """

    timeout: Timeout
    account: OptionalName = ""


class BatchAdd(Params, frozen=True):
    """Place up to 50 orders in one message; each succeeds or fails alone."""

    orders: Annotated[list[AddOrder], msgspec.Meta(min_length=1, max_length=MAX_BATCH)]


class BatchCancel(Params, frozen=True):
    """Cancel up to 50 orders in one message; each succeeds or fails alone."""

    orders: Annotated[
        list[CancelOrder], msgspec.Meta(min_length=1, max_length=MAX_BATCH)
    ]
