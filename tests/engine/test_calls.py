"""Call auctions: orders gather while nothing matches, then trade at one price."""

from __future__ import annotations

import pytest

from scenario import check


# A halt ends by a call of two seconds.
HALTED = """
    list CEA call-resume 2
    account maker cash 100000.00 CEA 5000
    account taker cash 200000.00 CEA 5000
    account third cash 100000.00 CEA 5000
    begin 20250106 until 90000000000
    halt CEA
"""
CALLED = f"{HALTED} resume CEA"

# A day opens with a call of three seconds; a halt has none.
OPENED = """
    list CEA call-open 3
    account maker cash 100000.00 CEA 5000
    account taker cash 100000.00 CEA 5000
    begin 20250106 until 90000000000
"""


def test_a_halt_ends_by_a_call() -> None:
    check(
        """
        maker: sell 5 @ 78.10        -> refused HALTED
        resume CEA                   -> CEA call
        resume CEA                   -> refused NOT_HALTED
        maker: sell #1 100 @ 78.10   -> accepted #1
        taker: buy #2 100 @ 78.50    -> accepted #2
        book                         -> 100@78.50 | 100@78.10
        time 1999999999              -> nothing
        -- The middle, as there is no P0; both get a better price than they asked.
        time 2000000000              -> CEA uncrossed 100 @ 78.30, traded #1 #2 100 @ 78.30, CEA trading
        book                         -> - | -
        balance maker                -> cash 107830.00, CEA 4900
        balance taker                -> cash 192170.00, CEA 5100
        maker: sell #3 5 @ 78.10     -> accepted #3
        taker: buy #4 5 @ 78.50      -> accepted #4, traded #3 #4 5 @ 78.10
        """,
        HALTED,
    )


def test_an_instrument_that_is_listed_during_the_day_opens_by_its_call() -> None:
    check(
        """
        list EUA call-open 3         -> listed EUA, EUA call
        maker: buy #1 1 EUA @ 70.00  -> accepted #1
        time 3000000000              -> EUA uncrossed nothing, EUA trading
        """,
        HALTED,
    )
    check(
        """
        list EUA call-open 60 sessions 09:30-11:30 -> listed EUA, EUA pre-open
        time 20250106T09:30:00       -> CEA trading, EUA call
        time 20250106T09:31:00       -> EUA uncrossed nothing, EUA trading
        """,
        """
        list CEA sessions 09:30-11:30
        time 20250106T09:00:00
        begin 20250106
        """,
    )


def test_a_call_without_a_cross_ends_without_a_price() -> None:
    check(
        """
        maker: sell #1 100 @ 78.50   -> accepted #1
        taker: buy #2 100 @ 78.10    -> accepted #2
        time 2000000000              -> CEA uncrossed nothing, CEA trading
        book                         -> 100@78.10 | 100@78.50
        """,
        CALLED,
    )


def test_what_rested_before_the_halt_takes_part_and_is_older() -> None:
    check(
        """
        maker: sell #1 10 @ 78.20    -> accepted #1
        maker: buy #2 10 @ 78.10     -> accepted #2
        halt CEA                     -> CEA halted
        resume CEA                   -> CEA call
        taker: buy #3 15 @ 78.30     -> accepted #3
        third: sell #4 10 @ 78.20    -> accepted #4
        time 2000000000              -> CEA uncrossed 15 @ 78.20 with 5 left to sell, traded #1 #3 10 @ 78.20, traded #3 #4 5 @ 78.20, CEA trading
        book                         -> 10@78.10 | 5@78.20
        """,
        HALTED.replace("halt CEA", ""),
    )


def test_the_worked_example_of_the_rulebook() -> None:
    """Price, then time: the first two sells at 78.30 fill, the third gets nothing."""
    check(
        """
        maker: sell #1 150 @ 78.10   -> accepted #1
        maker: sell #2 200 @ 78.20   -> accepted #2
        maker: sell #3 150 @ 78.30   -> accepted #3
        third: sell #4 200 @ 78.30   -> accepted #4
        maker: sell #5 50 @ 78.30    -> accepted #5
        maker: sell #6 300 @ 78.40   -> accepted #6
        maker: sell #7 750 @ 78.50   -> accepted #7
        third: sell #8 450 @ 78.60   -> accepted #8
        taker: buy #9 100 @ 78.50    -> accepted #9
        taker: buy #10 150 @ 78.40   -> accepted #10
        taker: buy #11 200 @ 78.30   -> accepted #11
        taker: buy #12 150 @ 78.30   -> accepted #12
        taker: buy #13 400 @ 78.20   -> accepted #13
        taker: buy #14 500 @ 78.10   -> accepted #14
        taker: buy #15 650 @ 78.00   -> accepted #15
        time 2000000000              -> CEA uncrossed 600 @ 78.30 with 150 left to sell, traded #1 #9 100 @ 78.30, traded #1 #10 50 @ 78.30, traded #2 #10 100 @ 78.30, traded #2 #11 100 @ 78.30, traded #3 #11 100 @ 78.30, traded #3 #12 50 @ 78.30, traded #4 #12 100 @ 78.30, CEA trading
        book                         -> 400@78.20 500@78.10 650@78.00 | 150@78.30x2 300@78.40 750@78.50 450@78.60
        """,
        CALLED,
    )


