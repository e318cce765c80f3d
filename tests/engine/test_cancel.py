"""Cancelling one order, or all of an account's."""

from __future__ import annotations

from scenario import check


def test_a_cancel_withdraws_what_remains_and_releases_it() -> None:
    check("""
        maker: buy #1 5 @ 70.00     -> accepted #1
        taker: sell #2 2 @ 70.00    -> accepted #2, traded #1 #2 2 @ 70.00
        balance maker               -> cash 9860.00 (210.00 locked), CEA 102
        maker: cancel #1            -> cancelled #1 3
        balance maker               -> cash 9860.00, CEA 102
        book                        -> - | -
    """)


def test_a_cancelled_sell_releases_its_tonnes() -> None:
    check("""
        maker: sell #1 100 @ 70.00  -> accepted #1
        maker: sell 1 @ 70.00       -> refused INSUFFICIENT_HOLDINGS
        maker: cancel #1            -> cancelled #1 100
        maker: sell #2 100 @ 70.00  -> accepted #2
    """)


def test_only_an_open_order_of_the_account_can_be_cancelled() -> None:
    check("""
        maker: sell #1 5 @ 70.00    -> accepted #1
        third: cancel #1            -> refused UNKNOWN_ORDER
        maker: cancel #2            -> refused UNKNOWN_ORDER
        maker: cancel #0            -> refused UNKNOWN_ORDER
        maker: cancel               -> refused UNKNOWN_ORDER
        maker: cancel #1            -> cancelled #1 5
        maker: cancel #1            -> refused UNKNOWN_ORDER
        maker: buy #2 1 @ 70.00     -> accepted #2
        taker: sell #3 1 @ 70.00    -> accepted #3, traded #2 #3 1 @ 70.00
        maker: cancel #2            -> refused UNKNOWN_ORDER
    """)


def test_an_order_is_cancelled_by_its_client_order_id_too() -> None:
    check("""
        maker: sell #1 5 @ 70.00 id a-1  -> accepted #1
        taker: cancel id a-1             -> refused UNKNOWN_ORDER
        maker: cancel id a-1             -> cancelled #1 5
        maker: cancel id a-1             -> refused UNKNOWN_ORDER
    """)


def test_the_order_number_decides_where_both_names_are_given() -> None:
    check("""
        maker: sell #1 1 @ 70.00 id a-1  -> accepted #1
        maker: sell #2 1 @ 70.00 id a-2  -> accepted #2
        maker: cancel #2 id a-1          -> cancelled #2 1
        maker: cancel #9 id a-1          -> refused UNKNOWN_ORDER
        book                             -> - | 1@70.00
    """)


def test_the_queue_closes_behind_a_cancelled_order() -> None:
    check("""
        maker: sell #1 1 @ 70.00    -> accepted #1
        maker: sell #2 1 @ 70.00    -> accepted #2
        maker: sell #3 1 @ 70.00    -> accepted #3
        maker: cancel #2            -> cancelled #2 1
        book                        -> - | 2@70.00x2
        taker: buy #4 2 @ 70.00     -> accepted #4, traded #1 #4 1 @ 70.00, traded #3 #4 1 @ 70.00
    """)


def test_cancelling_at_either_end_of_a_queue() -> None:
    check("""
        maker: sell #1 1 @ 70.00    -> accepted #1
        maker: sell #2 1 @ 70.00    -> accepted #2
        maker: sell #3 1 @ 70.00    -> accepted #3
        maker: cancel #1            -> cancelled #1 1
        maker: cancel #3            -> cancelled #3 1
        third: sell #4 1 @ 70.00    -> accepted #4
        taker: buy #5 2 @ 70.00     -> accepted #5, traded #2 #5 1 @ 70.00, traded #4 #5 1 @ 70.00
    """)


def test_the_next_level_is_the_best_when_the_best_is_cancelled() -> None:
    check("""
        maker: buy #1 1 @ 70.00     -> accepted #1
        maker: buy #2 1 @ 69.00     -> accepted #2
        maker: cancel #1            -> cancelled #1 1
        taker: sell #3 1 @ 69.00    -> accepted #3, traded #2 #3 1 @ 69.00
    """)


def test_a_cancel_obeys_its_deadline() -> None:
    check("""
        maker: sell #1 5 @ 70.00    -> accepted #1
        time 100                    -> nothing
        maker: cancel #1 by 99      -> refused DEADLINE_PASSED
        maker: cancel #1 by 100     -> cancelled #1 5
    """)


def test_cancel_all_goes_from_the_oldest_to_the_newest() -> None:
    check("""
        list CCER
        maker: sell #1 1 @ 70.00        -> accepted #1
        maker: buy #2 2 CCER @ 50.00    -> accepted #2
        third: sell #3 3 @ 70.00        -> accepted #3
        maker: sell #4 4 @ 69.00        -> accepted #4
        maker: cancel all               -> cancelled #1 1, cancelled #2 2, cancelled #4 4
        book                            -> - | 3@70.00
        maker: cancel all               -> nothing
        balance maker                   -> cash 10000.00, CEA 100
    """)


def test_cancel_all_may_name_an_instrument_and_a_side() -> None:
    check("""
        list CCER
        maker: sell #1 1 @ 70.00        -> accepted #1
        maker: buy #2 1 CCER @ 50.00    -> accepted #2
        maker: buy #3 1 @ 60.00         -> accepted #3
        maker: buy #4 1 CCER @ 51.00    -> accepted #4
        maker: sell #5 1 @ 71.00        -> accepted #5
        maker: cancel all CEA sell      -> cancelled #1 1, cancelled #5 1
        maker: cancel all CCER          -> cancelled #2 1, cancelled #4 1
        maker: cancel all sell          -> nothing
        maker: cancel all buy           -> cancelled #3 1
        maker: cancel all CEA99         -> refused UNKNOWN_INSTRUMENT
    """)


def test_cancelling_works_while_halted_and_after_the_close() -> None:
    check("""
        maker: sell #1 1 @ 70.00 gtc    -> accepted #1
        maker: sell #2 1 @ 70.00 gtc    -> accepted #2
        maker: sell #3 1 @ 70.00 gtc    -> accepted #3
        maker: sell #4 1 @ 70.00 gtc    -> accepted #4
        halt CEA                        -> CEA halted
        maker: cancel #1                -> cancelled #1 1
        maker: cancel all CEA buy       -> nothing
        resume CEA                      -> CEA trading
        time 1000000                    -> CEA closed, ended 20250106
        maker: cancel #2                -> cancelled #2 1
        maker: cancel all               -> cancelled #3 1, cancelled #4 1
    """)
