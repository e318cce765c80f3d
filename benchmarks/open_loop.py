"""Latency at fixed rates: orders are sent at their due times in any case.

The bare echo gets the same requests at the same times on the same machine. No server
that shares these cores can have a shorter latency tail than the echo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.histogram import PERCENTILES, Latencies
from benchmarks.latency import Timed
from benchmarks.limits import CONNECTIONS
from benchmarks.processes import kept_waiting_ns
from benchmarks.report import Chart, Figure, Report, Series, number
from benchmarks.servers import drive_timed


if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from benchmarks.servers import Server


SHARES: Final = (0.1, 0.25, 0.5, 0.75, 0.9)  # of the capacity, as offered rates
LOWEST: Final = 1_000  # orders/s, the first rate
WARMUP_SECONDS: Final = 1.0
TAILS: Final = (2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
FEW: Final = 10  # slower requests that a percentile needs to be meaningful


class Offered(NamedTuple):
    """The result of one rate: orders/s offered and answered, ``size`` latencies.

    ``late`` is the client's own send delay at p99, in microseconds. ``waited`` is the
    milliseconds per second for which the server's threads were ready to run but had no
    processor.
    """

    rate: float
    answered: float
    size: int
    latencies: Latencies
    late: float
    waited: float


class Side(NamedTuple):
    """A server to measure: how to run it, and its capacity in orders/s."""

    run: Callable[[], AbstractContextManager[Server]]
    capacity: float


def measure(report: Report, seconds: float, sides: dict[str, Side]) -> None:
    """Add each side's percentiles and charts to the report, by name."""
    curves = {}
    for name, side in sides.items():
        curves[name] = [offer(rate, seconds, side.run) for rate in rates(side.capacity)]
        report.figures += [
            figure for offered in curves[name] for figure in _figures(name, offered)
        ]
        report.charts.append(_tails(name, curves[name]))
    report.charts.append(_curve(curves))
    late = max(offered.late for curve in curves.values() for offered in curve)
    report.notes.append(
        "latencies of the open loop count what the client itself sent late:"
        f" {number(late)} µs at p99 at worst"
    )


def rates(capacity: float) -> list[float]:
    """Return the offered rates in orders/s, ascending."""
    shares = {round(share * capacity, -2) for share in SHARES}
    return sorted({float(LOWEST), *(rate for rate in shares if rate > LOWEST)})


def offer(
    rate: float, seconds: float, run: Callable[[], AbstractContextManager[Server]]
) -> Offered:
    """Send at the given rate to a new server."""
    warmup = int(rate * min(WARMUP_SECONDS, seconds))
    with run() as server:
        timed = Timed(
            server.port,
            CONNECTIONS,
            warmup + int(rate * seconds),
            rate=rate,
            warmup=warmup,
            keys=server.keys,
        )
        before = kept_waiting_ns(server.pid)
        times = drive_timed(timed)
        waited = kept_waiting_ns(server.pid) - before
    values = times.latencies()
    late = Latencies(times.lates()).at(99)
    return Offered(
        rate,
        len(values) / times.seconds,
        len(values),
        Latencies(values),
        late,
        waited / 1e6 / (timed.count / rate),
    )


def _figures(side: str, offered: Offered) -> list[Figure]:
    name = f"{side}, {offered.rate:,.0f}/s offered"
    return [
        Figure(f"{name}: answered", "orders/s", [offered.answered]),
        *(
            Figure(f"{name}: {percentile}", "µs", [value])
            for percentile, value in offered.latencies.summary().items()
        ),
        Figure(f"{name}: waited for a processor", "ms/s", [offered.waited]),
    ]


def _tails(side: str, curve: list[Offered]) -> Chart:
    """Draw each rate's latency over the share of slower requests."""
    series = []
    for offered in curve:
        tails = [tail for tail in TAILS if offered.size >= FEW * tail]
        latency = [offered.latencies.at(100 - 100 / tail) / 1000 for tail in tails]
        series.append(Series(f"{offered.rate:,.0f}/s", [*map(float, tails)], latency))
    return Chart(
        f"gateway-latency-{side.replace(' ', '-')}",
        f"Latency from when an order was due, {side}, open loop",
        "one order in so many took longer (10: p90, 100: p99, 1,000: p99.9)",
        "latency, ms",
        series,
        "xy",
    )


def _curve(curves: dict[str, list[Offered]]) -> Chart:
    """Draw latency over the throughput at which it was measured."""
    return Chart(
        "gateway-throughput",
        "Throughput against latency, open loop",
        "orders answered, 1,000/s",
        "latency from when an order was due, ms",
        [
            Series(
                f"{side}, {name}",
                [offered.answered / 1000 for offered in curve],
                [offered.latencies.at(percent) / 1000 for offered in curve],
            )
            for side, curve in curves.items()
            for name, percent in PERCENTILES.items()
            if name != "p90"
        ],
        "y",
    )
