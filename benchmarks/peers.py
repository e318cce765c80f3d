"""``python -m benchmarks peers``: the same flow through every peer, side by side.

First it compares the outcomes on the common subset (limit orders and cancels), then
the speed. Each peer has its own environment and is credited with its features. No
timing includes a log; ``log`` says whether the engine has one around it.
"""

from __future__ import annotations

import itertools
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.engines import bare
from benchmarks.engines.environments import (
    BARE,
    COMPILED,
    OTHERS,
    PURE,
    Contender,
    alternate,
    outcome,
    present,
)
from benchmarks.engines.workload import read, write
from benchmarks.flow import CROSS_HEAVY, LEVELS, MIXED, deep, mixed
from benchmarks.report import Chart, Figure, Ratio, Report, Series


if TYPE_CHECKING:
    from collections.abc import Sequence

Rows = list[tuple[int, ...]]

ROW: Final = "{:<32}{:<17}{:<8}{:<7}{:<5}{:<27}{}"
HEAD: Final = (
    *("engine", "accounts", "events", "fills", "log"),
    *("outcome of the mixed flow", "of the cross-heavy one"),
)


class Size(NamedTuple):
    """The amount of work; ``short`` is a flow that the slowest peer can run too."""

    pairs: int
    passes: int
    compared: int
    short: int
    long: int
    depths: Sequence[int]
    deep: int  # commands on top of each depth


FULL: Final = Size(
    pairs=5,
    passes=3,
    compared=3_000,
    short=3_000,
    long=200_000,
    depths=(1_000, 10_000, 100_000, 1_000_000),
    deep=50_000,
)
QUICK: Final = Size(
    pairs=1,
    passes=1,
    compared=500,
    short=500,
    long=5_000,
    depths=(1_000, 10_000),
    deep=2_000,
)


def measure(quick: bool) -> Report:  # noqa: FBT001
    """Compare the outcomes of every engine, and then the speed."""
    size = QUICK if quick else FULL
    engines, absent = present([COMPILED, PURE, *OTHERS])
    report = Report(
        "peers",
        "55 % rest, 40 % cancels, 5 % cross, CPU seconds; processes in alternation,"
        f" {size.pairs} of each engine; of each the median of {size.passes} passes (one"
        " on deep books) after one that is not counted",
        notes=absent,
    )
    with tempfile.TemporaryDirectory(prefix="carbonex-bench-") as directory:
        path = Path(directory) / "flow"
        report.notes += _compared(engines, path, size.compared)
        for count in (size.short, size.long):
            write(path, mixed(count))
            able = [engine for engine in engines if engine.most >= count]
            _race(report, able, path, size, f"{count:,} commands")
        report.charts.append(_depths(engines, path, size))
    return report


def reference(path: Path) -> dict[str, Rows]:
    """Return a flow's correct fills, and the book after each command."""
    engine = bare.Engine()
    fills: Rows = []
    books: Rows = []
    for _, ops in read(path):
        for op in ops:
            fills += engine.outcome([op])
            books.append(engine.book())
    return {"fills": fills, "books": books}


def verdict(right: Rows, made: Rows, what: str) -> str:
    """Return whether an engine's rows are correct, or where they start to differ."""
    if made == right:
        return f"all {len(right):,} {what} equal"
    pairs = itertools.zip_longest(right, made)
    at = next(n for n, (wanted, got) in enumerate(pairs) if wanted != got)
    wanted, got = (rows[at] if at < len(rows) else None for rows in (right, made))
    return f"{what} DIFFER from number {at + 1:,} on: {got} instead of {wanted}"


def _compared(engines: list[Contender], path: Path, count: int) -> list[str]:
    """Return a table of each engine's features and the check of its outcomes."""
    rows = {
        engine: [engine.requires or engine.name, *engine.does] for engine in engines
    }
    for mix in (MIXED, CROSS_HEAVY):
        write(path, mixed(count, mix=mix))
        right = reference(path)
        for engine, row in rows.items():
            made = outcome(engine, path)
            row.append(verdict(right[engine.tells], made, engine.tells))
    return [ROW.format(*row) for row in (HEAD, *rows.values())]


def _race(
    report: Report, engines: list[Contender], path: Path, size: Size, flow: str
) -> None:
    """Run one flow; add the rates and the ratios to the peers to the report."""
    measured = alternate([*engines, BARE], path, size.pairs, size.passes)
    figures = {
        engine: Figure(f"{flow}: {engine.name}", "commands/s", runs.rates)
        for engine, runs in measured.items()
    }
    report.limits.append(figures.pop(BARE))
    report.figures += figures.values()
    report.ratios += [
        Ratio.of(f"{flow}: {side.name} / {peer.name}", figures[side], figures[peer])
        for side in (COMPILED, PURE)
        for peer in OTHERS
        if side in figures and peer in figures
    ]


def _depths(engines: list[Contender], path: Path, size: Size) -> Chart:
    """Return the speed of each engine on books of growing depth."""
    lines = {engine: Series(engine.name, [], []) for engine in engines}
    for depth in size.depths:
        write(path, deep(depth, size.deep), before=depth)
        able = [engine for engine in engines if engine.most >= depth + size.deep]
        for engine, runs in alternate(able, path, size.pairs, 1).items():
            lines[engine].x.append(depth)
            lines[engine].y.append(statistics.median(runs.rates))
    return Chart(
        "depth",
        f"Mixed flow on a deep book, {LEVELS} prices a side",
        "resting orders",
        "commands/s",
        [line for line in lines.values() if line.x],
        log="xy",
    )
