"""Bids that give a one-way auction's published figures, and a losing bid.

The average price of an auction is not a whole fen: each bidder pays its own price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple


if TYPE_CHECKING:
    from .files import Sums


class Bid(NamedTuple):
    """A bid and its allotment; price in fen, quantities in tonnes."""

    price: int
    quantity: int
    allotted: int


def bids(sums: Sums, reserve: int) -> tuple[Bid, ...]:
    """Return bids for an auction of ``sums.quantity``, in order of entry.

    The marginal bid asks for twice the remaining tonnes, so that it receives exactly
    the remainder. If ``reserve`` leaves room, another bid is a fen lower and receives
    nothing. The worst price comes first, so that the auction has to sort.
    """
    mean, upper = divmod(sums.turnover, sums.quantity)
    left = sums.quantity - upper
    entered = [Bid(mean, 2 * left, left)]
    if upper:
        entered.append(Bid(mean + 1, upper, upper))
    if mean > reserve:
        entered.insert(0, Bid(mean - 1, sums.quantity, 0))
    return tuple(entered)
