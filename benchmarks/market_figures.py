"""What the columns of a market say: percentiles, courses over time, fairness."""

from __future__ import annotations

import math
import random
from array import array
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.histogram import Latencies
from benchmarks.market_plan import QUOTE_COMMANDS, SECOND_NS
from benchmarks.report import Figure


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.market_stage import Columns


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


def percentiles(took_ns: Iterable[int]) -> dict[str, float]:
    """Return percentiles and the longest of one time or more, in ms, by name.

    Times count in whole microseconds: an hour has far fewer different ones.
    """
    summary = Latencies(took // 1000 * 1000 for took in took_ns).summary()
    return {name: micros / 1000 for name, micros in summary.items()}


def figures(name: str, took_ns: Sequence[int]) -> list[Figure]:
    """Return a figure in ms for each percentile; none where nothing happened."""
    if not took_ns:
        return []
    return [
        Figure(f"{name} {percentile}", "ms", [value])
        for percentile, value in percentiles(took_ns).items()
    ]


def course(columns: Columns, step: float) -> tuple[list[float], dict[str, list[float]]]:
    """Return times in seconds, and by name percentiles in ms of each step's."""
    steps: dict[int, array[int]] = defaultdict(lambda: array("q"))
    for when, took in zip(columns.when, columns.took, strict=True):
        steps[int(when / SECOND_NS / step)].append(took)
    numbers = sorted(steps)
    found: dict[str, list[float]] = defaultdict(list)
    for number in numbers:
        for name, value in percentiles(steps[number]).items():
            found[name].append(value)
    return [number * step for number in numbers], found


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
