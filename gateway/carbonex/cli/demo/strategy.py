"""The trading strategies of the demo: prices and sizes, without sockets or clocks.

Randomness comes from the ``random.Random`` that the caller passes, so strategies
can be tested. The venue's outcome still depends on network timing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.engine.enums import BUY, SELL, Side


if TYPE_CHECKING:
    from random import Random


LEVELS: Final = 8  # quoted by a maker on each side
MAX_SKEW: Final = 3  # greatest price shift in fen, to shed inventory
SLACK: Final = 0.15  # share of its schedule that a mandate may lag at leisure


class Quote(NamedTuple):
    """One level that a maker wants to quote: price in fen, quantity in tonnes."""

    side: Side
    price: int
    quantity: int


class FairPrice:
    """The makers' fair price: a random walk that is pulled back to its start.

    The pull keeps a demo of any length near its initial price level.
    """

    def __init__(self, start: int, random: Random) -> None:
        self._start = start
        self._price = float(start)
        self._random = random

    def step(self) -> int:
        """Move the price once, by about one fen; return it in fen."""
        pull = (self._start - self._price) * 0.01
        self._price += pull + self._random.gauss(0, 0.9)
        return round(self._price)


def quotes(
    fair: int, excess: float, half_spread: int, size: int, random: Random
) -> list[Quote]:
    """Return a maker's ladder around ``fair``, best first, bids then asks.

    ``excess`` is the maker's surplus inventory as a share (-1 to 1). A maker with
    too much inventory quotes lower, with too little higher. Sizes grow with the
    distance from the fair price.
    """
    middle = fair - round(max(-1.0, min(1.0, excess)) * MAX_SKEW)
    ladder = []
    for side, away in ((BUY, -1), (SELL, 1)):
        for level in range(LEVELS):
            price = middle + away * (half_spread + level)
            growth = 1 + level * 0.35
            quantity = round(size * growth * random.uniform(0.7, 1.3) / 10) * 10
            ladder.append(Quote(side, price, max(10, quantity)))
    return ladder


def slice_of(remaining: int, seconds_left: float, pause: float, random: Random) -> int:
    """Return the tonnes to trade now, to finish by the deadline.

    ``pause`` is the time between two slices in seconds. The last slice is all that
    remains.
    """
    if seconds_left <= pause:
        return remaining
    wanted = remaining * pause / seconds_left * random.uniform(0.6, 1.4)
    return min(remaining, max(1, round(wanted)))


def lags(done: int, wanted: int, elapsed_share: float) -> bool:
    """Return whether a mandate is so late that it should cross the spread."""
    return done < wanted * (elapsed_share - SLACK)
