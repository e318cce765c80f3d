"""New terms for an instrument, and the end of one."""

from __future__ import annotations

import pytest

from engine.floors import BAND_FLOOR, TRADERS
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


def test_terms_wait_for_their_date_or_the_first_trading_day_after_it() -> None:
    check(
        """
        taker: buy #1 5 @ 69.00 gtc             -> accepted #1
        update CEA band 50 on 20250106          -> refused BAD_PARAMETER
        update CEA band 50 on 20250132          -> refused BAD_PARAMETER
        update CEA band 50 on 20250108          -> updated CEA on 20250108
        time 1000                               -> CEA closed, ended 20250106
        begin 20250107 until 2000               -> begun 20250107, CEA 63.00 to 77.00 around 70.00, CEA trading
        time 2000                               -> CEA closed, ended 20250107
        begin 20250110 until 3000               -> begun 20250110, cancelled #1 5 terms-changed, CEA 66.50 to 73.50 around 70.00, CEA trading
        update CEA band 300 on 20250113         -> updated CEA on 20250113
        update CEA band 200                     -> updated CEA   -- the last one counts
        time 3000                               -> CEA closed, ended 20250110
        begin 20250111 until 4000               -> begun 20250111, CEA 56.00 to 84.00 around 70.00, CEA trading
        """,
        BAND_FLOOR,
    )


def test_terms_of_a_date_wait_again_when_its_day_is_taken_back() -> None:
    check(
        """
        update CEA band 50 on 20250108          -> updated CEA on 20250108
        time 1000                               -> CEA closed, ended 20250106
        begin 20250108 until 2000               -> begun 20250108, CEA 66.50 to 73.50 around 70.00, CEA trading
        cancel-day                              -> CEA closed, day 20250108 cancelled
        begin 20250107 until 2000               -> begun 20250107, CEA 63.00 to 77.00 around 70.00, CEA trading
        time 2000                               -> CEA closed, ended 20250107
        begin 20250108 until 3000               -> begun 20250108, CEA 66.50 to 73.50 around 70.00, CEA trading
        """,
        BAND_FLOOR,
    )


def test_terms_without_a_date_wait_again_for_the_next_trading_day() -> None:
    """Until then everybody sees the former ones, and they may be given up."""
    check(
        """
        update CEA band 50 max 10               -> updated CEA
        time 1000                               -> CEA closed, ended 20250106
        begin 20250108 until 2000               -> begun 20250108, CEA 66.50 to 73.50 around 70.00, CEA trading
        cancel-day                              -> CEA closed, day 20250108 cancelled
        begin 20250107 until 2000               -> begun 20250107, CEA 66.50 to 73.50 around 70.00, CEA trading
        taker: buy 20 @ 69.00                   -> refused QTY_ABOVE_LISTED_MAX
        cancel-day                              -> CEA closed, day 20250107 cancelled
        update CEA band 300                     -> updated CEA
        begin 20250107 until 2000               -> begun 20250107, CEA 49.00 to 91.00 around 70.00, CEA trading
        taker: buy #1 20 @ 69.00                -> accepted #1
        """,
        BAND_FLOOR,
    )


def test_terms_of_the_day_that_is_taken_back_count_instead() -> None:
    """They were announced last; CEA trades by its former ones until their date."""
    check(
        """
        update CEA band 50                      -> updated CEA
        time 1000                               -> CEA closed, ended 20250106
        begin 20250107 until 2000               -> begun 20250107, CEA 66.50 to 73.50 around 70.00, CEA trading
        update CEA band 300 on 20250108         -> updated CEA on 20250108
        cancel-day                              -> CEA closed, day 20250107 cancelled
        begin 20250107 until 2000               -> begun 20250107, CEA 63.00 to 77.00 around 70.00, CEA trading
        time 2000                               -> CEA closed, ended 20250107
        begin 20250108 until 3000               -> begun 20250108, CEA 49.00 to 91.00 around 70.00, CEA trading
        """,
        BAND_FLOOR,
    )


@pytest.mark.parametrize("when", ["", " on 20250107"])
def test_a_day_that_is_taken_back_stops_no_instrument_that_traded(when: str) -> None:
    """Its P0 was its product's, of which nothing is left when the day begins again."""
    check(f"""
        time 1000000                            -> CEA closed, ended 20250106
        list CEB p0 70.00                       -> listed CEB, CEB closed
        update CEA band 50{when}                -> updated CEA{when}
        begin 20250107 until 2000000            -> begun 20250107, CEA 66.50 to 73.50 around 70.00, CEA trading, CEB trading
        cancel-day                              -> CEA closed, CEB closed, day 20250107 cancelled
        delist CEB                              -> delisted CEB
        begin 20250107 until 2000000            -> begun 20250107, CEA awaits a price, CEA trading
        maker: sell #1 1 @ 80.00                -> accepted #1
        taker: buy #2 1 @ 80.00                 -> accepted #2, traded #1 #2 1 @ 80.00
        time 2000000                            -> CEA closed, ended 20250107
        begin 20250108 until 3000000            -> begun 20250108, CEA 76.00 to 84.00 around 80.00, CEA trading
    """)


