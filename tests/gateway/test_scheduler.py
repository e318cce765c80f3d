"""When trading days begin: a venue's days by a simulated clock, with restarts."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, strategies as st

from carbonex.engine import (
    VENUE_KEY,
    BeginDay,
    Phase,
)
from carbonex.gateway.market import (
    ChineseDays,
    EveryDay,
    Scheduler,
    load_market,
)
from driver import Driver
from gateway.simulated_days import SECOND, House, local, ns


NINE = 9 * 3600


def house(now: str, preset: str = "national") -> House:
    return House(load_market(preset), now)


WEDNESDAY = "2026-07-29"
A_DAY = [  # of CCER, as the phases change
    ("09:00", "PRE_OPEN"),
    ("09:30", "TRADING"),
    ("11:30", "BREAK"),
    ("13:00", "TRADING"),
    ("15:00", "CLOSED"),
]


# One day.


@pytest.mark.parametrize(
    ("now", "date"),
    [
        ("08:59:59", 0),
        ("09:00:00", 20260729),
        ("10:47:00", 20260729),
        ("12:00:00", 20260729),
        ("14:59:59", 20260729),
        ("15:00:00", 0),  # it has passed: a day that was missed is not begun
        ("23:59:59", 0),
    ],
)
def test_a_day_is_begun_from_begin_until_before_the_close(now: str, date: int) -> None:
    started = house("2026-07-28 20:00:00")
    assert started.due(f"{WEDNESDAY} {now}") == date


def test_to_the_nanosecond() -> None:
    started = house("2026-07-28 20:00:00")
    due, exchange = started.scheduler.due, started.driver.exchange
    begins, closes = ns(f"{WEDNESDAY} 09:00:00"), ns(f"{WEDNESDAY} 15:00:00")
    assert due(begins - 1, exchange) is None
    assert due(begins, exchange) == BeginDay(VENUE_KEY, 20260729)
    assert due(closes - 1, exchange) == BeginDay(VENUE_KEY, 20260729)
    assert due(closes, exchange) is None


def test_a_day_from_begin_to_close() -> None:
    started = house("2026-07-28 20:00:00")
    started.run(f"{WEDNESDAY} 20:00:00")
    assert started.days() == [(f"{WEDNESDAY} 09:00:00", f"{WEDNESDAY} 15:00:00")]
    assert started.phases("CCER-WIND24", WEDNESDAY) == A_DAY
    assert [phase for _, phase in started.phases("CEA25", WEDNESDAY)] == [
        phase for _, phase in A_DAY
    ]
    assert started.due(f"{WEDNESDAY} 20:00:00") == 0


# Restarts.


def test_a_restart_in_the_middle_of_a_day_goes_on_with_it() -> None:
    started = house("2026-07-28 20:00:00")
    started.run(f"{WEDNESDAY} 10:46:00")
    started.restart(f"{WEDNESDAY} 10:47:00")
    started.run(f"{WEDNESDAY} 12:59:59")
    started.restart(f"{WEDNESDAY} 13:00:00")
    started.run(f"{WEDNESDAY} 15:00:00")
    started.restart(f"{WEDNESDAY} 15:00:00")
    started.run(f"{WEDNESDAY} 23:00:00")
    assert len(started.days()) == 1
    assert started.phases("CCER-WIND24", WEDNESDAY) == A_DAY


def test_a_restart_after_the_close_does_not_begin_the_day_again() -> None:
    started = house("2026-07-28 20:00:00")
    started.run(f"{WEDNESDAY} 14:00:00")
    started.restart(f"{WEDNESDAY} 16:00:00")  # the close came while it was down
    assert started.days() == [(f"{WEDNESDAY} 09:00:00", f"{WEDNESDAY} 16:00:00")]
    assert started.driver.exchange.day == 0
    assert started.due(f"{WEDNESDAY} 16:00:00") == 0
    started.run("2026-07-30 09:00:00")
    assert started.driver.exchange.day == 20260730


def test_a_day_that_was_missed_is_not_begun_afterwards() -> None:
    started = house("2026-07-28 20:00:00")
    started.restart("2026-07-30 08:00:00")  # the whole of the 29th later
    started.run("2026-07-30 23:00:00")
    assert [began for began, _ in started.days()] == ["2026-07-30 09:00:00"]


def test_a_start_between_begin_and_close_begins_the_day_at_once() -> None:
    started = house("2026-07-28 20:00:00")
    started.restart(f"{WEDNESDAY} 10:47:00")
    assert started.phases("CEA25", WEDNESDAY) == [("10:47", "TRADING")]


def test_a_clock_behind_the_log_begins_no_day_of_the_past() -> None:
    started = house(f"{WEDNESDAY} 10:00:00")
    assert started.due("2026-07-28 10:00:00") == 20260729


RESTARTS = st.lists(
    st.integers(
        ns("2026-07-28 00:00:00") // SECOND, ns("2026-08-04 00:00:00") // SECOND
    ),
    max_size=12,
)


@given(RESTARTS)
def test_however_often_it_restarts_no_day_and_no_phase_comes_twice(
    restarts: list[int],
) -> None:
    started = house("2026-07-27 20:00:00")
    for second in sorted(restarts):
        at = local(second * SECOND)
        started.run(at)
        started.restart(at)
    started.run("2026-08-04 00:00:00")
    days = ["2026-07-28", WEDNESDAY, "2026-07-30", "2026-07-31", "2026-08-03"]
    assert started.days() == [(f"{d} 09:00:00", f"{d} 15:00:00") for d in days]
    for day in days:
        assert started.phases("CCER-WIND24", day) == A_DAY


# Operators.


def test_a_day_that_operators_began_is_theirs() -> None:
    started = house("2026-08-01 08:00:00")  # a Saturday
    started.do(BeginDay(VENUE_KEY, 20260801, ns("2026-08-01 12:00:00")))
    started.run("2026-08-03 09:00:00")
    assert [began[:10] for began, _ in started.days()] == ["2026-08-01"]
    assert started.driver.exchange.day == 20260803


def test_a_day_that_operators_ended_early_is_not_begun_again() -> None:
    started = house(f"{WEDNESDAY} 08:00:00")
    started.do(BeginDay(VENUE_KEY, 20260729, ns(f"{WEDNESDAY} 10:00:00")))
    started.run(f"{WEDNESDAY} 11:00:00")
    assert started.driver.exchange.day == 0
    assert started.due(f"{WEDNESDAY} 11:00:00") == 0


# Holidays, and the end of what is known.


def test_spring_festival() -> None:
    """Closed from 15 to 23 February 2026; offices work on the Saturdays around it."""
    started = house("2026-02-11 18:00:00", "cea")
    started.run("2026-03-03 08:00:00")
    assert [began[5:10] for began, _ in started.days()] == [
        *("02-12", "02-13"),
        *("02-24", "02-25", "02-26", "02-27"),
        "03-02",
    ]
    assert all(at.endswith("15:00:00") for _, at in started.days())


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        ("2026-02-12 08:00:00", "2026-02-12 09:00:00"),
        ("2026-02-13 09:00:00", "2026-02-13 09:00:00"),
        ("2026-02-13 11:00:00", "2026-02-13 11:00:00"),
        ("2026-02-13 15:00:00", "2026-02-24 09:00:00"),
        ("2026-02-14 10:00:00", "2026-02-24 09:00:00"),  # a make-up Saturday
    ],
)
def test_when_the_next_day_begins(now: str, begins: str) -> None:
    started = house("2026-02-11 18:00:00", "cea")
    next_ns = started.scheduler.next_ns(ns(now), started.driver.exchange)
    assert local(next_ns) == begins


def test_the_next_day_does_not_begin_before_the_open_one_ends() -> None:
    started = house(f"{WEDNESDAY} 08:00:00")
    started.run(f"{WEDNESDAY} 10:00:00")
    next_ns = started.scheduler.next_ns(started.driver.time_ns, started.driver.exchange)
    assert local(next_ns) == "2026-07-30 09:00:00"


UNKNOWN = "2098-07-29"  # a Tuesday of a year that nobody has announced


def test_a_day_that_nobody_vouches_for_is_not_begun() -> None:
    started = house(f"{UNKNOWN} 08:00:00")
    scheduler, exchange = started.scheduler, started.driver.exchange
    assert started.due(f"{UNKNOWN} 10:00:00") == 0
    assert scheduler.next_ns(ns(f"{UNKNOWN} 08:00:00"), exchange) is None
    doubts = {
        time: scheduler.doubt(ns(f"{UNKNOWN} {time}"), exchange)
        for time in ("08:59:59", "09:00:00", "14:59:59", "15:00:00")
    }
    date = dt.date.fromisoformat(UNKNOWN)
    assert list(doubts.values()) == [None, date, date, None]
    started.do(BeginDay(VENUE_KEY, 20980729))
    assert scheduler.doubt(ns(f"{UNKNOWN} 10:00:00"), exchange) is None


def test_a_day_that_is_known_raises_no_doubt() -> None:
    started = house("2026-02-16 08:00:00")
    assert (
        started.scheduler.doubt(ns("2026-02-16 10:00:00"), started.driver.exchange)
        is None
    )


def test_a_file_that_knows_the_year_lets_the_day_begin() -> None:
    calendar = ChineseDays(until=dt.date(2098, 12, 31))
    started = house(f"{UNKNOWN} 08:00:00")
    scheduler = Scheduler(calendar, NINE)
    assert scheduler.due(ns(f"{UNKNOWN} 09:00:00"), started.driver.exchange)


# Round the clock.


def test_round_the_clock_one_day_follows_upon_the_other() -> None:
    started = house("2026-09-30 10:00:00", "continuous")
    started.turn(started.driver.time_ns)
    started.run("2026-10-03 00:00:00")
    assert started.days() == [
        ("2026-09-30 10:00:00", "2026-10-01 00:00:00"),
        ("2026-10-01 00:00:00", "2026-10-02 00:00:00"),
        ("2026-10-02 00:00:00", "2026-10-03 00:00:00"),
    ]
    assert started.driver.exchange.instruments["CEA25"].phase is Phase.TRADING


def test_where_nothing_is_listed_a_day_lasts_from_midnight_to_midnight() -> None:
    driver = Driver(time_ns=ns("2026-07-28 23:00:00"))
    scheduler = Scheduler(EveryDay(), 0)
    for date, now in (
        (20260728, "2026-07-28 23:00:00"),
        (20260729, f"{WEDNESDAY} 00:00:00"),
    ):
        driver.time_ns = ns(now)
        begin = scheduler.due(driver.time_ns, driver.exchange)
        assert begin == BeginDay(VENUE_KEY, date)
        driver.do(begin)
    assert local(driver.exchange.day_ends_ns) == "2026-07-30 00:00:00"


def test_a_day_closed_for_so_long_has_no_next() -> None:
    first = dt.date(2026, 7, 29)
    never = EveryDay(first + dt.timedelta(days=i) for i in range(1000))
    driver = Driver(time_ns=ns(f"{WEDNESDAY} 10:00:00"))
    assert Scheduler(never, 0).next_ns(driver.time_ns, driver.exchange) is None
