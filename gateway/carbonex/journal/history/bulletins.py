"""Converts bulletins to rows of the history, and back."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import msgspec

from carbonex.engine import Bulletin, CompositeMethod, ProductBulletin, Volumes


if TYPE_CHECKING:
    from .entries import When


# Turnover summed over years may exceed SQLite's 64 bits. Such a number is stored as
# text; its column has no type, so SQLite keeps the text.
_MAX_INTEGER: Final = 2**63 - 1

_HEAD: Final = (
    "date INTEGER NOT NULL, product TEXT NOT NULL, instrument TEXT NOT NULL,"
    " seq INTEGER NOT NULL, time_ns INTEGER NOT NULL, reference INTEGER NOT NULL,"
    " open INTEGER NOT NULL, high INTEGER NOT NULL, low INTEGER NOT NULL,"
    " close INTEGER NOT NULL, method INTEGER NOT NULL"
)
_COLUMNS: Final = 11  # columns in _HEAD
_FIELDS: Final = Volumes.__struct_fields__
_VOLUMES: Final = ", ".join(
    f"{period}_{field} NOT NULL"
    for period in ("day", "year", "total")
    for field in _FIELDS
)

# The instrument is empty in a product's bulletin, the product too in the venue's. The
# method belongs to a product.
TABLE: Final = f"""
CREATE TABLE bulletins (
    {_HEAD}, {_VOLUMES},
    PRIMARY KEY (date, product, instrument)
) WITHOUT ROWID;
"""


def bulletin_row(when: When, event: Bulletin | ProductBulletin) -> tuple[Any, ...]:
    """Return the row of a bulletin; its date is the bulletin's own."""
    seq, time_ns, _ = when
    periods = (event.day, event.year, event.total)
    return (
        event.date,
        event.product,
        event.instrument if isinstance(event, Bulletin) else "",
        seq,
        time_ns,
        event.reference,
        event.open,
        event.high,
        event.low,
        event.close,
        event.method if isinstance(event, ProductBulletin) else CompositeMethod.MEAN,
        *map(_small, chain.from_iterable(map(msgspec.structs.astuple, periods))),
    )


def bulletin_of(row: tuple[Any, ...]) -> tuple[int, Bulletin | ProductBulletin]:
    """Return the seq and the bulletin of a row."""
    date, product, instrument, seq, _, *prices, method = row[:_COLUMNS]
    numbers = list(map(int, row[_COLUMNS:]))
    size = len(_FIELDS)
    volumes = [Volumes(*numbers[i : i + size]) for i in range(0, 3 * size, size)]
    if instrument:
        return seq, Bulletin(instrument, product, date, *prices, *volumes)
    parts: list[Any] = [*prices, *volumes, CompositeMethod(method)]
    return seq, ProductBulletin(product, date, *parts)


def _small(number: int) -> int | str:
    return number if number <= _MAX_INTEGER else str(number)
