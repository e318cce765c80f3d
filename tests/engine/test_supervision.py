"""What supervision notices: every kind of alert, and what raises none."""

from __future__ import annotations

from engine.floors import TRADERS
from scenario import check


def stage(terms: str) -> str:
    """Return a trading day of an instrument with thresholds, and three traders."""
    return f"list CEA {terms}\n{TRADERS}\nbegin 20250106\n"


def test_orders_cancelled_unfilled_count_once_enough_have_been_placed() -> None:
    check(
        """
        maker: buy #1 5 @ 60.00 -> accepted #1
        maker: buy #2 5 @ 60.00 -> accepted #2
        maker: cancel #1        -> cancelled #1 5
        maker: cancel #2        -> cancelled #2 5
        maker: buy #3 5 @ 60.00 -> accepted #3
        maker: buy #4 5 @ 60.00 -> accepted #4, alert cancel-ratio maker 500 of 500, orders 1 2
        """,
        stage("cancel-ratio 500/4"),
    )


def test_a_participant_is_told_of_again_when_it_has_cancelled_twice_as_many() -> None:
    check(
        """
        maker: buy #1 5 @ 60.00 -> accepted #1
        maker: cancel #1 -> cancelled #1 5, alert cancel-ratio maker 1000 of 300, orders 1
        maker: buy #2 5 @ 60.00 -> accepted #2
        maker: buy #3 5 @ 60.00 -> accepted #3
        maker: buy #4 5 @ 60.00 -> accepted #4
        maker: buy #5 5 @ 60.00 -> accepted #5
        maker: cancel #2 -> cancelled #2 5, alert cancel-ratio maker 400 of 300, orders 1 2
        maker: cancel #3 -> cancelled #3 5
        maker: cancel #4 -> cancelled #4 5, alert cancel-ratio maker 800 of 300, orders 1 2 3 4
        maker: cancel #5 -> cancelled #5 5
        """,
        stage("cancel-ratio 300/1"),
    )


def test_orders_of_all_accounts_of_a_participant_count() -> None:
    check(
        """
        maker: buy #1 5 @ 60.00   -> accepted #1
        maker: cancel #1          -> cancelled #1 5
        maker-2: buy #2 5 @ 60.00 -> accepted #2
        maker-2: cancel all -> cancelled #2 5, alert cancel-ratio maker 1000 of 900, orders 1 2
        """,
        stage("cancel-ratio 900/2") + "account maker-2 of maker cash 10000.00",
    )


def test_what_the_system_cancels_and_what_has_traded_is_not_held_against_anyone() -> (
    None
):
    check(
        """
        maker: sell #1 5 @ 60.00    -> accepted #1
        taker: buy #2 4 @ 60.00     -> accepted #2, traded #1 #2 4 @ 60.00
        maker: cancel #1            -> cancelled #1 1
        maker: buy #3 5 @ 60.00 ioc -> accepted #3, cancelled #3 5 ioc
        maker: buy #4 5 @ 60.00     -> accepted #4
        time 20250107T00:00 -> cancelled #4 5 session-close, CEA closed, ended 20250106
        """,
        stage("cancel-ratio 1/1 quick-cancel 5/1000"),
    )


def test_an_order_of_another_day_is_not_counted_with_this_days() -> None:
    check(
        """
        maker: buy #1 5 @ 60.00 gtc -> accepted #1
        maker: buy #2 5 @ 60.00 gtc -> accepted #2
        time 20250107T00:00         -> CEA closed, ended 20250106
        begin 20250107              -> begun 20250107, CEA trading
        maker: buy #3 5 @ 60.00     -> accepted #3
        maker: cancel #1            -> cancelled #1 5
        maker: cancel #2            -> cancelled #2 5
        maker: cancel #3 -> cancelled #3 5, alert cancel-ratio maker 1000 of 1000, orders 3
        """,
        stage("cancel-ratio 1000/1"),
    )


def test_a_large_order_cancelled_too_soon() -> None:
    check(
        """
        maker: buy #1 500 @ 60.00 -> accepted #1
        maker: buy #2 499 @ 60.00 -> accepted #2
        maker: buy #3 500 @ 60.00 -> accepted #3
        time 20250106T00:00:00.999999999 -> nothing
        maker: cancel #1 -> cancelled #1 500, alert quick-cancel maker 500 of 500, orders 1
        maker: cancel #2 -> cancelled #2 499  -- not large
        time 20250106T00:00:01    -> nothing
        maker: cancel #3          -> cancelled #3 500  -- not quick
        """,
        stage("quick-cancel 500/1000") + "time 20250106T00:00:00",
    )


def test_half_filled_it_was_meant() -> None:
    check(
        """
        maker: sell #1 500 @ 60.00 -> accepted #1
        maker: sell #2 500 @ 60.00 -> accepted #2
        taker: buy #3 250 @ 60.00  -> accepted #3, traded #1 #3 250 @ 60.00
        maker: cancel #1           -> cancelled #1 250
        taker: buy #4 249 @ 60.00  -> accepted #4, traded #2 #4 249 @ 60.00
        maker: cancel #2 -> cancelled #2 251, alert quick-cancel maker 500 of 500, orders 2
        """,
        stage("quick-cancel 500/1000"),
    )


