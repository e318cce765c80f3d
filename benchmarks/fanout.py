"""Fan-out: the server's CPU cost per book subscriber and flush.

The same flow of orders runs with 1 to 2,000 subscribers on separate sockets. The
server's CPU time, minus that of the flow without subscribers, is divided by the frames
delivered. For comparison a bare uvloop server writes the same bytes to as many
sockets at the same rate.
"""

from __future__ import annotations

import contextlib
import sys
import time
from typing import TYPE_CHECKING, Final

import msgspec

from benchmarks import limits
from benchmarks.bare_feed import Feeding
from benchmarks.latency import Timed
from benchmarks.processes import cpu_ns, line, running, tell
from benchmarks.report import Chart, Figure, Ratio, Report, Series, number
from benchmarks.servers import MEMORY, drive_timed, venue
from benchmarks.subscribers import DEPTH, INTERVAL_MS, Delivered, Subscribers


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


COUNTS: Final = (1, 100, 2_000)
QUICK_COUNTS: Final = (1, 20, 100)
RATE: Final = 50  # orders/s: nearly every flush has a change, and little else runs
TRADERS: Final = 2
SETTLE_SECONDS: Final = 2.5 * INTERVAL_MS / 1000  # until the last flush is delivered
GOAL: Final = "≤ 1.3"


class Run(msgspec.Struct, frozen=True):
    """The CPU nanoseconds of a server, and its delivered frames."""

    cpu_ns: int
    delivered: Delivered

    def each(self, idle: Run) -> float:
        """Return microseconds per delivered frame, minus the idle run's CPU time."""
        return (self.cpu_ns - idle.cpu_ns) / self.delivered.frames / 1000


def measure(quick: bool) -> Report:  # noqa: FBT001 - what every part has
    """Measure the venue and the bare server in alternation; return the report."""
    counts, rounds, seconds = (QUICK_COUNTS, 1, 2) if quick else (COUNTS, 3, 8)
    report = Report(
        "fanout",
        f"book subscribers, depth {DEPTH}, {INTERVAL_MS} ms, while {RATE} orders/s"
        f" (55/40/5) come for {seconds} s, evenly, to a memory log; CPU of the server by its process"
        " clock, less that of the same run without subscribers; the bare server"
        " writes the frames that a subscriber got",
        limits=limits.measure(quick=quick),
    )
    ours: dict[int, list[float]] = {count: [] for count in counts}
    bare: dict[int, list[float]] = {count: [] for count in counts}
    flow = []
    size = 0.0
    for _ in range(rounds):
        idle, bare_idle = followed(0, seconds), None
        flow.append(idle.cpu_ns / 1e6)
        for count in counts:
            run = followed(count, seconds)
            frames = run.delivered.recorded
            bare_idle = bare_idle or fed(0, frames)
            ours[count].append(run.each(idle))
            bare[count].append(fed(count, frames).each(bare_idle))
            size = sum(map(len, frames)) / len(frames)
            report.notes += _missing(count, run.delivered)
    report.figures.append(Figure("CPU of the flow without subscribers", "ms", flow))
    _report(report, ours, bare)
    report.notes.append(
        f"a frame has {number(size)} bytes on average; that it is made, once for all,"
        " is in what the first subscriber costs, with the noise of the whole flow"
    )
    return report


def followed(count: int, seconds: float) -> Run:
    """Run the flow on a new venue with ``count`` subscribers."""
    with (
        venue(TRADERS, MEMORY) as server,
        _subscribers(Subscribers(server.port, count)) as finish,
    ):
        before = cpu_ns(server.pid)
        flow = Timed(
            *(server.port, TRADERS, int(RATE * seconds), RATE),
            even=True,
            keys=server.keys,
        )
        drive_timed(flow)
        time.sleep(SETTLE_SECONDS)
        spent = cpu_ns(server.pid) - before
        return Run(spent, finish())


def fed(count: int, frames: list[bytes]) -> Run:
    """Let the bare server write ``frames`` to ``count`` sockets."""
    with running([sys.executable, "-m", "benchmarks.bare_feed"]) as process:
        tell(process, msgspec.json.encode(Feeding(count, INTERVAL_MS, frames)))
        port = int(line(process))
        with _subscribers(Subscribers(port, count, bare=True)) as finish:
            before = cpu_ns(process.pid)
            tell(process, b"go")
            assert line(process) == "done\n"
            return Run(cpu_ns(process.pid) - before, finish())


@contextlib.contextmanager
def _subscribers(asked: Subscribers) -> Iterator[Callable[[], Delivered]]:
    """Run the subscribers; yield a function that ends them and returns the counts."""
    with running([sys.executable, "-m", "benchmarks.subscribers"]) as process:
        tell(process, msgspec.json.encode(asked))
        if line(process) != "ready\n":
            raise RuntimeError(f"{asked.count} subscribers could not connect")

        def finish() -> Delivered:
            assert process.stdin is not None
            process.stdin.close()
            return msgspec.json.decode(line(process), type=Delivered)

        yield finish


def _missing(count: int, delivered: Delivered) -> list[str]:
    more = delivered.frames - delivered.fewest * count
    if more == 0:
        return []
    return [f"{count} subscribers: {more} frames more than the one with fewest had"]


def _report(
    report: Report, ours: dict[int, list[float]], bare: dict[int, list[float]]
) -> None:
    for count, values in ours.items():
        subscribers = f"{count:,} subscriber{'s' if count > 1 else ''}"
        mine = Figure(f"CPU per subscriber and flush, {subscribers}", "µs", values)
        other = Figure(f"bare uvloop write, {subscribers}", "µs", bare[count])
        report.figures += [mine, other]
        if count > 1:
            name = f"venue ÷ bare write, {subscribers}"
            report.ratios.append(Ratio.of(name, mine, other, GOAL))
    report.charts.append(
        Chart(
            "fanout",
            "CPU of the server for each subscriber and flush",
            "subscribers",
            "CPU, µs",
            [_series("carbonex", ours), _series("bare uvloop write", bare)],
            "xy",
        )
    )


def _series(name: str, values: dict[int, list[float]]) -> Series:
    medians = {n: Figure(name, "µs", found).median for n, found in values.items()}
    # below 0 is noise
    shown = {count: each for count, each in medians.items() if each > 0}
    return Series(name, [float(count) for count in shown], [*shown.values()])
