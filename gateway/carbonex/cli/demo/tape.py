"""The public tape as the demo shows it: last prices, volumes, recent prints, rates."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from .picture import Print


if TYPE_CHECKING:
    from decimal import Decimal

    from carbonex.sdk import Trade


RECENT: Final = 20  # prints
WINDOW_SECONDS: Final = 2.0  # over which rates are taken


class Line:
    """One instrument's day."""

    def __init__(self) -> None:
        self.opened: Decimal | None = None
        self.last: Decimal | None = None
        self.trades = 0
        self.volume = 0


class Tape:
    """What was printed; newest first in ``recent``."""

    def __init__(self, instruments: list[str]) -> None:
        self.lines = {instrument: Line() for instrument in instruments}
        self.recent: deque[Print] = deque(maxlen=RECENT)

    @property
    def trades(self) -> int:
        """How many trades were printed in all instruments."""
        return sum(line.trades for line in self.lines.values())

    def add(self, trade: Trade) -> None:
        """Take one print."""
        line = self.lines[trade.instrument]
        if line.opened is None:
            line.opened = trade.price
        line.last = trade.price
        line.trades += 1
        line.volume += trade.quantity
        self.recent.appendleft(
            Print(trade.time, trade.instrument, trade.price, trade.quantity, trade.side)
        )


class Sample(NamedTuple):
    """How much there was in total at one moment, in seconds of any clock."""

    at: float
    commands: int
    trades: int


class Rates:
    """Commands and trades per second over at least the last WINDOW_SECONDS."""

    def __init__(self, began: float) -> None:
        self._samples = deque([Sample(began, 0, 0)])

    def update(self, sample: Sample) -> tuple[float, float]:
        """Take the newest totals; return commands and trades per second."""
        self._samples.append(sample)
        while (
            len(self._samples) > 2 and self._samples[1].at <= sample.at - WINDOW_SECONDS
        ):
            self._samples.popleft()
        first = self._samples[0]
        span = sample.at - first.at
        if not span:
            return 0.0, 0.0
        commands = (sample.commands - first.commands) / span
        return commands, (sample.trades - first.trades) / span