def test_an_order_that_gets_a_new_place_counts_anew_and_a_smaller_one_does_not() -> (
    None
):
    check(
        """
        maker: buy #1 10 @ 60.00         -> accepted #1
        maker: buy #2 500 @ 60.00        -> accepted #2
        maker: buy #3 500 @ 60.00        -> accepted #3
        time 20250106T00:00:10           -> nothing
        maker: amend #1 to 500           -> amended #1 to 500 @ 60.00 losing priority
        maker: amend #2 @ 61.00          -> amended #2 to 500 @ 61.00 losing priority
        maker: amend #3 to 499           -> amended #3 to 499 @ 60.00 keeping priority
        maker: cancel #1 -> cancelled #1 500, alert quick-cancel maker 500 of 500, orders 1
        maker: cancel #2 -> cancelled #2 500, alert quick-cancel maker 500 of 500, orders 2
        maker: cancel #3                 -> cancelled #3 499
        maker: buy #4 500 @ 60.00        -> accepted #4
        maker: amend #4 to 1 -> amended #4 to 1 @ 60.00 keeping priority, alert quick-cancel maker 500 of 500, orders 4
        maker: cancel #4                 -> cancelled #4 1
        """,
        stage("quick-cancel 500/1000") + "time 20250106T00:00:00",
    )


def test_a_stop_order_is_as_large_as_it_is_when_it_enters_the_book() -> None:
    check(
        """
        maker: sell #1 1 @ 60.00            -> accepted #1
        third: buy #2 500 @ 60.00 stop 60.00 -> accepted #2
        third: amend #2 to 4                -> amended #2 to 4 @ 60.00 keeping priority
        taker: buy #3 1 @ 60.00             -> accepted #3, traded #1 #3 1 @ 60.00, triggered #2
        third: cancel #2                    -> cancelled #2 4   -- no large one
        """,
        stage("quick-cancel 500/1000"),
    )


def test_a_stop_order_counts_from_when_the_market_sees_it() -> None:
    check(
        """
        maker: buy #1 500 @ 61.00 stop 60.00 -> accepted #1
        maker: buy #2 500 @ 61.00 stop 60.00 -> accepted #2
        maker: cancel #1                     -> cancelled #1 500
        time 20250106T00:00:10               -> nothing
        third: sell #3 1 @ 60.00             -> accepted #3
        taker: buy #4 1 @ 60.00 -> accepted #4, traded #3 #4 1 @ 60.00, triggered #2
        maker: cancel #2 -> cancelled #2 500, alert quick-cancel maker 500 of 500, orders 2
        """,
        stage("quick-cancel 500/1000") + "time 20250106T00:00:00",
    )


def test_a_large_order_of_the_evening_may_be_cancelled_too_soon_in_the_morning() -> (
    None
):
    check(
        """
        maker: buy #1 500 @ 60.00 gtc -> accepted #1
        time 20250107T00:00           -> CEA closed, ended 20250106
        begin 20250107                -> begun 20250107, CEA trading
        maker: cancel #1 -> cancelled #1 500, alert quick-cancel maker 500 of 500, orders 1
        """,
        stage("quick-cancel 500/1000") + "time 20250106T23:59:59.5",
    )


def test_two_participants_who_trade_the_same_tonnes_both_ways() -> None:
    check(
        """
        maker: sell #1 100 @ 60.00 -> accepted #1
        taker: buy #2 100 @ 60.00  -> accepted #2, traded #1 #2 100 @ 60.00
        taker: sell #3 99 @ 60.00  -> accepted #3
        third: buy #4 1 @ 60.00    -> accepted #4, traded #3 #4 1 @ 60.00
        maker: buy #5 98 @ 60.00   -> accepted #5, traded #3 #5 98 @ 60.00
        taker: sell #6 2 @ 60.00   -> accepted #6
        maker: buy #7 2 @ 60.00 -> accepted #7, traded #6 #7 2 @ 60.00, alert reverse-trades maker taker 100 of 100, orders 1 2 3 5 6 7, trades 1 3 4
        """,
        stage("reverse-trades 100"),
    )


def test_they_are_told_of_again_when_it_has_become_twice_as_much() -> None:
    check(
        """
        maker: sell #1 400 @ 60.00 -> accepted #1
        taker: buy #2 400 @ 60.00  -> accepted #2, traded #1 #2 400 @ 60.00
        maker: buy #3 400 @ 60.00  -> accepted #3
        taker: sell #4 100 @ 60.00 -> accepted #4, traded #3 #4 100 @ 60.00, alert reverse-trades maker taker 100 of 100, orders 1 2 3 4, trades 1 2
        taker: sell #5 99 @ 60.00  -> accepted #5, traded #3 #5 99 @ 60.00
        taker: sell #6 1 @ 60.00   -> accepted #6, traded #3 #6 1 @ 60.00, alert reverse-trades maker taker 200 of 100, orders 1 2 3 4 5 6, trades 1 2 3 4
        """,
        stage("reverse-trades 100"),
    )


