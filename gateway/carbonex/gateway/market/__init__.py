"""The market's rules as data: market files, the trading calendar, the scheduler."""

from carbonex.wire.dates import SHANGHAI

from .calendar import (
    Calendar,
    ChineseDays,
    DayKind,
    EveryDay,
    next_trading_day,
    shanghai_date,
)
from .listings import COMPOSITE, Listing
from .market import (
    PRESETS,
    DailyPremium,
    LivePremium,
    Market,
    load_market,
    market_text,
    missing_market,
    parse_market,
)
from .scheduler import Scheduler
from .venue import Difference, MarketChange, difference


__all__ = [
    "COMPOSITE",
    "PRESETS",
    "SHANGHAI",
    "Calendar",
    "ChineseDays",
    "DailyPremium",
    "DayKind",
    "Difference",
    "EveryDay",
    "Listing",
    "LivePremium",
    "Market",
    "MarketChange",
    "Scheduler",
    "difference",
    "load_market",
    "market_text",
    "missing_market",
    "next_trading_day",
    "parse_market",
    "shanghai_date",
]
