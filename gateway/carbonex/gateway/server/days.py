"""Trading days that the server opens by itself: Shanghai, midnight to midnight."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from carbonex.engine import VENUE_KEY, BeginDay

from .clock import SECOND_NS


if TYPE_CHECKING:
    from carbonex.engine import Exchange


# China keeps one time zone, without summer time since 1991.
SHANGHAI: Final = dt.timezone(dt.timedelta(hours=8))


def trading_day(now_ns: int) -> tuple[int, int]:
    """Return Shanghai's date at ``now_ns`` (YYYYMMDD) and the ns when it ends."""
    now = dt.datetime.fromtimestamp(now_ns // SECOND_NS, SHANGHAI)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    end = midnight + dt.timedelta(days=1)
    return int(now.strftime("%Y%m%d")), int(end.timestamp()) * SECOND_NS


def day_to_begin(exchange: Exchange, now_ns: int) -> BeginDay | None:
    """Return the command that opens a day, when none will be open at ``now_ns``.

    Put first into the next batch, it takes effect right after that batch's
    time has ended the old day, so that no order finds the market closed
    between the two. A date that operators have opened and ended stays ended.
    """
    now_ns = max(now_ns, exchange.time_ns)
    if now_ns < exchange.day_ends_ns:
        return None
    date, ends_ns = trading_day(now_ns)
    return BeginDay(VENUE_KEY, date, ends_ns) if date > exchange.last_day else None
