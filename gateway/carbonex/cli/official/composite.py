"""Find an order of trades that gives the composite's open, high and low.

By the method "mean" the composite is the mean of all vintages' last prices
(MARKET-RULES §2); by "newest" it is the newest vintage's price. Its open, high and
low thus depend on the order of trades, which the record does not contain. A
best-first search finds one: every vintage must trade at its own prices, no mean may
leave the published range, and the means must reach both ends of it.
"""

from __future__ import annotations

import heapq
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.engine import MAX_PRICE
from carbonex.wire.dates import date_text

from .listed import (
    ListedTrade,
    UnsolvableError,
    name_of,
    orders,
    prices,
    quantities,
)


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .files import CeaDay


_MOST: Final = 50_000  # state limit; the record's worst day takes 9,600
_GREED: Final = 3  # cost of a price still to be traded, in trades


def listed_trades(
    vintages: Sequence[CeaDay], references: Sequence[int], composite: CeaDay
) -> list[ListedTrade]:
    """Return a day's listed trades in order; ``references`` are the vintages' P0.

    A vintage has at most five different prices, a few more if the composite needs
    them, and one more trade per 99,999 tonnes.

    Raises:
        UnsolvableError: If the search finds no such trades.

    """
    traded = [at for at, day in enumerate(vintages) if day.listed.quantity]
    if not traded:
        return []
    days = [vintages[at] for at in traded]
    still = sum(references) - sum(references[at] for at in traded)
    search = _Search(days, still, _Range.of(composite, len(vintages)))
    solution = search.run(tuple(references[at] for at in traded))
    return [
        ListedTrade(days[at].instrument, price, part)
        for at, price, quantity in solution
        for part in orders(quantity)
    ]


def by_turns(vintages: Sequence[CeaDay]) -> list[ListedTrade]:
    """Return a day's listed trades, one vintage after another.

    Raises:
        UnsolvableError: If no trades give a vintage's figures.

    """
    return [trade for day in vintages for trade in alone(day)]


def alone(day: CeaDay) -> list[ListedTrade]:
    """Return a vintage's listed trades: first at its open, then its high and low.

    Raises:
        UnsolvableError: If no trades give its figures.

    """
    if not day.listed.quantity:
        return []
    visits = prices(day)
    parts = quantities(visits, *day.listed)
    if parts is None:
        raise UnsolvableError(f"{name_of(day)}: no trades come to its sums", "listed")
    return [
        ListedTrade(day.instrument, price, part)
        for price, quantity in zip(visits, parts, strict=True)
        for part in orders(quantity)
    ]


def newest_trades(
    vintages: Sequence[CeaDay], leader: CeaDay, reference: int, composite: CeaDay
) -> list[ListedTrade]:
    """Return a day's listed trades if the composite is the price of ``leader``.

    The composite's open shows which vintage traded first: the newest, or another one
    while the newest stood at ``reference``, its P0. If neither order gives open, high
    and low, the newest is first.

    Raises:
        UnsolvableError: If no trades give a vintage's figures.

    """
    own = alone(leader)
    others = by_turns([day for day in vintages if day is not leader])
    published = composite.open, composite.high, composite.low
    for trades in (own + others, others[:1] + own + others[1:]):
        values = [reference]
        for trade in trades:
            mine = trade.instrument == leader.instrument
            values.append(trade.price if mine else values[-1])
        seen = values[1:] or values
        if published == (seen[0], max(seen), min(seen)):
            return trades
    return own + others


class _Range(NamedTuple):
    """Price sums of the vintages that round to the composite's open, high and low.

    Each is (least, greatest). An unpublished price allows any sum.
    """

    open: tuple[int, int]
    high: tuple[int, int]
    low: tuple[int, int]

    @classmethod
    def of(cls, composite: CeaDay, size: int) -> _Range:
        """Return the range of a composite of ``size`` vintages."""
        prices = composite.open, composite.high, composite.low
        return cls(*(_sums(price, size) for price in prices))


def _sums(mean: int, size: int) -> tuple[int, int]:
    """Return the least and greatest sum of ``size`` prices with that rounded mean."""
    if not mean:
        return 0, MAX_PRICE * size
    # Rounding is half up: size * (mean - 1/2) <= sum < size * (mean + 1/2).
    least = (2 * size * mean - size + 1) // 2
    greatest = (2 * size * (mean + 1) - size + 1) // 2 - 1
    return least, greatest


class _State(NamedTuple):
    """The state of the day, by vintage with listed trades.

    It holds the last price, the prices still to be traded and the trades so far.
    """

    last: tuple[int, ...]
    wanted: tuple[frozenset[int], ...]
    trades: tuple[int, ...]
    high: bool = False  # the composite has reached its high
    low: bool = False

    def missing(self) -> int:
        """Return the number of prices and composite ends still to be reached."""
        return sum(map(len, self.wanted)) + (not self.high) + (not self.low)


