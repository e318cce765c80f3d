"""The gateway: capacity in a closed loop, and latency in an open loop.

The same run measures the machine's limits, a bare echo of the same frames, and the
peer's gateway. A memory log is a data directory in /dev/shm.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from benchmarks import gateway_peer, limits, open_loop
from benchmarks.histogram import Latencies
from benchmarks.latency import Timed
from benchmarks.limits import CONNECTIONS, WINDOW
from benchmarks.load import Load
from benchmarks.open_loop import Side
from benchmarks.report import Figure, Ratio, Report
from benchmarks.servers import MEMORY, drive, drive_timed, echo, venue


if TYPE_CHECKING:
    from pathlib import Path


ALLOWED_US: Final = 100.0  # for one order, beyond one commit and one round trip
MEMORY_BYTES: Final = 2**30  # space that a venue's log and history may need


class Sizes(msgspec.Struct, frozen=True):
    """The amount of work per measurement."""

    rounds: int = 3
    frames: int = 25_000  # per connection, closed loop
    single: int = 5_000  # orders, one at a time
    seconds: float = 10.0  # per rate


QUICK: Final = Sizes(rounds=1, frames=1_500, single=300, seconds=0.5)


class Runs:
    """The values of every run by name, with their units."""

    def __init__(self) -> None:
        self._units: dict[str, str] = {}
        self._values: dict[str, list[float]] = defaultdict(list)

    def add(self, name: str, unit: str, value: float) -> None:
        self._units[name] = unit
        self._values[name].append(value)

    def figure(self, name: str) -> Figure:
        return Figure(name, self._units[name], self._values[name])

    def figures(self) -> list[Figure]:
        return [self.figure(name) for name in self._units]


DURABLE: Final = "durable log, closed loop"
IN_MEMORY: Final = "memory log, closed loop"
ECHO: Final = "bare echo of the same frames"
PEER: Final = "matching-engine, HTTP, fsync, at its best"
ONE: Final = "one order at a time, durable, p50"
BOUND: Final = "p50 of a commit + of an echo + 100 µs"


def measure(quick: bool) -> Report:  # noqa: FBT001 - what every part has
    """Measure capacity, single orders and the open loop; return the report."""
    sizes = QUICK if quick else Sizes()
    report = Report("gateway", _workload(sizes), limits=limits.measure(quick=quick))
    logs: dict[str, Path | None] = {"durable": None, "memory": MEMORY}
    if shutil.disk_usage(MEMORY).free < MEMORY_BYTES:
        del logs["memory"]
        report.notes.append(f"no memory log: {MEMORY} has less than 1 GiB free")
    rates = _capacity(report, sizes, logs)
    _one_at_a_time(report, sizes)
    sides = {
        f"{log} log": Side(partial(venue, CONNECTIONS, root), rates[log])
        for log, root in logs.items()
    }
    sides["bare echo"] = Side(echo, rates["durable"])
    open_loop.measure(report, sizes.seconds, sides)
    return report


def _workload(sizes: Sizes) -> str:
    return (
        f"JSON orders (55 % add, 40 % cancel, 5 % cross), every answer after its commit."
        f" Closed loop: {CONNECTIONS} connections, {WINDOW} in flight on each,"
        f" {sizes.frames:,} each; one at a time: {sizes.single:,};"
        f" open loop: {CONNECTIONS} connections, Poisson arrivals, {sizes.seconds:g} s a"
        " rate, latency from when a request was due. A new venue for every run"
    )


def _capacity(
    report: Report, sizes: Sizes, logs: dict[str, Path | None]
) -> dict[str, float]:
    """Run the closed loops in alternation; return the median rate of each log."""
    runs = Runs()
    names = {"durable": DURABLE, "memory": IN_MEMORY}
    peer = gateway_peer.find(report.notes)
    for _ in range(sizes.rounds):
        for log, root in logs.items():
            with venue(CONNECTIONS, root) as server:
                load = Load(server.port, CONNECTIONS, WINDOW, sizes.frames, server.keys)
                runs.add(names[log], "orders/s", drive(load).rate)
        runs.add(ECHO, "requests/s", limits.echo_capacity(sizes.frames))
        if peer is not None:
            best = 0.0
            for clients, rate in gateway_peer.rates(peer, sizes.frames).items():
                runs.add(
                    f"matching-engine, HTTP, fsync, {clients} clients", "orders/s", rate
                )
                best = max(best, rate)
            runs.add(PEER, "orders/s", best)
    report.figures += runs.figures()
    durable, bare = runs.figure(DURABLE), runs.figure(ECHO)
    report.ratios.append(
        Ratio.of("durable orders ÷ bare echo", durable, bare, "≥ 0.3, aim 0.5")
    )
    if peer is not None:
        report.ratios.append(
            Ratio.of(
                "durable orders ÷ matching-engine", durable, runs.figure(PEER), "≥ 15"
            )
        )
    return {log: runs.figure(names[log]).median for log in logs}


def _one_at_a_time(report: Report, sizes: Sizes) -> None:
    """Time single orders, and the commit and round trip they require."""
    runs = Runs()
    add = partial(runs.add, unit="µs")
    warmup = sizes.single // 10
    for _ in range(sizes.rounds):
        commit = limits.percentile(limits.commits(sizes.single), 50)
        trip = limits.percentile(limits.echo_round_trips(sizes.single), 50)
        with venue(1) as server:
            timed = Timed(
                *(server.port, 1, sizes.single + warmup),
                warmup=warmup,
                keys=server.keys,
            )
            found = Latencies(drive_timed(timed).latencies()).summary()
        for name, value in found.items():
            add(f"one order at a time, durable, {name}", value=value)
        add("beside it: log commit, p50", value=commit)
        add("beside it: bare echo round trip, p50", value=trip)
        add(BOUND, value=commit + trip + ALLOWED_US)
    report.figures += runs.figures()
    report.ratios.append(
        Ratio.of(
            *("one order, p50 ÷ (commit + echo + 100 µs)",),
            *(runs.figure(ONE), runs.figure(BOUND)),
            "≤ 1",
        )
    )
