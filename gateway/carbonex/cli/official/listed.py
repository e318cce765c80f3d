"""Trades that give a day's listed figures: open, high, low, volume and turnover.

One tonne each at the open, high and low, and the rest at its mean, rounded down
and up, solve any possible day. The rest may have any price between low and high,
and its turnover always lies between low × tonnes and high × tonnes.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.wire.dates import date_text
from carbonex.wire.money import format_fen


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .files import CeaDay


LARGEST: Final = 99_999  # tonnes in one listed order: below 100,000
_THIRD_PRICE: Final = 200  # limit in tonnes on the quantity at a third price


class ListedTrade(NamedTuple):
    """A trade in the order book; price in fen, quantity in tonnes."""

    instrument: str
    price: int
    quantity: int


class UnsolvableError(Exception):
    """No trades give the figures; ``figure`` names the one at fault."""

    def __init__(self, message: str, figure: str) -> None:
        super().__init__(message)
        self.figure = figure


def prices(day: CeaDay) -> tuple[int, ...]:
    """Return prices in fen at which trades can give the day, the open first.

    Each must be traded at least once, in any order.

    Raises:
        UnsolvableError: If there are no such trades.

    """
    open_, high, low = day.open, day.high, day.low
    if not 0 < low <= open_ <= high:
        raise UnsolvableError(
            f"{name_of(day)}: it traded, but an open, high or low is missing, or the"
            " open is not between the others",
            "open, high, low",
        )
    shown = list(dict.fromkeys((open_, high, low)))
    quantity = day.listed.quantity - len(shown)
    turnover = day.listed.turnover - sum(shown)
    if quantity < 0 or not low * quantity <= turnover <= high * quantity:
        raise UnsolvableError(
            f"{name_of(day)}: {day.listed.quantity} t from {format_fen(low)} to"
            f" {format_fen(high)} cannot come to CNY {format_fen(day.listed.turnover)}",
            "listed",
        )
    if quantity:
        mean, more = divmod(turnover, quantity)
        shown += [mean] * (more < quantity) + [mean + 1] * (more > 0)
    return tuple(dict.fromkeys(shown))


def quantities(
    visits: Sequence[int], quantity: int, turnover: int
) -> tuple[int, ...] | None:
    """Return the tonnes of trades at ``visits`` (fen), each at least 1, or None.

    They sum up to ``quantity`` tonnes and ``turnover`` fen. Beyond one tonne per
    visit they go to two of the prices, and as few as possible, up to
    _THIRD_PRICE, to a third. The third price balances the additional trades that the
    order of a day's prices needs.
    """
    left, value = quantity - len(visits), turnover - sum(visits)
    if left < 0:
        return None
    if left == 0:
        return None if value else (1,) * len(visits)
    more = _spread(sorted(set(visits)), left, value)
    return None if more is None else tuple(1 + more.pop(p, 0) for p in visits)


def orders(quantity: int) -> Iterator[int]:
    """Yield the sizes of the fewest listed orders for ``quantity`` tonnes."""
    while quantity > 0:
        yield min(quantity, LARGEST)
        quantity -= LARGEST


def _spread(levels: Sequence[int], quantity: int, turnover: int) -> Counter[int] | None:
    """Return tonnes at some of ``levels`` that give both sums, or None."""
    if len(levels) == 1:
        right = levels[0] * quantity == turnover
        return Counter({levels[0]: quantity}) if right else None
    for third in range(min(quantity, _THIRD_PRICE) + 1):
        rest = quantity - third
        for price in levels if third else levels[:1]:
            for low, high in combinations(levels, 2):
                value = turnover - price * third - low * rest
                upper, wrong = divmod(value, high - low)
                if not wrong and 0 <= upper <= rest:
                    spread = Counter({high: upper})
                    spread[low] += rest - upper
                    spread[price] += third
                    return spread
    return None


def name_of(day: CeaDay) -> str:
    """Return the name of a vintage's day for messages."""
    return f"{date_text(day.date)} {day.instrument}"
