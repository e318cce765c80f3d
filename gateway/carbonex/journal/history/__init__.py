"""The history store: past events in SQLite, for queries.

It is filled from the results of applied log rows. It answers queries about executions,
trades, movements, balances, bulletins, alerts and offers, and is the source of
end-of-day statements. It can be rebuilt from the log.
"""

from typing import Final

from .entries import (
    BROUGHT_FORWARD,
    CASH,
    VENUE_FEES,
    AccountEntry,
    AlertEntry,
    AuctionEntry,
    BalanceEntry,
    BidEntry,
    BlockEntry,
    DayEntry,
    ExecutionEntry,
    MovementEntry,
    TradeEntry,
)
from .reader import HistoryReader
from .schema import HistoryError, Watermark
from .statements import Balance, Line, Statement, statement_of, statement_pages
from .store import HistoryStore


HISTORY_NAME: Final = "history.sqlite"  # in the data directory

__all__ = [
    "BROUGHT_FORWARD",
    "CASH",
    "HISTORY_NAME",
    "VENUE_FEES",
    "AccountEntry",
    "AlertEntry",
    "AuctionEntry",
    "Balance",
    "BalanceEntry",
    "BidEntry",
    "BlockEntry",
    "DayEntry",
    "ExecutionEntry",
    "HistoryError",
    "HistoryReader",
    "HistoryStore",
    "Line",
    "MovementEntry",
    "Statement",
    "TradeEntry",
    "Watermark",
    "statement_of",
    "statement_pages",
]
