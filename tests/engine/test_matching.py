"""Price–time priority: who trades with whom, at what price, how much."""

from __future__ import annotations

from scenario import check


def test_the_better_price_trades_first_then_the_older_order() -> None:
    check("""
        maker: sell #1 5 @ 70.20  -> accepted #1
        maker: sell #2 5 @ 70.10  -> accepted #2
        third: sell #3 5 @ 70.10  -> accepted #3
        book                      -> - | 10@70.10x2 5@70.20
        taker: buy #4 8 @ 70.20   -> accepted #4, traded #2 #4 5 @ 70.10, traded #3 #4 3 @ 70.10
        book                      -> - | 2@70.10 5@70.20
    """)


def test_bids_are_the_mirror_of_asks() -> None:
    check("""
        maker: buy #1 5 @ 70.00   -> accepted #1
        maker: buy #2 5 @ 70.10   -> accepted #2
        third: buy #3 5 @ 70.10   -> accepted #3
        book                      -> 10@70.10x2 5@70.00 | -
        taker: sell #4 12 @ 70.00 -> accepted #4, traded #2 #4 5 @ 70.10, traded #3 #4 5 @ 70.10, traded #1 #4 2 @ 70.00
        book                      -> 3@70.00 | -
    """)


def test_the_taker_gets_the_makers_price() -> None:
    check("""
        maker: sell #1 5 @ 70.00  -> accepted #1
        taker: buy #2 5 @ 99.99   -> accepted #2, traded #1 #2 5 @ 70.00
        balance taker             -> cash 9650.00, CEA 105
        balance maker             -> cash 10350.00, CEA 95
    """)


def test_equal_prices_meet_and_a_fen_apart_do_not() -> None:
    check("""
        maker: sell #1 1 @ 70.01  -> accepted #1
        taker: buy #2 1 @ 70.00   -> accepted #2
        book                      -> 1@70.00 | 1@70.01
        taker: buy #3 1 @ 70.01   -> accepted #3, traded #1 #3 1 @ 70.01
    """)


def test_a_partial_fill_keeps_its_place() -> None:
    check("""
        maker: buy #1 5 @ 70.00   -> accepted #1
        third: buy #2 5 @ 70.00   -> accepted #2
        taker: sell #3 2 @ 70.00  -> accepted #3, traded #1 #3 2 @ 70.00
        taker: sell #4 4 @ 70.00  -> accepted #4, traded #1 #4 3 @ 70.00, traded #2 #4 1 @ 70.00
    """)


def test_the_rest_of_a_taker_rests_at_its_own_price() -> None:
    check("""
        maker: sell #1 3 @ 70.00  -> accepted #1
        taker: buy #2 5 @ 70.30   -> accepted #2, traded #1 #2 3 @ 70.00
        book                      -> 2@70.30 | -
        maker: sell #3 1 @ 70.00  -> accepted #3, traded #2 #3 1 @ 70.30
    """)


def test_a_level_used_up_leaves_no_trace() -> None:
    check("""
        maker: sell #1 5 @ 70.10  -> accepted #1
        taker: buy #2 5 @ 70.10   -> accepted #2, traded #1 #2 5 @ 70.10
        book                      -> - | -
        maker: sell #3 2 @ 70.10  -> accepted #3
        third: sell #4 2 @ 70.10  -> accepted #4
        taker: buy #5 1 @ 70.10   -> accepted #5, traded #3 #5 1 @ 70.10
    """)


def test_books_of_different_instruments_never_meet() -> None:
    check("""
        list CCER
        maker: sell #1 5 CEA @ 70.00  -> accepted #1
        taker: buy #2 5 CCER @ 80.00  -> accepted #2
        book CEA                      -> - | 5@70.00
        book CCER                     -> 5@80.00 | -
    """)


def test_accounts_of_different_participants_meet_even_with_names_alike() -> None:
    check("""
        account maker-2 of Maker-2 cash 1000.00
        maker: sell #1 1 @ 70.00    -> accepted #1
        maker-2: buy #2 1 @ 70.00   -> accepted #2, traded #1 #2 1 @ 70.00
    """)


def test_ticks_and_lots_bound_what_may_be_ordered() -> None:
    check("""
        list CCER tick 0.05 lot 10 max 100
        taker: buy #1 10 CCER @ 0.05   -> accepted #1
        taker: buy 10 CCER @ 0.04      -> refused BAD_TICK
        taker: buy 10 CCER @ 0.51      -> refused BAD_TICK
        taker: buy 5 CCER @ 0.50       -> refused BAD_QTY
        taker: buy 15 CCER @ 0.50      -> refused BAD_QTY
        taker: buy #2 100 CCER @ 0.50  -> accepted #2
        taker: buy 110 CCER @ 0.50     -> refused QTY_ABOVE_LISTED_MAX
        taker: buy 105 CCER @ 0.50     -> refused BAD_QTY   -- comes before the maximum
    """)


def test_a_refused_order_takes_no_number() -> None:
    check("""
        maker: sell #1 1 @ 70.00  -> accepted #1
        maker: sell 0 @ 70.00     -> refused BAD_QTY
        maker: sell #2 1 @ 70.00  -> accepted #2
    """)
