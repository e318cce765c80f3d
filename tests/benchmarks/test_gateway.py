"""What the gateway's part offers, and how it reads what came of it."""

from __future__ import annotations

from functools import partial

import pytest

from benchmarks.report import Report


pytest.importorskip("hdrh", reason="hdrhistogram is in the bench extra")

from benchmarks import open_loop
from benchmarks.histogram import Latencies
from benchmarks.servers import echo, venue


def test_percentiles_are_microseconds() -> None:
    found = Latencies(range(1_000, 1_000_001, 1_000)).summary()
    assert list(found) == ["p50", "p90", "p99", "p99.9", "max"]
    assert [*found.values()] == pytest.approx([500, 900, 990, 999, 1_000], rel=0.002)


def test_rates_reach_nine_tenths_of_capacity() -> None:
    assert open_loop.rates(80_000) == [1_000, 8_000, 20_000, 40_000, 60_000, 72_000]
    assert open_loop.rates(1_500) == [1_000, 1_100, 1_400]


def test_an_open_loop_gives_percentiles_and_charts() -> None:
    report = Report("gateway", "a try")
    sides = {
        "durable log": open_loop.Side(partial(venue, 8), 1_200.0),
        "bare echo": open_loop.Side(echo, 1_200.0),
    }
    open_loop.measure(report, 0.1, sides)
    names = [figure.name for figure in report.figures]
    assert "durable log, 1,000/s offered: p99.9" in names
    assert "bare echo, 1,000/s offered: waited for a processor" in names
    assert [chart.name for chart in report.charts] == [
        "gateway-latency-durable-log",
        "gateway-latency-bare-echo",
        "gateway-throughput",
    ]
    assert all(series.y for series in report.charts[0].series)
