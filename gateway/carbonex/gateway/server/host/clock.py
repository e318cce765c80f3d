"""The clock that stamps batches: wall time at the start, monotonic from then on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Callable


SECOND_NS: Final = 1_000_000_000
HOUR_NS: Final = 3600 * SECOND_NS

MAX_STEP_NS: Final = SECOND_NS  # of the wall clock against ours, before an alarm


class ClockError(Exception):
    """The wall clock contradicts the log; an operator must decide."""


class Clock:
    """Nanoseconds since the epoch (UTC) that never run backwards.

    A wall clock that is set while the venue runs changes no stamp: what it
    does to ours is only reported, by ``step_ns``.
    """

    def __init__(
        self,
        wall: Callable[[], int] = time.time_ns,
        monotonic: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._offset_ns = wall() - monotonic()

    def now_ns(self) -> int:
        """Return the time."""
        return self._monotonic() + self._offset_ns

    def step_ns(self) -> int:
        """Return how far the wall clock has moved away from this one."""
        return self._wall() - self.now_ns()


def check_start(now_ns: int, known_ns: int, *, accept_time: bool) -> None:
    """Refuse a start whose clock is more than an hour ahead of what is known.

    That is the later of the log's time and the clock file's. A wrong clock would
    end the trading day and expire orders for good, and the log's time never
    goes back. Where nothing is known (0) any clock will do.

    Raises:
        ClockError: If it is, and ``accept_time`` was not given.

    """
    ahead_ns = now_ns - known_ns
    if known_ns and ahead_ns > HOUR_NS and not accept_time:
        raise ClockError(
            f"the clock is {ahead_ns / HOUR_NS:.1f} hours ahead of the last time"
            " that the venue knew; if the clock is right, start with --accept-time"
        )
