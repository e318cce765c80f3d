"""Latency percentiles from an HdrHistogram, filled after the measurement."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from hdrh.histogram import HdrHistogram


if TYPE_CHECKING:
    from collections.abc import Iterable


PERCENTILES: Final = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p99.9": 99.9}
LONGEST_NS: Final = 600_000_000_000
DIGITS: Final = 3  # significant digits: a value is off by 0.1 % at most


class Latencies:
    """The distribution of latencies recorded in nanoseconds."""

    def __init__(self, values: Iterable[int]) -> None:
        self._histogram = HdrHistogram(1, LONGEST_NS, DIGITS)
        for value, count in Counter(values).items():
            self._histogram.record_value(max(value, 1), count)

    def at(self, percent: float) -> float:
        """Return the percentile in microseconds."""
        return float(self._histogram.get_value_at_percentile(percent)) / 1000

    @property
    def most(self) -> float:
        """The longest latency in microseconds."""
        return float(self._histogram.get_max_value()) / 1000

    def summary(self) -> dict[str, float]:
        """Return the percentiles and the maximum in microseconds, by name."""
        found = {name: self.at(percent) for name, percent in PERCENTILES.items()}
        return {**found, "max": self.most}
