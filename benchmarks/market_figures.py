"""What the columns of a market say: percentiles, courses over time, fairness."""

from __future__ import annotations

import math
import random
from array import array
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from hdrh.histogram import HdrHistogram

from benchmarks.market_plan import QUOTE_COMMANDS, SECOND_NS
from benchmarks.report import Figure


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.market_stage import Columns


LONGEST_US: Final = 120 * 10**6  # that a histogram holds
PERCENTILES: Final = (50.0, 90.0, 99.0, 99.9, 100.0)


class Fairness(NamedTuple):
    """How alike sessions were served.

    ``jain`` is Jain's index of their mean times: 1 where all are alike, 1/n where
    one waits for all. ``chance`` is what it is when the same times are dealt to
    the sessions at random. ``worst`` has each session's p99, in ms, ascending.
    """

    sessions: int
    jain: float
    chance: float
    worst: list[float]

    def worst_at(self, percent: float) -> float:
        """Return the p99 that so many per cent of the sessions do not exceed."""
        return self.worst[_rank(len(self.worst), percent)]


def percentiles(took_ns: Iterable[int]) -> list[float]:
    """Return PERCENTILES in ms of one time or more."""
    histogram = HdrHistogram(1, LONGEST_US, 3)
    for micros, count in Counter(took // 1000 for took in took_ns).items():
        histogram.record_value(min(max(micros, 1), LONGEST_US), count)
    return [histogram.get_value_at_percentile(p) / 1000 for p in PERCENTILES]


def figures(name: str, took_ns: Sequence[int]) -> list[Figure]:
    """Return a figure in ms for each of PERCENTILES; none where nothing happened."""
    if not took_ns:
        return []
    values = percentiles(took_ns)
    return [
        Figure(f"{name} {'max' if percent == 100 else f'p{percent:g}'}", "ms", [value])
        for percent, value in zip(PERCENTILES, values, strict=True)
    ]


def course(columns: Columns, step: float) -> tuple[list[float], list[list[float]]]:
    """Return times in seconds, and PERCENTILES in ms of what was due in each step."""
    steps: dict[int, array[int]] = defaultdict(lambda: array("q"))
    for when, took in zip(columns.when, columns.took, strict=True):
        steps[int(when / SECOND_NS / step)].append(took)
    numbers = sorted(steps)
    return [n * step for n in numbers], [percentiles(steps[n]) for n in numbers]


def rates(columns: Columns, step: float, weight: float = 1) -> dict[float, float]:
    """Return by time how many a second were due, each counted as ``weight``."""
    counts: dict[int, int] = defaultdict(int)
    for when in columns.when:
        counts[int(when / SECOND_NS / step)] += 1
    return {n * step: counts[n] * weight / step for n in sorted(counts)}


def fairness(columns: Columns) -> Fairness:
    """Compare the sessions that the columns tell of."""
    dealt = columns.took[:]
    random.Random(7).shuffle(dealt)
    by_session = _by_session(columns.who, columns.took)
    worst = sorted(
        sorted(times)[_rank(len(times), 99)] / 1e6 for times in by_session.values()
    )
    return Fairness(
        len(worst),
        jain(_means(by_session)),
        jain(_means(_by_session(columns.who, dealt))),
        worst,
    )


def jain(values: Sequence[float]) -> float:
    """Return Jain's index (Jain, Chiu and Hawe 1984): (Σx)² / (n Σx²)."""
    squares = sum(value * value for value in values)
    return sum(values) ** 2 / (len(values) * squares) if squares else 1.0


# A maker's quote is two messages; counted by message each has half its commands.
QUOTE_WEIGHT: Final = QUOTE_COMMANDS / 2


def _rank(count: int, percent: float) -> int:
    """Return the place of a percentile among ``count`` ascending values."""
    return min(math.ceil(count * percent / 100), count) - 1


def _by_session(who: Sequence[int], took: Sequence[int]) -> dict[int, list[int]]:
    by_session: dict[int, list[int]] = defaultdict(list)
    for session, time in zip(who, took, strict=True):
        by_session[session].append(time)
    return by_session


def _means(by_session: dict[int, list[int]]) -> list[float]:
    return [sum(times) / len(times) for times in by_session.values()]
