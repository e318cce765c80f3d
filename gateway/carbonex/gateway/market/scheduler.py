"""When trading days begin: a pure function of time, calendar and the engine's state.

The engine's state records which days have begun, so a restart at any moment continues
correctly: no day begins twice, and a missed day is not begun afterwards. Everything
that time does within a day (phases, closes, expiries) is the engine's own task, at its
``next_due``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from carbonex.engine import VENUE_KEY, BeginDay
from carbonex.engine.market.days import day_end_ns
from carbonex.engine.market.schedule import SECOND_NS, midnight_ns

from .calendar import FAR, DayKind, next_trading_day, number, shanghai_date


if TYPE_CHECKING:
    import datetime as dt

    from carbonex.engine.state import State

    from .calendar import Calendar


@final
class Scheduler:
    """Begins each trading day of ``calendar`` once, ``begin_seconds`` after midnight.

    From then until the end of the last session of any instrument (exclusive) the day
    may begin. If the server starts in between, it begins at once. A date that operators
    have already begun is left alone.
    """

    def __init__(self, calendar: Calendar, begin_seconds: int) -> None:
        self._calendar = calendar
        self._begin_ns = begin_seconds * SECOND_NS

    def due(self, now_ns: int, state: State) -> BeginDay | None:
        """Return the command that begins a day, if one should have begun by ``now_ns``.

        Put it first into the next batch: that batch's time ends the previous day, and
        the command takes effect right after. If trading days adjoin, no order then
        finds the market closed between them. O(1) while a day is open, otherwise linear
        in instruments.
        """
        date = self._missing(now_ns, state)
        if date is None or not self._trades(date):
            return None
        return BeginDay(VENUE_KEY, number(date))

    def doubt(self, now_ns: int, state: State) -> dt.date | None:
        """Return the date that should have begun by ``now_ns`` if it is a trading day.

        None unless the calendar does not know the date. Such a day is not begun
        automatically: operators decide.
        """
        date = self._missing(now_ns, state)
        if date is None or self._calendar.kind(date) is not DayKind.UNKNOWN:
            return None
        return date

    def next_ns(self, now_ns: int, state: State) -> int | None:
        """Return when the next day is to begin, if ``state`` stays unchanged.

        None if the calendar does not know.
        """
        now_ns = max(now_ns, state.time_ns, state.day_ends_ns)
        date: dt.date | None = shanghai_date(now_ns)
        for _ in range(FAR):
            if date is None:
                break
            begins_ns = max(now_ns, self._begins_ns(date))
            if self._trades(date) and self._may_begin(date, begins_ns, state):
                return begins_ns
            date = next_trading_day(self._calendar, date)
        return None

    def _missing(self, now_ns: int, state: State) -> dt.date | None:
        """Return the date that is between its begin and close but has not begun."""
        # The log's time may be ahead of the clock.
        now_ns = max(now_ns, state.time_ns)
        if now_ns < state.day_ends_ns:
            return None
        date = shanghai_date(now_ns)
        begins = now_ns >= self._begins_ns(date)
        return date if begins and self._may_begin(date, now_ns, state) else None

    def _trades(self, date: dt.date) -> bool:
        return self._calendar.kind(date) is DayKind.TRADING

    @staticmethod
    def _may_begin(date: dt.date, time_ns: int, state: State) -> bool:
        """Tell whether a day has neither begun nor ended."""
        day = number(date)
        return day > state.last_day and time_ns < day_end_ns(state, day)

    def _begins_ns(self, date: dt.date) -> int:
        return midnight_ns(number(date)) + self._begin_ns
