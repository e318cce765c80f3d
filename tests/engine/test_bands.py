"""Bands, P0, closes and composites (MARKET-RULES §2)."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from carbonex.engine import (
    MAX_PRICE,
    BandSet,
    BeginDay,
    BlockTerms,
    ListInstrument,
)
from carbonex.engine.market.rules import half_up, limit_down, limit_up
from driver import Driver
from engine.floors import BAND_FLOOR, COMPANIES
from scenario import check


if TYPE_CHECKING:
    from collections.abc import Callable


prices = st.integers(1, MAX_PRICE)
bands = st.integers(0, 999)


@given(reference=prices, permille=bands)
def test_a_limit_is_the_exact_one_rounded_half_up(
    reference: int, permille: int
) -> None:
    exact = reference * Fraction(1000 - permille, 1000)
    assert limit_down(reference, permille) == max(floor(exact + Fraction(1, 2)), 1)
    exact = reference * Fraction(1000 + permille, 1000)
    assert limit_up(reference, permille) == min(
        floor(exact + Fraction(1, 2)), MAX_PRICE
    )


@given(reference=prices)
def test_the_rulebooks_formulas_are_the_general_one(reference: int) -> None:
    assert limit_up(reference, 100) == min((reference * 11 + 5) // 10, MAX_PRICE)
    assert limit_down(reference, 100) == max((reference * 9 + 5) // 10, 1)
    assert limit_up(reference, 300) == min((reference * 13 + 5) // 10, MAX_PRICE)
    assert limit_down(reference, 300) == max((reference * 7 + 5) // 10, 1)


@given(numerator=st.integers(0, 10**18), denominator=st.integers(1, 10**9))
def test_half_up_is_the_nearest_integer(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    assert half_up(numerator, denominator) == floor(exact + Fraction(1, 2))


# The record's days on which a price touched a limit whose exact value ends in half
# a fen: it was rounded up each time, the limit down too.
@pytest.mark.parametrize(
    ("day", "reference", "touched", "limit"),
    [
        ("2022-02-14 CEA", 5615, limit_down, 5054),
        ("2024-04-23 CEA", 9025, limit_up, 9928),
        ("2025-10-23 CEA23", 4285, limit_up, 4714),
        ("2025-10-24 CEA23", 4485, limit_up, 4934),
        ("2025-11-06 CEA22", 5005, limit_up, 5506),
        ("2025-12-23 CEA22", 6105, limit_up, 6716),
        ("2025-12-24 CEA22", 6715, limit_up, 7387),
    ],
)
def test_the_seven_half_fen_limits_of_the_record(
    day: str, reference: int, touched: Callable[[int, int], int], limit: int
) -> None:
    assert touched(reference, 100) == limit, day


@pytest.mark.parametrize(
    ("reference", "band", "block"),
    [
        (7005, (6305, 7706), (4904, 9107)),  # 6304.5 7705.5 4903.5 9106.5
        (4805, (4325, 5286), (3364, 6247)),  # 4324.5 5285.5 3363.5 6246.5
        (15, (14, 17), (11, 20)),  # 13.5 16.5 10.5 19.5
        (5, (5, 6), (4, 7)),  # 4.5 5.5 3.5 6.5
        (4800, (4320, 5280), (3360, 6240)),
        (1, (1, 1), (1, 1)),  # a limit down is at least a fen
        (7463, (6717, 8209), (5224, 9702)),
    ],
)
def test_halves_of_a_fen_are_rounded_up(
    reference: int, band: tuple[int, int], block: tuple[int, int]
) -> None:
    driver = Driver()
    terms = ListInstrument(
        "",
        "CEA",
        reference=reference,
        band_permille=100,
        blocks=BlockTerms(100, 300),
    )
    driver.do(terms)
    (told,) = [
        event
        for event in driver.do(BeginDay("", 20250106, 1000))
        if type(event) is BandSet
    ]
    assert told == BandSet("CEA", 20250106, reference, *band, *block)


def test_both_limits_are_allowed_themselves() -> None:
    check(
        """
        taker: buy 1 @ 62.99               -> refused PRICE_OUT_OF_BAND
        taker: buy #1 1 @ 63.00            -> accepted #1
        maker: sell #2 1 @ 77.00           -> accepted #2
        maker: sell 1 @ 77.01              -> refused PRICE_OUT_OF_BAND
        maker: amend #2 @ 77.01            -> refused PRICE_OUT_OF_BAND
        taker: amend #1 @ 62.99            -> refused PRICE_OUT_OF_BAND
        taker: buy 1 @ 77.00 stop 77.01    -> refused PRICE_OUT_OF_BAND
        """,
        BAND_FLOOR,
    )


def test_market_orders_trade_up_to_the_limit_and_no_further() -> None:
    check(
        """
        maker: sell #1 1 @ 77.00           -> accepted #1
        maker: sell #2 1 @ 64.00           -> accepted #2
        taker: buy #3 3 @ market           -> accepted #3 @ 77.00, traded #2 #3 1 @ 64.00, traded #1 #3 1 @ 77.00, cancelled #3 1 ioc
        taker: buy #4 1 @ market           -> accepted #4 @ 77.00, cancelled #4 1 ioc
        maker: buy #5 1 @ 63.00            -> accepted #5
        taker: sell #6 2 @ market          -> accepted #6 @ 63.00, traded #5 #6 1 @ 63.00, cancelled #6 1 ioc
        """,
        BAND_FLOOR,
    )


def test_a_market_order_needs_funds_for_the_limit_up() -> None:
    check(
        """
        account poor cash 76.99
        poor: buy 1 @ market               -> refused INSUFFICIENT_FUNDS
        poor: deposit 0.01                 -> done
        poor: buy #1 1 @ market            -> accepted #1 @ 77.00, cancelled #1 1 ioc
        """,
        BAND_FLOOR,
    )


def test_orders_outside_the_new_days_band_are_cancelled() -> None:
    """They may rest over days here; the close of 77.00 moves the band up."""
    check(
        """
        taker: buy #1 1 @ 69.29 gtc        -> accepted #1
        taker: buy #2 1 @ 69.30 gtc        -> accepted #2
        third: buy #3 1 @ 69.29 stop 77.00 gtc -> accepted #3
        maker: sell #4 1 @ 77.00           -> accepted #4
        taker: buy #5 1 @ 77.00            -> accepted #5, traded #4 #5 1 @ 77.00, triggered #3
        time 1000                          -> CEA closed, ended 20250106
        begin 20250107 until 2000          -> begun 20250107, CEA 69.30 to 84.70 around 77.00, cancelled #1 1 out-of-band, cancelled #3 1 out-of-band, CEA trading
        book                               -> 1@69.30 | -
        balance third                      -> cash 1000000.00, CEA 10000
        """,
        BAND_FLOOR,
    )


def test_a_stop_order_without_a_limit_trades_up_to_the_new_days_limits() -> None:
    """Its stop price is all that it names, so only that must lie in the band."""
    check(
        """
        third: buy #1 1 @ market stop 71.00 gtc  -> accepted #1 @ 77.00
        third: sell #2 1 @ market stop 70.10 gtc -> accepted #2 @ 63.00
        third: sell #3 1 @ market stop 64.00 gtc -> accepted #3 @ 63.00
        third: sell #4 1 @ market stop 64.79 gtc -> accepted #4 @ 63.00
        maker: sell #5 1 @ 72.00           -> accepted #5
        taker: buy #6 1 @ 72.00            -> accepted #6, traded #5 #6 1 @ 72.00, triggered #1, cancelled #1 1 ioc
        third: buy #7 1 @ market stop 77.00 gtc  -> accepted #7 @ 77.00
        time 1000                          -> CEA closed, ended 20250106
        begin 20250107 until 2000          -> begun 20250107, CEA 64.80 to 79.20 around 72.00, cancelled #3 1 out-of-band, cancelled #4 1 out-of-band, CEA trading
        balance third                      -> cash 1000000.00 (77.00 locked), CEA 10000 (1 locked)
        taker: buy #8 2 @ 64.80            -> accepted #8
        taker: buy #9 1 @ 70.10            -> accepted #9
        maker: sell #10 2 @ 70.10          -> accepted #10, traded #9 #10 1 @ 70.10, triggered #2, traded #8 #2 1 @ 64.80
        taker: sell #11 1 @ 77.50          -> accepted #11
        taker: sell #12 1 @ 77.00          -> accepted #12
        maker: cancel #10                  -> cancelled #10 1
        maker: buy #13 1 @ 77.00           -> accepted #13, traded #12 #13 1 @ 77.00, triggered #7, cancelled #7 1 ioc
        """,
        BAND_FLOOR,
    )


def test_a_buy_stop_order_follows_the_band_down() -> None:
    check(
        """
        third: buy #1 1 @ market stop 68.00 gtc  -> accepted #1 @ 77.00
        taker: buy #2 9 @ 63.00            -> accepted #2
        maker: sell #3 9 @ 63.00           -> accepted #3, traded #2 #3 9 @ 63.00
        time 1000                          -> CEA closed, ended 20250106
        begin 20250107 until 2000          -> begun 20250107, CEA 56.70 to 69.30 around 63.00, CEA trading
        maker: sell #4 2 @ 69.30           -> accepted #4
        taker: buy #5 1 @ market           -> accepted #5 @ 69.30, traded #4 #5 1 @ 69.30, triggered #1, traded #4 #1 1 @ 69.30
        balance third                      -> cash 999930.70, CEA 10001
        """,
        BAND_FLOOR,
    )


def test_a_new_vintage_begins_at_the_composite_close() -> None:
    """The mean of 70.00 and 80.01 is 75.005, half up."""
    check(
        """
        list CEA24 p0 80.01 band 100       -> listed CEA24, CEA24 closed
        begin 20250106 until 1000          -> begun 20250106, CEA 63.00 to 77.00 around 70.00, CEA24 72.01 to 88.01 around 80.01, CEA trading, CEA24 trading
        list CEA25 band 100                -> listed CEA25, CEA25 closed
        maker: buy 1 CEA25 @ 75.01         -> refused NOT_TRADABLE   -- from the next day on
        time 1000                          -> CEA closed, CEA24 closed, ended 20250106
        bulletin CEA                       -> 70.00 - - 70.00, 0 for -
        begin 20250107 until 2000          -> begun 20250107, CEA 63.00 to 77.00 around 70.00, CEA24 72.01 to 88.01 around 80.01, CEA25 67.51 to 82.51 around 75.01, CEA trading, CEA24 trading, CEA25 trading
        """,
        f"list CEA p0 70.00 band 100\n{COMPANIES}",
    )


def test_a_band_needs_a_price_to_lie_around() -> None:
    check(
        """
        list CEA band 100                  -> refused BAD_PARAMETER
        list CCER band 100 product CCER    -> refused BAD_PARAMETER
        list CEA p0 50.00 band 100         -> listed CEA, CEA closed
        begin 20250106 until 1000          -> begun 20250106, CEA 45.00 to 55.00 around 50.00, CEA trading
        list CEA25 band 100                -> listed CEA25, CEA25 closed
        """,
        "",
    )


def test_a_new_product_trades_from_the_next_day_around_its_declared_price() -> None:
    check(
        """
        list CCER p0 80.00 band 100 product CCER -> listed CCER, CCER closed
        maker: buy 1 CCER @ 80.00          -> refused NOT_TRADABLE
        time 1000                          -> CEA closed, ended 20250106
        begin 20250107 until 2000          -> begun 20250107, CEA 63.00 to 77.00 around 70.00, CCER 72.00 to 88.00 around 80.00, CEA trading, CCER trading
        maker: buy #1 1 CCER @ 80.00       -> accepted #1
        """,
        BAND_FLOOR,
    )
