"""Translate LOBSTER's messages to the commands that the owners must have sent.

- A new order is a limit order, a reduction an amend to the lower total, a
  deletion a cancel. Each carries the recorded id as its client order id.
- Executions at one time on one side have one aggressor: an IOC order for their
  sum at the worst price. If a new order follows at that time on the aggressor's
  side and at no better a price, it is the aggressor's remainder. Then one limit
  order covers both.
- Executions of hidden orders touch no book and need no command.
- The first recorded book is placed as anonymous orders, one per level, because
  the owners of these orders are unknown. Messages that name unknown ids take
  from them.

Two kinds of commands are sent without a message, and each is counted. If Nasdaq
passed over an older order, that order first loses its queue priority (``Passed``).
If a level enters the best 30 with other shares than the messages account for, the
difference is placed or cancelled (``Correction``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.engine import BUY, SELL, Side

from .lobster_book import RecordedBook, Resting
from .lobster_files import (
    DEPTH,
    FormatError,
    Kind,
    Message,
    Recorded,
    Row,
    read_book,
)
from .lobster_runs import end_of_run, rest_of_run
from .writer import FlowWriter


if TYPE_CHECKING:
    from collections.abc import Sequence

    from .flow import Flow


INSTRUMENT: Final = "AAPL"
ALL: Final = -1  # trades of a mark: compare after the whole command
COMPARED: Final = 10  # levels that must equal the record even before a correction


class Mark(NamedTuple):
    """After ``trades`` trades of a command the book must equal a recorded row."""

    row: int  # of orderbook_30, from 0
    command: int
    trades: int
    levels: int


class Fill(NamedTuple):
    """An execution that the recording lists."""

    command: int  # the aggressor's command
    maker: str  # the anonymous order's id if the recorded id is unknown
    price: int
    size: int


class Passed(NamedTuple):
    """Nasdaq executed ``executed`` although ``older`` had priority in the queue."""

    time: str
    side: Side
    price: int
    executed: str
    older: str


class Correction(NamedTuple):
    """Shares that appeared or vanished while the level was beyond the best 50."""

    row: int
    side: Side
    level: int  # from 0, in the recorded book or past its end
    price: int
    shares: int  # negative: cancelled


class Translation(NamedTuple):
    """A recording's commands and their expected results."""

    flow: Flow
    marks: list[Mark]
    fills: list[Fill]
    passed: list[Passed]
    corrections: list[Correction]
    counts: dict[str, int]


def translate(rows: Sequence[Row]) -> Translation:
    """Return the commands for ``rows``; the first row must have a book.

    Raises:
        FormatError: If shares are executed that no book has shown.

    """
    return _Translator(rows).run()


