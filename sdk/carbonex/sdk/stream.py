"""Streams: bounded queues between the connection and a consumer."""

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

# A reader 10,000 events behind will not catch up. For executions, this is some MB.
LIMIT: Final = 10_000


class Stream(Generic[T]):
    """All items in order, without loss: ``async for item in stream``.

    It holds at most ``limit`` unread items. At the next item it stops: its reader gets
    the held items and then SlowConsumer. Other streams and the connection are not
    affected.

    A reader may leave the loop at any time. The subscription ends when nobody holds a
    stream of it any more, at ``close()``, or at the end of ``async with stream``.
    """

    def __init__(self, source: object, name: str, limit: int = LIMIT) -> None:
        self.name = name
        self._source = source  # keeps the subscription alive
        self._limit = limit
        self._items: deque[T] = deque()
        self._error: Exception | None = None
        self._closed = False
        self._signal = Signal()

    @property
    def is_open(self) -> bool:
        """Whether the stream accepts more items."""
        return not self._closed and self._error is None

    async def next(self) -> T:
        """Return the next item, waiting for it if necessary.

        Raises:
            StopAsyncIteration: If the stream is closed and all items are read.
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
        """Accept no more items; held items can still be read."""
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

    # The methods below are for the SDK's reader of the connection.

    def put(self, item: T) -> None:
        """Add an item for the reader."""
        if not self.is_open:
            return
        if len(self._items) >= self._limit:
            self.fail(self._overflow(item))
            return
        self._items.append(item)
        self._signal.notify()

    def fail(self, error: Exception) -> None:
        """End with ``error``, which the reader receives after the held items."""
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
    """A stream of states: a new state replaces the unread one of the same subject.

    ``thing`` returns the subject of an item; by default all items share one subject.
    """

    def __init__(
        self, source: object, name: str, thing: Callable[[T], object] | None = None
    ) -> None:
        super().__init__(source, name)
        self._thing = thing or _all_the_same

    def put(self, item: T) -> None:
        """Replace the unread item of the same subject. O(unread subjects)."""
        thing = self._thing(item)
        older = [known for known in self._items if self._thing(known) == thing]
        for known in older:
            self._items.remove(known)
        super().put(item)


def _all_the_same(_: object) -> None:
    """Return the shared subject of all items."""
