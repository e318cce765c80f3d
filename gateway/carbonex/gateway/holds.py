"""What holds the event loop, and so keeps all clients waiting, and for how long.

One thread reads, applies and answers for all clients: a slow piece of work there delays
all of them. A callback begins with ``begin`` and calls ``lap`` after each piece of its
work. The time since the previous lap belongs to that piece, and each nanosecond to one
piece only. A piece is named only once it was long.

Unmeasured work shows too. A timer is due at a known time (``expect``); its delay beyond
all measured work is reported as ``unknown`` (``late``).
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final, final

import structlog


if TYPE_CHECKING:
    from collections.abc import Callable


# The shortest time that counts as a hold. Reason: it is the shortest interval of market
# data, and a trader's patience; a turn of a busy venue with its sync takes 1 to 10 ms.
# Each hold is a line in the server's log, so there are at most twenty a second.
LONG_NS: Final = 50_000_000

# The causes of a hold, as docs/operations.md describes them.
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
    """Counts and reports the holds of one event loop.

    ``counts`` and ``held_ns`` are by cause: the number of holds longer than LONG_NS
    and their total time. ``now_ns`` is the clock, ``cpu_ns`` the CPU time of this
    thread. ``begin`` and ``lap`` each read the clock once and are O(1).
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
        self._since_ns = 0  # time of the last lap
        self._due_ns = sys.maxsize  # when the timer is due
        self._overdue_ns = 0  # measured work after that time
        self._told = False  # whether a hold was reported since ``expect``
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
        """End a piece of work nested in another one, and exclude it from that one.

        ``began_ns`` is its start by ``now``. Return its nanoseconds as ``lap`` does.
        """
        now_ns = self._now_ns()
        took_ns = now_ns - began_ns
        self._since_ns += took_ns
        if now_ns > self._due_ns:
            self._overdue_ns += now_ns - max(began_ns, self._due_ns)
        return took_ns if took_ns > LONG_NS else 0

    def now(self) -> int:
        """Return the current time, for ``inner``."""
        return self._now_ns()

    def tell(self, by: str, held_ns: int, **fields: object) -> None:
        """Count a hold and log it with ``fields`` that describe it."""
        self._told = True
        self.counts[by] += 1
        self.held_ns[by] += held_ns
        _log.warning("loop held", by=by, seconds=round(held_ns / NS, 3), **fields)

    def expect(self, seconds: float) -> None:
        """Note that a timer is due ``seconds`` from now."""
        self._due_ns = self._now_ns() + int(seconds * NS)
        self._overdue_ns = 0
        self._told = False
        self._cpu_before_ns = self._cpu_ns()

    def late(self) -> int:
        """Return the timer's delay in nanoseconds, and report its cause.

        Measured work since the timer was due explains its part. The rest is
        ``unknown``: unmeasured work, or the machine was busy elsewhere. If measured
        work explains the delay but no hold was reported, it was ``many`` short pieces.
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
