"""The book channel: depth, conflated.

Between flushes a book keeps only which prices were touched. At a flush the
groups that are due read what stands there now, and what differs from the
group's view, the depth that its followers know, becomes one delta. Prices that
were touched and look as before cost a look-up and no frame.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, Literal

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
GONE: Final = (0, 0)  # what a level that is not there holds
_ALL_LEVELS: Final = 2**31  # more than there are prices

# The shell flushes every 50 ms, give or take: half of that early is on time,
# or a timer's jitter would make every interval 50 ms longer.
_EARLY_NS: Final = 25_000_000


class Books:
    """All groups that somebody follows, by instrument."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._groups: dict[str, dict[Target, Group]] = {}
        # Prices of bids and asks in fen, per followed instrument, since the last
        # flush, which clears them: never more than levels changed in 50 ms.
        self.touched: dict[str, tuple[set[int], set[int]]] = {}

    def find(self, target: Target) -> Group:
        """Return the group with that instrument, depth and interval."""
        name = target.instrument
        groups = self._groups.get(name)
        if groups is None:
            groups = self._groups[name] = {}
            self.touched[name] = (set(), set())
        group = groups.get(target)
        if group is None:
            closed = partial(self._close, target)
            group = groups[target] = Group(self._exchange, target, closed)
        return group

    def flush(self, now_ns: int) -> None:
        """Send the deltas of all groups whose interval has passed."""
        self._hand_on()
        for groups in self._groups.values():
            for group in groups.values():
                if group.due_ns <= now_ns + _EARLY_NS:
                    group.flush(now_ns)

    def flush_all(self, now_ns: int) -> None:
        """Send all deltas, those of groups that are not due as well."""
        self._hand_on()
        for groups in self._groups.values():
            for group in groups.values():
                group.flush(now_ns)

    def _hand_on(self) -> None:
        """Give what was touched since the last flush to every group."""
        for name, (bids, asks) in self.touched.items():
            if bids or asks:
                for group in self._groups[name].values():
                    group.touched[BUY].update(bids)
                    group.touched[SELL].update(asks)
                bids.clear()
                asks.clear()

    def _close(self, target: Target) -> None:
        """Forget a group that nobody follows any more."""
        groups = self._groups[target.instrument]
        del groups[target]
        if not groups:
            del self._groups[target.instrument]
            del self.touched[target.instrument]


class Group(Topic):
    """Those who follow one instrument with the same depth and interval.

    A snapshot is the view as of the last flush, so the next delta's prev_seq
    is the snapshot's seq for everybody, whenever they joined. The full depth
    costs O(touched) a flush, any other O(depth).
    """

    def __init__(
        self, exchange: Exchange, target: Target, closed: Callable[[], None]
    ) -> None:
        super().__init__(closed=closed)
        self._exchange = exchange
        self._target = target
        self._book = exchange.instruments[target.instrument].book
        self._limit = target.depth or _ALL_LEVELS
        self._interval_ns = target.interval_ms * 1_000_000
        self._views = (self._depth(BUY), self._depth(SELL))
        # The engine's seq, which may be ahead of what was published when the
        # subscription came between two commands of one batch: it is what the
        # book shows.
        self._seq = exchange.seq
        self._greeting: Message | None = None
        self.due_ns = 0
        self.touched: tuple[set[int], set[int]] = (set(), set())

    def greet(self, outbox: Outbox, now_ns: int) -> None:
        if self._greeting is None:
            sides = [self._levels(side, list(self._views[side])) for side in Side]
            self._greeting = self._message("snapshot", sides, None)
        if not self.due_ns:
            self.due_ns = now_ns + self._interval_ns
        outbox.send_frame(self._greeting.framed(outbox.codec))

    def flush(self, now_ns: int) -> None:
        """Bring the view up to date and send what changed, if anything did."""
        if not any(self.touched):
            return
        sides = [self._levels(side, self._refresh(side)) for side in Side]
        for touched in self.touched:
            touched.clear()
        if any(sides):
            previous, self._seq = self._seq, self._exchange.seq
            self._greeting = None
            self.due_ns = now_ns + self._interval_ns
            self.send_newest(self._message("update", sides, previous))

    def _refresh(self, side: Side) -> list[int]:
        """Update one side of the view; return the prices that changed."""
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
        """Return what the view has at ``prices``, best first."""
        view = self._views[side]
        prices.sort(reverse=side is BUY)
        return [(format_fen(price), *view.get(price, GONE)) for price in prices]

    def _message(
        self,
        kind: Literal["snapshot", "update"],
        sides: list[list[channels.Level]],
        previous: int | None,
    ) -> Message:
        _, instrument, depth, interval_ms, _ = self._target
        bids, asks = sides
        book = channels.Book(
            instrument, bids, asks, self._seq, depth, interval_ms, previous
        )
        return Message("book", kind, [book])
