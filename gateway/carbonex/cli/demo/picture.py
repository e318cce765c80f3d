"""The demo's state at one moment, ready for display.

The screen, the plain lines and the summary use it. This module knows nothing
about sockets or terminals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple


if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from carbonex.sdk import Level


class Percentiles(NamedTuple):
    """Latencies in nanoseconds, from sending a request to reading its answer."""

    samples: int
    p50: int
    p90: int
    p99: int
    worst: int


class Ladder(NamedTuple):
    """One instrument: its book levels, best first, and its trading so far.

    ``last`` and ``opened`` are None before the first trade. ``volume`` is in tonnes.
    """

    instrument: str
    title: str
    bids: Sequence[Level]
    asks: Sequence[Level]
    last: Decimal | None
    opened: Decimal | None
    trades: int
    volume: int
    fresh: bool  # False while the book waits for a snapshot


class Print(NamedTuple):
    """One trade on the public tape; ``side`` is the taker's."""

    time_us: int
    instrument: str
    price: Decimal
    quantity: int
    side: str


class Mandate(NamedTuple):
    """The progress of a buyer or a seller with its mandate."""

    account: str
    verb: str
    instrument: str
    done: int
    wanted: int


class Picture(NamedTuple):
    """The complete state at one moment."""

    scene: str  # what is happening, in a few words
    elapsed_s: float
    seconds: float
    orders: int
    orders_per_s: float
    trades: int
    trades_per_s: float
    latency: Percentiles
    seq: int
    position: int
    chain: str  # hex
    clients: int
    ladders: Sequence[Ladder]
    prints: Sequence[Print]  # newest first
    mandates: Sequence[Mandate]


def percentiles(samples: Sequence[int]) -> Percentiles:
    """Return the nearest-rank percentiles of ``samples`` (ns). O(n log n)."""
    if not samples:
        return Percentiles(0, 0, 0, 0, 0)
    ordered = sorted(samples)

    def rank(permille: int) -> int:
        return ordered[max(0, -(-len(ordered) * permille // 1000) - 1)]

    return Percentiles(len(ordered), rank(500), rank(900), rank(990), ordered[-1])


def milliseconds(ns: int) -> str:
    """Return a latency in readable form: ``0.42 ms``, ``12.3 ms``."""
    ms = ns / 1_000_000
    return f"{ms:.2f} ms" if ms < 10 else f"{ms:.1f} ms"