class _Translator:
    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._last_named = {row.message.order_id: i for i, row in enumerate(rows)}
        self._book = RecordedBook()
        self._writer = FlowWriter(INSTRUMENT)
        self._marks: list[Mark] = []
        self._fills: list[Fill] = []
        self._passed: list[Passed] = []
        self._corrections: list[Correction] = []
        self._counts = dict.fromkeys(
            ("seeded", "aggressors", "rested", "hidden", "unseen", "anonymous"), 0
        )
        self._shown = 0  # rows with a book so far
        self._unnamed = 0  # ids given to orders that the recording does not name

    def run(self) -> Translation:
        self._seed()
        kinds = [row.message.kind for row in self._rows]
        self._counts["hidden"] = kinds.count(Kind.EXECUTE_HIDDEN)
        at = 1
        while at < len(self._rows):
            after = self._step(at)
            self._compare_and_correct(after - 1)
            at = after
        return Translation(
            self._writer.flow(),
            self._marks,
            self._fills,
            self._passed,
            self._corrections,
            self._counts,
        )

    def _seed(self) -> None:
        """Place the first recorded book and the order that the first row adds."""
        message, line = self._rows[0]
        assert line is not None
        is_new = message.kind is Kind.NEW
        for side in Side:
            for price, shares in read_book(line)[side]:
                own = is_new and side is message.side and price == message.price
                seeded = shares - message.size if own else shares
                if seeded:
                    self._anonymous(side, price, seeded)
                    self._counts["seeded"] += 1
        if is_new:
            self._new(message)
        self._compare_and_correct(0)

    def _step(self, at: int) -> int:
        """Translate row ``at`` and its command's other rows; return the next row."""
        message = self._rows[at].message
        kind = message.kind
        if kind is Kind.EXECUTE:
            return self._aggressor(at)
        if kind is Kind.NEW:
            self._new(message)
        elif kind is not Kind.EXECUTE_HIDDEN:
            self._withdraw(message)
        return at + 1

    def _new(self, message: Message) -> None:
        _, _, name, size, price, side = message
        self._place(Resting(name, side, price, size, size))

    def _withdraw(self, message: Message) -> None:
        """Cancel or reduce the named order, or anonymous shares of the same size."""
        order = self._book.orders.get(message.order_id)
        if order is not None:
            self._reduce(order, message.size)
            return
        left = message.size
        for each in self._book.queue(message.side, message.price):
            if each.anonymous and left:
                shares = min(left, each.remaining)
                self._reduce(each, shares)
                left -= shares
        self._counts["unseen" if left else "anonymous"] += 1

    def _aggressor(self, at: int) -> int:
        """Translate executions to their aggressor's order; return the next row."""
        end = end_of_run(self._rows, at)
        rest_at = rest_of_run(self._rows, end)
        rest = None if rest_at is None else self._rows[rest_at].message
        run = [r.message for r in self._rows[at:end] if r.message.kind is Kind.EXECUTE]
        quantity = sum(message.size for message in run)
        side = _opposite(run[0].side)
        # The last execution is at the worst price.
        price = run[-1].price if rest is None else rest.price
        fills = [fill for message in run for fill in self._execute(message)]
        command = len(self._writer)
        self._fills += [fill._replace(command=command) for fill in fills]
        self._counts["aggressors"] += 1
        if rest is None:
            self._writer.take(self._name("ioc"), side, price, quantity)
        else:
            self._counts["rested"] += 1
            quantity += rest.size
            self._writer.limit(rest.order_id, side, price, quantity)
            self._book.add(Resting(rest.order_id, side, price, quantity, rest.size))
        for fill in fills:
            if fill.maker not in self._book.orders:
                self._writer.leave(fill.maker)
        after = end if rest_at is None else rest_at + 1
        self._mark_run(at, after, command)
        return after

    def _execute(self, message: Message) -> list[Fill]:
        """Apply one execution; requeue the orders that Nasdaq passed over."""
        queue = self._book.queue(message.side, message.price)
        named = self._book.orders.get(message.order_id)
        if named is None:
            self._counts["anonymous"] += 1
        fills = []
        left = message.size
        while left:
            order = named or next((each for each in queue if each.anonymous), None)
            if order is None:
                raise FormatError(f"{message.time}: {left} unknown shares are executed")
            for older in queue[: queue.index(order)]:
                self._pass_over(message, older)
            shares = min(left, order.remaining)
            self._book.take(order, shares)
            fills.append(Fill(0, order.order_id, message.price, shares))
            left -= shares
            queue = self._book.queue(message.side, message.price)
        return fills

    def _pass_over(self, message: Message, older: Resting) -> None:
        """Amend to a higher total and back, so that the order loses its priority."""
        self._writer.amend(older.order_id, older.total + 1)
        self._writer.amend(older.order_id, older.total)
        self._book.requeue(older)
        time, _, executed, _, price, side = message
        self._passed.append(Passed(time, side, price, executed, older.order_id))

    def _mark_run(self, at: int, after: int, command: int) -> None:
        """Add marks after each trade within the run."""
        trades = 0
        for row in self._rows[at : after - 1]:
            trades += row.message.kind is Kind.EXECUTE
            if row.book is not None:
                self._marks.append(Mark(self._shown, command, trades, COMPARED))
                self._shown += 1

    def _compare_and_correct(self, at: int) -> None:
        """Add a mark for the book after row ``at``, and correct its deep levels."""
        line = self._rows[at].book
        if line is None:
            return
        last = len(self._writer) - 1
        if self._correct(read_book(line), at):
            self._marks.append(Mark(self._shown, last, ALL, COMPARED))
            last = len(self._writer) - 1
        self._marks.append(Mark(self._shown, last, ALL, DEPTH))
        self._shown += 1

    def _correct(self, recorded: Recorded, at: int) -> bool:
        """Make the best 30 levels equal the record; return whether they differed."""
        before = len(self._corrections)
        for side in (BUY, SELL):
            levels = recorded[side]
            if self._book.depth(side, DEPTH) == levels:
                continue
            shares = dict(levels)
            # Cut levels down first, as far as the record shows this side.
            for level, queue in enumerate(self._book.within(side, levels[-1][0])):
                excess = queue.total - shares.get(queue.price, 0)
                if excess > 0:
                    self._note(side, level, queue.price, -excess)
                    self._cut(side, queue.price, excess, at)
            # Then fill up the levels that hold too little.
            known = dict(self._book.depth(side, DEPTH))
            for level, (price, total) in enumerate(levels):
                if total > known.get(price, 0):
                    self._note(side, level, price, total - known.get(price, 0))
                    self._anonymous(side, price, total - known.get(price, 0))
        return len(self._corrections) > before

    def _cut(self, side: Side, price: int, excess: int, at: int) -> None:
        """Withdraw shares, starting with orders that no later message names."""
        queue = self._book.queue(side, price)
        queue.sort(key=lambda each: self._last_named.get(each.order_id, -1) > at)
        for order in queue:
            shares = min(excess, order.remaining)
            if shares:
                self._reduce(order, shares)
                excess -= shares

    def _note(self, side: Side, level: int, price: int, shares: int) -> None:
        self._corrections.append(Correction(self._shown, side, level, price, shares))

    def _anonymous(self, side: Side, price: int, shares: int) -> None:
        order = Resting(self._name("anon"), side, price, shares, shares)
        order.anonymous = True
        self._place(order)

    def _place(self, order: Resting) -> None:
        """Send a non-marketable order and add it to the book."""
        self._writer.limit(order.order_id, order.side, order.price, order.total)
        self._book.add(order)

    def _reduce(self, order: Resting, shares: int) -> None:
        """Send an amend to the lower total, or a cancel if nothing remains."""
        if shares < order.remaining:
            order.total -= shares
            self._writer.amend(order.order_id, order.total)
        else:
            self._writer.cancel(order.order_id)
        self._book.take(order, min(shares, order.remaining))

    def _name(self, prefix: str) -> str:
        self._unnamed += 1
        return f"{prefix}-{self._unnamed}"


def _opposite(side: Side) -> Side:
    return SELL if side is BUY else BUY
