"""The basis of all sentences: ``describe``, times and money."""

from __future__ import annotations

import datetime as dt
from functools import singledispatch
from typing import TYPE_CHECKING

from carbonex.engine import Rejected, Side
from carbonex.wire.dates import SHANGHAI
from carbonex.wire.money import format_fen
from carbonex.wire.sentences import error_of


if TYPE_CHECKING:
    import enum
    from collections.abc import Iterable

    from carbonex.engine import Command, Event


def story(command: Command, events: Iterable[Event]) -> str:
    """Return a command and its events as one line: ``buy … → accepted …``."""
    outcome = [
        _refusal(event, command) if isinstance(event, Rejected) else describe(event)
        for event in events
    ]
    return " → ".join(
        [describe(command), ", ".join(outcome)] if outcome else [describe(command)]
    )


@singledispatch
def describe(thing: object) -> str:
    """Return a command or an event as text; ``story`` handles rejections.

    Raises:
        TypeError: If ``thing`` is neither a command nor an event.

    """
    raise TypeError(f"{type(thing).__name__} is neither a command nor an event")


def clock(time_ns: int) -> str:
    """Return the time of day in Shanghai, to the microsecond."""
    return _moment(time_ns).strftime("%H:%M:%S.%f")


def date_of(time_ns: int) -> str:
    """Return the calendar date in Shanghai."""
    return _moment(time_ns).strftime("%Y-%m-%d")


def moment(time_ns: int) -> str:
    """Return date and time of day in Shanghai."""
    return f"{date_of(time_ns)} {clock(time_ns)}"


def seconds(ns: int) -> str:
    """Return a duration in seconds: ``2.5 s``."""
    whole, rest = divmod(ns, 1_000_000_000)
    return f"{whole}.{rest:09}".rstrip("0").rstrip(".") + " s"


def cny(fen: int) -> str:
    """Return ``fen`` as CNY with thousands separators: ``1,234.50``."""
    yuan, _, cents = format_fen(fen).partition(".")
    return f"{int(yuan):,}.{cents}"


def at(quantity: int, price: int) -> str:
    """Return a quantity in tonnes and its price: ``1,500 @ 74.63``."""
    return f"{quantity:,} @ {format_fen(price)}"


def order(side: Side, quantity: int, instrument: str, price: int) -> str:
    """Return an order's terms: ``buy 1,500 CEA25 @ 74.63``."""
    return f"{name(side)} {quantity:,} {instrument} @ {format_fen(price)}"


def name(member: enum.Enum) -> str:
    """Return the name of an enum member in lower case, without underscores."""
    return member.name.lower().replace("_", " ")


def fees(*amounts: int) -> str:
    """Return the fees paid, in parentheses, or "" if there were none."""
    if not any(amounts):
        return ""
    return f" (fees {' and '.join(map(cny, amounts))})"


def _refusal(event: Rejected, command: Command) -> str:
    error = error_of(event, command)
    return f"refused {error.name}: {error.message}"


def _moment(time_ns: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(time_ns // 1_000_000_000, SHANGHAI).replace(
        microsecond=time_ns // 1_000 % 1_000_000
    )
