"""Trading days from Shanghai's midnight to the next."""

from __future__ import annotations

import datetime as dt

import pytest

from carbonex.engine import VENUE_KEY, BeginDay, DayBegun, DayEnded
from carbonex.gateway.server.clock import SECOND_NS
from carbonex.gateway.server.days import SHANGHAI, day_to_begin, trading_day
from driver import Driver


def ns(text: str) -> int:
    """Nanoseconds of a local time in Shanghai."""
    moment = dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    return int(moment.timestamp()) * SECOND_NS


MIDNIGHT = ns("2026-11-25 00:00:00")


@pytest.mark.parametrize(
    ("now_ns", "date", "ends_ns"),
    [
        (ns("2026-11-24 00:00:00"), 20261124, MIDNIGHT),
        (ns("2026-11-24 15:00:00"), 20261124, MIDNIGHT),
        (MIDNIGHT - 1, 20261124, MIDNIGHT),
        (MIDNIGHT, 20261125, ns("2026-11-26 00:00:00")),
        (ns("2026-12-31 23:59:59"), 20261231, ns("2027-01-01 00:00:00")),
    ],
)
def test_a_day_lasts_from_midnight_to_midnight(
    now_ns: int, date: int, ends_ns: int
) -> None:
    assert trading_day(now_ns) == (date, ends_ns)


def test_midnight_in_shanghai_is_four_in_the_afternoon_in_greenwich() -> None:
    utc = dt.datetime.fromtimestamp(MIDNIGHT // SECOND_NS, dt.UTC)
    assert utc.isoformat() == "2026-11-24T16:00:00+00:00"


def test_a_day_is_begun_when_none_is_open_and_only_then() -> None:
    driver = Driver(time_ns=MIDNIGHT - 3600 * SECOND_NS)
    exchange = driver.exchange
    begin = day_to_begin(exchange, driver.time_ns)
    assert begin == BeginDay(VENUE_KEY, 20261124, MIDNIGHT)
    driver.do(begin)
    assert day_to_begin(exchange, MIDNIGHT - 1) is None
    assert day_to_begin(exchange, MIDNIGHT) == BeginDay(
        VENUE_KEY, 20261125, ns("2026-11-26 00:00:00")
    )


def test_one_batch_ends_the_old_day_and_begins_the_new() -> None:
    driver = Driver(time_ns=MIDNIGHT - SECOND_NS)
    driver.do(BeginDay(VENUE_KEY, 20261124, MIDNIGHT))
    driver.time_ns = MIDNIGHT + 1
    begin = day_to_begin(driver.exchange, driver.time_ns)
    assert begin is not None
    events = driver.do(begin)
    assert events == [DayEnded(20261124), DayBegun(20261125, begin.ends_ns)]


def test_a_date_that_was_ended_early_is_not_begun_again() -> None:
    driver = Driver(time_ns=MIDNIGHT - 3600 * SECOND_NS)
    driver.do(BeginDay(VENUE_KEY, 20261124, driver.time_ns + 1))
    assert day_to_begin(driver.exchange, driver.time_ns + 2) is None
    assert day_to_begin(driver.exchange, MIDNIGHT) is not None


def test_a_clock_behind_the_log_does_not_begin_a_day_in_the_past() -> None:
    driver = Driver(time_ns=MIDNIGHT + SECOND_NS)
    begin = day_to_begin(driver.exchange, MIDNIGHT - SECOND_NS)
    assert begin is not None
    assert begin.date == 20261125
