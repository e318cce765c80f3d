"""The rows of a snapshot for what supervision remembers.

Like the snapshot's other rows they are arrays, and of its FORMAT.
"""

from __future__ import annotations

from typing import Final

import msgspec


# High and low part of fen, of which days may bring more than 64 bits hold, which
# is all that MessagePack can write.
LargeRow = tuple[int, int]

_PART: Final = 2**62


def large_row(number: int) -> LargeRow:
    """Return a number as its high and its low part."""
    return divmod(number, _PART)


def whole(row: LargeRow) -> int:
    """Return the number that ``large_row`` has taken apart."""
    high, low = row
    return high * _PART + low


class TrailRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Something that is followed, with its newest order and trade numbers."""

    amount: int
    turnover: LargeRow
    due: LargeRow
    orders: list[int]
    trades: list[int]


class WithdrawalsRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What was withdrawn too soon on one side: steps and lots as they are kept."""

    steps: list[tuple[int, int, int]]
    lots: list[tuple[int, int, int]]


class ConductRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a participant did."""

    participant: str
    placed: int
    cancelled: TrailRow
    hasty: TrailRow
    stray: TrailRow
    bought: TrailRow
    sold: TrailRow
    shown: int
    bids: WithdrawalsRow
    asks: WithdrawalsRow


class PairRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What two participants traded with each other."""

    first: str
    second: str
    due: int
    forth: TrailRow
    back: TrailRow
    since: int


# An order's number, and its Shown in one row with its Grown, if any.
GrownRow = tuple[int, int, int, int, int]
YoungRow = tuple[int, int, int, int, int, int, GrownRow | None]


class WatchRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An instrument's trading day; everything in the order in which it came."""

    first_order: int
    quantity: int
    turnover: LargeRow
    large: list[tuple[int, int, int]]  # order number, since when in ns, tonnes
    conducts: list[ConductRow]
    pairs: list[PairRow]
    young: list[YoungRow]
    entries: int
    renewed: list[tuple[int, int, int]]  # order number, tonnes traded, tonnes left
