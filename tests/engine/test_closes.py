"""Closes, bulletins and composites (MARKET-RULES §2)."""

from __future__ import annotations

from engine.floors import BAND_FLOOR, COMPANIES
from scenario import check


def test_the_close_is_the_listed_vwap_and_the_next_days_p0() -> None:
    """(5 × 70.00 + 4 × 71.00 + 3 × 76.99) / 12 = 72.0808…"""
    check(
        """
        maker: sell #1 5 @ 70.00           -> accepted #1
        maker: sell #2 4 @ 71.00           -> accepted #2
        maker: sell #3 4 @ 76.99           -> accepted #3
        taker: buy #4 12 @ 77.00           -> accepted #4, traded #1 #4 5 @ 70.00, traded #2 #4 4 @ 71.00, traded #3 #4 3 @ 76.99
        time 1000                          -> cancelled #3 1 session-close, CEA closed, ended 20250106
        bulletin CEA                       -> 70.00 76.99 70.00 72.08, 12 for 864.97
        begin 20250107 until 2000          -> begun 20250107, CEA 64.87 to 79.29 around 72.08, CEA trading
        time 2000                          -> CEA closed, ended 20250107
        bulletin CEA                       -> 72.08 - - 72.08, 0 for -
        begin 20250108 until 3000          -> begun 20250108, CEA 64.87 to 79.29 around 72.08, CEA trading
        """,
        BAND_FLOOR,
    )


def test_a_close_of_half_a_fen_is_rounded_up() -> None:
    """(70.00 + 70.01) / 2 = 70.005."""
    check(
        """
        maker: sell #1 1 @ 70.00           -> accepted #1
        maker: sell #2 1 @ 70.01           -> accepted #2
        taker: buy #3 2 @ 71.00            -> accepted #3, traded #1 #3 1 @ 70.00, traded #2 #3 1 @ 70.01
        time 1000                          -> CEA closed, ended 20250106
        bulletin CEA                       -> 70.00 70.01 70.00 70.01, 2 for 140.01
        """,
        BAND_FLOOR,
    )


def test_the_first_day_of_the_market() -> None:
    """2021-07-16 as the record has it: 4,103,953 t for CNY 210,230,053.25."""
    check(
        """
        list CEA p0 48.00 band 100 max 9000000
        account seller CEA 5000000
        account buyer cash 300000000.00
        begin 20210716 until 1000
        seller: sell #1 1000000 @ 48.00    -> accepted #1
        seller: sell #2 1030621 @ 52.80    -> accepted #2
        seller: sell #3 2073331 @ 52.00    -> accepted #3
        seller: sell 1 @ 52.81             -> refused PRICE_OUT_OF_BAND
        buyer: buy #4 1000000 @ 48.00      -> accepted #4, traded #1 #4 1000000 @ 48.00
        buyer: buy #5 2073331 @ 52.00      -> accepted #5, traded #3 #5 2073331 @ 52.00
        seller: sell #6 1 @ 52.45          -> accepted #6
        buyer: buy #7 1030622 @ 52.80      -> accepted #7, traded #6 #7 1 @ 52.45, traded #2 #7 1030621 @ 52.80
        time 1000                          -> CEA closed, ended 20210716
        bulletin CEA                       -> 48.00 52.80 48.00 51.23, 4103953 for 210230053.25
        begin 20210719 until 2000          -> begun 20210719, CEA 46.11 to 56.35 around 51.23, CEA trading
        """,
        "",
    )


def test_the_composite_follows_the_last_prices_of_all_vintages() -> None:
    """Its open is the first value after the first trade, its close of closes."""
    check(
        """
        begin 20250106 until 1000          -> begun 20250106, CEA 63.00 to 77.00 around 70.00, CEA24 72.00 to 88.00 around 80.00, CEA trading, CEA24 trading
        maker: sell #1 1 CEA @ 72.00       -> accepted #1
        maker: sell #2 1 CEA @ 76.00       -> accepted #2
        taker: buy #3 2 @ 76.00            -> accepted #3, traded #1 #3 1 @ 72.00, traded #2 #3 1 @ 76.00
        -- (72 + 80) / 2, then (76 + 80) / 2
        maker: buy #4 1 CEA24 @ 73.00      -> accepted #4
        third: sell #5 1 CEA24 @ 73.00     -> accepted #5, traded #4 #5 1 @ 73.00
        -- (76 + 73) / 2; the close is the mean of 74.00 and 73.00
        time 1000                          -> CEA closed, CEA24 closed, ended 20250106
        bulletin CEA                       -> 72.00 76.00 72.00 74.00, 2 for 148.00
        bulletin CEA24                     -> 73.00 73.00 73.00 73.00, 1 for 73.00
        bulletin product allowances        -> 76.00 78.00 74.50 73.50, 3 for 221.00
        begin 20250107 until 2000          -> begun 20250107, CEA 66.60 to 81.40 around 74.00, CEA24 65.70 to 80.30 around 73.00, CEA trading, CEA24 trading
        time 2000                          -> CEA closed, CEA24 closed, ended 20250107
        bulletin product allowances        -> 73.50 73.50 73.50 73.50, 0 for -
        """,
        f"""
        list CEA p0 70.00 band 100 product allowances
        list CEA24 p0 80.00 band 100 product allowances
        {COMPANIES}
        third: issue 5 CEA24
        """,
    )


def test_a_product_that_comes_during_the_day_begins_at_its_declared_prices() -> None:
    check(
        """
        list EUA p0 80.00 product EUA      -> listed EUA, EUA trading
        list EUB p0 80.01 product EUA      -> listed EUB, EUB trading
        time 1000                          -> CEA closed, EUA closed, EUB closed, ended 20250106
        bulletin product EUA               -> 80.01 80.01 80.01 80.01, 0 for -
        """,
        BAND_FLOOR,
    )


def test_the_composite_begins_with_its_close_whatever_comes_new() -> None:
    """A second vintage at 80.00 moves what the day ends at, not where it began."""
    check(
        """
        time 1000                          -> CEA closed, ended 20250106
        list CEA25 p0 80.00 band 100 product CEA -> listed CEA25, CEA25 closed
        begin 20250107 until 2000          -> begun 20250107, CEA 63.00 to 77.00 around 70.00, CEA25 72.00 to 88.00 around 80.00, CEA trading, CEA25 trading
        time 2000                          -> CEA closed, CEA25 closed, ended 20250107
        bulletin product CEA               -> 70.00 70.00 70.00 75.00, 0 for -
        """,
        BAND_FLOOR.replace("band 100", "band 100 product CEA"),
    )


def test_a_composite_of_nothing_keeps_its_close() -> None:
    check(
        """
        time 1000                          -> CEA closed, ended 20250106
        delist CEA                         -> delisted CEA
        begin 20250107 until 2000          -> begun 20250107
        time 2000                          -> ended 20250107
        bulletin product CEA               -> 70.00 70.00 70.00 70.00, 0 for -
        """,
        BAND_FLOOR.replace("band 100", "band 100 product CEA"),
    )
