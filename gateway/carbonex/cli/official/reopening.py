"""The voluntary market: trades in several products that give each day's average.

For certified reductions only the day's tonnes and turnover over all products are
published. The average fell by a third in three days. No product can fall so under a
band of 10 %: the average mixes products (MARKET-RULES §2). The model therefore has
a few products at different prices. Each day trades two of them, one below and one
above the day's average, in the right proportion.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.wire.dates import date_text
from carbonex.wire.money import format_fen

from .listed import ListedTrade, UnsolvableError, orders


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .files import CcerDay, Sums


class Product(NamedTuple):
    """A certified reduction; ``declared`` is its listing price in fen."""

    instrument: str
    declared: int


# The kinds are the first four that could be registered. The prices are invented,
# dense enough that the bands leave no gap from 45 to 130 CNY.
PRODUCTS: Final = (
    Product("CCER-SOLAR23", 5_000),
    Product("CCER-SOLAR24", 5_900),
    Product("CCER-WIND23", 7_000),
    Product("CCER-WIND24", 8_300),
    Product("CCER-FOREST24", 9_800),
    Product("CCER-MANGROVE24", 11_600),
)


class Limits(NamedTuple):
    """A product's P0 and price limits on a day, in fen."""

    reference: int
    down: int
    up: int


def ccer_trades(day: CcerDay, products: Mapping[str, Limits]) -> list[ListedTrade]:
    """Return a day's listed trades, all but one tonne at the products' P0.

    A product's close thus stays in place however the average moves. The one tonne
    adjusts the turnover to the fen.

    Raises:
        UnsolvableError: If no two products have room for that tonne's price.

    """
    if not day.day.quantity:
        return []
    for low, high in _pairs(day.day.turnover // day.day.quantity, products):
        below, above = products[low].reference, products[high].reference
        upper, last = _split(day.day, below, above)
        for instrument in (low, high):
            if products[instrument].down <= last <= products[instrument].up:
                parts = (
                    (low, below, day.day.quantity - upper - 1),
                    (high, above, upper),
                    (instrument, last, 1),
                )
                return [trade for part in parts for trade in _trades(*part)]
    raise UnsolvableError(
        f"{date_text(day.date)} CCER: no trades within the products' limits come to"
        f" {day.day.quantity} t and CNY {format_fen(day.day.turnover)}",
        "day",
    )


def _pairs(mean: int, products: Mapping[str, Limits]) -> Iterator[tuple[str, str]]:
    """Yield pairs of a product at or below ``mean`` and one above, nearest first.

    If all are on one side of the mean, the nearest is both.
    """
    ranked = sorted(products, key=lambda name: products[name].reference)
    lower = [name for name in ranked if products[name].reference <= mean]
    higher = ranked[len(lower) :]
    yield from itertools.product(reversed(lower or higher[:1]), higher or lower[-1:])


def _split(sums: Sums, below: int, above: int) -> tuple[int, int]:
    """Return the tonnes at ``above`` and the price of the adjusting tonne."""
    upper = 0
    if above > below:
        upper = (sums.turnover - below * sums.quantity) // (above - below)
        upper = min(max(upper, 0), sums.quantity - 1)
    lower = sums.quantity - upper - 1
    return upper, sums.turnover - above * upper - below * lower


def _trades(instrument: str, price: int, quantity: int) -> Iterator[ListedTrade]:
    return (ListedTrade(instrument, price, part) for part in orders(quantity))
