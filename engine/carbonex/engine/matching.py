"""Matching: a taker meets the other side in price–time priority.

The taker's funds are checked before, so nothing here can fail. A maker's lock
shrinks with each fill; a taker's rest is locked by whoever lets it rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .enums import BUY, CancelReason, OrderStatus, SelfTrade
from .events import OrderCancelled, OrderReduced, Trade


if TYPE_CHECKING:
    from .book import BookSide, Level, Order
    from .events import Event
    from .state import Instrument


FILLED = OrderStatus.FILLED
CANCELLED = OrderStatus.CANCELLED
CANCEL_NEWEST = SelfTrade.CANCEL_NEWEST
CANCEL_OLDEST = SelfTrade.CANCEL_OLDEST
CANCEL_BOTH = SelfTrade.CANCEL_BOTH
DECREMENT = SelfTrade.DECREMENT


def match(instrument: Instrument, taker: Order, events: list[Event]) -> None:
    """Trade ``taker`` as far as its price and the other side allow.

    Afterwards ``taker`` is filled, cancelled by self-trade prevention, or has
    a remainder that meets no order. O(1) per fill, O(log n) per level used up.
    """
    makers = instrument.book.opposite(taker.side)
    limit = makers.sign * taker.price
    participant = taker.account.participant
    while True:
        level = makers.best
        if level is None or level.key > limit:
            return
        maker = level.oldest
        assert maker is not None
        if maker.account.participant is participant:
            _prevent(makers, maker, taker, events)
        else:
            _trade(instrument, makers, level, maker, taker, events)
        if taker.status:  # anything but open
            return


def fillable(makers: BookSide, taker_price: int, taker: Order) -> bool:
    """Tell whether all of ``taker`` would trade at once: fill or kill.

    Linear in the orders that it would take. Self-trade prevention counts: an
    own order is passed over only where the mode would cancel it and go on.
    """
    limit = makers.sign * taker_price
    participant = taker.account.participant
    passes = taker.command.self_trade is CANCEL_OLDEST
    wanted = taker.remaining
    for key, level in makers.levels.items():
        if key > limit:
            return False
        order = level.oldest
        while order is not None:
            if order.account.participant is not participant:
                wanted -= order.remaining
                if wanted <= 0:
                    return True
            elif not passes:
                return False
            order = order.newer
    return False


def cancel_resting(
    side: BookSide, order: Order, reason: CancelReason
) -> OrderCancelled:
    """Take a resting order out of the book and release what it locked."""
    account = order.account
    side.remove(order)
    if order.side is BUY:
        account.locked -= order.price * order.remaining
    else:
        order.holding.locked -= order.remaining
    del account.orders[order.order_id]
    order.status = CANCELLED
    account.exec_seq += 1
    return OrderCancelled(
        order.order_id,
        account.exec_seq,
        order.price,
        order.remaining,
        order.quantity - order.remaining,
        reason,
        True,  # noqa: FBT003 - positional: keywords cost 60 ns here
        order.command,
    )


def cancel_rest(taker: Order, reason: CancelReason) -> OrderCancelled:
    """Finish a taker whose remainder is not to rest."""
    account = taker.account
    taker.status = CANCELLED
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


def _trade(
    instrument: Instrument,
    makers: BookSide,
    level: Level,
    maker: Order,
    taker: Order,
    events: list[Event],
) -> None:
    quantity = maker.remaining
    quantity = min(taker.remaining, quantity)
    price = maker.price
    taker.remaining -= quantity
    if quantity == maker.remaining:
        makers.remove(maker)
        maker.remaining = 0
        maker.status = FILLED
        del maker.account.orders[maker.order_id]
    else:
        maker.remaining -= quantity
        level.total -= quantity
    if taker.remaining == 0:
        taker.status = FILLED
    _settle(maker, taker, quantity, price * quantity)
    instrument.last_trade_id += 1
    maker.account.exec_seq += 1
    taker.account.exec_seq += 1
    events.append(
        Trade(
            instrument.last_trade_id,
            price,
            quantity,
            maker.order_id,
            maker.account.exec_seq,
            maker.remaining,
            maker.command,
            taker.order_id,
            taker.account.exec_seq,
            taker.remaining,
            taker.command,
        )
    )


def _settle(maker: Order, taker: Order, quantity: int, notional: int) -> None:
    """Deliver against payment; the maker's part comes out of its lock."""
    if maker.side is BUY:
        maker.account.cash -= notional
        maker.account.locked -= notional
        maker.holding.quantity += quantity
        taker.account.cash += notional
        taker.holding.quantity -= quantity
    else:
        maker.account.cash += notional
        maker.holding.quantity -= quantity
        maker.holding.locked -= quantity
        taker.account.cash -= notional
        taker.holding.quantity += quantity


def _prevent(makers: BookSide, maker: Order, taker: Order, events: list[Event]) -> None:
    """Two orders of one participant meet: do what the taker's mode says."""
    mode = taker.command.self_trade
    reason = CancelReason.SELF_TRADE
    if mode is DECREMENT:
        quantity = min(maker.remaining, taker.remaining)
        events.append(_reduce_maker(makers, maker, quantity))
        events.append(_reduce_taker(taker, quantity))
        return
    if mode is not CANCEL_NEWEST:
        events.append(cancel_resting(makers, maker, reason))
    if mode is not CANCEL_OLDEST:
        events.append(cancel_rest(taker, reason))


def _reduce_maker(makers: BookSide, maker: Order, quantity: int) -> Event:
    if quantity == maker.remaining:
        return cancel_resting(makers, maker, CancelReason.SELF_TRADE)
    level = maker.level
    assert level is not None
    level.total -= quantity
    if maker.side is BUY:
        maker.account.locked -= maker.price * quantity
    else:
        maker.holding.locked -= quantity
    return _reduce(maker, quantity, rested=True)


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
        order.remaining,
        rested,
        order.command,
    )
