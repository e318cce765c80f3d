"""The venue's clock, as far as a client can know it."""

from __future__ import annotations


class VenueClock:
    """Tells the venue's time from the times that it wrote on its messages.

    A message was written before it was read, so the venue's clock is at least
    that far ahead of ours. The best of these bounds is kept: it is late by the
    shortest time that any message took, and never early.
    """

    def __init__(self) -> None:
        self._ahead: float | None = None  # of our clock, seconds

    def forget(self) -> None:
        """Begin anew: another connection may lead to another clock."""
        self._ahead = None

    def observe(self, micros: int, now: float) -> None:
        """Learn from a message written at ``micros`` and read at ``now``."""
        ahead = micros / 1_000_000 - now
        if self._ahead is None or ahead > self._ahead:
            self._ahead = ahead

    def after(self, seconds: float, now: float) -> int:
        """Return the venue's time in microseconds, ``seconds`` from now.

        A deadline made of it is never later than meant. 0 stands for none,
        where nothing was observed: then there is no connection either.
        """
        if self._ahead is None:
            return 0
        return int((now + self._ahead + seconds) * 1_000_000)

    def seconds_until(self, micros: int, now: float) -> float:
        """Return how long it is until then, perhaps too long, never too short."""
        return max(micros / 1_000_000 - now - (self._ahead or 0.0), 0.0)
