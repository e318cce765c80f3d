"""The book channel: conflated depth; the listings channel shares its conflation.

Between flushes a book stores only which prices were touched. At a flush each due group
reads the current levels. Levels that differ from the group's view, the depth that its
followers know, become one delta. A touched price whose level is unchanged costs a
look-up and no frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from carbonex.engine import BUY, SELL, Side
from carbonex.wire import channels
from carbonex.wire.money import format_fen

from .topic import Message, Topic


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import Exchange
    from carbonex.gateway.outbox import Outbox

    from .topic import Target

    View = dict[int, tuple[int, int]]  # price in fen -> tonnes, orders


FULL: Final = 0  # the depth that means all levels
GONE: Final = (0, 0)  # a level that does not exist
_ALL_LEVELS: Final = 2**31  # more than the number of possible prices


class Conflated(Topic):
    """The followers of one conflated view of a book with the same interval.

    A snapshot shows the view as of the last flush. The next delta's prev_seq is
    therefore the snapshot's seq for all followers, whenever they joined.
    """

    def __init__(
        self, exchange: Exchange, target: Target, closed: Callable[[], None]
    ) -> None:
        super().__init__(closed=closed)
        self._exchange = exchange
        self._target = target
        self._book = exchange.instruments[target.instrument].book
        self._interval_ns = target.interval_ms * 1_000_000
        # The engine's seq, because the view shows the engine's book. It may be ahead
        # of the published seq, if the subscription came between two commands of one
        # batch.
        self._seq = exchange.seq
        self._greeting: Message | None = None
        self.due_ns = 0
        self.touched: tuple[set[int], set[int]] = (set(), set())

    def greet(self, outbox: Outbox, now_ns: int) -> None:
        if self._greeting is None:
            sides = [self._whole(side) for side in Side]
            self._greeting = self._message("snapshot", sides, None)
        if not self.due_ns:
            self.due_ns = now_ns + self._interval_ns
        outbox.send_frame(self._greeting.framed(outbox.codec))

    def flush(self, now_ns: int) -> None:
        """Refresh the view; send its changes, if there are any."""
        if not any(self.touched):
            return
        sides = [self._news(side) for side in Side]
        for touched in self.touched:
            touched.clear()
        if any(sides):
            previous, self._seq = self._seq, self._exchange.seq
            self._greeting = None
            self.due_ns = now_ns + self._interval_ns
            self.send_newest(self._message("update", sides, previous))

    def _whole(self, side: Side) -> list[Any]:
        """Return one side of the view."""
        raise NotImplementedError

    def _news(self, side: Side) -> list[Any]:
        """Refresh one side of the view; return its changes."""
        raise NotImplementedError

    def _message(
        self,
        kind: Literal["snapshot", "update"],
        sides: list[list[Any]],
        previous: int | None,
    ) -> Message:
        """Return the message with the bids and asks in ``sides``."""
        raise NotImplementedError


class Group(Conflated):
    """The followers of one instrument's levels with the same depth and interval.

    A flush costs O(touched) for the full depth, else O(depth).
    """

    def __init__(
        self, exchange: Exchange, target: Target, closed: Callable[[], None]
    ) -> None:
        super().__init__(exchange, target, closed)
        self._limit = target.depth or _ALL_LEVELS
        self._views = (self._depth(BUY), self._depth(SELL))

    def _whole(self, side: Side) -> list[Any]:
        return self._levels(side, list(self._views[side]))

    def _news(self, side: Side) -> list[Any]:
        return self._levels(side, self._refresh(side))

    def _refresh(self, side: Side) -> list[int]:
        """Refresh one side of the view; return the prices whose level changed."""
        touched, view = self.touched[side], self._views[side]
        if not touched:
            return []
        if self._target.depth == FULL:
            now = {price: self._level(side, price) for price in touched}
        else:
            now = dict.fromkeys(view, GONE) | self._depth(side)
        changed = [p for p, level in now.items() if level != view.get(p, GONE)]
        for price in changed:
            if now[price] == GONE:
                del view[price]
            else:
                view[price] = now[price]
        return changed

    def _level(self, side: Side, price: int) -> tuple[int, int]:
        level = self._book.level(side, price)
        return GONE if level is None else (level.total, level.count)

    def _depth(self, side: Side) -> View:
        rows = self._book.depth(side, self._limit)
        return {price: (total, orders) for price, total, orders in rows}

    def _levels(self, side: Side, prices: list[int]) -> list[channels.Level]:
        """Return the view's levels at ``prices``, best first."""
        view = self._views[side]
        prices.sort(reverse=side is BUY)
        return [(format_fen(price), *view.get(price, GONE)) for price in prices]

    def _message(
        self,
        kind: Literal["snapshot", "update"],
        sides: list[list[Any]],
        previous: int | None,
    ) -> Message:
        _, instrument, depth, interval_ms, _ = self._target
        bids, asks = sides
        book = channels.Book(
            instrument, bids, asks, self._seq, depth, interval_ms, previous
        )
        return Message("book", kind, [book])
