"""Bids that give a one-way auction's published figures, and bids that get nothing.

The auctions' averages are no whole fen: each bidder pays its own price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple


if TYPE_CHECKING:
    from .files import Sums


class Bid(NamedTuple):
    """A bid and what it is allotted; price in fen, quantities in tonnes."""

    price: int
    quantity: int
    allotted: int


def bids(sums: Sums, reserve: int) -> tuple[Bid, ...]:
    """Return bids for an auction of ``sums.quantity``, in order of entry.

    The marginal one asks for twice what is left, so that it gets the remainder;
    where ``reserve`` leaves room another bids a fen less and gets nothing. They
    stand in the order of the worst price first: the auction has to sort.
    """
    mean, upper = divmod(sums.turnover, sums.quantity)
    left = sums.quantity - upper
    entered = [Bid(mean, 2 * left, left)]
    if upper:
        entered.append(Bid(mean + 1, upper, upper))
    if mean > reserve:
        entered.insert(0, Bid(mean - 1, sums.quantity, 0))
    return tuple(entered)
