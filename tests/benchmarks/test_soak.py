"""What a soak makes of memory that stays, and of memory that grows."""

from __future__ import annotations

import pytest


pytest.importorskip("hdrh", reason="percentiles need hdrhistogram")

from benchmarks.market_stage import Memory
from benchmarks.soak import FLAT, SAMPLES, growth, pauses, peaks, slope


def test_what_fills_up_at_first_is_flat() -> None:
    assert growth([*range(10), *[10.0] * 90]) == 1


def test_what_grows_is_not_flat() -> None:
    assert growth([100.0 + n for n in range(100)]) > FLAT


def test_the_slope_is_in_mb_an_hour() -> None:
    seconds = [float(n) for n in range(3600)]
    memory = Memory(seconds, [50 + at / 3600 for at in seconds], seconds)
    assert slope(memory) == pytest.approx(1)


def test_a_result_keeps_the_highest_of_each_half_minute() -> None:
    values = [50.0] * (3 * SAMPLES + 1)
    values[SAMPLES + 7] = 70.0
    assert peaks(values) == [50, 70, 50, 50]


def test_a_pause_is_told_with_its_minute() -> None:
    told = pauses([0.0, 1.0, 2.0, 3.0], [20.0, 538.4, 100.0, 1_200.0])
    assert told.endswith("over 100 ms: 538 ms in minute 1, 1,200 ms in minute 3")
    assert pauses([0.0], [99.0]).endswith(": none")
