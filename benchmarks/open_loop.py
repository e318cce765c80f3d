"""Latency at fixed rates: orders go out at their times, whatever the server does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.histogram import PERCENTILES, Latencies
from benchmarks.latency import Timed
from benchmarks.limits import CONNECTIONS
from benchmarks.report import Chart, Figure, Report, Series, number
from benchmarks.servers import drive_timed, venue


if TYPE_CHECKING:
    from pathlib import Path


SHARES: Final = (0.1, 0.25, 0.5, 0.75, 0.9)  # of the capacity, offered
LOWEST: Final = 1_000  # orders/s, the first rate
WARMUP_SECONDS: Final = 1.0
TAILS: Final = (2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
FEW: Final = 10  # slower requests that a percentile needs to mean something


class Offered(NamedTuple):
    """What came of one rate: orders/s offered and answered, ``size`` latencies.

    ``late`` is the p99 of what the client itself was late, in microseconds.
    """

    rate: float
    answered: float
    size: int
    latencies: Latencies
    late: float


def measure(
    report: Report, seconds: float, capacities: dict[Path | None, float]
) -> None:
    """Add percentiles and charts for each log: where it lies, and its capacity."""
    curves = {}
    for root, capacity in capacities.items():
        log = "durable" if root is None else "memory"
        curves[log] = [offer(rate, seconds, root) for rate in rates(capacity)]
        report.figures += [
            figure for offered in curves[log] for figure in _figures(log, offered)
        ]
        report.charts.append(_tails(log, curves[log]))
    report.charts.append(_curve(curves))
    late = max(offered.late for curve in curves.values() for offered in curve)
    report.notes.append(
        "latencies of the open loop count what the client itself sent late:"
        f" {number(late)} µs at p99 at worst"
    )


def rates(capacity: float) -> list[float]:
    """Return what is offered, in orders/s, ascending."""
    shares = {round(share * capacity, -2) for share in SHARES}
    return sorted({float(LOWEST), *(rate for rate in shares if rate > LOWEST)})


def offer(rate: float, seconds: float, root: Path | None) -> Offered:
    """Send at that rate to a new venue whose directory lies under ``root``."""
    warmup = int(rate * min(WARMUP_SECONDS, seconds))
    with venue(CONNECTIONS, root) as server:
        timed = Timed(
            server.port,
            CONNECTIONS,
            warmup + int(rate * seconds),
            rate=rate,
            warmup=warmup,
            keys=server.keys,
        )
        times = drive_timed(timed)
    values = times.latencies()
    late = Latencies(times.lates()).at(99)
    return Offered(
        rate, len(values) / times.seconds, len(values), Latencies(values), late
    )


def _figures(log: str, offered: Offered) -> list[Figure]:
    name = f"{log} log, {offered.rate:,.0f}/s offered"
    return [
        Figure(f"{name}: answered", "orders/s", [offered.answered]),
        *(
            Figure(f"{name}: {percentile}", "µs", [value])
            for percentile, value in offered.latencies.summary().items()
        ),
    ]


def _tails(log: str, curve: list[Offered]) -> Chart:
    """Draw each rate's latency against how few requests took longer."""
    series = []
    for offered in curve:
        tails = [tail for tail in TAILS if offered.size >= FEW * tail]
        latency = [offered.latencies.at(100 - 100 / tail) / 1000 for tail in tails]
        series.append(Series(f"{offered.rate:,.0f}/s", [*map(float, tails)], latency))
    return Chart(
        f"gateway-latency-{log}",
        f"Latency from when an order was due, {log} log, open loop",
        "one order in so many took longer (10: p90, 100: p99, 1,000: p99.9)",
        "latency, ms",
        series,
        "xy",
    )


def _curve(curves: dict[str, list[Offered]]) -> Chart:
    """Draw latency against the throughput at which it was measured."""
    return Chart(
        "gateway-throughput",
        "Throughput against latency, open loop",
        "orders answered, 1,000/s",
        "latency from when an order was due, ms",
        [
            Series(
                f"{log} log, {name}",
                [offered.answered / 1000 for offered in curve],
                [offered.latencies.at(percent) / 1000 for offered in curve],
            )
            for log, curve in curves.items()
            for name, percent in PERCENTILES.items()
            if name != "p90"
        ],
        "y",
    )
