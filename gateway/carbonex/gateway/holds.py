"""Who holds the event loop: what kept everybody else waiting, and for how long.

One thread reads, applies and answers for all clients, so that whatever takes long
there, takes long for everybody. A callback begins with ``begin`` and calls ``lap``
after each piece of its work: the time since the lap before is that piece's, each
nanosecond of it only once. Nothing is named before something was long.

Work that is not measured shows all the same: a timer is due at a time that is known
(``expect``), and what it is late beyond all measured work is ``unknown`` (``late``).
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final, final

import structlog


if TYPE_CHECKING:
    from collections.abc import Callable


# What counts as a hold. Reason: it is the shortest interval of market data, and a
# trader's patience; a turn of a busy venue with its sync takes 1 to 10 ms. Each hold is
# a line in the log, so there are at most twenty a second.
LONG_NS: Final = 50_000_000

# What can hold the loop, as docs/operations.md describes it.
READING: Final = "reading"
QUERY: Final = "query"
BATCH: Final = "batch"
LOG: Final = "log"
WRITING: Final = "writing"
FEED: Final = "feed"
TIMERS: Final = "timers"
HISTORY: Final = "history"
REQUEST: Final = "request"
COLLECTOR: Final = "collector"
MANY: Final = "many"
UNKNOWN: Final = "unknown"
CAUSES: Final = (
    *(READING, QUERY, BATCH, LOG, WRITING, FEED),
    *(TIMERS, HISTORY, REQUEST, COLLECTOR, MANY, UNKNOWN),
)

NS: Final = 1_000_000_000

_log = structlog.get_logger("carbonex.gateway")


@final
class Holds:
    """What holds one event loop.

    ``counts`` and ``held_ns`` are by cause: how often it was held for more than
    LONG_NS, and for how long in all. ``now_ns`` is the clock, ``cpu_ns`` the
    processor's time of this thread. ``begin`` and ``lap`` read the clock once
    each and are O(1).
    """

    def __init__(
        self,
        now_ns: Callable[[], int] = time.monotonic_ns,
        cpu_ns: Callable[[], int] = time.thread_time_ns,
    ) -> None:
        self.counts = dict.fromkeys(CAUSES, 0)
        self.held_ns = dict.fromkeys(CAUSES, 0)
        self._now_ns = now_ns
        self._cpu_ns = cpu_ns
        self._since_ns = 0  # the last lap
        self._due_ns = sys.maxsize  # a timer's time
        self._overdue_ns = 0  # measured work after that time
        self._told = False  # of a hold since then
        self._cpu_before_ns = 0

    def begin(self) -> int:
        """Begin a callback; return the time."""
        self._since_ns = now_ns = self._now_ns()
        return now_ns

    def lap(self) -> int:
        """End a piece of work; return its nanoseconds if it held the loop, else 0."""
        since_ns, now_ns = self._since_ns, self._now_ns()
        self._since_ns = now_ns
        if now_ns > self._due_ns:
            self._overdue_ns += now_ns - max(since_ns, self._due_ns)
        took_ns = now_ns - since_ns
        return took_ns if took_ns > LONG_NS else 0

    def inner(self, began_ns: int) -> int:
        """End a piece of work within another one, which it is no part of.

        ``began_ns`` is when it began, by ``now``. Return as ``lap``.
        """
        now_ns = self._now_ns()
        took_ns = now_ns - began_ns
        self._since_ns += took_ns
        if now_ns > self._due_ns:
            self._overdue_ns += now_ns - max(began_ns, self._due_ns)
        return took_ns if took_ns > LONG_NS else 0

    def now(self) -> int:
        """Return the time, for ``inner``."""
        return self._now_ns()

    def tell(self, by: str, held_ns: int, **fields: object) -> None:
        """Count a hold and write it to the log, with what describes it."""
        self._told = True
        self.counts[by] += 1
        self.held_ns[by] += held_ns
        _log.warning("loop held", by=by, seconds=round(held_ns / NS, 3), **fields)

    def expect(self, seconds: float) -> None:
        """Take note that a timer goes off ``seconds`` from now."""
        self._due_ns = self._now_ns() + int(seconds * NS)
        self._overdue_ns = 0
        self._told = False
        self._cpu_before_ns = self._cpu_ns()

    def late(self) -> int:
        """Return by how many nanoseconds that timer is late, and say why it is.

        What was told since it was due explains its part. The rest is ``many``
        pieces of work none of which was long, or ``unknown``: not measured, or
        the machine did something else.
        """
        now_ns = self.begin()
        late_ns = max(0, now_ns - self._due_ns)
        self._due_ns = sys.maxsize
        if late_ns > LONG_NS:
            unknown_ns = late_ns - self._overdue_ns
            if unknown_ns > LONG_NS:
                cpu = round((self._cpu_ns() - self._cpu_before_ns) / NS, 3)
                self.tell(UNKNOWN, unknown_ns, cpu_seconds=cpu)
            elif not self._told:
                self.tell(MANY, late_ns)
        return late_ns
