"""Moments go to the venue and come back exactly."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, strategies as st

from carbonex.sdk import SHANGHAI
from carbonex.sdk.times import micros, moment, moment_or_none, trading_day


NOON = dt.datetime(2026, 7, 29, 12, tzinfo=SHANGHAI)


@given(st.integers(0, 2**53))
def test_a_moment_is_exact(given: int) -> None:
    assert micros("expires", moment(given)) == given


def test_every_zone_names_the_same_moment() -> None:
    utc = dt.datetime(2026, 7, 29, 4, tzinfo=dt.UTC)
    assert micros("opens", utc) == micros("opens", NOON) == 1_785_297_600_000_000
    assert str(moment(1_785_297_600_000_000)) == "2026-07-29 12:00:00+08:00"


def test_a_moment_without_a_zone_could_be_any() -> None:
    with pytest.raises(ValueError, match="give closes a tzinfo"):
        micros("closes", NOON.replace(tzinfo=None))


@pytest.mark.parametrize("given", ["15:00", dt.date(2026, 7, 29), 1_785_297_600])
def test_a_moment_is_a_datetime_and_nothing_else(given: object) -> None:
    with pytest.raises(TypeError, match=r"expires is a datetime\.datetime, not"):
        micros("expires", given)  # type: ignore[arg-type]


def test_no_moment_is_none() -> None:
    assert moment_or_none(0) is None
    assert moment_or_none(1_785_297_600_000_000) == NOON


def test_a_trading_day_is_a_date_and_no_text() -> None:
    assert trading_day(dt.date(2026, 1, 5)) == "2026-01-05"
    with pytest.raises(TypeError, match="a trading day is"):
        trading_day("2026-01-05")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a trading day is"):
        trading_day(dt.datetime(2026, 1, 5, tzinfo=dt.UTC))
