"""A local order book: a snapshot, then deltas chained by sequence number."""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING, Final, Generic, Literal, TypeAlias, TypeVar, final

from sortedcontainers import SortedDict

from carbonex.wire import requests

from .channel import Channel
from .signal import Signal


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from decimal import Decimal
    from typing import Self

    from .channel import Key
    from .errors import CarbonexError
    from .models import BookFrame, Level, ListingsFrame


Depth: TypeAlias = Literal[0, 10, 25, 100]
Interval: TypeAlias = Literal[50, 100, 250, 1000]
Frame = TypeVar("Frame", bound="BookFrame | ListingsFrame")


class Followed(Channel, Generic[Frame]):
    """One view of an instrument's book, kept up to date by deltas chained by ``seq``.

    ``seq`` is the number of the last command whose effect is included. ``stale`` is
    true after a lost connection or a gap, until the next snapshot: the content is then
    old and may be wrong.
    """

    def __init__(self, instrument: str, interval_ms: Interval) -> None:
        self.instrument: Final = instrument
        self.interval_ms: Final[Interval] = interval_ms
        self.seq = 0
        self.stale = True
        self._chained = False  # whether an update has followed the snapshot
        self._version = 0
        self._error: CarbonexError | None = None
        self._signal = Signal()

    async def changed(self) -> None:
        """Return at the next change of the content or of ``stale``.

        Raises:
            CarbonexError: If the view can no longer be followed.

        """
        if self._error is None:
            await self._signal.wait()
        if self._error is not None:
            raise self._error

    async def updates(self) -> AsyncIterator[Self]:
        """Yield this view now and after each change of its content or of ``stale``.

        A slow reader misses intermediate states, never the newest one: nothing queues.

        Raises:
            CarbonexError: If the view can no longer be followed.

        """
        seen = -1
        while True:
            if seen == self._version:
                await self.changed()
            seen = self._version
            yield self

    async def ready(self) -> Self:
        """Return this view once it is not stale.

        Raises:
            CarbonexError: If the view can no longer be followed.

        """
        while self.stale:
            await self.changed()
        return self

    # The methods below are for the SDK's reader of the connection.

    def snapshot(self, item: Frame) -> None:
        """Replace the whole content by the snapshot."""
        self._begin(item)
        self.seq = item.seq
        self.stale = False
        self._chained = False
        self._announce()

    def update(self, item: Frame) -> bool:
        """Apply a delta; return False if it does not follow the current content."""
        if self.stale:
            return True  # of the broken chain; a new snapshot is on its way
        if not self._follows(item):
            return False
        self._change(item)
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

    @abc.abstractmethod
    def _begin(self, item: Frame) -> None:
        """Replace the content by the snapshot's."""

    @abc.abstractmethod
    def _change(self, item: Frame) -> None:
        """Apply a delta to the content."""

    def _follows(self, update: Frame) -> bool:
        """Return whether an update follows the current content.

        The first update after a snapshot may begin before it.
        """
        if update.prev_seq is None:
            return False
        if self._chained:
            return update.prev_seq == self.seq
        return update.prev_seq <= self.seq < update.seq

    def _announce(self) -> None:
        self._version += 1
        self._signal.notify()


@final
class Book(Followed["BookFrame"]):
    """The best ``depth`` levels of an instrument's two sides (0: all levels)."""

    def __init__(self, instrument: str, depth: Depth, interval_ms: Interval) -> None:
        super().__init__(instrument, interval_ms)
        self.depth: Final[Depth] = depth
        self._bids: SortedDict[Decimal, Level] = SortedDict()  # keyed by -price
        self._asks: SortedDict[Decimal, Level] = SortedDict()

    @property
    def bids(self) -> list[Level]:
        """Bid levels, best (highest) first. O(depth)."""
        return list(self._bids.values())

    @property
    def asks(self) -> list[Level]:
        """Ask levels, best (lowest) first. O(depth)."""
        return list(self._asks.values())

    @property
    def best_bid(self) -> Level | None:
        """The highest bid level, or None. O(1)."""
        return self._bids.peekitem(0)[1] if self._bids else None

    @property
    def best_ask(self) -> Level | None:
        """The lowest ask level, or None. O(1)."""
        return self._asks.peekitem(0)[1] if self._asks else None

    @property
    def mid(self) -> Decimal | None:
        """The mean of best bid and best ask; None unless both exist."""
        bid, ask = self.best_bid, self.best_ask
        return (bid.price + ask.price) / 2 if bid and ask else None

    def __repr__(self) -> str:
        bid, ask = self.best_bid, self.best_ask
        return (
            f"<Book {self.instrument} {bid.price if bid else '-'}"
            f" / {ask.price if ask else '-'}{' stale' if self.stale else ''}>"
        )

    # The methods below are for the SDK's reader of the connection.

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

    def _begin(self, item: BookFrame) -> None:
        self._bids = SortedDict((-level.price, level) for level in item.bids)
        self._asks = SortedDict((level.price, level) for level in item.asks)

    def _change(self, item: BookFrame) -> None:
        for level in item.bids:
            _set(self._bids, -level.price, level)
        for level in item.asks:
            _set(self._asks, level.price, level)


def _set(side: SortedDict[Decimal, Level], key: Decimal, level: Level) -> None:
    """Set a level to its new total, or delete it if the total is 0."""
    if level.quantity:
        side[key] = level
    else:
        side.pop(key, None)
