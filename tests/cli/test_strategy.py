"""How the demo's traders think, with chance pinned down."""

from __future__ import annotations

from random import Random

from hypothesis import given, strategies as st

from carbonex.cli.demo.strategy import (
    LEVELS,
    MAX_SKEW,
    FairPrice,
    lags,
    quotes,
    slice_of,
)
from carbonex.engine import BUY, SELL


seeds = st.integers(0, 2**32)


@given(seeds)
def test_the_fair_price_moves_and_stays_near_its_start(seed: int) -> None:
    fair = FairPrice(7463, Random(seed))
    path = [fair.step() for _ in range(1000)]
    assert len(set(path)) > 5
    assert all(abs(price - 7463) < 75 for price in path)  # one per cent


@given(seeds, st.floats(-3, 3), st.integers(1, 5), st.integers(50, 1000))
def test_a_ladder_is_uncrossed_and_complete(
    seed: int, excess: float, half_spread: int, size: int
) -> None:
    ladder = quotes(7463, excess, half_spread, size, Random(seed))
    bids = [quote.price for quote in ladder if quote.side is BUY]
    asks = [quote.price for quote in ladder if quote.side is SELL]
    assert len(bids) == len(asks) == LEVELS
    assert bids == sorted(set(bids), reverse=True)
    assert asks == sorted(set(asks))
    assert asks[0] - bids[0] == 2 * half_spread
    assert all(quote.quantity >= 10 for quote in ladder)


def test_a_maker_that_holds_too_much_quotes_lower() -> None:
    def best_bid(excess: float) -> int:
        return quotes(7463, excess, 2, 100, Random(1))[0].price

    assert best_bid(0) == 7461
    assert best_bid(1) == best_bid(5) == 7461 - MAX_SKEW
    assert best_bid(-1) == 7461 + MAX_SKEW


@given(seeds, st.integers(1, 100_000), st.integers(1, 300))
def test_slices_add_up_to_the_mandate_by_the_deadline(
    seed: int, wanted: int, steps: int
) -> None:
    random, remaining, pause = Random(seed), wanted, 0.25
    for step in range(steps, 0, -1):
        if not remaining:
            break
        part = slice_of(remaining, step * pause, pause, random)
        assert 1 <= part <= remaining
        remaining -= part
    assert remaining == 0


def test_a_mandate_pays_up_only_when_it_is_late() -> None:
    assert not lags(done=0, wanted=1000, elapsed_share=0.1)
    assert not lags(done=400, wanted=1000, elapsed_share=0.5)
    assert lags(done=300, wanted=1000, elapsed_share=0.5)
