"""The clock that stamps batches: set at the start, monotonic from then on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Callable


SECOND_NS: Final = 1_000_000_000
HOUR_NS: Final = 3600 * SECOND_NS

MAX_STEP_NS: Final = SECOND_NS  # wall clock minus venue clock, before an alarm


class ClockError(Exception):
    """The wall clock contradicts the log; an operator must decide."""


class Clock:
    """Nanoseconds since the Unix epoch (UTC), never running backwards.

    It shows the wall clock's time until the start has set it. Setting the wall clock
    while the venue runs changes no time stamp; ``step_ns`` only reports the difference.
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
        """Return how far the wall clock is ahead of this one; negative: behind."""
        return self._wall() - self.now_ns()

    def shift(self, by_ns: int) -> None:
        """Shift the clock forward or back; call it only before the first time stamp."""
        self._offset_ns += by_ns
