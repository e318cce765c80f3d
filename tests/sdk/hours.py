"""The venue's clock, put forward by a test: days pass in moments."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from carbonex.gateway.server.clock import Clock
from carbonex.sdk import SHANGHAI
from gateway.simulated_days import ns


if TYPE_CHECKING:
    import pytest

    from carbonex.sdk import Instrument, Venue


class Hours:
    """The clock of every server in the test: it goes on, and can be put forward."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now_ns = self._now_ns = Clock.now_ns
        self._ahead_ns = 0
        monkeypatch.setattr(
            Clock, "now_ns", lambda clock: now_ns(clock) + self._ahead_ns
        )

    def be(self, text: str) -> None:
        """Let it be this time in Shanghai."""
        self._ahead_ns = ns(text) - self._now_ns(Clock())


def shanghai(hour: int, minute: int = 0) -> dt.datetime:
    """Return a time of the day that the tests live through, a Wednesday."""
    return dt.datetime(2026, 7, 29, hour, minute, tzinfo=SHANGHAI)


async def phase(phase: str, venue: Venue) -> Instrument:
    """Wait until CEA25 is in that phase and the client knows how late it is."""
    instruments = venue.instrument("CEA25")
    instrument = await instruments.next()
    while instrument.phase != phase:
        instrument = await instruments.next()
    await venue.ping()
    return instrument
