"""Read Bitstamp's files: half an hour of order events and trades.

Prices are whole dollars; one dollar is mapped to one fen. Volumes have up to eight
decimals; 0.00000001 BTC is mapped to one tonne.
"""

from __future__ import annotations

import csv
import enum
import gzip
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.engine import BUY, SELL, Side


if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


ORDERS_FILE: Final = "bitstamp_orders.csv.gz"
TRADES_FILE: Final = "bitstamp_trades.csv"
UNITS: Final = 10**8  # per BTC


class Action(enum.Enum):
    """The kind of an order event."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"


class OrderEvent(NamedTuple):
    """One row; ``volume`` is the order's remaining volume in 1e-8 BTC."""

    order_id: str
    local_ms: int
    exchange_ms: int
    price: int
    volume: int
    action: Action
    side: Side


class RecordedTrade(NamedTuple):
    """A trade of the real market; ``taker`` is the aggressor's side."""

    buy_id: str
    sell_id: str
    price: int
    size: int
    taker: Side


class FormatError(Exception):
    """A file is missing or malformed; the message says where and why."""


def load(folder: Path) -> tuple[list[OrderEvent], list[RecordedTrade]]:
    """Return the order events and the trades in ``folder``, in recorded order.

    Raises:
            FormatError: If a file is missing or a price is not a whole dollar.

    """
    orders, trades = folder / ORDERS_FILE, folder / TRADES_FILE
    for path in (orders, trades):
        if not path.is_file():
            raise FormatError(f"{path} is missing")
    with gzip.open(orders, "rt", encoding="ascii", newline="") as file:
        events = read_events(file)
    with trades.open(encoding="ascii", newline="") as file:
        return events, read_trades(file)


def read_events(lines: Iterable[str]) -> list[OrderEvent]:
    """Return the order events in CSV ``lines``; the first line is the header."""
    return [
        OrderEvent(
            row["id"],
            int(row["timestamp"]),
            int(row["exchange_timestamp"]),
            _dollars(row["price"]),
            _units(row["volume"]),
            Action(row["action"]),
            BUY if row["direction"] == "bid" else SELL,
        )
        for row in csv.DictReader(lines)
    ]


def read_trades(lines: Iterable[str]) -> list[RecordedTrade]:
    """Return the trades in CSV ``lines``; the first line is the header."""
    return [
        RecordedTrade(
            row["buy_order_id"],
            row["sell_order_id"],
            _dollars(row["price"]),
            _units(row["amount"]),
            BUY if row["side"] == "buy" else SELL,
        )
        for row in csv.DictReader(lines)
    ]


def _dollars(text: str) -> int:
    price = Decimal(text)
    if price != int(price):
        raise FormatError(f"price {text} is not a whole dollar")
    return int(price)


def _units(text: str) -> int:
    return int(Decimal(text) * UNITS)
