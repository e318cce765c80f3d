"""Who gets how much in a one-way auction, and at what price (MARKET-RULES §4).

Nothing here knows of accounts or of the exchange's state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, final

from carbonex.engine.enums import SELL, Pricing, Side, TooFewBids


if TYPE_CHECKING:
    from collections.abc import Sequence


@final
class Terms(NamedTuple):
    """What is auctioned: ``side`` is the auction's, SELL for one that sells."""

    side: Side
    quantity: int  # tonnes
    pricing: Pricing
    too_few_bids: TooFewBids


@final
class Share(NamedTuple):
    """What one bid gets, perhaps nothing; ``bid`` is its place in order of time."""

    bid: int
    quantity: int
    price: int  # fen per tonne; 0 where it gets nothing


@final
class Allotment(NamedTuple):
    """The shares of all bids, the best bid's first.

    ``price`` is the marginal price, that of the last bid to get something; 0
    where none does. ``cancelled`` tells that there were too few bids.
    """

    shares: list[Share]
    price: int
    cancelled: bool


def rank(side: Side, price: int) -> int:
    """Return a number that is smaller for a better bid: the higher one, if selling."""
    return -price if side is SELL else price


def allot(terms: Terms, bids: Sequence[tuple[int, int]]) -> Allotment:
    """Allot to ``bids``, each (price, quantity), in order of time.

    The best price comes first, at one price the earliest bid. Each gets what it
    asks for until nothing is left; the last one gets what was left. O(n log n).
    """
    # Sorting keeps the order of time among bids at one price.
    ranked = sorted(range(len(bids)), key=lambda bid: rank(terms.side, bids[bid][0]))
    few = sum(quantity for _, quantity in bids) < terms.quantity
    if few and terms.too_few_bids is TooFewBids.CANCEL:
        return Allotment([Share(bid, 0, 0) for bid in ranked], 0, cancelled=True)
    shares: list[Share] = []
    left, marginal = terms.quantity, 0
    for bid in ranked:
        price, wanted = bids[bid]
        quantity = min(wanted, left)
        left -= quantity
        marginal = price if quantity else marginal
        shares.append(Share(bid, quantity, price if quantity else 0))
    at_lowest = few and terms.too_few_bids is TooFewBids.SELL_AT_LOWEST
    if at_lowest or terms.pricing is Pricing.UNIFORM:
        shares = [_at(marginal, share) for share in shares]
    return Allotment(shares, marginal, cancelled=False)


def _at(price: int, share: Share) -> Share:
    return share._replace(price=price) if share.quantity else share
