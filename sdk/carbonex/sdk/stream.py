"""Streams: what a consumer iterates over, never longer than it may be."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from .errors import SlowConsumer
from .signal import Signal


if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self


T = TypeVar("T")

# A reader that is 10,000 events behind is not going to catch up; at the size
# of an execution that is some MB.
LIMIT: Final = 10_000


class Stream(Generic[T]):
    """Everything, in order, without loss: ``async for item in stream``.

    It holds at most ``limit`` unread items. Beyond that it takes nothing more:
    its reader gets what is held and then SlowConsumer. Nobody else is affected,
    the connection least of all.

    Leave a loop whenever you like; the subscription ends with the last stream
    that somebody holds, or at ``close()`` or the end of ``async with stream``.
    """

    def __init__(self, source: object, name: str, limit: int = LIMIT) -> None:
        self.name = name
        self._source = source  # the subscription lives as long as its streams
        self._limit = limit
        self._items: deque[T] = deque()
        self._error: Exception | None = None
        self._closed = False
        self._signal = Signal()

    @property
    def is_open(self) -> bool:
        """Whether it takes more items."""
        return not self._closed and self._error is None

    async def next(self) -> T:
        """Return the next item, when it is there.

        Raises:
            StopAsyncIteration: If the stream is closed and all is read.
            SlowConsumer: After the last item of a stream that was not read in time.
            CarbonexError: If the subscription was refused or given up.

        """
        while not self._items:
            if self._error is not None:
                raise self._error
            if self._closed:
                raise StopAsyncIteration
            await self._signal.wait()
        return self._items.popleft()

    def close(self) -> None:
        """Take nothing more; what is held can still be read."""
        self._closed = True
        self._signal.notify()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        return await self.next()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # What follows is for whatever reads the connection.

    def put(self, item: T) -> None:
        """Hand one item to the reader."""
        if not self.is_open:
            return
        if len(self._items) >= self._limit:
            self.fail(self._overflow(item))
            return
        self._items.append(item)
        self._signal.notify()

    def fail(self, error: Exception) -> None:
        """End with ``error``, which the reader gets after what is held."""
        if self.is_open:
            self._error = error
            self._signal.notify()

    def _overflow(self, item: T) -> SlowConsumer:
        next_seq: int | None = getattr(item, "exec_seq", None)
        return SlowConsumer(
            f"{self.name}: {self._limit} items were not read; nothing more is kept",
            next_seq,
        )


class Latest(Stream[T]):
    """Only the newest of each thing: what is unread of it is replaced.

    ``thing`` tells what an item is about; by default all are about the same.
    """

    def __init__(
        self, source: object, name: str, thing: Callable[[T], object] | None = None
    ) -> None:
        super().__init__(source, name)
        self._thing = thing or _all_the_same

    def put(self, item: T) -> None:
        """Replace what the reader has not taken yet. O(things unread)."""
        thing = self._thing(item)
        older = [known for known in self._items if self._thing(known) == thing]
        for known in older:
            self._items.remove(known)
        super().put(item)


def _all_the_same(_: object) -> None:
    """Tell what an item is about where it is always the same."""
