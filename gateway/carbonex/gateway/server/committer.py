"""The commit thread: makes batches durable while the event loop reads on.

The hand-over to the thread and back takes 149–176 µs for one command, sync included. A
sync in the loop itself takes 116–140 µs, but blocks the loop as long as the disk takes;
the pipeline does so only on a fast disk.
"""

from __future__ import annotations

import enum
import sys
import time
from typing import TYPE_CHECKING, Any, Final, Protocol, final

from carbonex.engine import Batch

from .host.machine import ThreadWorker


if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from carbonex.journal.log import Row

    from .host.machine import Worker


# At Python's default of 5 ms a busy loop delays the thread's return from its
# sync by 10 ms at p50; at 0.1 ms by 0.7 ms.
SWITCH_INTERVAL: Final = 0.0001


class Publisher(Protocol):
    """The log's writing side."""

    def publish(self, batch: Batch, /) -> Row:
        """Make ``batch`` durable, then return its row."""

    def roll(self) -> None:
        """Continue in a new segment file."""

    def sync_head(self) -> None:
        """Make the log's head (its last position) durable."""


@final
class Committer:
    """A worker that publishes batches singly, in order.

    ``committed`` is called in the loop with each batch and its row. After any error it
    is unknown whether the batch is durable: a failed sync may have written it.
    ``failed`` is then called once and nothing is retried; only a recovery can find out.
    """

    def __init__(
        self,
        log: Publisher,
        loop: asyncio.AbstractEventLoop,
        committed: Callable[[Batch, Row], None],
        failed: Callable[[Exception], None],
        worker: Callable[[str, Callable[[Any], bool]], Worker] = ThreadWorker,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._log = log
        self._loop = loop
        self._committed = committed
        self._failed = failed
        self._monotonic_ns = monotonic_ns
        # Duration of the last publish; not yet known for the first batch.
        self.publish_ns = sys.maxsize
        self._syncing_head = False
        self._worker = worker("commit", self._do)

    def start(self) -> None:
        """Start the thread, and make Python switch threads fast enough for it."""
        sys.setswitchinterval(SWITCH_INTERVAL)
        self._worker.start()

    def publish(self, batch: Batch) -> None:
        """Hand ``batch`` to the thread; returns at once."""
        self._worker.put(batch)

    def publish_here(self, batch: Batch) -> Row:
        """Publish ``batch`` at once, in the caller's thread.

        Call it only while the commit thread is idle: the log is not thread-safe.
        """
        began_ns = self._monotonic_ns()
        row = self._log.publish(batch)
        self.publish_ns = self._monotonic_ns() - began_ns
        return row

    def roll(self) -> None:
        """Have the log continue in a new file; return at once.

        Until that is done, only the commit thread may use the log.
        """
        self.publish_ns = sys.maxsize
        self._worker.put(_Order.ROLL)

    def sync_head(self) -> None:
        """Have the log's head synced; return at once. Batches do not wait for it.

        At most one sync is queued, so that a disk slower than the calls builds no
        backlog.
        """
        if not self._syncing_head:
            self._syncing_head = True
            self._worker.put(_Order.SYNC_HEAD)

    def stop(self) -> None:
        """Wait for the batch in flight, if any, and end the thread."""
        self._worker.stop()

    def _do(self, work: Batch | _Order) -> bool:
        """Do ``work`` in the worker; return whether it can go on."""
        try:
            if isinstance(work, Batch):
                row = self.publish_here(work)
                self._loop.call_soon_threadsafe(self._committed, work, row)
            elif work is _Order.ROLL:
                self._log.roll()
            else:
                self._log.sync_head()
                self._syncing_head = False
        except Exception as error:  # noqa: BLE001 - whatever it is, the fate is unknown
            self._loop.call_soon_threadsafe(self._failed, error)
            return False
        return True


class _Order(enum.Enum):
    """Work for the worker other than publishing a batch."""

    ROLL = "roll"
    SYNC_HEAD = "sync the head"
