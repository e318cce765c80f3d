"""Which dates are trading days, and up to which date that is known.

MARKET-RULES §5: trading days are weekdays that are not Chinese public holidays; make-up
working weekends are not trading days. Each year's holidays are announced by a notice of
the State Council, so they are known only a short time ahead. Unknown dates are not
guessed.
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
FAR: Final = 400  # days; no holiday is longer


class DayKind(enum.Enum):
    """Whether a date is a trading day."""

    TRADING = enum.auto()
    CLOSED = enum.auto()
    UNKNOWN = enum.auto()  # a weekday of a year whose holidays are not known


def shanghai_date(time_ns: int) -> dt.date:
    """Return the date in Shanghai at ``time_ns`` since the epoch."""
    return dt.datetime.fromtimestamp(time_ns // 1_000_000_000, SHANGHAI).date()


def number(date: dt.date) -> int:
    """Return a date in the engine's form: YYYYMMDD."""
    return date.year * 10_000 + date.month * 100 + date.day


@final
class EveryDay:
    """Every date is a trading day, except those in ``closed``."""

    def __init__(self, closed: Iterable[dt.date] = ()) -> None:
        self._closed = frozenset(closed)

    def kind(self, date: dt.date) -> DayKind:
        """Return the kind of ``date``. O(1)."""
        return DayKind.CLOSED if date in self._closed else DayKind.TRADING

    def known_until(self) -> dt.date:
        """Return the last date whose kind is known."""
        return dt.date.max


@final
class ChineseDays:
    """Trading days are weekdays that are not public holidays in mainland China.

    The holidays are those in the package chinesecalendar. ``closed`` and ``opened``
    override it for single dates. From the end of the package's data up to ``until``,
    every weekday that ``closed`` does not name is a trading day.
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
        """Return the kind of ``date``. O(1)."""
        if date in self._closed:
            return DayKind.CLOSED
        if date in self._opened:
            return DayKind.TRADING
        kind = _published(date)
        if kind is DayKind.UNKNOWN and PUBLISHED_UNTIL < date <= self._until:
            return DayKind.TRADING
        return kind

    def known_until(self) -> dt.date:
        """Return the last date whose kind is known."""
        return max(PUBLISHED_UNTIL, self._until)


Calendar = EveryDay | ChineseDays

# The package's data covers whole years.
PUBLISHED_UNTIL: Final = dt.date(max(chinese_calendar.holidays).year, 12, 31)


def next_trading_day(calendar: Calendar, after: dt.date) -> dt.date | None:
    """Return the first trading day after ``after``.

    None if the calendar does not know it, or is closed for longer than any holiday.
    """
    date = after
    for _ in range(FAR):
        date += DAY
        kind = calendar.kind(date)
        if kind is not DayKind.CLOSED:
            return date if kind is DayKind.TRADING else None
    return None


@lru_cache(maxsize=1024)  # the package takes 16 µs; asked every 50 ms at night
def _published(date: dt.date) -> DayKind:
    if date.weekday() >= SATURDAY:
        return DayKind.CLOSED  # make-up working weekends too
    try:
        works = chinese_calendar.is_workday(date)
    except NotImplementedError:  # its holidays have not been published
        return DayKind.UNKNOWN
    return DayKind.TRADING if works else DayKind.CLOSED
