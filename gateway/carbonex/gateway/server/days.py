"""Trading days of a running server: begun by the calendar, or the reason logged."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, final

import structlog

from carbonex.gateway.market import SHANGHAI, Scheduler, shanghai_date

from .host.clock import SECOND_NS


if TYPE_CHECKING:
    from carbonex.engine import BeginDay, Exchange
    from carbonex.gateway.market import Market


# The State Council announces a year's holidays from one to two months ahead.
NOTICE: Final = dt.timedelta(days=30)
ADVICE: Final = (
    "update the package chinesecalendar, or give the year's holidays and known_until"
    " under [calendar] in the market file; a single day is begun with begin_day"
)

_log = structlog.get_logger("carbonex.gateway")


@final
class TradingDays:
    """Begins each day that the scheduler finds due, once.

    The reason for not beginning a day is logged once for each date.
    """

    def __init__(self, market: Market) -> None:
        self._calendar = market.calendar
        self._scheduler = Scheduler(market.calendar, market.begin_seconds)
        self._sent = 0  # the newest date for which a BeginDay was sent
        self._told: dt.date | None = None

    def to_begin(self, exchange: Exchange, now_ns: int) -> BeginDay | None:
        """Return the command to put first into a batch stamped ``now_ns``, or None.

        Called for every batch: O(1) while a day is open. The caller has no batch in
        flight.
        """
        if now_ns < exchange.day_ends_ns:
            return None
        command = self._scheduler.due(now_ns, exchange)
        if command is None:
            date = self._scheduler.doubt(now_ns, exchange)
            if date is not None:
                self._tell(date, "nobody has said whether it is one", ADVICE)
            return None
        date = shanghai_date(now_ns)
        if command.date == self._sent:
            reason = "the venue refused it, or it was taken back"
            self._tell(date, reason, "begin it with begin_day")
            return None
        self._sent = command.date
        self._watch_end(date)
        return command

    def announce(self, exchange: Exchange, now_ns: int) -> None:
        """Log when the next trading day begins."""
        self._watch_end(shanghai_date(now_ns))
        begins_ns = self._scheduler.next_ns(now_ns, exchange)
        if begins_ns is None:
            _log.warning("next trading day unknown", advice=ADVICE)
            return
        begins = dt.datetime.fromtimestamp(begins_ns // SECOND_NS, SHANGHAI)
        _log.info("next trading day", begins=begins.isoformat())

    def _watch_end(self, today: dt.date) -> None:
        """Warn in good time before the calendar ends."""
        ends = self._calendar.known_until()
        if ends - today < NOTICE:
            _log.warning(
                "the calendar ends soon", after=ends.isoformat(), advice=ADVICE
            )

    def _tell(self, date: dt.date, reason: str, advice: str) -> None:
        if date != self._told:
            self._told = date
            _log.error(
                "trading day not begun",
                date=date.isoformat(),
                reason=reason,
                advice=advice,
            )
