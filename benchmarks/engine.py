"""``python -m benchmarks engine``: commands per second in process, flow by flow.

Each engine runs in its own process, in alternation with the others. The timed part
starts with the decoded command, includes the engine's envelope and its events, and
ends when the command is freed. Times are CPU seconds, because other processes may be
busy on the machine: an engine is one thread that never waits.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.engines.environments import (
    BARE,
    COMPILED,
    MATCHING_ENGINE,
    PURE,
    Contender,
    alternate,
    present,
)
from benchmarks.engines.workload import write
from benchmarks.flow import (
    ACCOUNTS,
    BATCH,
    CANCEL_HEAVY,
    CROSS_HEAVY,
    LEVELS,
    MAKERS,
    QUOTE,
    QUOTED,
    deep,
    mixed,
    quotes,
)
from benchmarks.flow_recorded import AbsentError, bitstamp_ops, lobster_ops
from benchmarks.report import Figure, Ratio, Report


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from benchmarks.flow import Op


GOALS: Final = {COMPILED: "≥ 2.5", PURE: "≥ 1"}  # ratio to matching-engine, mixed flow


class Size(NamedTuple):
    """The amount of work: processes per engine, passes per process, commands."""

    pairs: int
    passes: int
    commands: int
    depth: int


FULL: Final = Size(pairs=5, passes=3, commands=200_000, depth=1_000_000)
QUICK: Final = Size(pairs=2, passes=1, commands=5_000, depth=20_000)


class Workload(NamedTuple):
    """A flow to run; its first ``before`` operations build the book."""

    name: str
    words: str
    ops: Callable[[], Iterable[Op]]
    before: int = 0
    batch: int = BATCH


def measure(quick: bool) -> Report:  # noqa: FBT001
    """Run every flow through the engines, in alternation."""
    size = QUICK if quick else FULL
    sides, absent = present([COMPILED, PURE, MATCHING_ENGINE])
    report = Report(
        "engine",
        f"{ACCOUNTS} accounts, batches of {BATCH}, CPU seconds; processes in alternation,"
        f" {size.pairs} of each engine; of each the median of {size.passes} passes (one"
        " on the deep book) after one that is not counted",
        notes=absent,
    )
    with tempfile.TemporaryDirectory(prefix="carbonex-bench-") as directory:
        for workload in workloads(size):
            path = Path(directory) / "flow"
            try:
                ops = workload.ops()
                count = write(path, ops, workload.before, workload.batch)
            except AbsentError as error:
                report.notes.append(f"{workload.name} skipped: {error}")
                continue
            report.notes.append(
                f"{workload.name}: {count:,} commands, {workload.words}"
            )
            limit = [BARE] if workload.name == "mixed" else []
            _run(report, workload, path, [*sides, *limit], size)
    return report


def workloads(size: Size) -> list[Workload]:
    """Return the flows in the order of the run."""
    count, depth = size.commands, size.depth
    turns = count // QUOTE
    return [
        Workload("mixed", "55 % rest, 40 % cancels, 5 % cross", lambda: mixed(count)),
        Workload(
            "cancel-heavy",
            "50 % rest, 49 % cancels, 1 % cross",
            lambda: mixed(count, mix=CANCEL_HEAVY),
        ),
        Workload(
            "cross-heavy",
            "55 % rest, 10 % cancels, 35 % cross",
            lambda: mixed(count, mix=CROSS_HEAVY),
        ),
        Workload(
            "deep book",
            f"mixed, on {depth:,} resting orders at {LEVELS} prices a side",
            lambda: deep(depth, count),
            before=depth,
        ),
        Workload(
            "quotes",
            f"{MAKERS} market makers in turn; there is no command for a whole quote, so"
            f" that one batch is {QUOTED} cancels, {QUOTED} orders and a taker",
            lambda: quotes(turns),
            before=MAKERS * QUOTED,
            batch=QUOTE,
        ),
        Workload(
            "LOBSTER",
            "Nasdaq AAPL, 2012-06-21, 9:30 to 10:30; matching-engine cannot amend: it"
            " gets a cancel and a new order, which loses its place and other fills with it",
            lobster_ops,
        ),
        Workload("Bitstamp", "BTC/USD, 2026-05-02, half an hour", bitstamp_ops),
    ]


def _run(
    report: Report, workload: Workload, path: Path, sides: list[Contender], size: Size
) -> None:
    """Run one flow and add its figures and ratios to the report."""
    deep = workload.before == size.depth
    passes = 1 if deep else size.passes
    outcomes = alternate(sides, path, size.pairs, passes)
    figures = {
        side: Figure(f"{workload.name}: {side.name}", "commands/s", outcome.rates)
        for side, outcome in outcomes.items()
    }
    for side, figure in figures.items():
        (report.limits if side is BARE else report.figures).append(figure)
    if deep:
        report.figures += [
            Figure(f"a resting order's memory: {side.name}", "bytes", outcome.resident)
            for side, outcome in outcomes.items()
        ]
    theirs = figures.get(MATCHING_ENGINE)
    for side in (COMPILED, PURE):
        if theirs is not None and side in figures:
            name = f"{workload.name}: {side.name} / {MATCHING_ENGINE.name}"
            goal = GOALS[side] if workload.name == "mixed" else ""
            report.ratios.append(Ratio.of(name, figures[side], theirs, goal))
