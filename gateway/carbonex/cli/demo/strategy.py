"""How the demo's traders think: prices and sizes, without a socket or a clock.

Chance comes from the ``random.Random`` that is passed in, so that a strategy
can be tested; what the venue makes of it is as random as the network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.engine.enums import BUY, SELL, Side


if TYPE_CHECKING:
    from random import Random


LEVELS: Final = 8  # that a maker quotes on each side
MAX_SKEW: Final = 3  # fen, by which a maker shifts its prices to shed inventory
SLACK: Final = 0.15  # of its schedule, by which a mandate may lag before it pays up


class Quote(NamedTuple):
    """One level that a maker wants to show: fen and tonnes."""

    side: Side
    price: int
    quantity: int


class FairPrice:
    """A price that wanders and is pulled back: what everybody believes in.

    The pull keeps a demo of any length near the level it started from.
    """

    def __init__(self, start: int, random: Random) -> None:
        self._start = start
        self._price = float(start)
        self._random = random

    def step(self) -> int:
        """Let it wander once, by about one fen; return it in fen."""
        pull = (self._start - self._price) * 0.01
        self._price += pull + self._random.gauss(0, 0.9)
        return round(self._price)


def quotes(
    fair: int, excess: float, half_spread: int, size: int, random: Random
) -> list[Quote]:
    """Return a maker's ladder around ``fair``, best first, bids then asks.

    ``excess`` is how much more than it wants to the maker holds, as a share
    (-1 to 1): it quotes lower when it has too much, higher when too little.
    Sizes grow with the distance from the fair price.
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
    """Return how many tonnes to trade now, to be done by the deadline.

    ``pause`` is the time between two slices in seconds; the last slice is the
    rest.
    """
    if seconds_left <= pause:
        return remaining
    wanted = remaining * pause / seconds_left * random.uniform(0.6, 1.4)
    return min(remaining, max(1, round(wanted)))


def lags(done: int, wanted: int, elapsed_share: float) -> bool:
    """Tell whether a mandate is so late that it should pay for speed."""
    return done < wanted * (elapsed_share - SLACK)
