"""Allotment: the conditions that MARKET-RULES §4 sets, and its worked examples."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from carbonex.engine import BUY, SELL, Pricing, Side, TooFewBids
from carbonex.engine.off_book.allotment import Allotment, Terms, allot


Bids = list[tuple[int, int]]  # price and quantity, in order of time

AS_BID = Pricing.PAY_AS_BID
UNIFORM = Pricing.UNIFORM
FILL = TooFewBids.FILL_VALID
CANCEL = TooFewBids.CANCEL
AT_LOWEST = TooFewBids.SELL_AT_LOWEST

# The rulebook's: at each price in order of time.
WORKED: Bids = [
    *((11_000, quantity) for quantity in (1_000, 1_500, 2_500)),
    *((10_500, quantity) for quantity in (1_000, 2_000)),
    *((10_300, quantity) for quantity in (1_000, 1_000, 2_000)),
    *((10_000, quantity) for quantity in (1_000, 2_000)),
]
HIGHER = [1_000, 1_500, 2_500, 1_000, 2_000]  # filled, at 11,000 and 10,500

# Few prices and small quantities, so that ties and exact sums are common.
some_bids = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 6)), max_size=8)
some_terms = st.builds(
    Terms,
    st.sampled_from(Side),
    st.integers(1, 30),
    st.sampled_from(Pricing),
    st.sampled_from(TooFewBids),
)


@pytest.mark.parametrize(
    ("quantity", "pricing", "at_marginal", "proceeds"),
    [
        (10_000, UNIFORM, [1_000, 1_000, 0], 103_000_000),
        (10_000, AS_BID, [1_000, 1_000, 0], 107_100_000),
        (9_500, UNIFORM, [1_000, 500, 0], 97_850_000),
        (9_500, AS_BID, [1_000, 500, 0], 101_950_000),
    ],
)
def test_the_worked_examples(
    quantity: int, pricing: Pricing, at_marginal: list[int], proceeds: int
) -> None:
    allotment = allot(Terms(SELL, quantity, pricing, FILL), WORKED)
    assert _filled(allotment, WORKED) == [*HIGHER, *at_marginal, 0, 0]
    assert allotment.price == 10_300
    assert _proceeds(allotment) == proceeds


@pytest.mark.parametrize(
    ("pricing", "policy", "prices", "marginal"),
    [
        (AS_BID, FILL, [11, 10, 12], 10),
        (UNIFORM, FILL, [10, 10, 10], 10),
        (AS_BID, AT_LOWEST, [10, 10, 10], 10),
        (UNIFORM, AT_LOWEST, [10, 10, 10], 10),
        (AS_BID, CANCEL, [0, 0, 0], 0),
        (UNIFORM, CANCEL, [0, 0, 0], 0),
    ],
)
def test_too_few_bids(
    pricing: Pricing, policy: TooFewBids, prices: list[int], marginal: int
) -> None:
    bids = [(11, 30), (10, 20), (12, 40)]
    allotment = allot(Terms(SELL, 100, pricing, policy), bids)
    assert _prices(allotment, bids) == prices
    assert _filled(allotment, bids) == ([0] * 3 if policy is CANCEL else [30, 20, 40])
    assert allotment.price == marginal
    assert allotment.cancelled is (policy is CANCEL)


@pytest.mark.parametrize("policy", [FILL, AT_LOWEST])
def test_without_bids_there_is_no_price(policy: TooFewBids) -> None:
    assert allot(Terms(SELL, 1, UNIFORM, policy), []) == Allotment([], 0, False)


def test_a_buying_auction_takes_the_lowest_offers() -> None:
    bids = [(9_000, 500), (8_800, 400), (9_000, 300), (9_100, 100)]
    allotment = allot(Terms(BUY, 1_000, UNIFORM, FILL), bids)
    assert _filled(allotment, bids) == [500, 400, 100, 0]
    assert _prices(allotment, bids) == [9_000, 9_000, 9_000, 0]


@given(terms=some_terms, bids=some_bids)
def test_nobody_gets_more_than_asked_and_all_together_what_there_is(
    terms: Terms, bids: Bids
) -> None:
    allotment, asked = allot(terms, bids), sum(quantity for _, quantity in bids)
    filled = _filled(allotment, bids)
    cancelled = asked < terms.quantity and terms.too_few_bids is CANCEL
    assert allotment.cancelled is cancelled
    assert sum(filled) == (0 if cancelled else min(terms.quantity, asked))
    assert all(0 <= got <= bid[1] for got, bid in zip(filled, bids, strict=True))


@given(terms=some_terms, bids=some_bids)
def test_nobody_gets_anything_before_a_better_bid_is_filled(
    terms: Terms, bids: Bids
) -> None:
    filled = _filled(allot(terms, bids), bids)
    for late, (price, _) in enumerate(bids):
        for early, (other, wanted) in enumerate(bids):
            better = _better(terms, other, price) or (other == price and early < late)
            if better and filled[late]:
                assert filled[early] == wanted


@given(terms=some_terms, bids=some_bids)
def test_shares_come_best_bid_first_and_only_the_last_is_partly_filled(
    terms: Terms, bids: Bids
) -> None:
    shares = allot(terms, bids).shares
    for one, other in pairwise(shares):
        price, next_price = bids[one.bid][0], bids[other.bid][0]
        assert not _better(terms, next_price, price)
        assert price != next_price or one.bid < other.bid
    winners = [share for share in shares if share.quantity]
    assert winners == shares[: len(winners)]
    assert all(share.quantity == bids[share.bid][1] for share in winners[:-1])


@given(terms=some_terms, bids=some_bids)
def test_the_marginal_price_is_that_of_the_last_tonne(terms: Terms, bids: Bids) -> None:
    """Every tonne wanted is written down by itself, the dearest first."""
    allotment = allot(terms, bids)
    tonnes = sorted(price for price, quantity in bids for _ in range(quantity))
    if terms.side is SELL:
        tonnes.reverse()
    sold = [] if allotment.cancelled else tonnes[: terms.quantity]
    assert allotment.price == (sold[-1] if sold else 0)
    if terms.pricing is AS_BID and not _at_lowest(terms, bids):
        assert _proceeds(allotment) == sum(sold)


@given(terms=some_terms, bids=some_bids)
def test_winners_pay_their_own_price_or_all_the_same(terms: Terms, bids: Bids) -> None:
    allotment = allot(terms, bids)
    own = terms.pricing is AS_BID and not _at_lowest(terms, bids)
    for share in allotment.shares:
        offered = bids[share.bid][0]
        if not share.quantity:
            assert share.price == 0
        elif own:
            assert share.price == offered
        else:
            assert share.price == allotment.price
            assert not _better(terms, share.price, offered), "more than it offered"


@given(terms=some_terms, bids=some_bids)
def test_buying_mirrors_selling(terms: Terms, bids: Bids) -> None:
    other = BUY if terms.side is SELL else SELL
    mirrored = [(100 - price, quantity) for price, quantity in bids]
    one, two = allot(terms, bids), allot(terms._replace(side=other), mirrored)
    assert [(s.bid, s.quantity) for s in one.shares] == [
        (s.bid, s.quantity) for s in two.shares
    ]
    assert [s.price and 100 - s.price for s in one.shares] == [
        s.price for s in two.shares
    ]


def _better(terms: Terms, one: int, other: int) -> bool:
    return one > other if terms.side is SELL else one < other


def _at_lowest(terms: Terms, bids: Bids) -> bool:
    few = sum(quantity for _, quantity in bids) < terms.quantity
    return few and terms.too_few_bids is AT_LOWEST


def _filled(allotment: Allotment, bids: Bids) -> list[int]:
    """Return each bid's tonnes, in order of time; every bid has one share."""
    by_bid = {share.bid: share.quantity for share in allotment.shares}
    assert len(by_bid) == len(allotment.shares) == len(bids)
    return [by_bid[bid] for bid in range(len(bids))]


def _prices(allotment: Allotment, bids: Bids) -> list[int]:
    by_bid = {share.bid: share.price for share in allotment.shares}
    return [by_bid[bid] for bid in range(len(bids))]


def _proceeds(allotment: Allotment) -> int:
    return sum(share.price * share.quantity for share in allotment.shares)