def test_a_new_day_begins_with_nothing_held_against_anyone() -> None:
    check(
        """
        maker: sell #1 100 @ 60.00 -> accepted #1
        taker: buy #2 100 @ 60.00  -> accepted #2, traded #1 #2 100 @ 60.00
        time 20250107T00:00        -> CEA closed, ended 20250106
        begin 20250107             -> begun 20250107, CEA trading
        taker: sell #3 100 @ 60.00 -> accepted #3
        maker: buy #4 100 @ 60.00  -> accepted #4, traded #3 #4 100 @ 60.00
        """,
        stage("reverse-trades 100 high-low 1"),
    )


def test_who_buys_high_from_and_sells_low_to_the_same_participant() -> None:
    """The maker pays 60.60 on average and gets 60.00: 10 per mille more."""
    check(
        """
        maker: buy #1 100 @ 60.60  -> accepted #1
        taker: sell #2 100 @ 60.60 -> accepted #2, traded #1 #2 100 @ 60.60
        maker: sell #3 50 @ 60.01  -> accepted #3
        taker: buy #4 50 @ 60.01   -> accepted #4, traded #3 #4 50 @ 60.01
        maker: sell #5 50 @ 59.99  -> accepted #5
        taker: buy #6 50 @ 59.99 -> accepted #6, traded #5 #6 50 @ 59.99, alert high-low maker taker 10 of 10, orders 1 2 3 4 5 6, trades 1 2 3
        """,
        stage("high-low 10"),
    )


def test_who_gains_by_it_is_the_counterparty() -> None:
    check(
        """
        maker: sell #1 100 @ 61.00 -> accepted #1
        taker: buy #2 100 @ 61.00  -> accepted #2, traded #1 #2 100 @ 61.00
        maker: buy #3 10 @ 60.00   -> accepted #3
        taker: sell #4 10 @ 60.00  -> accepted #4, traded #3 #4 10 @ 60.00, alert high-low taker maker 16 of 10, orders 1 2 3 4, trades 1 2
        """,
        stage("high-low 10"),
    )


def test_a_trade_far_from_the_running_vwap() -> None:
    """Of the ten tonnes before it: 60.00, then of twenty: 61.50."""
    check(
        """
        maker: sell #1 9 @ 60.00  -> accepted #1
        maker: sell #2 1 @ 60.00  -> accepted #2
        maker: sell #3 10 @ 63.00 -> accepted #3
        maker: sell #4 1 @ 63.00  -> accepted #4
        taker: buy #5 9 @ 60.00   -> accepted #5, traded #1 #5 9 @ 60.00
        taker: buy #6 11 @ 63.00  -> accepted #6, traded #2 #6 1 @ 60.00, traded #3 #6 10 @ 63.00, alert price-deviation taker maker 50 of 50, orders 3 6, trades 3
        taker: buy #7 1 @ 63.00   -> accepted #7, traded #4 #7 1 @ 63.00
        third: buy #8 1 @ 55.00   -> accepted #8
        maker: sell #9 1 @ 55.00  -> accepted #9, traded #8 #9 1 @ 55.00, alert price-deviation maker third 106 of 50, orders 8 9, trades 5
        """,
        stage("price-deviation 50/10"),
    )


def test_who_has_too_much_of_the_volume_of_one_side() -> None:
    check(
        """
        maker: sell #1 60 @ 60.00 -> accepted #1
        third: sell #2 60 @ 60.00 -> accepted #2
        taker: buy #3 90 @ 60.00  -> accepted #3, traded #1 #3 60 @ 60.00, traded #2 #3 30 @ 60.00
        maker: buy #4 10 @ 60.00  -> accepted #4, traded #2 #4 10 @ 60.00, alert volume-share buy taker 900 of 600, orders 3, trades 1 2, alert volume-share sell maker 600 of 600, orders 1, trades 1
        taker: buy #5 20 @ 60.00  -> accepted #5, traded #2 #5 20 @ 60.00
        """,
        stage("volume-share 600/100"),
    )


def test_a_call_auctions_trades_are_listed_trades() -> None:
    """The younger order is the taker."""
    check(
        """
        maker: sell #1 10 @ 60.00  -> accepted #1
        taker: buy #2 10 @ 60.00   -> accepted #2, traded #1 #2 10 @ 60.00
        halt CEA                   -> CEA halted
        time 20250106T10:00        -> nothing
        resume CEA                 -> CEA call
        taker: sell #3 10 @ 63.00  -> accepted #3
        maker: buy #4 10 @ 63.00   -> accepted #4
        time 20250106T10:00:02     -> CEA uncrossed 10 @ 63.00, traded #3 #4 10 @ 63.00, CEA trading, alert price-deviation maker taker 50 of 50, orders 3 4, trades 2, alert reverse-trades maker taker 10 of 10, orders 1 2 3 4, trades 1 2, alert high-low maker taker 50 of 50, orders 1 2 3 4, trades 1 2
        """,
        stage("call-resume 2 price-deviation 50/10 reverse-trades 10 high-low 50"),
    )
