"""Every invariant of the exchange, asserted the slow and obvious way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .accounts import NOTHING
from .commands import MAX_BALANCE
from .enums import BUY, SELL, Phase, Side


if TYPE_CHECKING:
    from .accounts import Account
    from .book import Book, Level, Order
    from .state import Instrument, State


def check(state: State) -> None:
    """Assert books, indexes, locks and the conservation of cash and tonnes."""
    resting: dict[int, Order] = {}
    for instrument in state.instruments.values():
        assert instrument.phase is state.phase_of(instrument)
        is_fine = instrument.terms.tick == instrument.terms.lot == 1
        assert instrument.plain is (is_fine and instrument.phase is Phase.TRADING)
        _check_book(instrument.book, resting)
        _check_tonnes(state, instrument)
    for account in state.accounts.values():
        _check_account(account, resting)
    assert len(resting) == sum(len(a.orders) for a in state.accounts.values())
    assert all(order_id <= state.last_order_id for order_id in resting)
    assert sum(a.cash for a in state.accounts.values()) == state.cash
    assert 0 <= state.cash <= MAX_BALANCE
    assert NOTHING.quantity == NOTHING.available == 0


def _check_book(book: Book, resting: dict[int, Order]) -> None:
    for side in Side:
        half = book.side(side)
        levels = list(half)
        assert half.best is (levels[0] if levels else None)
        assert list(half.keys) == sorted(half.levels)
        for level in levels:
            assert half.levels[level.key] is level
            assert level.key == half.sign * level.price
            assert level.book_side is half
            for order in _queue(level):
                assert order.side is side
                assert order.order_id not in resting
                resting[order.order_id] = order
    bid, ask = book.best(BUY), book.best(SELL)
    assert bid is None or ask is None or bid.price < ask.price, "crossed book"


def _queue(level: Level) -> list[Order]:
    queue: list[Order] = []
    order, older = level.oldest, None
    while order is not None:
        assert order.older is older
        assert order.level is level
        assert order.price == level.price
        assert 0 < order.remaining <= order.quantity
        queue.append(order)
        order, older = order.newer, order
    assert level.newest is older
    assert level.count == len(queue) > 0
    assert level.total == sum(order.remaining for order in queue)
    return queue


def _check_tonnes(state: State, instrument: Instrument) -> None:
    name = instrument.terms.instrument
    held = sum(
        account.holdings[name].quantity
        for account in state.accounts.values()
        if name in account.holdings
    )
    assert held == instrument.issued <= MAX_BALANCE, f"{name}: tonnes not conserved"


def _check_account(account: Account, resting: dict[int, Order]) -> None:
    """Assert that locks are what open orders need, and that nothing is negative."""
    cash = 0
    tonnes = dict.fromkeys(account.holdings, 0)
    for order_id, order in account.orders.items():
        assert resting[order_id] is order
        assert order.account is account
        if order.side is BUY:
            assert order.balance is account.cash_balance
            assert order.unit == order.price
            cash += order.price * order.remaining
        else:
            assert order.balance is account.holdings[order.instrument]
            assert order.unit == 1
            tonnes[order.instrument] += order.remaining
        name = order.command.client_order_id
        assert not name or account.client_ids.get(name) is order
    assert list(account.orders) == sorted(account.orders)
    assert account.locked == cash <= account.cash
    for name, holding in account.holdings.items():
        assert holding.locked == tonnes[name] <= holding.quantity
