"""``python -m benchmarks stages``: the CPU time of one order, stage by stage.

It runs in process without sockets, so that it measures only the server's own code. It
also measures the bare echo of the same frames through the same transport, and the
waits of a single order: the sync and the round trip.
"""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from benchmarks import limits
from benchmarks.engines.environments import COMPILED, PURE, call, present
from benchmarks.limits import CONNECTIONS, WINDOW
from benchmarks.report import Figure, Ratio, Report
from benchmarks.stages_run import ECHO, ORDERS, STAGES, WHOLE, Run


if TYPE_CHECKING:
    from benchmarks.engines.environments import Contender


class Size(NamedTuple):
    """Processes per engine, turns per process, and single round trips.

    ``warmup`` turns come first. From an account's 10,001st execution on, after about
    140 turns, the feed drops old executions and costs 1.1 µs per order instead of 0.7.
    """

    processes: int
    turns: int
    warmup: int
    single: int


FULL: Final = Size(processes=3, turns=200, warmup=200, single=5_000)
QUICK: Final = Size(processes=1, turns=20, warmup=6, single=500)

SUM: Final = "sum"
NAMES: Final = {
    SUM: "sum of the stages",
    WHOLE: "an order, undivided",
    ECHO: "bare echo of its frame",
}


def measure(quick: bool) -> Report:  # noqa: FBT001 - what every part has
    """Measure every stage with each engine, in alternation."""
    size = QUICK if quick else FULL
    sides, absent = present([COMPILED, PURE])
    report = Report(
        "stages", _workload(size), limits=_limits(size.single), notes=absent
    )
    runs: dict[Contender, list[Run]] = {side: [] for side in sides}
    for _ in range(size.processes):
        for side, done in runs.items():
            printed = call(
                side, "benchmarks.stages_run", str(size.turns), str(size.warmup)
            )
            done.append(msgspec.json.decode(printed, type=Run))
    figures = {side: _figures(side.name, done) for side, done in runs.items()}
    for name in [*STAGES, SUM, WHOLE, ECHO]:
        report.figures += [of[name] for of in figures.values()]
    for side, of in figures.items():
        report.ratios += _ratios(side.name, of)
    report.notes += [f"{stage}: {what}" for stage, what in STAGES.items()]
    report.notes += [_accepted(side.name, done) for side, done in runs.items()]
    return report


def _workload(size: Size) -> str:
    return (
        f"JSON orders (55 % add, 40 % cancel, 5 % cross), {CONNECTIONS} connections, {WINDOW}"
        f" in flight on each: {ORDERS} orders a turn, one batch; CPU ns per order, of each"
        f" process the median of its turns (stages and undivided: {size.turns // 2} each,"
        f" in alternation, after {size.warmup} that are not counted), no loop, no sockets,"
        " no sync; processes in alternation,"
        f" {size.processes} of each engine"
    )


def _limits(count: int) -> list[Figure]:
    """Return the waits of a single order that no code can avoid."""
    taken = {
        "write and fdatasync in zero-filled space, p50": limits.syncs(count),
        "loopback TCP round trip, uvloop, p50": limits.round_trips(count),
        "bare WebSocket echo, round trip, p50": limits.echo_round_trips(count),
    }
    return [
        Figure(name, "µs", [limits.percentile(values, 50)])
        for name, values in taken.items()
    ]


def _figures(engine: str, runs: list[Run]) -> dict[str, Figure]:
    """Return a figure per stage, and for the sum, the undivided turns and the echo."""
    costs = {name: [run.costs[name] for run in runs] for name in [*STAGES, WHOLE, ECHO]}
    staged = zip(*(costs[stage] for stage in STAGES), strict=True)
    costs[SUM] = [[sum(turn) for turn in zip(*run, strict=True)] for run in staged]
    return {
        name: Figure(
            f"{NAMES.get(name, name)}: {engine}",
            "ns",
            [statistics.median(turns) for turns in processes],
            f"lower quartile {_lower_quartile(processes):,.0f}",
        )
        for name, processes in costs.items()
    }


def _lower_quartile(processes: list[list[float]]) -> float:
    """Return the lower quartile of all turns: an order's time without other load."""
    turns = [turn for process in processes for turn in process]
    return statistics.quantiles(turns, n=4)[0]


def _ratios(engine: str, figures: dict[str, Figure]) -> list[Ratio]:
    whole = figures[WHOLE]
    return [
        Ratio.of(f"sum of the stages ÷ undivided: {engine}", figures[SUM], whole),
        Ratio.of(f"an order ÷ the bare echo's frame: {engine}", whole, figures[ECHO]),
    ]


def _accepted(engine: str, runs: list[Run]) -> str:
    orders, accepted = (
        sum(getattr(run, name) for run in runs) for name in ("orders", "successes")
    )
    return (
        f"{engine}: {orders:,} requests, all answered, {accepted / orders:.1%} accepted"
        " (a cancel of what was filled is refused)"
    )
