"""Events about orders in the book."""

from __future__ import annotations

from typing import final

import msgspec

from carbonex.engine.commands import PlaceOrder
from carbonex.engine.enums import CancelReason, OrderStatus, Reason


@final
class Rejected(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The command changed nothing.

    ``param`` names the field at fault; ``value`` is what was given and
    ``limit`` what it was held against, where the reason has such numbers.
    ``vintages`` would do instead, as pairs of the first and the last, 0: no bound.
    """

    reason: Reason
    param: str = ""
    value: int = 0
    limit: int = 0
    vintages: tuple[tuple[int, int], ...] = ()


@final
class OrderAccepted(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The order is valid; its fills, its rest or its cancellation follow.

    ``price`` is what it trades up to: the limit or protection price of a market
    or stop order, the new price of a repriced post-only order, else its own.
    """

    order_id: int
    exec_seq: int
    price: int
    order: PlaceOrder


@final
class Trade(msgspec.Struct, frozen=True, gc=False, tag=True):
    """``quantity`` changed hands in the book, at the maker's price.

    ``trade_id`` is gapless per instrument. For both orders it tells the total
    and, after the fill, the remainder; the taker's price is what it trades up
    to. Fees are what this fill made due, in fen. ``called`` marks a trade of a
    call auction: both orders rested, ``maker_price`` is what the older one
    trades up to, and the price is the auction's.
    """

    trade_id: int
    price: int
    quantity: int
    maker_id: int
    maker_exec_seq: int
    maker_total: int
    maker_remaining: int
    maker: PlaceOrder
    taker_id: int
    taker_exec_seq: int
    taker_price: int
    taker_total: int
    taker_remaining: int
    taker: PlaceOrder
    maker_fee: int = 0
    taker_fee: int = 0
    called: bool = False
    maker_price: int = 0


@final
class OrderTriggered(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A trade reached the order's stop price: it enters the book, or trades.

    ``price`` is what it trades up to now: the limits of a stop order without a
    price of its own are those of this day, not of the one it was placed on.
    """

    order_id: int
    exec_seq: int
    price: int
    quantity: int
    order: PlaceOrder


@final
class OrderRefilled(msgspec.Struct, frozen=True, gc=False, tag=True):
    """An iceberg shows its next ``shown`` tonnes, behind all others at its price."""

    order_id: int
    exec_seq: int
    price: int
    shown: int
    total: int
    remaining: int
    order: PlaceOrder


@final
class OrderCancelled(msgspec.Struct, frozen=True, gc=False, tag=True):
    """``quantity`` tonnes left without trading; the order is finished.

    ``rested`` is false where no book held them: the rest of a taker, and a stop
    order that was not triggered. Of what rested the book did not show ``hidden``.
    """

    order_id: int
    exec_seq: int
    price: int
    quantity: int
    filled: int
    reason: CancelReason
    rested: bool
    order: PlaceOrder
    hidden: int = 0


@final
class OrderReduced(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Self-trade decrement took ``quantity``; ``remaining`` > 0 goes on."""

    order_id: int
    exec_seq: int
    price: int
    quantity: int
    total: int
    remaining: int
    rested: bool
    order: PlaceOrder


@final
class OrderAmended(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The order now has this price and total; fills may follow.

    It stood at ``previous_price`` before, with ``previous_quantity``. ``quantity`` is the new total,
    ``remaining`` what of it has not traded. ``withdrawn`` tonnes that the book
    showed are no longer at that price or a better one, and ``added`` came into view.
    """

    order_id: int
    exec_seq: int
    price: int
    quantity: int
    remaining: int
    previous_price: int
    priority_kept: bool
    order: PlaceOrder
    stop_price: int = 0  # of an order that still waits for it
    withdrawn: int = 0
    added: int = 0
    previous_quantity: int = 0


@final
class OrderStands(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A repeated client order id: nothing was done, the order stands like this.

    ``waiting`` tells that no trade has reached its stop price yet.
    """

    order_id: int
    status: OrderStatus
    price: int
    quantity: int
    filled: int
    order: PlaceOrder
    waiting: bool = False


@final
class CountdownSet(msgspec.Struct, frozen=True, gc=False, tag=True):
    """An account's dead man's switch will fire at ``due_ns``; 0: it is disarmed.

    ``was_armed`` tells a renewal from a first arming, and whether there was
    anything to disarm.
    """

    account: str
    timeout_ns: int
    due_ns: int
    was_armed: bool


@final
class CountdownFired(msgspec.Struct, frozen=True, gc=False, tag=True):
    """It ran out: ``orders`` open orders are cancelled, and it is disarmed."""

    account: str
    orders: int


# What an account's executions tell of its orders.
OrderChange = (
    OrderAccepted
    | Trade
    | OrderTriggered
    | OrderRefilled
    | OrderCancelled
    | OrderReduced
    | OrderAmended
)


@final
class CancelsFollow(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Of all the orders that CancelAll named, ``orders`` are still to be cancelled.

    They go with the next batches. Until then they are open, and may trade.
    """

    account: str
    orders: int


OrderEvent = (
    OrderChange | Rejected | OrderStands | CountdownSet | CountdownFired | CancelsFollow
)
