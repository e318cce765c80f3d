"""Scaling: cost by depth, accounts, instruments, followers, log and state.

A command may cost O(log n) of anything; a start and a snapshot may cost O(n) of what
they read. Bigger states miss the processor's caches more often, so a command's time
grows although its work is the same. The count of function calls, taken on the pure
engine, separates the two effects.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.engines.environments import PURE, call
from benchmarks.processes import printed
from benchmarks.recovery import run, write_log
from benchmarks.report import Chart, Figure, Ratio, Report, Series
from benchmarks.snapshot import of_size


if TYPE_CHECKING:
    from collections.abc import Iterable


ROUNDS: Final = 3
CALLS_COUNT: Final = 5_000  # commands with counted calls
LARGE: Final = (10_000, 100_000, 1_000_000)  # commands in a log, orders in a state


class Axis(NamedTuple):
    """A quantity that grows through ``sizes``; ``amount`` is the work per size.

    The ratio compares the last size with the size at index ``base``. From that size
    on O(log n) differs from a constant.
    """

    what: str
    x: str
    unit: str
    sizes: tuple[int, ...]
    amount: int
    base: int = 0

    @property
    def allowed(self) -> float:
        """The cost ratio of O(log n) between these two sizes."""
        return math.log(self.sizes[-1]) / math.log(self.sizes[self.base])


COMMAND: Final = "CPU µs a command"
AXES: Final = (
    Axis(
        "depth", "resting orders", COMMAND, (1_000, 10_000, 100_000, 1_000_000), 10**5
    ),
    Axis("accounts", "accounts", COMMAND, (100, 1_000, 10_000, 100_000), 10**5),
    Axis("instruments", "instruments", COMMAND, (1, 10, 100, 1_000), 10**5, base=1),
    Axis(
        "followers",
        "followers of one book",
        "CPU µs a follower and flush",
        (1, 10, 100, 1_000, 10_000),
        100,
        base=1,
    ),
)


def measure(quick: bool) -> Report:  # noqa: FBT001 - as every part
    """Measure along every axis; ``quick``: without the largest sizes, once."""
    rounds, cut, share = (1, -1, 20) if quick else (ROUNDS, None, 1)
    report = Report(
        "scaling",
        "engine: orders at 5 to a price and side, 47.5 % new ones that rest, as many"
        " cancels, 5 % that cross, in batches of 64; 100 accounts and one instrument"
        " with 1,000 resting orders where these do not grow, 100 resting orders for"
        " each instrument; feed: a flush of what 64 commands changed in a book, to"
        " outboxes that are emptied; every size in processes of its own,"
        f" {rounds} rounds, seconds of the processor",
    )
    for axis in AXES:
        small = axis._replace(sizes=axis.sizes[:cut], amount=axis.amount // share)
        _along(small, rounds, report)
    large = [size // 100 if quick else size for size in LARGE]
    _log(large, rounds, report)
    _state(large, report)
    return report


def _along(axis: Axis, rounds: int, report: Report) -> None:
    """Measure one axis; each round goes through all sizes."""
    found: dict[int, list[float]] = {size: [] for size in axis.sizes}
    for _ in range(rounds):
        for size in axis.sizes:
            found[size].append(_run(axis.what, size, axis.amount))
    costs = [
        Figure(f"{size:,} {axis.x}", axis.unit, values)
        for size, values in found.items()
    ]
    report.figures += costs
    goal = f"≤ {axis.allowed:.2f}, O(log n)"
    first, last = axis.sizes[axis.base], axis.sizes[-1]
    name = f"{axis.what}, {last:,} / {first:,}"
    report.ratios.append(Ratio.of(f"{name}: time", costs[-1], costs[axis.base], goal))
    count = min(axis.amount, CALLS_COUNT)
    few, many = (_run(axis.what, size, count, "calls") for size in (first, last))
    report.ratios.append(Ratio(f"{name}: functions called", [many / few], goal))
    report.charts.append(
        _chart(axis.what, f"Cost, by {axis.x}", axis.x, axis.unit, costs, axis.sizes)
    )


def _log(sizes: list[int], rounds: int, report: Report) -> None:
    """Measure a recovery by the length of its log."""
    costs = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            directory = Path(name) / "venue"
            write_log(directory, size)
            runs = [run("recovery", directory) for _ in range(rounds)]
        seconds = [each["replay"] for each in runs]
        costs.append(Figure(f"replay of {size:,} commands", "CPU s", seconds))
    report.figures += costs
    report.ratios.append(_linear("replay", sizes, costs))
    report.charts.append(
        _chart(
            "log",
            "Recovery, by the log's length",
            "commands",
            "CPU s",
            costs,
            sizes,
            "xy",
        )
    )


def _state(sizes: list[int], report: Report) -> None:
    """Measure a snapshot by the number of open orders."""
    by_size = [{figure.name: figure for figure in of_size(size)} for size in sizes]
    series = []
    for step in ("take", "restore"):
        costs = [figures[step] for figures in by_size]
        report.figures += [
            Figure(f"{step} {size:,} open orders", "CPU s", figure.values)
            for size, figure in zip(sizes, costs, strict=True)
        ]
        report.ratios.append(_linear(step, sizes, costs))
        series.append(Series(step, [*map(float, sizes)], [c.median for c in costs]))
    report.charts.append(
        Chart(
            "scaling-snapshot",
            "Snapshot, by the orders that are open",
            "open orders",
            "CPU s",
            series,
            log="xy",
        )
    )


def _linear(what: str, sizes: list[int], costs: list[Figure]) -> Ratio:
    """Return the cost per item, the largest size over the one before."""
    each = [cost.median / size for cost, size in zip(costs, sizes, strict=True)]
    name = f"{what} of one, {sizes[-1]:,} / {sizes[-2]:,}"
    return Ratio(name, [each[-1] / each[-2]], "1 is linear")


def _chart(  # noqa: PLR0913, PLR0917 - as a chart has
    what: str,
    title: str,
    x: str,
    y: str,
    costs: list[Figure],
    sizes: Iterable[int],
    log: str = "x",
) -> Chart:
    line = Series(y, [*map(float, sizes)], [cost.median for cost in costs])
    return Chart(f"scaling-{what}", title, x, y, [line], log)


def _run(what: str, size: int, count: int, *options: str) -> float:
    """Run one size in a separate process, on the pure engine to count calls."""
    module = "benchmarks.scaling_run"
    arguments = [what, str(size), str(count), *options]
    if options:
        return float(call(PURE, module, *arguments))
    return float(printed(module, *arguments))