def test_an_order_that_crosses_its_own_participants_is_refused() -> None:
    check(
        """
        account other of maker cash 100000.00
        maker: sell #1 100 @ 78.10            -> accepted #1
        other: buy 5 @ 78.10 cancel-oldest    -> refused SELF_TRADE
        other: buy #2 5 @ 78.09               -> accepted #2
        taker: sell #3 100 @ 78.00            -> accepted #3
        other: amend #2 to 5 @ 78.10          -> refused SELF_TRADE
        maker: amend #1 to 100 @ 78.09        -> refused SELF_TRADE
        time 2000000000                       -> CEA uncrossed 5 @ 78.00 with 95 left to sell, traded #2 #3 5 @ 78.00, CEA trading
        """,
        CALLED,
    )


@pytest.mark.parametrize("kind", ["ioc", "fok", "post-only", "post-only-reprice"])
def test_a_call_gathers_only_what_can_wait(kind: str) -> None:
    check(f"taker: buy 5 @ 78.10 {kind} -> refused KIND_NOT_ALLOWED", CALLED)


def test_a_call_has_no_market_orders() -> None:
    check("taker: buy 5 @ market -> refused KIND_NOT_ALLOWED", CALLED)


def test_orders_may_be_amended_and_cancelled_during_a_call() -> None:
    check(
        """
        maker: sell #1 100 @ 78.50       -> accepted #1
        taker: buy #2 100 @ 78.10        -> accepted #2
        taker: amend #2 to 60 @ 78.50    -> amended #2 to 60 @ 78.50 losing priority
        book                             -> 60@78.50 | 100@78.50
        third: sell #3 5 @ 78.00         -> accepted #3
        third: cancel #3                 -> cancelled #3 5
        time 2000000000                  -> CEA uncrossed 60 @ 78.50 with 40 left to sell, traded #1 #2 60 @ 78.50, CEA trading
        """,
        CALLED,
    )


def test_a_halt_during_a_call_begins_it_anew() -> None:
    check(
        """
        maker: sell #1 100 @ 78.10   -> accepted #1
        taker: buy #2 100 @ 78.50    -> accepted #2
        halt CEA                     -> CEA halted
        time 3000000000              -> nothing
        book                         -> 100@78.50 | 100@78.10
        resume CEA                   -> CEA call
        time 4999999999              -> nothing
        time 5000000000              -> CEA uncrossed 100 @ 78.30, traded #1 #2 100 @ 78.30, CEA trading
        """,
        CALLED,
    )


def test_an_iceberg_trades_what_it_shows_and_then_queues_again() -> None:
    check(
        """
        maker: sell #1 30 @ 78.20 show 10   -> accepted #1
        third: sell #2 20 @ 78.20           -> accepted #2
        taker: buy #3 45 @ 78.20            -> accepted #3
        book                                -> 45@78.20 | 30@78.20x2
        time 2000000000                     -> CEA uncrossed 45 @ 78.20 with 5 left to sell, traded #1 #3 10 @ 78.20, refilled #1 10 @ 78.20, traded #2 #3 20 @ 78.20, traded #1 #3 10 @ 78.20, refilled #1 10 @ 78.20, traded #1 #3 5 @ 78.20, CEA trading
        book                                -> - | 5@78.20
        """,
        CALLED,
    )


def test_both_sides_pay_the_makers_fee() -> None:
    """A buy locks for the higher of the two rates, and gets back what it saves."""
    check(
        """
        maker: sell #1 100 @ 78.10   -> accepted #1
        taker: buy #2 100 @ 78.50    -> accepted #2
        balance taker                -> cash 200000.00 (7857.86 locked), CEA 5000
        time 2000000000              -> CEA uncrossed 100 @ 78.30, traded #1 #2 100 @ 78.30, CEA trading
        -- 0.04 % of 7,830.00.
        balance maker                -> cash 107826.86, CEA 4900
        balance taker                -> cash 192166.86, CEA 5100
        """,
        CALLED.replace("list CEA", "list CEA fees 400/1000"),
    )


def test_the_price_of_a_call_triggers_stop_orders() -> None:
    """They wait while it lasts, and enter the book when trading goes on."""
    check(
        """
        third: buy #1 5 @ 78.60 stop 78.30   -> accepted #1
        maker: sell #2 100 @ 78.10           -> accepted #2
        maker: sell #3 5 @ 78.60             -> accepted #3
        taker: buy #4 100 @ 78.50            -> accepted #4
        time 2000000000                      -> CEA uncrossed 100 @ 78.30, traded #2 #4 100 @ 78.30, CEA trading, triggered #1, traded #3 #1 5 @ 78.60
        """,
        CALLED,
    )


