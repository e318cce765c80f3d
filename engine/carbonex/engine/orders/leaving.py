"""Cancelling, reducing and refilling orders: every change that is not a fill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.engine.enums import CancelReason, SelfTrade
from carbonex.engine.events import OrderCancelled, OrderReduced, OrderRefilled

from .locks import lock, unlock


if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonex.engine.book import Order
    from carbonex.engine.events import Event


CANCELLED: Final = OrderCancelled  # compiled code loads a module's own Final faster
CANCEL_NEWEST: Final = SelfTrade.CANCEL_NEWEST
CANCEL_OLDEST: Final = SelfTrade.CANCEL_OLDEST
DECREMENT: Final = SelfTrade.DECREMENT


def cancel_open(order: Order, reason: CancelReason) -> OrderCancelled:
    """Remove an open order from its account and the book, and release its lock."""
    del order.account.orders[order.order_id]
    return withdraw(order, reason)


def cancel_by_number(orders: Iterable[Order], reason: CancelReason) -> list[Event]:
    """Cancel open orders, oldest first."""
    oldest_first = sorted(orders, key=lambda order: order.order_id)
    return [cancel_open(order, reason) for order in oldest_first]


def withdraw(order: Order, reason: CancelReason) -> OrderCancelled:
    """Remove from the book an order that its account no longer lists; unlock it."""
    remaining = order.remaining
    rested, hidden = True, 0
    if order.extras is None:
        order.level.remove(order)
        order.balance.available += order.unit * remaining
    else:
        rested, hidden = not order.waits, order.extras.hidden
        leave(order)
    account = order.account
    exec_seq = account.exec_seq = account.exec_seq + 1
    return CANCELLED(
        order.order_id,
        exec_seq,
        order.price,
        remaining,
        order.quantity - remaining,
        reason,
        rested,
        order.command,
        hidden,
    )


def cancel_rest(taker: Order, reason: CancelReason) -> OrderCancelled:
    """Cancel the remainder of a taker that must not rest. It has nothing locked."""
    account = taker.account
    account.exec_seq += 1
    return OrderCancelled(
        taker.order_id,
        account.exec_seq,
        taker.price,
        taker.remaining,
        taker.filled,
        reason,
        rested=False,
        order=taker.command,
    )


def leave(order: Order) -> None:
    """Remove an order from its stops or its book level, and release its lock."""
    extras = order.extras
    if extras is not None and extras.stops is not None:
        extras.stops.remove(order)
    else:
        order.level.remove(order)
    unlock(order)
    finish(order)


def finish(order: Order) -> None:
    """Drop the expiry timer of an order that is no longer open."""
    extras = order.extras
    if extras is not None and extras.timers is not None:
        extras.timers.forget(order)
        extras.timers = None


def refill(order: Order) -> OrderRefilled:
    """Show an iceberg's next tonnes at the back of the queue; it left its level."""
    extras = order.extras
    assert extras is not None
    extras.hidden = max(order.remaining - extras.display, 0)
    extras.refills += 1
    order.level.book_side.append(order)
    order.account.exec_seq += 1
    return OrderRefilled(
        order.order_id,
        order.account.exec_seq,
        order.price,
        order.shown,
        order.quantity,
        order.remaining,
        order.command,
    )


def prevent(maker: Order, taker: Order, events: list[Event]) -> bool:
    """Apply the taker's self-trade mode; return whether the taker is finished."""
    mode = taker.command.self_trade
    reason = CancelReason.SELF_TRADE
    if mode is DECREMENT:
        quantity = min(maker.shown, taker.remaining)
        finished = quantity == taker.remaining
        _reduce_maker(maker, quantity, events)
        events.append(_reduce_taker(taker, quantity))
        return finished
    if mode is not CANCEL_NEWEST:
        events.append(cancel_open(maker, reason))
    if mode is CANCEL_OLDEST:
        return False
    events.append(cancel_rest(taker, reason))
    return True


def _reduce_maker(maker: Order, quantity: int, events: list[Event]) -> None:
    if quantity == maker.remaining:
        events.append(cancel_open(maker, CancelReason.SELF_TRADE))
        return
    level = maker.level
    spent = quantity == maker.shown
    if spent:
        level.remove(maker)
    else:
        level.total -= quantity
    unlock(maker)
    events.append(_reduce(maker, quantity, rested=True))
    lock(maker)
    if spent:
        events.append(refill(maker))


def _reduce_taker(taker: Order, quantity: int) -> Event:
    if quantity == taker.remaining:
        return cancel_rest(taker, CancelReason.SELF_TRADE)
    return _reduce(taker, quantity, rested=False)


def _reduce(order: Order, quantity: int, *, rested: bool) -> OrderReduced:
    order.quantity -= quantity
    order.remaining -= quantity
    order.account.exec_seq += 1
    return OrderReduced(
        order.order_id,
        order.account.exec_seq,
        order.price,
        quantity,
        order.quantity,
        order.remaining,
        rested,
        order.command,
    )
