"""Entering the book: an order trades, then its remainder rests or is cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine.enums import BUY, STOP, CancelReason, Phase
from carbonex.engine.events import OrderTriggered
from carbonex.engine.market.rules import protection

from .kinds import may_rest
from .leaving import cancel_rest, finish
from .locks import lock, unlock
from .matching import match


if TYPE_CHECKING:
    from carbonex.engine.book import Order
    from carbonex.engine.events import Event
    from carbonex.engine.state import Instrument


def enter(instrument: Instrument, order: Order, events: list[Event]) -> bool:
    """Match an order that has nothing locked, then rest or cancel its remainder.

    Return whether the order is finished. O(1) per fill, O(log n) at a new level.
    """
    own, makers = instrument.book.sides(order.side)
    if (
        instrument.phase is Phase.TRADING
        and makers.reaches(order.price)
        and match(instrument, makers, order, events)
    ):
        return True
    if order.command.order_type is STOP or not may_rest(order.command):
        events.append(cancel_rest(order, CancelReason.IOC))
        return True
    extras = order.extras
    if extras is not None and extras.display:
        extras.hidden = max(order.remaining - extras.display, 0)
    lock(order)
    own.append(order)
    return False


def reenter(instrument: Instrument, order: Order, events: list[Event]) -> None:
    """Enter an order that its account already lists as open.

    It is a triggered stop order, or an amended order that lost its priority.
    """
    if enter(instrument, order, events):
        del order.account.orders[order.order_id]
        finish(order)


def trigger(instrument: Instrument, order: Order, events: list[Event]) -> None:
    """Enter a stop order into the book; it has already left its ``Stops``."""
    assert order.extras is not None
    order.extras.stops = None
    unlock(order)
    if order.command.order_type is STOP:
        _price_today(instrument, order, order.extras.stop_price)
    events.append(triggered(order))
    reenter(instrument, order, events)


def triggered(order: Order) -> OrderTriggered:
    """Build the OrderTriggered event of a stop order."""
    order.account.exec_seq += 1
    return OrderTriggered(
        order.order_id,
        order.account.exec_seq,
        order.price,
        order.remaining,
        order.command,
    )


def _price_today(instrument: Instrument, order: Order, stop_price: int) -> None:
    """Give a stop order without a limit the protection price of today's band.

    The order may come from a day with another band. A buy never costs more than it
    has locked.
    """
    limit = protection(instrument, order.side, stop_price)
    if order.side is BUY:
        order.price = order.unit = min(order.price, limit)
    else:
        order.price = limit
