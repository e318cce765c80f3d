"""The rows of a snapshot for what supervision remembers.

Like the snapshot's other rows they are arrays, and of its FORMAT.
"""

from __future__ import annotations

import msgspec


# High and low part of fen, of which a day may bring more than 64 bits hold.
LargeRow = tuple[int, int]


class TrailRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Something that is followed, with its newest order and trade numbers."""

    amount: int
    turnover: LargeRow
    due: LargeRow
    orders: list[int]
    trades: list[int]


class ConductRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a participant did."""

    participant: str
    placed: int
    cancelled: TrailRow
    hasty: TrailRow
    stray: TrailRow
    bought: TrailRow
    sold: TrailRow


class PairRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What two participants traded with each other."""

    first: str
    second: str
    due: int
    forth: TrailRow
    back: TrailRow


class WatchRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An instrument's trading day; everything in the order in which it came."""

    first_order: int
    quantity: int
    turnover: LargeRow
    large: list[tuple[int, int, int]]  # order number, since when in ns, tonnes
    conducts: list[ConductRow]
    pairs: list[PairRow]
