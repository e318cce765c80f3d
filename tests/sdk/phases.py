"""Hours of the day that the tests live through, and the phases it goes through."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from carbonex.sdk import SHANGHAI


if TYPE_CHECKING:
    from carbonex.sdk import Instrument, Venue


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
