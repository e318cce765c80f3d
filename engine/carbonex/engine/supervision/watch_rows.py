"""Snapshot rows of supervision's records.

Like the snapshot's other rows they are arrays and part of its FORMAT.
"""

from __future__ import annotations

from typing import Final

import msgspec


# High and low part of an amount in fen. Daily turnover may exceed 64 bits, and
# MessagePack cannot encode larger integers.
LargeRow = tuple[int, int]

_PART: Final = 2**62


def large_row(number: int) -> LargeRow:
    """Return a number's high and low part."""
    return divmod(number, _PART)


def whole(row: LargeRow) -> int:
    """Return the number that ``large_row`` split."""
    high, low = row
    return high * _PART + low


class TrailRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A running total with its newest order and trade numbers."""

    amount: int
    turnover: LargeRow
    due: LargeRow
    orders: list[int]
    trades: list[int]


class WithdrawalsRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Withdrawals that came too soon on one side: their steps and lots."""

    steps: list[tuple[int, int, int]]
    lots: list[tuple[int, int, int]]


class ConductRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A participant's conduct."""

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


# An order id followed by its Shown, with its Grown if any.
GrownRow = tuple[int, int, int, int, int]
YoungRow = tuple[int, int, int, int, int, int, GrownRow | None]


class WatchRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An instrument's trading day; all lists keep their order."""

    first_order: int
    quantity: int
    turnover: LargeRow
    conducts: list[ConductRow]
    pairs: list[PairRow]
    young: list[YoungRow]
    entries: int
    renewed: list[tuple[int, int, int]]  # order id, tonnes traded, tonnes left
