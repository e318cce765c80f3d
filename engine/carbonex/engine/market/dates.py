"""Bounds on the date of a trading day, and on its end.

A mistyped date must not begin a day that nobody can end. Date and end therefore stay
close to the log's own time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.engine.commands import MAX_TIME_NS
from carbonex.engine.enums import Reason
from carbonex.engine.events import Rejected

from .schedule import DAY_NS, SHANGHAI_NS, midnight_ns


if TYPE_CHECKING:
    from carbonex.engine.state import State


# How far a day's date may be from the log's date. Reason: a day begins on its date, or
# before the longest holidays; a rehearsal runs a month of days within one hour.
DATE_DAYS: Final = 31
# How long after the log's time a day may end. Reason: the last allowed date ends at
# most one day later.
END_DAYS: Final = DATE_DAYS + 1

FIRST_DATE: Final = 19900101  # the first possible trading day
LAST_DATE: Final = 20991231  # the last possible date while the clock is not set


def bad_date(state: State, date: int) -> Rejected | None:
    """Check that ``date`` is later than the last day and near the log's time.

    The limit in a refusal is the newest date that is too early, or the last date
    allowed.
    """
    before, last = _neighbours(state)
    if date <= before or not is_date(date):
        return Rejected(Reason.BAD_PARAMETER, "date", date, before)
    if date > last:
        return Rejected(Reason.BAD_PARAMETER, "date", date, last)
    return None


def bad_end(state: State, ends_ns: int) -> Rejected | None:
    """Check that a day beginning now may end at ``ends_ns``."""
    now_ns = state.time_ns
    if ends_ns <= now_ns:
        return Rejected(Reason.BAD_PARAMETER, "ends", ends_ns, now_ns)
    last_ns = now_ns + END_DAYS * DAY_NS if _is_clock_set(now_ns) else MAX_TIME_NS
    if ends_ns > last_ns:
        return Rejected(Reason.BAD_PARAMETER, "ends", ends_ns, last_ns)
    return None


def is_date(date: int) -> bool:
    """Tell whether ``date`` (YYYYMMDD) is a calendar day in 1990 or later."""
    year, month, day = date // 10_000, date // 100 % 100, date % 100
    if not (1990 <= year <= 9999 and 1 <= month <= 12):
        return False
    following = date - day + (101 if month < 12 else 8_901)  # the next month's first
    return day >= 1 and midnight_ns(date) < midnight_ns(following)


def date_at(time_ns: int) -> int:
    """Return the date in Shanghai (YYYYMMDD) of a time in ns since the epoch."""
    # Civil date from days, proleptic Gregorian: years begin in March, so that the leap
    # day comes last; an era is 400 years.
    days = (time_ns + SHANGHAI_NS) // DAY_NS + 719_468
    era, day_of_era = divmod(days, 146_097)
    year_of_era = (
        day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096
    ) // 365
    day_of_year = day_of_era - (
        365 * year_of_era + year_of_era // 4 - year_of_era // 100
    )
    shifted = (5 * day_of_year + 2) // 153  # 0 is March
    day = day_of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    year = 400 * era + year_of_era + (month <= 2)
    return year * 10_000 + month * 100 + day


def _neighbours(state: State) -> tuple[int, int]:
    """Return the newest date that is too early, and the last date allowed."""
    now_ns = state.time_ns
    if not _is_clock_set(now_ns):
        return state.last_day, LAST_DATE
    earliest = date_at(now_ns - (DATE_DAYS + 1) * DAY_NS)
    return max(state.last_day, earliest), date_at(now_ns + DATE_DAYS * DAY_NS)


def _is_clock_set(time_ns: int) -> bool:
    """Tell whether the log's clock is set: its time is 1990 or later."""
    return time_ns >= midnight_ns(FIRST_DATE)
