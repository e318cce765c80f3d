"""Commands and events as sentences, for traders.

``buy 500 CEA25 @ 74.63 by maker-1`` → ``accepted as order 317``, ``filled 200
@ 74.62 with order 288 of maker-2``. Money is in CNY, quantities in tonnes, times
in Shanghai time (UTC+8, no daylight saving).
"""

from . import market, off_book, orders, registry, sessions, trading_day
from .words import clock, cny, date_of, describe, moment, story


# Import these modules for their side effect: they register with ``describe``.
SUBJECTS = (market, off_book, orders, registry, sessions, trading_day)

__all__ = ["clock", "cny", "date_of", "describe", "moment", "story"]
