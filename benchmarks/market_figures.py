"""Figures from a market's columns: percentiles, courses over time, fairness."""

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
    """How equally sessions were served.

    ``jain`` is Jain's index of the sessions' mean times: 1 if all are equal, 1/n if one
    session has all the waiting. ``chance`` is its value after the same times are dealt
    to the sessions at random. ``worst`` has each session's p99 in ms, ascending.
    """

    sessions: int
    jain: float
    chance: float
    worst: list[float]

    def worst_at(self, percent: float) -> float:
        """Return the p99 that ``percent`` per cent of the sessions do not exceed."""
        return self.worst[_rank(len(self.worst), percent)]


def percentiles(took_ns: Iterable[int]) -> dict[str, float]:
    """Return the percentiles and the maximum of at least one time, in ms, by name.

    Times are cut to whole microseconds, so that an hour has far fewer different
    values.
    """
    summary = Latencies(took // 1000 * 1000 for took in took_ns).summary()
    return {name: micros / 1000 for name, micros in summary.items()}


def figures(name: str, took_ns: Sequence[int]) -> list[Figure]:
    """Return a figure in ms per percentile; none without times."""
    if not took_ns:
        return []
    return [
        Figure(f"{name} {percentile}", "ms", [value])
        for percentile, value in percentiles(took_ns).items()
    ]


def course(columns: Columns, step: float) -> tuple[list[float], dict[str, list[float]]]:
    """Return the steps' times in seconds, and their percentiles in ms by name."""
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
    """Return requests due per second by time, each counted as ``weight``."""
    counts: dict[int, int] = defaultdict(int)
    for when in columns.when:
        counts[int(when / SECOND_NS / step)] += 1
    return {n * step: counts[n] * weight / step for n in sorted(counts)}


def fairness(columns: Columns) -> Fairness:
    """Compare the sessions in the columns."""
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


# A maker's quote is two messages; each counts as half of the quote's commands.
QUOTE_WEIGHT: Final = QUOTE_COMMANDS / 2


def _rank(count: int, percent: float) -> int:
    """Return the index of a percentile among ``count`` ascending values."""
    return min(math.ceil(count * percent / 100), count) - 1


def _by_session(who: Sequence[int], took: Sequence[int]) -> dict[int, list[int]]:
    by_session: dict[int, list[int]] = defaultdict(list)
    for session, time in zip(who, took, strict=True):
        by_session[session].append(time)
    return by_session


def _means(by_session: dict[int, list[int]]) -> list[float]:
    return [sum(times) / len(times) for times in by_session.values()]
