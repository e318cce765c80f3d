"""Matching: a taker trades with the opposite side in price–time priority.

The caller has checked the taker's funds, so nothing here can fail. The taker has
nothing locked; the caller that rests its remainder locks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.engine import work
from carbonex.engine.commands import MAX_QUANTITY
from carbonex.engine.enums import BUY, CancelReason
from carbonex.engine.events import Trade

from .leaving import cancel_rest, finish, prevent, refill
from .locks import lock, settle, unlock


if TYPE_CHECKING:
    from carbonex.engine.book import BookSide, Order
    from carbonex.engine.events import Event
    from carbonex.engine.state import Instrument


TRADE: Final = Trade  # compiled code loads a module's own Final faster


def match(  # noqa: C901, PLR0915 - one loop: a call costs 60 ns of a fill's 700
    instrument: Instrument, makers: BookSide, taker: Order, events: list[Event]
) -> bool:
    """Trade ``taker`` as far as its price and the opposite side allow.

    Return whether the taker is finished. It is finished when filled, when cancelled
    by self-trade prevention, and when it has reached the limit on book levels taken
    or on orders met. Otherwise its remainder crosses no resting order. O(1) per fill,
    O(log n) per level used up.
    """
    limit = makers.sign * taker.price
    account, command = taker.account, taker.command
    conditions = command.conditions
    picks = [] if conditions is None else makers.picked(conditions.pick)
    levels = instrument.terms.take_levels or MAX_QUANTITY
    singly = taker.extras is not None  # settle the taker fill by fill, for its fees
    traded = notional = first = price = key = 0
    trade_id = instrument.last_trade_id
    tape = instrument.tape.trades
    left = work.MAX_FILLS
    finished = False
    while not finished:
        level = makers.best
        if level is None or level.key > limit:
            break
        if level.key != key:
            if levels == 0:
                events.append(cancel_rest(taker, CancelReason.TAKE_LEVELS))
                finished = True
                break
            levels -= 1
            key = level.key
        if left == 0:
            events.append(cancel_rest(taker, CancelReason.FILL_LIMIT))
            finished = True
            break
        left -= 1
        maker = level.oldest
        if picks:
            maker = picks.pop(0)
        assert maker is not None
        if maker.account.participant is account.participant:
            finished = prevent(maker, taker, events)
            continue
        price = level.price
        first = first or price
        if singly or maker.extras is not None:
            quantity = fill(instrument, maker, taker, price, events)
            traded += quantity
            notional += price * quantity
            finished = taker.remaining == 0
            continue
        quantity = maker.remaining
        if quantity <= taker.remaining:
            level.remove(maker)
            maker.remaining = 0
            del maker.account.orders[maker.order_id]
        else:
            quantity = taker.remaining
            maker.remaining -= quantity
            level.total -= quantity
        taker.remaining -= quantity
        finished = taker.remaining == 0
        traded += quantity
        notional += price * quantity
        _settle_maker(maker, quantity, instrument.sellable_day)
        account.exec_seq += 1
        instrument.last_trade_id += 1
        trade = TRADE(
            instrument.last_trade_id,
            price,
            quantity,
            maker.order_id,
            maker.account.exec_seq,
            maker.quantity,
            maker.remaining,
            maker.command,
            taker.order_id,
            account.exec_seq,
            taker.price,
            taker.quantity,
            taker.remaining,
            command,
        )
        events.append(trade)
        tape.append(trade)
    if traded:
        if not singly:
            _settle_taker(taker, traded, notional, instrument.sellable_day)
        trades = instrument.last_trade_id - trade_id
        instrument.count(first, price, traded, notional, trades)
    return finished


def fill(
    instrument: Instrument,
    maker: Order,
    taker: Order,
    price: int,
    events: list[Event],
) -> int:
    """Fill a maker and a taker, one of which has extras; return the tonnes.

    The taker is settled here if it has extras. Otherwise the caller settles it once
    for all its fills.
    """
    fees = instrument.terms.fees
    quantity = min(maker.shown, taker.remaining)
    maker_fee = fill_resting(instrument, maker, price, quantity, fees.maker)
    taker_fee = 0
    if taker.extras is None:
        taker.account.exec_seq += 1
    else:
        taker_fee = settle(instrument, taker, price, quantity, fees.taker)
    taker.remaining -= quantity
    fees_paid = (maker_fee, taker_fee)
    trade = trade_of(instrument, maker, taker, price, quantity, fees_paid)
    events.append(trade)
    instrument.tape.trades.append(trade)
    show_more(maker, events)
    return quantity


def trade_of(
    instrument: Instrument,
    maker: Order,
    taker: Order,
    price: int,
    quantity: int,
    fees: tuple[int, int],
) -> Trade:
    """Assign the next trade id and return the trade of two filled orders.

    ``fees`` are the maker's and the taker's fee for this trade, in fen.
    """
    instrument.last_trade_id += 1
    return Trade(
        instrument.last_trade_id,
        price,
        quantity,
        maker.order_id,
        maker.account.exec_seq,
        maker.quantity,
        maker.remaining,
        maker.command,
        taker.order_id,
        taker.account.exec_seq,
        taker.price,
        taker.quantity,
        taker.remaining,
        taker.command,
        *fees,
    )


def fill_resting(
    instrument: Instrument, order: Order, price: int, quantity: int, rate: int
) -> int:
    """Fill displayed tonnes of a resting order; return the fee in fen.

    An order with no displayed tonnes left is removed from its level.
    """
    level = order.level
    if quantity == order.shown:
        level.remove(order)
    else:
        level.total -= quantity
    unlock(order)
    fee = settle(instrument, order, price, quantity, rate)
    order.remaining -= quantity
    lock(order)
    return fee


def show_more(order: Order, events: list[Event]) -> None:
    """Close the order if it is filled, or refill an iceberg that shows nothing."""
    if order.remaining == 0:
        del order.account.orders[order.order_id]
        finish(order)
    elif order.shown == 0:
        events.append(refill(order))


def _settle_maker(maker: Order, quantity: int, sellable_day: int) -> None:
    """Deliver against payment for a plain maker; what it gives is already locked."""
    account, command = maker.account, maker.command
    maker.balance.quantity -= maker.unit * quantity
    if command.side is BUY:
        holding = account.holding(command.instrument)
        if sellable_day:
            holding.receive(quantity, sellable_day)
        else:
            holding.quantity += quantity
            holding.available += quantity
    else:
        cash, amount = account.cash_balance, maker.price * quantity
        cash.quantity += amount
        cash.available += amount
    account.exec_seq += 1


def _settle_taker(
    taker: Order, quantity: int, notional: int, sellable_day: int
) -> None:
    """Deliver against payment for a plain taker, once for all fills of a command."""
    account, command = taker.account, taker.command
    cash = account.cash_balance
    if command.side is BUY:
        holding = account.holding(command.instrument)
        if sellable_day:
            holding.receive(quantity, sellable_day)
        else:
            holding.quantity += quantity
            holding.available += quantity
        notional = -notional
    else:
        tonnes = taker.balance
        tonnes.quantity -= quantity
        tonnes.available -= quantity
    cash.quantity += notional
    cash.available += notional