def test_a_halted_call_of_the_open_goes_on_even_if_halts_have_none() -> None:
    """Else trading would begin with a crossed book."""
    check(
        """
        maker: sell #1 100 @ 78.10   -> accepted #1
        taker: buy #2 100 @ 78.50    -> accepted #2
        time 1000000000              -> nothing
        halt CEA                     -> CEA halted
        time 5000000000              -> nothing
        resume CEA                   -> CEA call
        time 7000000000              -> CEA uncrossed 100 @ 78.30, traded #1 #2 100 @ 78.30, CEA trading
        """,
        OPENED,
    )


def test_a_session_ends_the_call_that_it_cuts_short() -> None:
    check(
        """
        halt CEA                     -> CEA halted
        time 20250106T11:29:30       -> nothing
        resume CEA                   -> CEA call
        maker: sell #1 100 @ 78.10   -> accepted #1
        taker: buy #2 60 @ 78.50     -> accepted #2
        time 20250106T11:30:00       -> CEA uncrossed 60 @ 78.10 with 40 left to sell, traded #1 #2 60 @ 78.10, CEA break
        time 20250106T13:00:00       -> CEA trading
        book                         -> - | 40@78.10
        """,
        """
        list CEA call-resume 300 sessions 09:30-11:30,13:00-15:00
        account maker cash 100000.00 CEA 5000
        account taker cash 100000.00 CEA 5000
        begin 20250106
        time 20250106T09:30:00
        """,
    )


def test_p0_decides_between_prices_that_are_equally_good() -> None:
    check(
        """
        maker: sell #1 100 @ 78.10   -> accepted #1
        taker: buy #2 100 @ 78.50    -> accepted #2
        time 2000000000              -> CEA uncrossed 100 @ 78.28, traded #1 #2 100 @ 78.28, CEA trading
        """,
        CALLED.replace("list CEA", "list CEA p0 78.28"),
    )


def test_p0_comes_before_the_last_price() -> None:
    check(
        """
        maker: sell #1 5 @ 78.44     -> accepted #1
        taker: buy #2 5 @ 78.44      -> accepted #2, traded #1 #2 5 @ 78.44
        halt CEA                     -> CEA halted
        resume CEA                   -> CEA call
        maker: sell #3 100 @ 78.10   -> accepted #3
        taker: buy #4 100 @ 78.50    -> accepted #4
        time 2000000000              -> CEA uncrossed 100 @ 78.28, traded #3 #4 100 @ 78.28, CEA trading
        """,
        HALTED.replace("halt CEA", "").replace("list CEA", "list CEA p0 78.28"),
    )


def test_without_p0_the_last_price_decides() -> None:
    check(
        """
        maker: sell #1 5 @ 78.44     -> accepted #1
        taker: buy #2 5 @ 78.44      -> accepted #2, traded #1 #2 5 @ 78.44
        halt CEA                     -> CEA halted
        resume CEA                   -> CEA call
        maker: sell #3 100 @ 78.10   -> accepted #3
        taker: buy #4 100 @ 78.50    -> accepted #4
        time 2000000000              -> CEA uncrossed 100 @ 78.44, traded #3 #4 100 @ 78.44, CEA trading
        """,
        HALTED.replace("halt CEA", ""),
    )


def test_a_day_may_open_with_a_call() -> None:
    check(
        """
        begin 20250106 until 90000000000   -> begun 20250106, CEA call
        maker: sell #1 100 @ 78.10         -> accepted #1
        taker: buy #2 100 @ 78.50          -> accepted #2
        time 3000000000                    -> CEA uncrossed 100 @ 78.30, traded #1 #2 100 @ 78.30, CEA trading
        -- A halt of this instrument does not end by one.
        halt CEA                           -> CEA halted
        resume CEA                         -> CEA trading
        """,
        OPENED.replace("begin 20250106 until 90000000000", ""),
    )


def test_what_was_post_only_may_be_amended_in_a_call() -> None:
    """Nobody takes there: all that rests meets at one price."""
    check(
        """
        maker: sell #1 5 @ 70.00 post-only            -> accepted #1
        taker: buy #2 5 @ 69.00 post-only-reprice     -> accepted #2
        halt CEA                                      -> CEA halted
        resume CEA                                    -> CEA call
        maker: amend #1 @ 69.50                       -> amended #1 to 5 @ 69.50 losing priority
        taker: amend #2 @ 70.00                       -> amended #2 to 5 @ 70.00 losing priority
        time 2000000000                               -> CEA uncrossed 5 @ 69.75, traded #1 #2 5 @ 69.75, CEA trading
        """,
        HALTED.replace("halt CEA", ""),
    )