_Path = tuple[int, int, "_Path"] | None  # vintage, price, earlier trades


class _Search:
    def __init__(self, days: Sequence[CeaDay], still: int, range_: _Range) -> None:
        self._days = days
        self._still = still  # price sum of the vintages without listed trades
        self._range = range_
        self._prices = [prices(day) for day in days]

    def run(self, references: tuple[int, ...]) -> list[tuple[int, int, int]]:
        """Return (vintage, price, quantity) of each trade in order."""
        wanted = tuple(map(frozenset, self._prices))
        start = _State(references, wanted, (0,) * len(wanted))
        number = count()
        heap: list[tuple[int, int, int, _State, _Path]] = [(0, 0, 0, start, None)]
        seen = {start}
        while heap and len(seen) < _MOST:
            _, trades, _, state, path = heapq.heappop(heap)
            if not state.missing():
                solution = self._solution(path)
                if solution is not None:
                    return solution
            for at, price, after in self._moves(state):
                if after not in seen:
                    seen.add(after)
                    cost = trades + 1 + _GREED * after.missing()
                    # Prefer the newest of equal entries: the search then goes deeper.
                    entry = cost, trades + 1, -next(number), after, (at, price, path)
                    heapq.heappush(heap, entry)
        raise UnsolvableError(
            f"{date_text(self._days[0].date)}: in no order of the vintages' trades does the"
            " composite have its open, high and low",
            "open, high, low",
        )

    def _moves(self, state: _State) -> Iterator[tuple[int, int, _State]]:
        """Yield each possible next trade with the state after it."""
        total = self._still + sum(state.last)
        for at, last in enumerate(state.last):
            for price in self._next_prices(state, at, total - last):
                after = self._after(state, at, price)
                if self._possible(after):
                    yield at, price, after

    def _next_prices(self, state: _State, at: int, others: int) -> list[int]:
        """Return the possible prices of a vintage; ``others`` is the others' price sum.

        They are the prices that it must still trade at, and the lowest and highest that
        the composite allows. These two let the composite reach its ends and make room.
        """
        day = self._days[at]
        if not any(state.trades):
            least, greatest = self._range.open
        else:
            least, greatest = self._range.low[0], self._range.high[1]
        least, greatest = least - others, greatest - others
        if not state.trades[at]:
            choice = {day.open}
        else:
            low, high = day.low, day.high
            choice = {*state.wanted[at], max(low, least), min(high, greatest)}
            choice = {price for price in choice if low <= price <= high}
            choice.discard(state.last[at])
        return sorted(price for price in choice if least <= price <= greatest)

    def _after(self, state: _State, at: int, price: int) -> _State:
        total = self._still + sum(state.last) - state.last[at] + price
        return _State(
            (*state.last[:at], price, *state.last[at + 1 :]),
            (*state.wanted[:at], state.wanted[at] - {price}, *state.wanted[at + 1 :]),
            (*state.trades[:at], state.trades[at] + 1, *state.trades[at + 1 :]),
            state.high or total >= self._range.high[0],
            state.low or total <= self._range.low[1],
        )

    def _possible(self, state: _State) -> bool:
        """Return whether the rest is within reach; a pruning test, not a proof."""
        lowest, highest = [], []
        for at, day in enumerate(self._days):
            if state.trades[at] + len(state.wanted[at]) > day.listed.quantity:
                return False
            before = () if state.trades[at] else (state.last[at],)
            lowest.append(min((day.low, *before)))
            highest.append(max((day.high, *before)))
        least = self._still + sum(lowest)
        greatest = self._still + sum(highest)
        if not state.high and greatest < self._range.high[0]:
            return False
        if not state.low and least > self._range.low[1]:
            return False
        return all(
            price + least - lowest[at] <= self._range.high[1]
            and price + greatest - highest[at] >= self._range.low[0]
            for at, wanted in enumerate(state.wanted)
            for price in wanted
        )

    def _solution(self, path: _Path) -> list[tuple[int, int, int]] | None:
        """Return the trades of a path with their tonnes, or None if no tonnes fit."""
        steps: list[tuple[int, int]] = []
        while path is not None:
            at, price, path = path
            steps.append((at, price))
        steps.reverse()
        parts: list[Iterator[int]] = []
        for at, day in enumerate(self._days):
            visits = [price for vintage, price in steps if vintage == at]
            found = quantities(visits, *day.listed)
            if found is None:
                return None
            parts.append(iter(found))
        return [(at, price, next(parts[at])) for at, price in steps]
