"""Events about orders in the book."""

from __future__ import annotations

from typing import final

import msgspec

from carbonex.engine.commands import PlaceOrder
from carbonex.engine.enums import CancelReason, OrderStatus, Reason


@final
class Rejected(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The command was rejected and changed nothing.

    ``param`` names the field at fault. ``value`` is the value given, and ``limit`` the
    bound it was compared with, if the reason has such numbers. ``vintages`` lists
    vintages that would be accepted, as pairs of first and last; 0 means no bound.
    """

    reason: Reason
    param: str = ""
    value: int = 0
    limit: int = 0
    vintages: tuple[tuple[int, int], ...] = ()


@final
class OrderAccepted(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The order is valid; its fills, rest or cancellation follow.

    ``price`` is the price it trades up to: the limit or protection price of a market or
    stop order, the new price of a repriced post-only order, else its own.
    """

    order_id: int
    exec_seq: int
    price: int
    order: PlaceOrder


@final
class Trade(msgspec.Struct, frozen=True, gc=False, tag=True):
    """``quantity`` tonnes traded in the book, at the maker's price.

    ``trade_id`` is gapless per instrument. Totals and remainders after the fill are
    given for both orders; ``taker_price`` is the price the taker trades up to. Fees are
    those that this fill made due, in fen. ``called`` marks a trade of a call auction:
    both orders rested, the older one is the maker, ``maker_price`` is the price it
    trades up to, and ``price`` is the auction's.
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
    """A trade reached the order's stop price: the order now rests or trades.

    ``price`` is the price it now trades up to: a stop order without a price of its own
    takes the limits of the current day, not of the day it was placed on.
    """

    order_id: int
    exec_seq: int
    price: int
    quantity: int
    order: PlaceOrder


@final
class OrderRefilled(msgspec.Struct, frozen=True, gc=False, tag=True):
    """An iceberg shows its next ``shown`` tonnes, last in the queue at its price."""

    order_id: int
    exec_seq: int
    price: int
    shown: int
    total: int
    remaining: int
    order: PlaceOrder


@final
class OrderCancelled(msgspec.Struct, frozen=True, gc=False, tag=True):
    """``quantity`` tonnes were cancelled without trading; the order is finished.

    ``rested`` is false if no book held them: they are the remainder of a taker, or a
    stop order that was not triggered. ``hidden`` is the part of a resting order that
    the book did not show.
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
    """Self-trade decrement took ``quantity``; if ``remaining`` > 0 the order stays."""

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

    Its former price and total are ``previous_price`` and ``previous_quantity``.
    ``quantity`` is the new total, ``remaining`` its part that has not traded.
    ``withdrawn`` is the number of shown tonnes that are no longer at that price or a
    better one; ``added`` is the number of tonnes newly shown.
    """

    order_id: int
    exec_seq: int
    price: int
    quantity: int
    remaining: int
    previous_price: int
    priority_kept: bool
    order: PlaceOrder
    stop_price: int = 0  # of an order that still waits for its stop price
    withdrawn: int = 0
    added: int = 0
    previous_quantity: int = 0


@final
class OrderStands(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Answer to a repeated client order id: the state of its order; nothing was done.

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

    ``was_armed`` tells whether the switch was armed before, so that this is a renewal
    or a real disarming.
    """

    account: str
    timeout_ns: int
    due_ns: int
    was_armed: bool


@final
class CountdownFired(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The dead man's switch fired and is disarmed; ``orders`` orders are cancelled."""

    account: str
    orders: int


# The order events that appear in an account's executions.
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
    """Of the orders that a CancelAll selected, ``orders`` are still to be cancelled.

    Later batches cancel them. Until then they are open and may trade.
    """

    account: str
    orders: int


OrderEvent = (
    OrderChange | Rejected | OrderStands | CountdownSet | CountdownFired | CancelsFollow
)
