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
    """What only few orders have; 0 and empty mean that it does not apply.

    ``stop_price`` (fen) is for stop orders, ``display_quantity`` (tonnes) makes
    an iceberg of which the book shows that much, ``expires_ns`` is for gtd.
    ``pick`` names resting orders at the best opposite price to be taken first.
    """

    stop_price: int = 0
    display_quantity: int = 0
    expires_ns: int = 0
    pick: tuple[int, ...] = ()


@final
class PlaceOrder(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=1):
    """Buy or sell ``quantity`` tonnes at ``price`` fen or better.

    A market order has price 0 and trades up to the instrument's limit up or
    down, or to its protection where it has no band. So does a stop order once
    a listed trade has reached its stop price. ``session`` is the name under which
    its sender had logged in; like ``key`` it is no part of the order itself.
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
    """Change a resting order; 0 leaves a value as it is.

    ``quantity`` is the new total, filled part included. A lower one keeps the
    order's place in the queue; a higher one or another price loses it. An
    order that waits for its ``stop_price`` may get another one.
    The order is named by ``order_id``, or by ``client_order_id`` when that is 0.
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


OrderCommand = PlaceOrder | AmendOrder | CancelOrder | CancelAll

# A PlaceOrder's fields in order, as ``msgspec.structs.astuple`` gives them.
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