def test_a_price_that_came_with_terms_goes_with_them() -> None:
    """CEA has none again, and CEC, listed with a band, waits for its own again."""
    check("""
        list CEB p0 50.00                       -> listed CEB, CEB trading
        list CEC band 100                       -> listed CEC, CEC closed
        delist CEB                              -> CEB closed, delisted CEB
        update CEA band 100 p0 70.00 on 20250108  -> updated CEA on 20250108
        update CEC band 100 p0 60.00 on 20250108  -> updated CEC on 20250108
        time 1000000                            -> CEA closed, ended 20250106
        begin 20250108 until 2000000            -> begun 20250108, CEA 63.00 to 77.00 around 70.00, CEC 54.00 to 66.00 around 60.00, CEA trading, CEC trading
        cancel-day                              -> CEA closed, CEC closed, day 20250108 cancelled
        update CEA band 50                      -> refused BAD_PARAMETER
        begin 20250107 until 2000000            -> begun 20250107, CEC awaits a price, CEA trading
        maker: buy #1 1 @ 1.00                  -> accepted #1
        maker: buy 1 CEC @ 60.00                -> refused NOT_TRADABLE
        time 2000000                            -> cancelled #1 1 session-close, CEA closed, ended 20250107
        bulletin CEA                            -> - - - -, 0 for -
        begin 20250108 until 3000000            -> begun 20250108, CEA 63.00 to 77.00 around 70.00, CEC 54.00 to 66.00 around 60.00, CEA trading, CEC trading
    """)


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


def test_a_band_whose_only_price_was_annulled_waits_and_all_are_told() -> None:
    """The former terms hold until there is a price."""
    check("""
        update CEA band 100 max 10         -> refused BAD_PARAMETER
        maker: sell #1 1 @ 70.00           -> accepted #1
        taker: buy #2 1 @ 70.00            -> accepted #2, traded #1 #2 1 @ 70.00
        update CEA band 100 max 10         -> updated CEA
        annul 1                            -> trade 1 1 @ 70.00 maker to taker annulled
        time 1000000                       -> CEA closed, ended 20250106
        begin 20250107 until 2000000       -> begun 20250107, CEA awaits a price, CEA trading
        maker: sell #3 20 @ 80.00          -> accepted #3
        taker: buy #4 20 @ 80.00           -> accepted #4, traded #3 #4 20 @ 80.00
        taker: buy #5 1 @ 60.00 gtc        -> accepted #5
        time 2000000                       -> CEA closed, ended 20250107
        begin 20250108 until 3000000       -> begun 20250108, cancelled #5 1 terms-changed, CEA 72.00 to 88.00 around 80.00, CEA trading
        taker: buy 20 @ 80.00              -> refused QTY_ABOVE_LISTED_MAX
    """)


def test_a_band_whose_only_sibling_is_delisted_waits_for_a_declared_price() -> None:
    check("""
        list CEB p0 70.00                  -> listed CEB, CEB trading
        update CEA band 100                -> updated CEA
        list CEC band 100                  -> listed CEC, CEC closed
        delist CEB                         -> CEB closed, delisted CEB
        time 1000000                       -> CEA closed, ended 20250106
        begin 20250107 until 2000000       -> begun 20250107, CEA awaits a price, CEC awaits a price, CEA trading
        maker: buy 1 CEC @ 70.00           -> refused NOT_TRADABLE
        update CEA band 100 p0 50.00       -> updated CEA
        update CEC band 100 p0 60.00       -> updated CEC
        time 2000000                       -> CEA closed, ended 20250107
        begin 20250108 until 3000000       -> begun 20250108, CEA 45.00 to 55.00 around 50.00, CEC 54.00 to 66.00 around 60.00, CEA trading, CEC trading
    """)


def test_a_band_that_waits_may_be_given_up() -> None:
    check("""
        maker: sell 1 @ 70.00
        taker: buy 1 @ 70.00
        update CEA band 100                -> updated CEA
        annul 1                            -> trade 1 1 @ 70.00 maker to taker annulled
        time 1000000                       -> CEA closed, ended 20250106
        begin 20250107 until 2000000       -> begun 20250107, CEA awaits a price, CEA trading
        cancel-day                         -> CEA closed, day 20250107 cancelled
        begin 20250107 until 2000000       -> begun 20250107, CEA awaits a price, CEA trading
        update CEA max 10                  -> updated CEA
        time 2000000                       -> CEA closed, ended 20250107
        begin 20250108 until 3000000       -> begun 20250108, CEA trading
        taker: buy 20 @ 80.00              -> refused QTY_ABOVE_LISTED_MAX
    """)


def test_the_day_has_the_hours_of_the_terms_that_hold() -> None:
    """Those of terms that wait for a price neither end it early nor let it go on."""
    check(
        """
        maker: sell 1 @ 70.00
        taker: buy 1 @ 70.00
        update CEA band 100 sessions 09:30-11:30             -> updated CEA
        annul 1                                              -> trade 1 1 @ 70.00 maker to taker annulled
        time 20250106T15:00:00                               -> CEA closed, ended 20250106
        time 20250107T09:30:00
        begin 20250107                                       -> begun 20250107, CEA awaits a price, CEA trading
        time 20250107T12:00:00
        taker: buy #3 1 @ 70.00                              -> accepted #3
        time 20250107T15:00:00                               -> cancelled #3 1 session-close, CEA closed, ended 20250107
        """,
        f"""
        list CEA sessions 09:30-15:00 day-only
        {TRADERS}
        time 20250106T09:30:00
        begin 20250106
        """,
    )


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
