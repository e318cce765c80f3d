"""Commands about orders in the book."""

from __future__ import annotations

from typing import TypeAlias, final

import msgspec

from carbonex.engine.enums import (
    DAY,
    LIMIT,
    OrderType,
    PostOnly,
    SelfTrade,
    Side,
    TimeInForce,
)


@final
class Conditions(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Fields that few orders need; 0 and empty mean that the field does not apply.

    ``stop_price`` (fen) makes a stop order. ``display_quantity`` (tonnes) makes an
    iceberg that shows that quantity in the book. ``expires_ns`` is the expiry of a gtd
    order. ``pick`` names resting orders at the best opposite price that are taken
    first.
    """

    stop_price: int = 0
    display_quantity: int = 0
    expires_ns: int = 0
    pick: tuple[int, ...] = ()


@final
class PlaceOrder(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=1):
    """Buy or sell ``quantity`` tonnes at ``price`` fen or better.

    A market order has price 0 and trades up to the instrument's price limit, or up to
    its protection price if it has no band. So does a stop order after a listed trade
    has reached its stop price. ``session`` is the name under which the sender had
    logged in; like ``key``, it is not part of the order itself.
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
    conditions: Conditions | None = None
    session: str = ""


@final
class AmendOrder(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=2):
    """Change a resting order; 0 leaves a value unchanged.

    ``quantity`` is the new total, including the filled part. A lower quantity keeps the
    order's queue priority; a higher one or another price loses it. An order that waits
    for its ``stop_price`` may be given another one. The order is named by ``order_id``
    or, if that is 0, by ``client_order_id``.
    """

    key: str
    account: str
    order_id: int = 0
    client_order_id: str = ""
    price: int = 0
    quantity: int = 0
    deadline_ns: int = 0
    stop_price: int = 0


@final
class CancelOrder(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=3):
    """Cancel whatever remains of a resting order."""

    key: str
    account: str
    order_id: int = 0
    client_order_id: str = ""
    deadline_ns: int = 0


@final
class CancelAll(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=4):
    """Cancel an account's resting orders, oldest first.

    ``instrument`` and ``side`` narrow the choice; empty and None mean any.
    """

    key: str
    account: str
    instrument: str = ""
    side: Side | None = None


OrderCommand = PlaceOrder | AmendOrder | CancelOrder | CancelAll

# A PlaceOrder's fields in the order in which ``msgspec.structs.astuple`` returns them.
PlaceOrderFields: TypeAlias = tuple[
    str,
    str,
    str,
    Side,
    int,
    int,
    OrderType,
    TimeInForce,
    PostOnly,
    SelfTrade,
    str,
    int,
    Conditions | None,
    str,
]
