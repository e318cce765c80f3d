"""How long an order may rest: day, gtc, ioc, fok; and its deadline."""

from __future__ import annotations

import pytest

from scenario import check


def test_immediate_or_cancel_takes_what_is_there() -> None:
    check("""
        maker: sell #1 3 @ 70.00       -> accepted #1
        maker: sell #2 3 @ 70.10       -> accepted #2
        taker: buy #3 5 @ 70.00 ioc    -> accepted #3, traded #1 #3 3 @ 70.00, cancelled #3 2 ioc
        book                           -> - | 3@70.10
        balance taker                  -> cash 9790.00, CEA 103
    """)


def test_immediate_or_cancel_with_nothing_there() -> None:
    check("""
        taker: buy #1 5 @ 70.00 ioc    -> accepted #1, cancelled #1 5 ioc
        taker: sell #2 5 @ 70.00 ioc   -> accepted #2, cancelled #2 5 ioc
        balance taker                  -> cash 10000.00, CEA 100
    """)


def test_immediate_or_cancel_filled_exactly_has_no_rest() -> None:
    check("""
        maker: sell #1 3 @ 70.00       -> accepted #1
        taker: buy #2 3 @ 70.00 ioc    -> accepted #2, traded #1 #2 3 @ 70.00
    """)


def test_immediate_or_cancel_still_needs_all_of_its_funds() -> None:
    check("""
        account poor cash 100.00 CEA 1
        maker: sell #1 1 @ 70.00       -> accepted #1
        poor: buy 2 @ 70.00 ioc        -> refused INSUFFICIENT_FUNDS
        poor: buy 2 @ 70.00 fok        -> refused INSUFFICIENT_FUNDS
        poor: sell 2 @ 70.00 ioc       -> refused INSUFFICIENT_HOLDINGS
        poor: buy #2 1 @ 70.00 ioc     -> accepted #2, traded #1 #2 1 @ 70.00
    """)


def test_fill_or_kill_takes_exactly_what_is_there() -> None:
    check("""
        maker: sell #1 3 @ 70.00       -> accepted #1
        third: sell #2 2 @ 70.10       -> accepted #2
        taker: buy 6 @ 70.10 fok       -> refused FOK_UNFILLABLE   -- one too many
        taker: buy 5 @ 70.09 fok       -> refused FOK_UNFILLABLE   -- one fen too low
        taker: buy #3 5 @ 70.10 fok    -> accepted #3, traded #1 #3 3 @ 70.00, traded #2 #3 2 @ 70.10
        taker: buy 1 @ 70.10 fok       -> refused FOK_UNFILLABLE
    """)


def test_fill_or_kill_may_leave_the_last_maker_a_rest() -> None:
    check("""
        maker: buy #1 3 @ 70.00        -> accepted #1
        third: buy #2 3 @ 70.00        -> accepted #2
        taker: sell #3 4 @ 70.00 fok   -> accepted #3, traded #1 #3 3 @ 70.00, traded #2 #3 1 @ 70.00
        book                           -> 2@70.00 | -
    """)


def test_day_orders_end_with_the_day_and_gtc_orders_stay() -> None:
    check("""
        maker: sell #1 5 @ 70.00       -> accepted #1
        maker: sell #2 5 @ 70.00 gtc   -> accepted #2
        third: buy #3 5 @ 69.00 day    -> accepted #3
        taker: buy #4 2 @ 70.00        -> accepted #4, traded #1 #4 2 @ 70.00
        time 1000000                   -> cancelled #1 3 session-close, cancelled #3 5 session-close, CEA closed, ended 20250106
        book                           -> - | 5@70.00
        balance maker                  -> cash 10140.00, CEA 98 (5 locked)
        balance third                  -> cash 10000.00, CEA 100
        begin 20250107 until 2000000   -> begun 20250107, CEA trading
        taker: buy #5 5 @ 70.00        -> accepted #5, traded #2 #5 5 @ 70.00
    """)


@pytest.mark.parametrize("tif", ["day", "gtc", "ioc", "fok"])
def test_an_order_is_good_at_its_deadline_and_not_after(tif: str) -> None:
    check(f"""
        maker: sell #1 9 @ 70.00          -> accepted #1
        time 100                          -> nothing
        taker: buy #2 1 @ 70.00 {tif} by 100  -> accepted #2, traded #1 #2 1 @ 70.00
        taker: buy 1 @ 70.00 {tif} by 99      -> refused DEADLINE_PASSED
        taker: buy #3 1 @ 70.00 {tif} by 101  -> accepted #3, traded #1 #3 1 @ 70.00
        time 101                          -> nothing
        taker: buy 1 @ 70.00 {tif} by 100     -> refused DEADLINE_PASSED
    """)


def test_the_deadline_is_about_entering_not_about_resting() -> None:
    check("""
        maker: sell #1 1 @ 70.00 by 100   -> accepted #1
        time 500                          -> nothing
        taker: buy #2 1 @ 70.00           -> accepted #2, traded #1 #2 1 @ 70.00
    """)
