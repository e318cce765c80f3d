"""The promises of one connection, and what it showed its client at each seq."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, final

from msgspec.structs import replace

from .questions import STATED
from .record import Run, Shown, Stated


if TYPE_CHECKING:
    from carbonex.wire import answers, channels, requests

    from .record import Record


PRIVATE: Final = ("executions", "balances", "countdown", "blocks", "bids")

# Channels whose snapshot is the end of the earlier stream; updates continue it.
RECENT: Final = ("trade", "alerts")


@final
class Connection:
    """One connection of ``name``, which is its key's, participant's and account's."""

    def __init__(self, record: Record, name: str) -> None:
        self._record = record
        self._name = name
        self._since: dict[str, int] = {}  # position at each channel's subscription
        self._from_seq: dict[str, int] = {}
        self._next: dict[str, int] = {}
        self._greeted: dict[str, int] = {}  # the newest execution in the snapshot
        self._runs: dict[tuple[str, str], Run] = {}
        self._books: dict[tuple[str, int], _Book] = {}
        self._tickers: dict[str, channels.Ticker] = {}
        self._balances: dict[str, answers.Balances] = {}
        self._seq = 0

    def subscribed(self, params: requests.Subscribe, since: int) -> None:
        """Record an acknowledged subscription; its snapshot follows.

        The request was sent when the venue was at position ``since``.
        """
        self._since[params.channel] = since
        if params.channel == "executions":
            self._from_seq[params.account] = params.from_seq
        for key in [key for key in self._runs if key[0] == params.channel]:
            del self._runs[key]

    def unsubscribing(self, params: requests.Unsubscribe) -> None:
        """Expect no more data of an unsubscribed channel."""
        if params.channel == "book":
            self._books.pop((params.instrument, params.depth), None)
        elif params.channel == "ticker":
            self._tickers.clear()
        elif params.channel == "balances":
            self._balances.pop(params.account, None)

    def logged_out(self) -> None:
        """Expect no more data of channels that need a login."""
        self._balances.clear()

    def begin(self, channel: str, items: list[Any]) -> None:
        """Record a snapshot that must be complete."""
        if channel in STATED or channel == "bulletin":
            upto = self._record.position()
            since = self._since.get(channel, 0)
            self._record.stated.append(Stated(channel, self._name, items, since, upto))

    def take(self, channel: str, item: Any, *, whole: bool) -> None:
        """Record an item of a channel's frame; ``whole`` marks a snapshot's item."""
        self._record.count(f"{channel} items")
        if channel in PRIVATE:
            self._check_owner(channel, item)
        if channel == "executions" and whole:
            self._begin_executions(item)
        elif channel == "executions":
            self._execute(item)
        elif channel == "book":
            self._change_book(item, whole=whole)
        elif channel == "ticker":
            self._tickers[item.instrument] = item
            self._show(item.seq, "ticker", item.instrument, item)
        elif channel == "balances":
            self._balances[item.account] = item
            self._record.balances.append(item)
        else:
            self._hear(channel, item, whole=whole)

    def heartbeat(self, item: channels.Heartbeat) -> None:
        """Check that the seq never goes back; record the state shown at this seq."""
        if item.seq < self._seq:
            self._record.fail("seq goes on", f"{item.seq} after {self._seq}")
        self._seq = item.seq
        self._record.count("heartbeats")
        self._record.heartbeats.append(item)
        for (instrument, depth), book in self._books.items():
            self._show(item.seq, "book", instrument, book.levels(), depth)
        for name, ticker in self._tickers.items():
            self._show(item.seq, "ticker", name, replace(ticker, seq=item.seq))
        for name, balances in self._balances.items():
            self._show(item.seq, "balances", name, balances)

    def _check_owner(self, channel: str, item: Any) -> None:
        """Check that private data goes to its owner only."""
        is_block = channel == "blocks"
        owners = [item.proposer, item.counterparty] if is_block else [item.account]
        if self._name not in owners:
            self._record.fail("private to its owner", f"{self._name} got {item}")

    def _begin_executions(self, item: channels.ExecutionsSnapshot) -> None:
        """Set the next execution number from the snapshot."""
        asked = self._from_seq.get(item.account, 0)
        self._next[item.account] = asked or item.exec_seq + 1
        self._greeted[item.account] = item.exec_seq
        self._record.greetings.append(item)

    def _execute(self, item: channels.Execution) -> None:
        """Check that a connection's executions have no gap and no repetition."""
        wanted = self._next.get(item.account)
        if item.exec_seq != wanted:
            self._record.fail(
                "executions without a gap",
                f"{item.account} got {item.exec_seq} where {wanted} was next",
            )
        if item.replayed != (item.exec_seq <= self._greeted.get(item.account, 0)):
            self._record.fail("replayed is marked", item)
        self._next[item.account] = item.exec_seq + 1
        self._record.executions.append(replace(item, replayed=False))

    def _hear(self, channel: str, item: Any, *, whole: bool) -> None:
        """Record news in the order of one connection."""
        subject = self._subject(channel, item)
        if whole and channel not in RECENT:
            if channel != "countdown":  # a countdown snapshot is a state, not news
                self._record.runs.append(Run(channel, subject, [item]))
            return
        run = self._runs.get((channel, subject))
        if run is None:
            run = self._runs[channel, subject] = Run(channel, subject, [])
            self._record.runs.append(run)
        run.items.append(item)

    def _subject(self, channel: str, item: Any) -> str:
        if channel == "trade":
            name: str = item.instrument
            return name
        return self._name if channel in PRIVATE else ""

    def _change_book(self, item: channels.Book, *, whole: bool) -> None:
        """Apply a book's change; the checker judges the result."""
        key = item.instrument, item.depth
        book = self._books.get(key)
        if whole:
            book = self._books[key] = _Book()
        elif book is None:
            return  # of an ended subscription
        elif not book.follows(item):
            self._record.fail(
                "books chained", f"{key}: {item.prev_seq} after {book.seq}"
            )
        book.change(item)
        self._show(item.seq, "book", item.instrument, book.levels(), item.depth)

    def _show(
        self, seq: int, channel: str, name: str, value: Any, depth: int = 0
    ) -> None:
        self._record.shown.append(Shown(seq, channel, name, depth, value))


@final
class _Book:
    """One followed book, kept as simply as possible."""

    def __init__(self) -> None:
        self.seq = -1
        self._chained = False
        self._sides: tuple[dict[str, tuple[int, int]], dict[str, tuple[int, int]]]
        self._sides = {}, {}

    def follows(self, item: channels.Book) -> bool:
        if item.prev_seq is None:
            return False
        if self._chained:
            return item.prev_seq == self.seq
        # The first update after a snapshot may overlap with it.
        return item.prev_seq <= self.seq < item.seq

    def change(self, item: channels.Book) -> None:
        self._chained = item.prev_seq is not None
        self.seq = item.seq
        for side, levels in zip(self._sides, (item.bids, item.asks), strict=True):
            for price, quantity, orders in levels:
                if quantity:
                    side[price] = quantity, orders
                else:
                    side.pop(price, None)

    def levels(self) -> tuple[list[channels.Level], list[channels.Level]]:
        """Return bids and asks, best first."""
        bids, asks = (
            sorted(((price, *level) for price, level in side.items()), key=_fen)
            for side in self._sides
        )
        return bids[::-1], asks


def _fen(level: tuple[str, int, int]) -> int:
    return int(level[0].replace(".", ""))
