"""What a soak makes of memory that stays, and of memory that grows."""

from __future__ import annotations

import pytest


pytest.importorskip("hdrh", reason="percentiles need hdrhistogram")

from benchmarks.market_stage import Memory
from benchmarks.soak import FLAT, growth, slope


def test_what_fills_up_at_first_is_flat() -> None:
    assert growth([*range(10), *[10.0] * 90]) == 1


def test_what_grows_is_not_flat() -> None:
    assert growth([100.0 + n for n in range(100)]) > FLAT


def test_the_slope_is_in_mb_an_hour() -> None:
    seconds = [float(n) for n in range(3600)]
    memory = Memory(seconds, [50 + at / 3600 for at in seconds], seconds)
    assert slope(memory) == pytest.approx(1)
