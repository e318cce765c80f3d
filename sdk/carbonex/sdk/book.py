"""A local order book: a snapshot, then deltas chained by sequence number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, final

from sortedcontainers import SortedDict

from carbonex.wire import requests

from .channel import Channel
from .signal import Signal


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from decimal import Decimal

    from .channel import Key
    from .errors import CarbonexError
    from .models import BookFrame, Level


Depth: TypeAlias = Literal[0, 10, 25, 100]
Interval: TypeAlias = Literal[50, 100, 250, 1000]


@final
class Book(Channel):
    """The best ``depth`` levels of an instrument's two sides (0: all of them).

    ``seq`` is the number of the last command whose effect it holds. ``stale``
    is true from a lost connection or a gap until the next snapshot: the levels
    are then what they were, and nobody knows what they are.
    """

    def __init__(self, instrument: str, depth: Depth, interval_ms: Interval) -> None:
        self.instrument: Final = instrument
        self.depth: Final[Depth] = depth
        self.interval_ms: Final[Interval] = interval_ms
        self.seq = 0
        self.stale = True
        self._bids: SortedDict[Decimal, Level] = SortedDict()  # keyed by -price
        self._asks: SortedDict[Decimal, Level] = SortedDict()
        self._chained = False  # whether an update has followed the snapshot
        self._version = 0
        self._error: CarbonexError | None = None
        self._signal = Signal()

    @property
    def bids(self) -> list[Level]:
        """Buyers, best (highest) first. O(depth)."""
        return list(self._bids.values())

    @property
    def asks(self) -> list[Level]:
        """Sellers, best (lowest) first. O(depth)."""
        return list(self._asks.values())

    @property
    def best_bid(self) -> Level | None:
        """The highest bid, if there is one. O(1)."""
        return self._bids.peekitem(0)[1] if self._bids else None

    @property
    def best_ask(self) -> Level | None:
        """The lowest ask, if there is one. O(1)."""
        return self._asks.peekitem(0)[1] if self._asks else None

    @property
    def mid(self) -> Decimal | None:
        """Halfway between best bid and best ask, where there are both."""
        bid, ask = self.best_bid, self.best_ask
        return (bid.price + ask.price) / 2 if bid and ask else None

    async def changed(self) -> None:
        """Return at the next change, of levels or of ``stale``.

        Raises:
            CarbonexError: If the book can no longer be followed.

        """
        if self._error is None:
            await self._signal.wait()
        if self._error is not None:
            raise self._error

    async def updates(self) -> AsyncIterator[Book]:
        """Yield the book now and after each change, of levels or of ``stale``.

        A slow reader misses states in between, never the newest: nothing queues.

        Raises:
            CarbonexError: If the book can no longer be followed.

        """
        seen = -1
        while True:
            if seen == self._version:
                await self.changed()
            seen = self._version
            yield self

    async def ready(self) -> Book:
        """Return the book itself once it is not stale.

        Raises:
            CarbonexError: If the book can no longer be followed.

        """
        while self.stale:
            await self.changed()
        return self

    def __repr__(self) -> str:
        bid, ask = self.best_bid, self.best_ask
        return (
            f"<Book {self.instrument} {bid.price if bid else '-'}"
            f" / {ask.price if ask else '-'}{' stale' if self.stale else ''}>"
        )

    # What follows is for whatever reads the connection.

    @property
    def key(self) -> Key:
        return ("book", self.instrument, self.depth, self.interval_ms)

    def subscription(self) -> requests.Subscribe:
        return requests.Subscribe(
            "book",
            self.instrument,
            depth=self.depth,
            interval_ms=self.interval_ms,
        )

    def snapshot(self, item: BookFrame) -> None:
        """Begin anew with all levels."""
        self._bids = SortedDict((-level.price, level) for level in item.bids)
        self._asks = SortedDict((level.price, level) for level in item.asks)
        self.seq = item.seq
        self.stale = False
        self._chained = False
        self._announce()

    def update(self, item: BookFrame) -> bool:
        """Apply a delta; False where it does not follow what is held."""
        if self.stale:
            return True  # of the chain that broke: the new snapshot is under way
        if not self._follows(item):
            return False
        for level in item.bids:
            _set(self._bids, -level.price, level)
        for level in item.asks:
            _set(self._asks, level.price, level)
        self.seq = item.seq
        self._chained = True
        self._announce()
        return True

    def interrupted(self) -> None:
        if not self.stale:
            self.stale = True
            self._announce()

    def ended(self, error: CarbonexError) -> None:
        self.stale = True
        self._error = error
        self._announce()

    def _follows(self, update: BookFrame) -> bool:
        """Tell whether an update's predecessor is what the book holds.

        The first update after a snapshot may reach back before it.
        """
        if update.prev_seq is None:
            return False
        if self._chained:
            return update.prev_seq == self.seq
        return update.prev_seq <= self.seq < update.seq

    def _announce(self) -> None:
        self._version += 1
        self._signal.notify()


def _set(side: SortedDict[Decimal, Level], key: Decimal, level: Level) -> None:
    """Put a level's new total, or delete the level where it is 0."""
    if level.quantity:
        side[key] = level
    else:
        side.pop(key, None)
