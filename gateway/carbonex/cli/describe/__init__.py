"""Commands and events as sentences that a trader reads.

``buy 500 CEA25 @ 74.63 by maker-1`` → ``accepted as order 317``, ``filled 200
@ 74.62 with order 288 of maker-2``. Money is CNY, quantities are tonnes, times
are of Shanghai (UTC+8, no daylight saving).
"""

from . import market, off_book, orders, registry, sessions, trading_day
from .words import clock, cny, date_of, describe, moment, story


# They are imported for what they teach ``describe``.
SUBJECTS = (market, off_book, orders, registry, sessions, trading_day)

__all__ = ["clock", "cny", "date_of", "describe", "moment", "story"]
