"""Matching: a taker meets the other side in price–time priority.

The taker's funds are checked before, so nothing here can fail. What a taker
does not trade is locked by whoever lets it rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .enums import BUY, CancelReason, SelfTrade
from .events import OrderCancelled, OrderReduced, Trade


if TYPE_CHECKING:
    from .accounts import Account
    from .book import BookSide, Order
    from .commands import PlaceOrder
    from .events import Event
    from .state import Instrument


CANCEL_NEWEST = SelfTrade.CANCEL_NEWEST
CANCEL_OLDEST = SelfTrade.CANCEL_OLDEST
CANCEL_BOTH = SelfTrade.CANCEL_BOTH
DECREMENT = SelfTrade.DECREMENT


def match(
    instrument: Instrument, makers: BookSide, taker: Order, events: list[Event]
) -> bool:
    """Trade ``taker`` as far as its price and the other side allow.

    Returns whether it is finished: filled, or cancelled by self-trade
    prevention. If not, its remainder meets no order. O(1) per fill, O(log n)
    per level used up.
    """
    limit = makers.sign * taker.price
    account, command = taker.account, taker.command
    traded = notional = 0
    finished = False
    while not finished:
        level = makers.best
        if level is None or level.key > limit:
            break
        maker = level.oldest
        assert maker is not None
        if maker.account.participant is account.participant:
            finished = _prevent(maker, taker, events)
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
        notional += maker.price * quantity
        _settle_maker(maker, quantity)
        account.exec_seq += 1
        instrument.last_trade_id += 1
        events.append(
            Trade(
                instrument.last_trade_id,
                maker.price,
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
        )
    if traded:
        _settle_taker(taker, traded, notional)
    return finished


def fillable(
    makers: BookSide, account: Account, command: PlaceOrder, price: int, wanted: int
) -> bool:
    """Tell whether all of an order would trade at once: fill or kill.

    Linear in the orders that it would take. Self-trade prevention counts: an
    own order is passed over only where the mode would cancel it and go on.
    """
    limit = makers.sign * price
    passes = command.self_trade is CANCEL_OLDEST
    for level in makers:
        if level.key > limit:
            return False
        order = level.oldest
        while order is not None:
            if order.account.participant is not account.participant:
                wanted -= order.remaining
                if wanted <= 0:
                    return True
            elif not passes:
                return False
            order = order.newer
    return False


def cancel_resting(order: Order, reason: CancelReason) -> OrderCancelled:
    """Take a resting order out of account and book; release what it locked."""
    del order.account.orders[order.order_id]
    return withdraw(order, reason)


def withdraw(order: Order, reason: CancelReason) -> OrderCancelled:
    """Take an order that its account has given up out of the book as well."""
    order.level.remove(order)
    remaining = order.remaining
    order.balance.available += order.unit * remaining
    account = order.account
    exec_seq = account.exec_seq = account.exec_seq + 1
    return OrderCancelled(
        order.order_id,
        exec_seq,
        order.price,
        remaining,
        order.quantity - remaining,
        reason,
        True,  # noqa: FBT003 - positional: a keyword costs 60 ns here
        order.command,
    )


def cancel_rest(taker: Order, reason: CancelReason) -> OrderCancelled:
    """Finish a taker whose remainder is not to rest."""
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


def _settle_maker(maker: Order, quantity: int) -> None:
    """Deliver against payment: what the maker gives was locked, and goes."""
    account, command = maker.account, maker.command
    maker.balance.quantity -= maker.unit * quantity
    if command.side is BUY:
        received, amount = account.holding(command.instrument), quantity
    else:
        received, amount = account.cash_balance, maker.price * quantity
    received.quantity += amount
    received.available += amount
    account.exec_seq += 1


def _settle_taker(taker: Order, quantity: int, notional: int) -> None:
    """Deliver against payment, once for all fills of a command."""
    account, command = taker.account, taker.command
    cash = account.cash_balance
    if command.side is BUY:
        tonnes = account.holding(command.instrument)
        notional = -notional
    else:
        tonnes = taker.balance
        quantity = -quantity
    cash.quantity += notional
    cash.available += notional
    tonnes.quantity += quantity
    tonnes.available += quantity


def _prevent(maker: Order, taker: Order, events: list[Event]) -> bool:
    """Do what the taker's mode says; return whether the taker is finished."""
    mode = taker.command.self_trade
    reason = CancelReason.SELF_TRADE
    if mode is DECREMENT:
        quantity = min(maker.remaining, taker.remaining)
        finished = quantity == taker.remaining
        events.append(_reduce_maker(maker, quantity))
        events.append(_reduce_taker(taker, quantity))
        return finished
    if mode is not CANCEL_NEWEST:
        events.append(cancel_resting(maker, reason))
    if mode is CANCEL_OLDEST:
        return False
    events.append(cancel_rest(taker, reason))
    return True


def _reduce_maker(maker: Order, quantity: int) -> Event:
    if quantity == maker.remaining:
        return cancel_resting(maker, CancelReason.SELF_TRADE)
    maker.level.total -= quantity
    maker.balance.available += maker.unit * quantity
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
        order.quantity,
        order.remaining,
        rested,
        order.command,
    )
