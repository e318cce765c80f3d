"""The price of a call auction, and what trades at it (MARKET-RULES §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from carbonex.engine.orders.uncross import NO_CROSS, Clearing, clearing_price


if TYPE_CHECKING:
    from collections.abc import Iterable

Levels = dict[int, int]  # price to tonnes

BAND = range(90, 111)
TICKS = [1, 2, 5]


@pytest.mark.parametrize(
    ("bids", "asks", "reference", "expected"),
    [
        ({7850: 100}, {7810: 100}, 7828, (7828, 100, 0)),
        ({7850: 100}, {7810: 100}, 7900, (7850, 100, 0)),
        ({7850: 100}, {7810: 100}, 7000, (7810, 100, 0)),
        # No P0: the middle.
        ({7850: 100}, {7810: 100}, 0, (7830, 100, 0)),
        # Anywhere else a buy above the price would go short.
        ({7850: 200}, {7810: 100}, 7828, (7850, 100, 100)),
        ({7850: 100}, {7810: 200}, 7828, (7810, 100, -100)),
        # From 7,821 on the buy of 50 has no part in it, and nothing is left.
        ({7850: 100, 7820: 50}, {7810: 100}, 7815, (7821, 100, 0)),
        # Two neighbours leave 50 each: the closer to P0, or the higher.
        ({7811: 100, 7810: 50}, {7810: 100, 7811: 50}, 7805, (7810, 100, 50)),
        ({7811: 100, 7810: 50}, {7810: 100, 7811: 50}, 7815, (7811, 100, -50)),
        ({7811: 100, 7810: 50}, {7810: 100, 7811: 50}, 0, (7811, 100, -50)),
        # Greatest volume comes before a smaller imbalance.
        ({7830: 100, 7810: 40}, {7810: 90, 7830: 10}, 7810, (7830, 100, 0)),
        ({7830: 90, 7810: 60}, {7810: 100, 7830: 5}, 7810, (7810, 100, 50)),
    ],
)
def test_one_price_for_all(
    bids: Levels, asks: Levels, reference: int, expected: Clearing
) -> None:
    price = clearing_price(bids.items(), asks.items(), reference, 1)
    assert price == expected


def test_the_worked_example_of_the_rulebook() -> None:
    asks = {7810: 150, 7820: 200, 7830: 400, 7840: 300, 7850: 750, 7860: 450}
    bids = {7850: 100, 7840: 150, 7830: 350, 7820: 400, 7810: 500, 7800: 650}
    for reference in (0, 7000, 7830, 9000):
        found = clearing_price(bids.items(), asks.items(), reference, 1)
        assert found == (7830, 600, -150)


@pytest.mark.parametrize(
    ("bids", "asks"),
    [
        ({}, {}),
        ({7810: 100}, {}),
        ({}, {7810: 100}),
        ({7810: 100, 7800: 5}, {7820: 100, 7830: 5}),
    ],
)
def test_without_a_cross_there_is_no_price(bids: Levels, asks: Levels) -> None:
    assert clearing_price(bids.items(), asks.items(), 7815, 1) == NO_CROSS


def test_the_price_is_a_tick() -> None:
    """P0 need not be one; between two the closer is taken, else the higher."""
    bids, asks = [(7850, 100)], [(7800, 100)]
    near = {
        reference: clearing_price(bids, asks, reference, 10).price
        for reference in (7784, 7814, 7815, 7816, 7899)
    }
    assert near == {7784: 7800, 7814: 7810, 7815: 7820, 7816: 7820, 7899: 7850}


def test_a_band_of_two_thousand_million_ticks_costs_nothing() -> None:
    found = clearing_price([(2**31, 2**31)], [(1, 2**31)], 0, 1)
    assert found == (2**30 + 1, 2**31, 0)


@st.composite
def auctions(draw: st.DrawFn) -> tuple[int, Levels, Levels]:
    """A tick, and bids and asks that mostly cross."""
    tick = draw(st.sampled_from(TICKS))
    prices = st.sampled_from([price for price in BAND if price % tick == 0])
    levels = st.dictionaries(prices, st.integers(1, 12), max_size=8)
    return tick, draw(levels), draw(levels)


@given(auction=auctions(), reference=st.just(0) | st.sampled_from(BAND))
def test_the_price_is_the_best_of_all_ticks(
    auction: tuple[int, Levels, Levels], reference: int
) -> None:
    """Every tick of the band is held against the conditions, one by one."""
    tick, bids, asks = auction
    found = clearing_price(bids.items(), asks.items(), reference, tick)
    ticks = [price for price in BAND if price % tick == 0]
    volumes = {price: min(willing(bids, asks, price)) for price in ticks}
    greatest = max(volumes.values())
    if greatest == 0:
        assert found == NO_CROSS
        return
    allowed = [
        price
        for price in ticks
        if volumes[price] == greatest and is_fair(bids, asks, price)
    ]
    left = {price: abs(imbalance(bids, asks, price)) for price in allowed}
    allowed = [price for price in allowed if left[price] == min(left.values())]
    aim = 2 * reference or min(allowed) + max(allowed)
    price = min(allowed, key=lambda price: (abs(2 * price - aim), -price))
    assert found == (price, greatest, imbalance(bids, asks, price))


def willing(bids: Levels, asks: Levels, price: int) -> tuple[int, int]:
    """Return the tonnes that would be bought and sold at ``price``."""
    bought = sum(tonnes for limit, tonnes in bids.items() if limit >= price)
    return bought, sum(tonnes for limit, tonnes in asks.items() if limit <= price)


def imbalance(bids: Levels, asks: Levels, price: int) -> int:
    bought, sold = willing(bids, asks, price)
    return bought - sold


def is_fair(bids: Levels, asks: Levels, price: int) -> bool:
    """Fill all that can be filled at ``price``, best first, and look who goes short."""
    quantity = min(willing(bids, asks, price))
    short_bids = short(sorted(bids.items(), reverse=True), quantity)
    short_asks = short(sorted(asks.items()), quantity)
    complete = all(limit <= price for limit in short_bids)
    complete = complete and all(limit >= price for limit in short_asks)
    return complete and not (price in short_bids and price in short_asks)


def short(levels: Iterable[tuple[int, int]], quantity: int) -> list[int]:
    """Return the prices, best first, whose tonnes ``quantity`` does not cover."""
    prices = []
    for price, tonnes in levels:
        quantity -= tonnes
        if quantity < 0:
            prices.append(price)
    return prices
