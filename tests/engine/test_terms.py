"""New terms for an instrument, and the end of one."""

from __future__ import annotations

from engine.floors import BAND_FLOOR
from scenario import check


def test_new_terms_hold_from_the_next_day_on_and_cancel_what_rests() -> None:
    check(
        """
        taker: buy #1 5 @ 69.00 gtc        -> accepted #1
        update CEA band 300 max 10         -> updated CEA
        taker: buy 5 @ 60.00               -> refused PRICE_OUT_OF_BAND
        taker: buy #2 20 @ 69.00 gtc       -> accepted #2
        time 1000                          -> CEA closed, ended 20250106
        begin 20250107 until 2000          -> begun 20250107, cancelled #1 5 terms-changed, cancelled #2 20 terms-changed, CEA 49.00 to 91.00 around 70.00, CEA trading
        taker: buy #3 5 @ 60.00            -> accepted #3
        taker: buy 20 @ 69.00              -> refused QTY_ABOVE_LISTED_MAX
        balance taker                      -> cash 1000000.00 (300.00 locked), CEA 10000
        """,
        BAND_FLOOR,
    )


def test_terms_may_change_but_not_what_orders_and_tonnes_stand_on() -> None:
    check(
        """
        update CEA band 100 product CCER   -> refused BAD_PARAMETER
        update CEA band 100 tick 0.05      -> refused BAD_PARAMETER
        update CEA band 100 lot 10         -> refused BAD_PARAMETER
        update CEA band 1000               -> refused BAD_PARAMETER
        update CCER band 100               -> refused UNKNOWN_INSTRUMENT
        update CEA band 50                 -> updated CEA
        update CEA band 60                 -> updated CEA   -- the last one counts
        time 1000                          -> CEA closed, ended 20250106
        begin 20250107 until 2000          -> begun 20250107, CEA 65.80 to 74.20 around 70.00, CEA trading
        """,
        BAND_FLOOR,
    )


def test_a_vintage_is_a_year_and_stays_once_it_is_stated() -> None:
    check(
        """
        list CEA20 vintage 1989            -> refused BAD_PARAMETER
        list CEA20 vintage 2101            -> refused BAD_PARAMETER
        list CEA20 vintage 2020            -> listed CEA20, CEA20 trading
        update CEA20 vintage 2021          -> refused BAD_PARAMETER
        update CEA20                       -> refused BAD_PARAMETER
        update CEA20 vintage 2020 max 10   -> updated CEA20
        update CEA vintage 1989 band 100   -> refused BAD_PARAMETER
        update CEA vintage 2021 band 100   -> updated CEA   -- there was none
        """,
        BAND_FLOOR,
    )


def test_a_band_may_come_and_go() -> None:
    check(
        """
        update CEA                         -> updated CEA
        time 1000                          -> CEA closed, ended 20250106
        begin 20250107 until 2000          -> begun 20250107, CEA trading
        taker: buy #1 1 @ 1.00 gtc         -> accepted #1
        update CEA band 100                -> updated CEA
        time 2000                          -> CEA closed, ended 20250107
        begin 20250108 until 3000          -> begun 20250108, cancelled #1 1 terms-changed, CEA 63.00 to 77.00 around 70.00, CEA trading
        """,
        BAND_FLOOR,
    )


def test_a_call_that_was_halted_goes_with_the_terms_that_had_it() -> None:
    check(
        """
        halt CEA                           -> CEA halted
        resume CEA                         -> CEA call
        halt CEA                           -> CEA halted
        update CEA                         -> updated CEA
        time 9000000000                    -> ended 20250106
        begin 20250107 until 18000000000   -> begun 20250107
        resume CEA                         -> CEA trading
        """,
        BAND_FLOOR.replace("band 100", "call-resume 5").replace(
            "until 1000", "until 9000000000"
        ),
    )


def test_an_instrument_without_any_price_gets_no_band() -> None:
    """Else it would stop trading the next day, and nobody be told."""
    check("""
        list CCER                          -> listed CCER, CCER trading
        update CCER band 100               -> refused BAD_PARAMETER
        update CCER band 100 p0 70.00      -> updated CCER
    """)


def test_a_price_of_the_day_is_one() -> None:
    check("""
        update CEA band 100                -> refused BAD_PARAMETER
        maker: sell #1 1 @ 70.00           -> accepted #1
        taker: buy #2 1 @ 70.00            -> accepted #2, traded #1 #2 1 @ 70.00
        update CEA band 100                -> updated CEA
    """)


def test_a_delisted_instrument_trades_no_more_and_is_kept() -> None:
    check(
        """
        list CCER product CCER             -> listed CCER, CCER trading
        taker: buy #1 5 @ 69.00 gtc        -> accepted #1
        maker: buy #2 1 CCER @ 50.00       -> accepted #2
        third: buy #3 5 @ 70.00 stop 70.00 -> accepted #3
        delist CEA                         -> cancelled #1 5 delisted, cancelled #3 5 delisted, CEA closed, delisted CEA
        delist CEA                         -> refused NOT_TRADABLE
        halt CEA                           -> refused NOT_TRADABLE
        resume CEA                         -> refused NOT_TRADABLE
        update CEA                         -> refused NOT_TRADABLE
        list CEA                           -> refused ALREADY_EXISTS
        taker: buy 1 @ 70.00               -> refused NOT_TRADABLE
        maker: transfer 100 to taker       -> done
        balance taker                      -> cash 1000000.00, CEA 10100
        time 1000                          -> cancelled #2 1 session-close, CCER closed, ended 20250106
        begin 20250107 until 2000          -> begun 20250107, CCER trading
        """,
        BAND_FLOOR,
    )


def test_a_halted_instrument_may_be_delisted() -> None:
    check(
        """
        halt CEA                           -> CEA halted
        delist CEA                         -> CEA closed, delisted CEA
        """,
        BAND_FLOOR,
    )


def test_supervision_forgets_a_delisted_instrument_with_its_last_day() -> None:
    """The exchange's own check compares what it remembers with the day's trades."""
    check(
        """
        taker: sell #1 5 @ 70.00           -> accepted #1
        maker: buy #2 5 @ 70.00            -> accepted #2, traded #1 #2 5 @ 70.00
        delist CEA                         -> CEA closed, delisted CEA
        time 1000                          -> ended 20250106
        begin 20250107 until 2000          -> begun 20250107
        """,
        BAND_FLOOR.replace("band 100", "band 100 reverse-trades 100"),
    )
