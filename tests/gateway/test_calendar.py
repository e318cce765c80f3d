"""The trading calendar against the official record, and where its knowledge ends."""

from __future__ import annotations

import csv
import datetime as dt
import os
from pathlib import Path

import pytest

from carbonex.gateway.market import (
    ChineseDays,
    DayKind,
    EveryDay,
    load_market,
    next_trading_day,
    shanghai_date,
)
from carbonex.gateway.market.calendar import PUBLISHED_UNTIL


DATA = Path(os.environ.get("CARBONEX_DATA", "../shared/data"))
DAY = dt.timedelta(days=1)

with_record = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the official record is not in {DATA} (CARBONEX_DATA)"
)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def dates(name: str) -> list[dt.date]:
    """Return the distinct dates of a file of the record."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return sorted({day(row["date"]) for row in csv.DictReader(file)})


def trading_days(preset: str, first: dt.date, last: dt.date) -> list[dt.date]:
    calendar = load_market(preset).calendar
    span = [first + i * DAY for i in range((last - first).days + 1)]
    return [date for date in span if calendar.kind(date) is DayKind.TRADING]


# The record: 1,083 days of CEA, 203 of CCER, 94 weekdays closed.


@with_record
@pytest.mark.parametrize("name", ["cea_daily_official.csv", "cea_daily_by_vintage.csv"])
def test_cea_traded_on_exactly_these_days(name: str) -> None:
    record = dates(name)
    assert len(record) == 1083
    assert trading_days("cea", record[0], record[-1]) == record


@with_record
def test_ccer_traded_on_exactly_these_days_since_it_reopened() -> None:
    record = [date for date in dates("ccer_daily_official.csv") if date.year > 2024]
    assert len(record) == 203
    assert trading_days("ccer", record[0], record[-1]) == record


@with_record
def test_the_exchanges_own_list_of_closed_weekdays() -> None:
    record = dates("cn_market_holidays.csv")
    assert len(record) == 94
    open_days = set(trading_days("national", record[0], record[-1]))
    weekdays = {
        date
        for date in (
            record[0] + i * DAY for i in range((record[-1] - record[0]).days + 1)
        )
        if date.weekday() < 5
    }
    assert sorted(weekdays - open_days) == record
    assert open_days <= weekdays


# Make-up working weekends (调休上班): offices work, the market does not.

MAKE_UP = [
    "2021-09-18",
    "2021-09-26",
    "2021-10-09",
    "2022-01-29",
    "2022-01-30",
    "2022-04-02",
    "2022-04-24",
    "2022-05-07",
    "2022-10-08",
    "2022-10-09",
    "2023-01-28",
    "2023-01-29",
    "2023-04-23",
    "2023-05-06",
    "2023-06-25",
    "2023-10-07",
    "2023-10-08",
    "2024-02-04",
    "2024-02-18",
    "2024-04-07",
    "2024-04-28",
    "2024-05-11",
    "2024-09-14",
    "2024-09-29",
    "2024-10-12",
    "2025-01-26",
    "2025-02-08",
    "2025-04-27",
    "2025-09-28",
    "2025-10-11",
    "2026-01-04",
    "2026-02-14",
    "2026-02-28",
    "2026-05-09",
    "2026-09-20",
    "2026-10-10",
]


@pytest.mark.parametrize("text", MAKE_UP)
def test_make_up_weekends_are_not_trading_days(text: str) -> None:
    assert day(text).weekday() >= 5
    assert load_market("cea").calendar.kind(day(text)) is DayKind.CLOSED


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2026-02-13", DayKind.TRADING),  # the Friday before Spring Festival
        ("2026-02-16", DayKind.CLOSED),
        ("2026-02-23", DayKind.CLOSED),
        ("2026-02-24", DayKind.TRADING),
        ("2026-09-30", DayKind.TRADING),
        ("2026-10-07", DayKind.CLOSED),
        ("2026-10-08", DayKind.TRADING),
        ("2024-02-09", DayKind.CLOSED),  # New Year's Eve, by the presets' own word
        ("2024-02-08", DayKind.TRADING),
    ],
)
def test_holidays_and_the_days_around_them(text: str, kind: DayKind) -> None:
    assert load_market("cea").calendar.kind(day(text)) is kind


# Where knowledge ends.

BEYOND = PUBLISHED_UNTIL + DAY  # New Year's Day of the first year not announced


def monday_after(date: dt.date) -> dt.date:
    return date + (7 - date.weekday()) * DAY


def test_a_weekday_that_nobody_has_announced_is_unknown() -> None:
    calendar = ChineseDays()
    monday = monday_after(BEYOND)
    assert calendar.kind(monday) is DayKind.UNKNOWN
    assert calendar.kind(monday - DAY) is DayKind.CLOSED  # a Sunday in any case
    assert calendar.known_until() == PUBLISHED_UNTIL


def test_a_market_file_can_know_more() -> None:
    monday = monday_after(BEYOND)
    until = monday + 6 * DAY
    calendar = ChineseDays([BEYOND, monday], [until + DAY], until)
    assert calendar.kind(monday) is DayKind.CLOSED
    assert calendar.kind(monday + DAY) is DayKind.TRADING
    assert calendar.kind(until) is DayKind.CLOSED  # a Sunday still
    assert calendar.kind(until + DAY) is DayKind.TRADING
    assert calendar.kind(until + 2 * DAY) is DayKind.UNKNOWN
    assert calendar.known_until() == until


def test_knowing_more_does_not_change_what_is_published() -> None:
    calendar = ChineseDays(until=day("2099-12-31"))
    assert calendar.kind(day("2026-10-01")) is DayKind.CLOSED
    assert calendar.kind(day("2003-10-07")) is DayKind.UNKNOWN  # before the package


def test_single_dates_can_be_closed_and_opened() -> None:
    calendar = ChineseDays([day("2026-07-29")], [day("2026-08-01")])
    assert calendar.kind(day("2026-07-29")) is DayKind.CLOSED
    assert calendar.kind(day("2026-08-01")) is DayKind.TRADING  # a Saturday


def test_every_day_but_those_that_are_closed() -> None:
    calendar = EveryDay([day("2027-01-01")])
    assert calendar.kind(day("2026-10-01")) is DayKind.TRADING
    assert calendar.kind(day("2027-01-01")) is DayKind.CLOSED


def test_the_next_trading_day() -> None:
    calendar = load_market("cea").calendar
    assert next_trading_day(calendar, day("2026-02-13")) == day("2026-02-24")
    assert next_trading_day(calendar, day("2026-07-28")) == day("2026-07-29")
    assert next_trading_day(calendar, PUBLISHED_UNTIL) is None
    never = EveryDay(day("2026-01-01") + i * DAY for i in range(1000))
    assert next_trading_day(never, day("2026-01-01")) is None


def test_the_date_in_shanghai() -> None:
    midnight = 1_785_254_400 * 10**9  # 2026-07-28T16:00:00Z
    assert shanghai_date(midnight - 1) == day("2026-07-28")
    assert shanghai_date(midnight) == day("2026-07-29")
