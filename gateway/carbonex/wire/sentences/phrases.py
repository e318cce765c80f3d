"""How sentences write names and values."""

from __future__ import annotations

from typing import Any, Final

from carbonex.wire.money import format_fen
from carbonex.wire.terms import hours_of


_MONEY: Final = frozenset(
    {"amount", "price", "reference", "reserve", "stop_price", "tick"}
)


def amount(param: str, value: int) -> str:
    """Return a value as its member is written: CNY, or a plain number."""
    return format_fen(value) if param in _MONEY else str(value)


def day(date: int) -> str:
    """Return a date (YYYYMMDD) as it is written."""
    return f"{date // 10_000:04d}-{date // 100 % 100:02d}-{date % 100:02d}"


def moment(ns: int) -> str:
    """Return a time as microseconds since the epoch."""
    return str(ns // 1000)


def wall(seconds: int) -> str:
    """Return a time of the day as sessions write it."""
    return hours_of(((seconds, seconds),))[0][0]


def instrument_of(command: Any) -> str:
    """Return the instrument that a command or a query names, perhaps in its terms."""
    return str(getattr(command, "terms", command).instrument)
