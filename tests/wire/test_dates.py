"""Dates and wall times, in both directions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from carbonex.wire.dates import date_number, date_text, wall_seconds, wall_text


if TYPE_CHECKING:
    import datetime as dt


@given(st.dates())
def test_a_date_is_written_as_iso_8601_has_it(date: dt.date) -> None:
    number = date.year * 10_000 + date.month * 100 + date.day
    assert date_text(number) == date.isoformat()
    assert date_number(date.isoformat()) == number


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "00:00"),
        (34_200, "09:30"),
        (53_970, "14:59:30"),
        (86_399, "23:59:59"),
        (86_400, "24:00"),
    ],
)
def test_a_wall_time_names_seconds_where_there_are_any(seconds: int, text: str) -> None:
    assert wall_text(seconds) == text
    assert wall_seconds(text) == seconds
