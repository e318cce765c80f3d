"""Which dates are trading days, and how far that is known.

MARKET-RULES §5: weekdays that are not Chinese public holidays; make-up working
weekends are not trading days. Holidays follow from notices of the State Council,
one a year, so nobody knows them for long: what is not known is not guessed.
"""

from __future__ import annotations

import datetime as dt
import enum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, final

import chinese_calendar

from carbonex.wire.dates import SHANGHAI


if TYPE_CHECKING:
    from collections.abc import Iterable


DAY: Final = dt.timedelta(days=1)
SATURDAY: Final = 5
FAR: Final = 400  # days: no holiday is longer


class DayKind(enum.Enum):
    """What a date is."""

    TRADING = enum.auto()
    CLOSED = enum.auto()
    UNKNOWN = enum.auto()  # a weekday of a year whose holidays are not known


def shanghai_date(time_ns: int) -> dt.date:
    """Return the date in Shanghai at ``time_ns`` since the epoch."""
    return dt.datetime.fromtimestamp(time_ns // 1_000_000_000, SHANGHAI).date()


def number(date: dt.date) -> int:
    """Return a date as the engine has it: YYYYMMDD."""
    return date.year * 10_000 + date.month * 100 + date.day


@final
class EveryDay:
    """Every date trades, save those that are ``closed``."""

    def __init__(self, closed: Iterable[dt.date] = ()) -> None:
        self._closed = frozenset(closed)

    def kind(self, date: dt.date) -> DayKind:
        """Return what ``date`` is. O(1)."""
        return DayKind.CLOSED if date in self._closed else DayKind.TRADING

    def known_until(self) -> dt.date:
        """Return the last date of which anything is known."""
        return dt.date.max


@final
class ChineseDays:
    """Weekdays that are not public holidays in mainland China.

    The holidays are those that the package chinesecalendar knows. ``closed`` and
    ``opened`` override it for single dates; up to ``until``, beyond what the
    package knows, weekdays trade that ``closed`` does not name.
    """

    def __init__(
        self,
        closed: Iterable[dt.date] = (),
        opened: Iterable[dt.date] = (),
        until: dt.date | None = None,
    ) -> None:
        self._closed = frozenset(closed)
        self._opened = frozenset(opened)
        self._until = until or dt.date.min

    def kind(self, date: dt.date) -> DayKind:
        """Return what ``date`` is. O(1)."""
        if date in self._closed:
            return DayKind.CLOSED
        if date in self._opened:
            return DayKind.TRADING
        kind = _published(date)
        if kind is DayKind.UNKNOWN and PUBLISHED_UNTIL < date <= self._until:
            return DayKind.TRADING
        return kind

    def known_until(self) -> dt.date:
        """Return the last date of which anything is known."""
        return max(PUBLISHED_UNTIL, self._until)


Calendar = EveryDay | ChineseDays

# The package knows whole years.
PUBLISHED_UNTIL: Final = dt.date(max(chinese_calendar.holidays).year, 12, 31)


def next_trading_day(calendar: Calendar, after: dt.date) -> dt.date | None:
    """Return the first trading day later than ``after``.

    None where the calendar does not know, or closes for longer than any holiday.
    """
    date = after
    for _ in range(FAR):
        date += DAY
        kind = calendar.kind(date)
        if kind is not DayKind.CLOSED:
            return date if kind is DayKind.TRADING else None
    return None


@lru_cache(maxsize=1024)  # the package takes 16 µs, and it is asked each 50 ms at night
def _published(date: dt.date) -> DayKind:
    if date.weekday() >= SATURDAY:
        return DayKind.CLOSED  # make-up working weekends too
    try:
        works = chinese_calendar.is_workday(date)
    except NotImplementedError:  # its holidays have not been published
        return DayKind.UNKNOWN
    return DayKind.TRADING if works else DayKind.CLOSED
