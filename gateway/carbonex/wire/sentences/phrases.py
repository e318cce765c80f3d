"""How sentences write names and values."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from carbonex.engine.market.bounds import DAY_SECONDS
from carbonex.engine.market.dates import date_at
from carbonex.engine.market.schedule import SHANGHAI_NS
from carbonex.wire.dates import date_text, wall_text
from carbonex.wire.money import format_fen
from carbonex.wire.units import NS_PER_SECOND
from carbonex.wire.wanted import MONEY


if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonex.engine.events import Rejected


def amount(param: str, value: int) -> str:
    """Return a value as its member is written: CNY, or a plain number."""
    return format_fen(value) if param in MONEY else str(value)


def moment(ns: int) -> str:
    """Return a time as microseconds since the epoch."""
    return str(ns // 1000)


def moment_text(ns: int) -> str:
    """Return a time as people write it: 2026-12-02 15:00:00 (UTC+8)."""
    seconds = (ns + SHANGHAI_NS) // NS_PER_SECOND
    date, wall = date_text(date_at(ns)), wall_text(seconds % DAY_SECONDS)
    return f"{date} {wall} (UTC+8)"


def alike(name: str, names: Iterable[str]) -> str:
    """Return which of ``names`` is ``name`` but for case and signs; nothing for none."""
    wanted = _bare(name)
    return next((one for one in names if _bare_known(one) == wanted), "")


def _bare(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


_bare_known = lru_cache(4096)(_bare)  # of the venue's own names, which are few


def instrument_of(command: Any) -> str:
    """Return the instrument that a command or a query names, perhaps in its terms."""
    return str(getattr(command, "terms", command).instrument)


def beyond_limit(r: Rejected, limit: str) -> str:
    """Return that a price is above or below one of a day's two limits: ``limit``'s."""
    value, bound = format_fen(r.value), format_fen(r.limit)
    if r.value > r.limit:
        return (
            f"{r.param} {value} is above the {limit} up of {bound}; name at most that"
        )
    return f"{r.param} {value} is below the {limit} down of {bound}; name at least that"
