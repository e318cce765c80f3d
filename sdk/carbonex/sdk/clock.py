"""An estimate of the venue's clock."""

from __future__ import annotations


class VenueClock:
    """Estimates the venue's time from the timestamps of its messages.

    A message is written before it is read, so the venue's clock is at least that far
    ahead of the local one. The best of these bounds is kept. It is late by the shortest
    delay of any message, and never early.
    """

    def __init__(self) -> None:
        self._ahead: float | None = None  # of our clock, seconds

    def forget(self) -> None:
        """Reset: another connection may lead to another clock."""
        self._ahead = None

    def observe(self, micros: int, now: float) -> None:
        """Learn from a message written at ``micros`` and read at ``now``."""
        ahead = micros / 1_000_000 - now
        if self._ahead is None or ahead > self._ahead:
            self._ahead = ahead

    def after(self, seconds: float, now: float) -> int:
        """Return the venue's time in microseconds, ``seconds`` from now.

        A deadline based on it is never later than intended. 0 means that nothing was
        observed; then there is no connection either.
        """
        if self._ahead is None:
            return 0
        return int((now + self._ahead + seconds) * 1_000_000)

    def seconds_until(self, micros: int, now: float) -> float:
        """Return the remaining seconds, perhaps too many, never too few."""
        return max(micros / 1_000_000 - now - (self._ahead or 0.0), 0.0)
