"""The allotment of a one-way auction: quantities and prices (MARKET-RULES §4).

Pure functions: this module knows neither accounts nor the exchange's state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, final

from carbonex.engine.enums import SELL, Pricing, Side, TooFewBids


if TYPE_CHECKING:
    from collections.abc import Sequence


@final
class Terms(NamedTuple):
    """The terms of an auction; ``side`` is the auction's: SELL if it sells."""

    side: Side
    quantity: int  # tonnes
    pricing: Pricing
    too_few_bids: TooFewBids


@final
class Share(NamedTuple):
    """One bid's share, perhaps 0 tonnes; ``bid`` is its index in order of time."""

    bid: int
    quantity: int
    price: int  # fen per tonne; 0 without tonnes


@final
class Allotment(NamedTuple):
    """The shares of all bids, best bid first.

    ``price`` is the marginal price: that of the last bid that gets tonnes, or 0 if none
    does. ``cancelled`` tells that there were too few bids.
    """

    shares: list[Share]
    price: int
    cancelled: bool


def rank(side: Side, price: int) -> int:
    """Return a sort key, smaller for a better bid: the higher price, if selling."""
    return -price if side is SELL else price


def allot(terms: Terms, bids: Sequence[tuple[int, int]]) -> Allotment:
    """Allot tonnes to ``bids``, pairs of (price, quantity) in order of time.

    The best price goes first; at the same price, the earliest bid. Each bid is filled
    until the quantity is used up, so the last one may be filled in part. O(n log n).
    """
    # The sort is stable: bids at the same price keep their order of time.
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
