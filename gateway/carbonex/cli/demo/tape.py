"""The demo's public tape: last prices, volumes, recent prints and rates."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from .picture import Print


if TYPE_CHECKING:
    from decimal import Decimal

    from carbonex.sdk import Trade


RECENT: Final = 20  # prints
WINDOW_SECONDS: Final = 2.0  # the averaging window of the rates


class Line:
    """The trading of one instrument."""

    def __init__(self) -> None:
        self.opened: Decimal | None = None
        self.last: Decimal | None = None
        self.trades = 0
        self.volume = 0


class Tape:
    """The prints; ``recent`` is newest first."""

    def __init__(self, instruments: list[str]) -> None:
        self.lines = {instrument: Line() for instrument in instruments}
        self.recent: deque[Print] = deque(maxlen=RECENT)

    @property
    def trades(self) -> int:
        """The number of trades printed in all instruments."""
        return sum(line.trades for line in self.lines.values())

    def add(self, trade: Trade) -> None:
        """Add one print."""
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
    """The totals at one moment; ``at`` is in seconds of any clock."""

    at: float
    commands: int
    trades: int


class Rates:
    """Commands and trades per second over at least the last WINDOW_SECONDS."""

    def __init__(self, began: float) -> None:
        self._samples = deque([Sample(began, 0, 0)])

    def update(self, sample: Sample) -> tuple[float, float]:
        """Add the newest totals; return commands and trades per second."""
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
