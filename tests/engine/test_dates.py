"""Which dates a trading day may have: near the log's own time, never years away."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, strategies as st

from carbonex.engine import BeginDay, Exchange, Reason, Rejected
from carbonex.engine.market.dates import date_at, is_date
from carbonex.engine.market.schedule import midnight_ns
from driver import Driver
from scenario import check
from speech.market import moment


DAY_NS = 86_400 * 10**9
NOW = moment("20261202T18:00:00")


def refused(date: int, ends_ns: int = 0) -> Rejected | None:
    driver = Driver(time_ns=NOW)
    (event, *_) = driver.do(BeginDay("", date, ends_ns))
    driver.exchange.check()
    if isinstance(event, Rejected):
        assert driver.exchange.day == driver.exchange.last_day == 0
        return event
    Exchange.restore(driver.exchange.snapshot()).check()
    return None


@pytest.mark.parametrize("date", [20261101, 20261202, 20261203, 20270102])
def test_a_date_within_a_month_begins(date: int) -> None:
    assert refused(date, NOW + 1) is None


@pytest.mark.parametrize("date", [20270103, 20620712, 26021203, 99991231])
def test_a_later_date_is_refused_with_the_last_one(date: int) -> None:
    assert refused(date) == Rejected(Reason.BAD_PARAMETER, "date", date, 20270102)


@pytest.mark.parametrize("date", [20261031, 20251203, 19900101])
def test_an_earlier_date_is_refused_with_the_newest_that_is_too_early(
    date: int,
) -> None:
    assert refused(date) == Rejected(Reason.BAD_PARAMETER, "date", date, 20261031)


def test_a_day_ends_within_32_days() -> None:
    latest = NOW + 32 * DAY_NS
    assert refused(20261202, latest) is None
    told = Rejected(Reason.BAD_PARAMETER, "ends", latest + 1, latest)
    assert refused(20261202, latest + 1) == told


def test_a_day_ends_later_than_it_begins() -> None:
    told = Rejected(Reason.BAD_PARAMETER, "ends", NOW, NOW)
    assert refused(20261202, NOW) == told


def test_the_last_date_ends_at_its_midnight() -> None:
    assert refused(20270102) is None


@pytest.mark.parametrize(("date", "taken"), [(20991231, True), (21000101, False)])
def test_before_the_clock_is_set_a_date_is_of_this_century(
    date: int, *, taken: bool
) -> None:
    driver = Driver(time_ns=5)
    (event, *_) = driver.do(BeginDay("", date))
    assert (type(event) is not Rejected) is taken
    Exchange.restore(driver.exchange.snapshot()).check()


@given(days=st.integers(0, 10**5))
def test_a_time_has_the_date_of_shanghai(days: int) -> None:
    day = datetime(1970, 1, 1, tzinfo=timezone(timedelta(hours=8))) + timedelta(days)
    date = day.year * 10_000 + day.month * 100 + day.day
    midnight = midnight_ns(date)
    assert date_at(midnight) == date_at(midnight + DAY_NS - 1) == date
    assert is_date(date) is (day.year >= 1990)


@pytest.mark.parametrize(
    ("date", "is_one"),
    [
        (19891231, False),
        (19900101, True),
        (99991231, True),
        (100000101, False),
        (20260001, False),
        (20261301, False),
        (20260100, False),
        (20260132, False),
        (20261231, True),
        (20261232, False),
        (20260228, True),
        (20260229, False),
        (20280229, True),
    ],
)
def test_a_date_is_a_day_of_the_calendar_from_1990_on(
    date: int, *, is_one: bool
) -> None:
    assert is_date(date) is is_one


def test_the_clock_is_set_from_the_first_date_on() -> None:
    set_ns = midnight_ns(19900101)
    for time_ns, is_taken in ((set_ns - 1, True), (set_ns, False)):
        (event, *_) = Driver(time_ns=time_ns).do(BeginDay("", 19900202))
        assert (type(event) is not Rejected) is is_taken


def test_a_day_without_instruments_ends_at_its_midnight() -> None:
    check(
        """
        begin 20250106              -> begun 20250106
        time 20250106T23:59:59.999999999 -> nothing
        time 20250107T00:00:00      -> ended 20250106
        """,
        "time 20250106T09:00:00",
    )
