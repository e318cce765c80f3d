"""The days of a running server: begun once, and what keeps one from beginning is said."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import structlog

from carbonex.engine import (
    VENUE_KEY,
    AdvanceTime,
    BeginDay,
    CancelDay,
    DayBegun,
    DayEnded,
    EndDay,
)
from carbonex.gateway.market import Market, load_market
from carbonex.gateway.market.calendar import PUBLISHED_UNTIL
from carbonex.gateway.server.days import NOTICE, TradingDays
from carbonex.gateway.server.host.clock import SECOND_NS
from driver import Driver
from gateway.simulated_days import ns


if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping
    from typing import Any

    Lines = list[MutableMapping[str, Any]]


MIDNIGHT = ns("2026-07-30 00:00:00")


@pytest.fixture
def lines() -> Iterator[Lines]:
    with structlog.testing.capture_logs() as captured:
        yield captured


def test_one_batch_ends_the_old_day_and_begins_the_new() -> None:
    driver = Driver(time_ns=MIDNIGHT - SECOND_NS)
    days = TradingDays(Market())
    begin = days.to_begin(driver.exchange, driver.time_ns)
    assert begin == BeginDay(VENUE_KEY, 20260729)
    driver.do(begin)
    assert days.to_begin(driver.exchange, MIDNIGHT - 1) is None
    driver.time_ns = MIDNIGHT
    begin = days.to_begin(driver.exchange, driver.time_ns)
    assert begin == BeginDay(VENUE_KEY, 20260730)
    ended, begun = (
        event for event in driver.do(begin) if isinstance(event, DayEnded | DayBegun)
    )
    assert ended == DayEnded(20260729)
    assert begun == DayBegun(20260730, ns("2026-07-31 00:00:00"))


def test_what_the_venue_refuses_is_told_and_not_tried_again(lines: Lines) -> None:
    driver = Driver(time_ns=MIDNIGHT)
    days = TradingDays(Market())
    assert days.to_begin(driver.exchange, MIDNIGHT) is not None
    assert days.to_begin(driver.exchange, MIDNIGHT + 1) is None
    assert days.to_begin(driver.exchange, MIDNIGHT + 2) is None
    assert lines == [
        {
            "event": "trading day not begun",
            "date": "2026-07-30",
            "reason": "the venue refused it, or it was taken back",
            "advice": "begin it with begin_day",
            "log_level": "error",
        }
    ]


def test_after_a_mistyped_day_was_taken_back_the_right_one_begins(
    lines: Lines,
) -> None:
    driver = Driver(time_ns=MIDNIGHT)
    days = TradingDays(Market())
    driver.do(BeginDay("", 20260805))
    assert days.to_begin(driver.exchange, MIDNIGHT + 1) is None
    driver.do(CancelDay(""))
    begin = days.to_begin(driver.exchange, MIDNIGHT + 2)
    assert begin == BeginDay(VENUE_KEY, 20260730)
    driver.do(begin)
    driver.do(CancelDay(""))  # this one was right: nobody begins it by himself again
    assert days.to_begin(driver.exchange, MIDNIGHT + 3) is None
    assert [line["event"] for line in lines] == ["trading day not begun"]


def test_a_day_that_was_ended_is_not_begun_again() -> None:
    driver = Driver(time_ns=MIDNIGHT)
    days = TradingDays(Market())
    driver.do(BeginDay("", 20260730))
    driver.do(EndDay(""))
    driver.time_ns += 1
    assert type(driver.do(AdvanceTime(""))[-1]) is DayEnded
    assert days.to_begin(driver.exchange, MIDNIGHT + 2) is None


def test_a_day_that_nobody_vouches_for_is_an_alarm_once_a_date(lines: Lines) -> None:
    driver = Driver(time_ns=ns("2098-07-28 20:00:00"))
    days = TradingDays(load_market("cea"))
    for now in ("08:59:59", "09:00:00", "09:00:01", "10:00:00"):
        assert days.to_begin(driver.exchange, ns(f"2098-07-29 {now}")) is None
    days.to_begin(driver.exchange, ns("2098-07-30 10:00:00"))
    assert [(line["date"], line["log_level"]) for line in lines] == [
        ("2098-07-29", "error"),
        ("2098-07-30", "error"),
    ]
    assert lines[0]["reason"] == "nobody has said whether it is one"
    assert "known_until" in lines[0]["advice"]


def test_the_next_day_is_announced(lines: Lines) -> None:
    driver = Driver(time_ns=ns("2026-02-14 16:00:00"))
    days = TradingDays(load_market("cea"))
    days.announce(driver.exchange, driver.time_ns)
    days.announce(driver.exchange, ns("2098-07-29 10:00:00"))
    assert lines[0]["event"] == "next trading day"
    assert lines[0]["begins"] == "2026-02-24T09:00:00+08:00"
    assert lines[-1]["event"] == "next trading day unknown"


def test_the_calendars_end_is_announced_while_there_is_time(lines: Lines) -> None:
    days = TradingDays(load_market("cea"))
    quiet = PUBLISHED_UNTIL - NOTICE
    for date in (quiet, quiet + dt.timedelta(days=1)):
        exchange = Driver().exchange
        days.announce(exchange, ns(f"{date} 12:00:00"))
    (warning,) = (line for line in lines if line["event"] == "the calendar ends soon")
    assert warning["after"] == PUBLISHED_UNTIL.isoformat()
    assert warning["log_level"] == "warning"
