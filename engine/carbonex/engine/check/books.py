"""Invariants of books: levels, queues, and stop orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine.commands import MAX_PRICE
from carbonex.engine.enums import BUY, Phase, Side


if TYPE_CHECKING:
    from carbonex.engine.accounts import Participant
    from carbonex.engine.book import BookSide, Level, Order
    from carbonex.engine.orders.stops import Stops
    from carbonex.engine.state import Instrument, State


def check_books(state: State) -> dict[int, Order]:
    """Assert that books and stops are consistent; return all their orders by id."""
    found: dict[int, Order] = {}
    for instrument in state.listed:
        resting = _resting(instrument)
        waiting = _waiting(instrument.stops)
        is_named = instrument.terms.pick
        assert (instrument.book.bids.numbers is not None) is is_named
        assert (instrument.book.asks.numbers is not None) is is_named
        for order in resting + waiting:
            assert order.instrument == instrument.name
            assert order.order_id not in found
            found[order.order_id] = order
        _check_crossing(instrument, resting)
    return found


def _resting(instrument: Instrument) -> list[Order]:
    orders: list[Order] = []
    for side in Side:
        half = instrument.book.side(side)
        _check_levels(half)
        for level in half:
            for order in _queue(level):
                assert order.side is side
                assert not order.waits
                orders.append(order)
    return orders


def _check_levels(half: BookSide) -> None:
    levels = list(half)
    assert half.best is (levels[0] if levels else None)
    assert list(half.keys) == sorted(half.levels)
    if half.numbers is not None:
        assert half.numbers == half.numbered()
    for level in levels:
        assert half.levels[level.key] is level
        assert level.key == half.sign * level.price
        assert level.book_side is half


def _queue(level: Level) -> list[Order]:
    queue: list[Order] = []
    order, older = level.oldest, None
    while order is not None:
        assert order.older is older
        assert order.level is level
        assert order.price == level.price
        queue.append(order)
        order, older = order.newer, order
    assert level.newest is older
    assert level.count == len(queue) > 0
    assert level.total == sum(order.shown for order in queue)
    return queue


def _waiting(stops: Stops) -> list[Order]:
    orders = list(stops.orders())
    assert len(stops) == len(orders)
    keys: list[tuple[Side, int, int]] = []
    for order in orders:
        extras = order.extras
        assert extras is not None
        assert extras.stops is stops
        stop = extras.stop_price
        keys.append((order.side, stop if order.side is BUY else -stop, extras.place))
        assert 0 < extras.place <= stops.last
    assert keys == sorted(set(keys))
    buys = [price for side, price, _ in keys if side is BUY]
    sells = [-price for side, price, _ in keys if side is not BUY]
    assert stops.buys_from == min(buys, default=MAX_PRICE + 1)
    assert stops.sells_to == max(sells, default=0)
    return orders


def _check_crossing(instrument: Instrument, resting: list[Order]) -> None:
    """Assert that only call auctions cross, and that nobody crosses itself."""
    bid, ask = instrument.book.bids.best, instrument.book.asks.best
    if bid is None or ask is None or bid.price < ask.price:
        return
    calls = instrument.terms.calls
    assert instrument.phase is not Phase.TRADING, "crossed book"
    assert calls.open_seconds or calls.resume_seconds, "crossed without a call"
    bids: dict[Participant, int] = {}
    asks: dict[Participant, int] = {}
    for order in resting:
        owner, price = order.account.participant, order.price
        if order.side is BUY:
            bids[owner] = max(bids.get(owner, price), price)
        else:
            asks[owner] = min(asks.get(owner, price), price)
    assert all(price < asks.get(owner, price + 1) for owner, price in bids.items())
