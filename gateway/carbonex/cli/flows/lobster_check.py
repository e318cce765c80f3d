"""Check that the venue's books and fills equal LOBSTER's record."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from carbonex.engine import Rejected, Side, Trade

from .check import Check
from .depth import Depth
from .lobster import ALL, INSTRUMENT, Fill, Mark, Translation
from .lobster_files import DEPTH, read_book


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from carbonex.engine import Event, Exchange, OrderCommand

    from .lobster_files import Recorded, Row


class LobsterCheck(Check):
    """Compare every fill, and the book at every mark.

    The book is rebuilt from events alone. It is compared with the engine's own book
    after each batch.
    """

    def __init__(self, translation: Translation, rows: Sequence[Row]) -> None:
        super().__init__(translation.flow.commands)
        self._translation = translation
        self._marks = _Ahead(translation.marks)
        self._fills = iter(translation.fills)
        self._books = (row.book for row in rows if row.book is not None)
        self._book: Recorded = ([], [])
        self._depth = Depth()
        self._trades = 0  # of the current command
        self.rows = 0  # recorded books that were compared
        self.marks: Counter[int] = Counter()  # comparisons, by levels per side
        self.fills = 0  # fills equal in order, size and price

    def follow(self, command: OrderCommand, event: Event) -> None:
        """Update the book, and compare it after each trade that has a mark."""
        self._depth.follow(event)
        if type(event) is Trade:
            self._fill(event)
            self._trades += 1
            self._compare(self._trades)
        elif type(event) is Rejected:
            self.differs(f"command {self.at}", command, event)

    def done(self) -> None:
        """Rest a new order's remainder and compare the book."""
        self._depth.settle()
        self._trades = 0
        self._compare(ALL)

    def settled(self, exchange: Exchange) -> None:
        """Compare the engine's own book with the book rebuilt from its events."""
        book = exchange.instruments[INSTRUMENT].book
        for side in Side:
            engine = [level[:2] for level in book.depth(side, DEPTH)]
            if engine != self._depth.best(side, DEPTH):
                what = f"engine's {side.name} side before command {self.at}"
                self.differs(what, self._depth.best(side, DEPTH), engine)

    def finish(self, exchange: Exchange) -> None:
        """Report fills and marks that did not occur."""
        super().finish(exchange)
        for fill in self._fills:
            self.differs(f"command {fill.command}", fill, "no fill")
        for mark in self._marks.rest():
            self.differs(f"row {mark.row}", mark, "not reached")

    def equal(self) -> dict[str, int]:
        """Return the counts of books and executions that equal the record."""
        return {
            "books, at least 10 levels a side": self.rows,
            "books, all 30 levels a side": self.marks[DEPTH],
            "executions (order, size, price)": self.fills,
        }

    def explained(self) -> dict[str, int]:
        """Return the counts of commands added, and of messages not sent."""
        corrections = self._translation.corrections
        counts = self._translation.counts
        return {
            "levels seeded with anonymous orders": counts["seeded"],
            "messages that take from anonymous orders": counts["anonymous"],
            "older orders that Nasdaq passed over": len(self._translation.passed),
            "levels filled up when they came into view": sum(
                c.shares > 0 for c in corrections
            ),
            "levels cut down when they came into view": sum(
                c.shares < 0 for c in corrections
            ),
            "deletions of shares never in view": counts["unseen"],
            "executions of hidden orders": counts["hidden"],
        }

    def _fill(self, trade: Trade) -> None:
        maker = trade.maker.client_order_id
        venue = Fill(self.at, maker, trade.price, trade.quantity)
        recorded = next(self._fills, None)
        if venue == recorded:
            self.fills += 1
        else:
            self.differs(f"command {self.at}", recorded, venue)

    def _compare(self, trades: int) -> None:
        for mark in self._marks.due(self.at, trades):
            while self.rows <= mark.row:
                self._book = read_book(next(self._books))
                self.rows += 1
            self.marks[mark.levels] += 1
            for side in Side:
                recorded = self._book[side][: mark.levels]
                venue = self._depth.best(side, mark.levels)
                if recorded != venue:
                    self.differs(f"row {mark.row}, {side.name} side", recorded, venue)


class _Ahead:
    """Marks in the order in which they are due."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        self._left = iter(marks)
        self._next = next(self._left, None)

    def due(self, command: int, trades: int) -> Iterator[Mark]:
        mark = self._next
        while mark is not None and (mark.command, mark.trades) == (command, trades):
            yield mark
            mark = self._next = next(self._left, None)

    def rest(self) -> Iterator[Mark]:
        while self._next is not None:
            yield self._next
            self._next = next(self._left, None)
