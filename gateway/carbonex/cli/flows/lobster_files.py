"""Read LOBSTER's files: an hour of Nasdaq's order messages, with books.

A message is one row: time, type, order id, size, price (USD × 10,000) and
direction, which for an execution is the resting order's. ``message_50`` lists the
events within the best 50 levels. ``message_30`` is the subset within the best 30,
and ``orderbook_30`` holds, row by row, the book after each of its messages.
"""

from __future__ import annotations

import csv
import enum
import gzip
from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.engine import BUY, SELL, Side


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


DEPTH: Final = 30  # levels per side in orderbook_30
_CENT: Final = 100  # in USD × 10,000: the tick of every visible order


class Kind(enum.IntEnum):
    """The type of a message."""

    NEW = 1
    REDUCE = 2
    DELETE = 3
    EXECUTE = 4
    EXECUTE_HIDDEN = 5  # of an order that is never visible; its id is 0
    HALT = 7


class Message(NamedTuple):
    """One event of a resting order; ``price`` in cents, ``size`` in shares."""

    time: str  # seconds after midnight, as recorded
    kind: Kind
    order_id: str
    size: int
    price: int
    side: Side


class Row(NamedTuple):
    """A message, and the recorded book after it if it touched the best 30."""

    message: Message
    book: str | None  # a line of orderbook_30, for read_book


Recorded = tuple[list[tuple[int, int]], list[tuple[int, int]]]


class FormatError(Exception):
    """A file is missing or malformed; the message says where and why."""


def load(folder: Path) -> list[Row]:
    """Return the recording in ``folder``, rows in time order.

    Raises:
            FormatError: If a file is missing, or the three files do not match.

    """
    deep = _messages(_find(folder, "message_50"))
    shallow = _messages(_find(folder, "message_30"))
    books = _lines(_find(folder, "orderbook_30"))
    rows = list(_merge(deep, shallow, books))
    if next(shallow, None) is not None or next(books, None) is not None:
        raise FormatError(f"{folder}: message_30 is not a part of message_50")
    return rows


def read_book(line: str) -> Recorded:
    """Return (bids, asks) of a book line: (cents, shares) per level, best first."""
    values = list(map(int, line.split(",")))
    asks = [(p // _CENT, q) for p, q in zip(values[::4], values[1::4], strict=True)]
    bids = [(p // _CENT, q) for p, q in zip(values[2::4], values[3::4], strict=True)]
    return [level for level in bids if level[1]], [level for level in asks if level[1]]


def read_message(fields: list[str]) -> Message:
    """Return the message of a row with six fields.

    Raises:
        FormatError: If it is a trading halt, or a visible price is not whole cents.

    """
    time, kind, order_id, size, price, direction = fields
    cents, rest = divmod(int(price), _CENT)
    what = Kind(int(kind))
    if what is Kind.HALT:
        raise FormatError(f"{time}: trading halts cannot be replayed")
    if rest and what is not Kind.EXECUTE_HIDDEN:
        raise FormatError(f"{time}: price {price} is not a whole cent")
    side = BUY if direction == "1" else SELL
    return Message(time, what, order_id, int(size), cents, side)


def _merge(
    deep: Iterator[Message], shallow: Iterator[Message], books: Iterator[str]
) -> Iterator[Row]:
    """Pair each deep message that also is a shallow one with the shallow one's book."""
    wanted = next(shallow, None)
    for message in deep:
        if message == wanted:
            yield Row(message, next(books))
            wanted = next(shallow, None)
        else:
            yield Row(message, None)


def _messages(path: Path) -> Iterator[Message]:
    return map(read_message, csv.reader(_lines(path)))


def _lines(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="ascii") as file:
        yield from file


def _find(folder: Path, part: str) -> Path:
    found = sorted(folder.glob(f"*_{part}.csv.gz"))
    if len(found) != 1:
        raise FormatError(
            f"{folder}: one file *_{part}.csv.gz wanted, {len(found)} found"
        )
    return found[0]
