"""Stop orders: they wait for a trade to reach their price, then enter the book."""

from __future__ import annotations

import pytest

from scenario import STAGE, check


BANDED = STAGE.replace("list CEA", "list CEA p0 70.00 band 100")


def test_a_stop_order_waits_unseen_with_its_funds_locked() -> None:
    check("""
        maker: sell #1 5 @ 70.00                 -> accepted #1
        taker: buy #2 3 @ 72.00 stop 71.00       -> accepted #2
        book                                     -> - | 5@70.00
        balance taker                            -> cash 10000.00 (216.00 locked), CEA 100
        taker: sell #3 4 @ 68.00 stop 69.00      -> accepted #3
        balance taker                            -> cash 10000.00 (216.00 locked), CEA 100 (4 locked)
        taker: cancel #2                         -> cancelled #2 3
        taker: cancel all                        -> cancelled #3 4
        balance taker                            -> cash 10000.00, CEA 100
    """)


def test_a_trade_at_the_stop_price_triggers_it() -> None:
    """A buy at its price or above, a sell at its price or below."""
    check("""
        maker: sell #1 1 @ 70.99                 -> accepted #1
        maker: sell #2 1 @ 71.00                 -> accepted #2
        maker: sell #3 5 @ 71.50                 -> accepted #3
        third: buy #4 3 @ 71.50 stop 71.00       -> accepted #4
        taker: buy #5 1 @ 70.99                  -> accepted #5, traded #1 #5 1 @ 70.99
        taker: buy #6 1 @ 71.00                  -> accepted #6, traded #2 #6 1 @ 71.00, triggered #4, traded #3 #4 3 @ 71.50
        book                                     -> - | 2@71.50
        maker: buy #7 5 @ 69.00                  -> accepted #7
        third: sell #8 2 @ 68.00 stop 69.01      -> accepted #8
        taker: sell #9 1 @ 69.00                 -> accepted #9, traded #7 #9 1 @ 69.00, triggered #8, traded #7 #8 2 @ 69.00
    """)


def test_what_a_stop_limit_order_does_not_trade_rests_at_its_limit() -> None:
    check("""
        maker: sell #1 2 @ 70.00                 -> accepted #1
        third: buy #2 5 @ 70.50 stop 70.00 gtc   -> accepted #2
        taker: buy #3 1 @ 70.00                  -> accepted #3, traded #1 #3 1 @ 70.00, triggered #2, traded #1 #2 1 @ 70.00
        book                                     -> 4@70.50 | -
        third: amend #2 to 3                     -> amended #2 to 3 @ 70.50 keeping priority
        third: amend #2 stop 71.00               -> refused BAD_PARAMETER   -- it waits no more
        third: cancel #2                         -> cancelled #2 2
    """)


def test_a_stop_order_without_a_limit_trades_up_to_its_protection() -> None:
    """10 % beyond the stop price; the rest goes."""
    check("""
        maker: sell #1 1 @ 70.00                 -> accepted #1
        maker: sell #2 1 @ 77.00                 -> accepted #2
        maker: sell #3 1 @ 77.01                 -> accepted #3
        third: buy #4 4 @ market stop 70.00      -> accepted #4 @ 77.00
        balance third                            -> cash 10000.00 (308.00 locked), CEA 100
        taker: buy #5 1 @ 70.00                  -> accepted #5, traded #1 #5 1 @ 70.00, triggered #4, traded #2 #4 1 @ 77.00, cancelled #4 3 ioc
        balance third                            -> cash 9923.00, CEA 101
    """)


def test_with_a_band_it_trades_up_to_the_limit() -> None:
    check(
        """
        maker: sell #1 1 @ 70.00                 -> accepted #1
        third: buy #2 1 @ market stop 70.00      -> accepted #2 @ 77.00
        third: sell #3 1 @ market stop 69.00     -> accepted #3 @ 63.00
        taker: buy #4 1 @ 70.00                  -> accepted #4, traded #1 #4 1 @ 70.00, triggered #2, cancelled #2 1 ioc
        """,
        BANDED,
    )


def test_the_last_price_triggers_a_new_stop_order_at_once() -> None:
    check("""
        maker: sell #1 5 @ 70.00                 -> accepted #1
        third: buy #2 1 @ 71.00 stop 70.00       -> accepted #2   -- nothing has traded yet
        taker: buy #3 1 @ 70.00                  -> accepted #3, traded #1 #3 1 @ 70.00, triggered #2, traded #1 #2 1 @ 70.00
        third: buy #4 1 @ 71.00 stop 70.00       -> accepted #4, triggered #4, traded #1 #4 1 @ 70.00
        third: buy #5 1 @ 71.00 stop 70.01       -> accepted #5
        third: sell #6 1 @ 60.00 stop 70.00      -> accepted #6, triggered #6
        third: sell #7 1 @ 60.00 stop 69.99      -> accepted #7
        book                                     -> - | 1@60.00 2@70.00
    """)


def test_yesterdays_last_price_triggers_nothing() -> None:
    check("""
        maker: sell #1 5 @ 70.00 gtc             -> accepted #1
        taker: buy #2 1 @ 70.00                  -> accepted #2, traded #1 #2 1 @ 70.00
        time 1000000                             -> CEA closed, ended 20250106
        begin 20250107 until 2000000             -> begun 20250107, CEA trading
        third: buy #3 1 @ 71.00 stop 70.00       -> accepted #3
        taker: buy #4 1 @ 70.00                  -> accepted #4, traded #1 #4 1 @ 70.00, triggered #3, traded #1 #3 1 @ 70.00
    """)


def test_stops_are_triggered_in_stop_order_after_the_fills() -> None:
    """Buys by rising stop price and then age, and before all sells."""
    check("""
        maker: sell #1 9 @ 70.00                 -> accepted #1
        third: buy #2 1 @ 71.00 stop 70.00       -> accepted #2
        third: buy #3 1 @ 71.00 stop 69.00       -> accepted #3
        third: buy #4 1 @ 71.00 stop 70.00       -> accepted #4
        third: sell #5 1 @ 70.00 stop 70.00      -> accepted #5
        third: sell #6 1 @ 70.00 stop 71.00      -> accepted #6
        taker: buy #7 3 @ 70.00                  -> accepted #7, traded #1 #7 3 @ 70.00, triggered #3, traded #1 #3 1 @ 70.00, triggered #2, traded #1 #2 1 @ 70.00, triggered #4, traded #1 #4 1 @ 70.00, triggered #6, triggered #5
        book                                     -> - | 5@70.00x3
    """)


def test_the_fills_of_a_stop_order_trigger_others() -> None:
    """Those that the command's own fills have triggered come first."""
    check("""
        maker: sell #1 1 @ 70.00                 -> accepted #1
        maker: sell #2 1 @ 71.00                 -> accepted #2
        maker: sell #3 1 @ 72.00                 -> accepted #3
        maker: sell #4 1 @ 73.00                 -> accepted #4
        third: buy #5 1 @ 75.00 stop 71.00       -> accepted #5
        third: buy #6 1 @ 75.00 stop 70.00       -> accepted #6
        third: buy #7 1 @ 75.00 stop 70.00       -> accepted #7
        taker: buy #8 1 @ 70.00                  -> accepted #8, traded #1 #8 1 @ 70.00, triggered #6, traded #2 #6 1 @ 71.00, triggered #7, traded #3 #7 1 @ 72.00, triggered #5, traded #4 #5 1 @ 73.00
    """)


def test_a_waiting_stop_order_may_be_amended() -> None:
    check("""
        maker: sell #1 9 @ 70.00                 -> accepted #1
        taker: buy #2 1 @ 70.00                  -> accepted #2, traded #1 #2 1 @ 70.00
        third: buy #3 2 @ 75.00 stop 72.00       -> accepted #3
        third: amend #3 to 3                     -> amended #3 to 3 @ 75.00 losing priority
        third: amend #3 @ 74.00                  -> amended #3 to 3 @ 74.00 keeping priority
        balance third                            -> cash 10000.00 (222.00 locked), CEA 100
        third: amend #3 stop 71.00               -> amended #3 to 3 @ 74.00 losing priority
        third: amend #3 stop 70.00               -> amended #3 to 3 @ 74.00 losing priority, triggered #3, traded #1 #3 3 @ 70.00
        balance third                            -> cash 9790.00, CEA 103
    """)


def test_a_stop_order_without_a_limit_may_be_amended_though_its_price_is_no_tick() -> (
    None
):
    """10 % beyond 70.05 is 77.055, which is no multiple of 0.05."""
    check(
        """
        third: buy #1 20 @ market stop 70.05     -> accepted #1 @ 77.06
        third: amend #1 to 10                    -> amended #1 to 10 @ 77.06 keeping priority
        third: amend #1 stop 70.15               -> amended #1 to 10 @ 77.17 losing priority
        third: amend #1 @ 78.00                  -> refused BAD_PARAMETER
        third: amend #1 stop 70.11               -> refused BAD_TICK
        balance third                            -> cash 10000.00 (771.70 locked), CEA 100
        """,
        STAGE.replace("list CEA", "list CEA tick 0.05 lot 10"),
    )


@pytest.mark.parametrize(
    "order",
    [
        "buy 1 @ 70.00 stop 71.00 ioc",
        "buy 1 @ 70.00 stop 71.00 fok",
        "buy 1 @ market stop 71.00 ioc",
        "buy 1 @ 70.00 stop 71.00 post-only",
        "buy 1 @ market stop 71.00 post-only-reprice",
        "buy 2 @ market stop 71.00 show 1",
        "buy 1 @ 70.00 stop 71.00 pick 1",
    ],
)
def test_what_does_not_go_with_a_stop_price(order: str) -> None:
    check(f"taker: {order} -> refused BAD_PARAMETER")


def test_a_stop_price_is_a_price() -> None:
    check(
        """
        taker: buy 1 @ 70.00 stop 70.01          -> refused BAD_TICK
        taker: buy 1 @ 70.00 stop 77.05          -> refused PRICE_OUT_OF_BAND
        taker: buy #1 1 @ 70.00 stop 77.00       -> accepted #1
        taker: amend #1 stop 77.05               -> refused PRICE_OUT_OF_BAND
        """,
        BANDED.replace("list CEA", "list CEA tick 0.05"),
    )


def test_nobody_waits_on_credit() -> None:
    check("""
        account poor cash 70.00 CEA 1
        poor: buy 1 @ 70.01 stop 65.00           -> refused INSUFFICIENT_FUNDS
        poor: buy 1 @ market stop 65.00          -> refused INSUFFICIENT_FUNDS
        poor: sell 2 @ 60.00 stop 65.00          -> refused INSUFFICIENT_HOLDINGS
        poor: buy #1 1 @ 70.00 stop 65.00        -> accepted #1
        poor: amend #1 @ 70.01                   -> refused INSUFFICIENT_FUNDS
        poor: amend #1 to 2                      -> refused INSUFFICIENT_FUNDS
    """)


def test_a_triggered_order_never_trades_with_its_own_participant() -> None:
    check("""
        maker: sell #1 1 @ 70.00                 -> accepted #1
        third: sell #2 1 @ 70.00                 -> accepted #2
        third: buy #3 1 @ 71.00 stop 70.00       -> accepted #3
        third: buy #4 1 @ 71.00 stop 70.00 cancel-oldest -> accepted #4
        taker: buy #5 1 @ 70.00                  -> accepted #5, traded #1 #5 1 @ 70.00, triggered #3, cancelled #3 1 self-trade, triggered #4, cancelled #2 1 self-trade
    """)


def test_a_triggered_stop_limit_order_is_amended_like_any_other() -> None:
    """What would meet its own participant is refused, not cancelled."""
    check("""
        maker: sell #1 1 @ 70.00                 -> accepted #1
        third: buy #2 2 @ 70.00 stop 70.00       -> accepted #2
        taker: buy #3 1 @ 70.00                  -> accepted #3, traded #1 #3 1 @ 70.00, triggered #2
        third: sell #4 1 @ 71.00                 -> accepted #4
        third: amend #2 @ 71.00                  -> refused SELF_TRADE
        book                                     -> 2@70.00 | 1@71.00
    """)


def test_in_a_halt_stops_wait_for_trading_to_go_on() -> None:
    check(
        """
        maker: sell #1 5 @ 70.00                 -> accepted #1
        third: buy #2 1 @ 72.00 stop 71.00       -> accepted #2
        halt CEA                                 -> CEA halted
        third: amend #2 stop 70.00               -> refused HALTED
        resume CEA                               -> CEA call
        maker: sell #3 1 @ 71.50                 -> accepted #3
        third: buy #4 1 @ 72.00 stop 70.50       -> accepted #4
        third: amend #2 @ 71.60                  -> amended #2 to 1 @ 71.60 keeping priority
        taker: buy #5 6 @ 71.50                  -> accepted #5
        -- The call trades at 71.50; then the market trades on, and both stops meet it.
        time 5000000000                          -> CEA uncrossed 6 @ 71.50, traded #1 #5 5 @ 71.50, traded #3 #5 1 @ 71.50, CEA trading, triggered #4, triggered #2
        book                                     -> 1@72.00 1@71.60 | -
        """,
        STAGE.replace("list CEA", "list CEA call-resume 5").replace(
            "1000000", "9000000000"
        ),
    )


def test_when_trading_begins_waiting_stops_meet_the_last_price() -> None:
    """A call that makes no trade: the day's last price alone triggers them."""
    check(
        """
        maker: sell #1 5 @ 70.00                 -> accepted #1
        taker: buy #2 1 @ 70.00                  -> accepted #2, traded #1 #2 1 @ 70.00
        halt CEA                                 -> CEA halted
        resume CEA                               -> CEA call
        third: buy #3 2 @ 71.00 stop 70.00       -> accepted #3
        third: sell #4 1 @ 72.00 stop 70.00      -> accepted #4
        third: buy #5 1 @ 71.00 stop 70.01       -> accepted #5   -- not reached
        third: sell #6 1 @ 72.00 stop 69.99      -> accepted #6   -- nor this one
        book                                     -> - | 4@70.00
        time 5000000000                          -> CEA uncrossed nothing, CEA trading, triggered #3, traded #1 #3 2 @ 70.00, triggered #4
        book                                     -> - | 2@70.00 1@72.00
        """,
        STAGE.replace("list CEA", "list CEA call-resume 5").replace(
            "1000000", "9000000000"
        ),
    )


def test_a_stop_order_that_rests_after_a_call_may_not_cross_its_own_participant() -> (
    None
):
    check(
        """
        maker: sell #1 1 @ 70.00                 -> accepted #1
        third: buy #2 2 @ 70.00 stop 70.00       -> accepted #2
        taker: buy #3 1 @ 70.00                  -> accepted #3, traded #1 #3 1 @ 70.00, triggered #2
        halt CEA                                 -> CEA halted
        resume CEA                               -> CEA call
        third: sell #4 1 @ 71.00                 -> accepted #4
        third: amend #2 @ 71.00                  -> refused SELF_TRADE
        maker: sell #5 1 @ 70.50                 -> accepted #5
        third: amend #2 @ 70.50                  -> amended #2 to 2 @ 70.50 losing priority
        time 5000000000                          -> CEA uncrossed 1 @ 70.50 with 1 left to buy, traded #2 #5 1 @ 70.50, CEA trading
        """,
        STAGE.replace("list CEA", "list CEA call-resume 5").replace(
            "1000000", "9000000000"
        ),
    )


def test_of_one_stop_price_the_first_that_waits_there_enters_first() -> None:
    """A higher total, or another stop price and back, costs the place in the queue."""
    check("""
        third: buy #1 1 @ 75.00 stop 71.00   -> accepted #1
        third: buy #2 1 @ 75.00 stop 71.00   -> accepted #2
        third: buy #3 2 @ 75.00 stop 71.00   -> accepted #3
        third: buy #4 1 @ 75.00 stop 71.00   -> accepted #4
        third: amend #1 to 2                 -> amended #1 to 2 @ 75.00 losing priority
        third: amend #2 stop 72.00           -> amended #2 to 1 @ 75.00 losing priority
        third: amend #2 stop 71.00           -> amended #2 to 1 @ 75.00 losing priority
        third: amend #3 to 1                 -> amended #3 to 1 @ 75.00 keeping priority
        third: amend #3 @ 74.00              -> amended #3 to 1 @ 74.00 keeping priority
        third: buy #5 1 @ 75.00 stop 71.00   -> accepted #5
        third: amend #4 to 2                 -> amended #4 to 2 @ 75.00 losing priority
        maker: sell #6 1 @ 71.00             -> accepted #6
        taker: buy #7 1 @ 71.00              -> accepted #7, traded #6 #7 1 @ 71.00, triggered #3, triggered #1, triggered #2, triggered #5, triggered #4
    """)


def test_an_account_has_so_many_stop_orders_that_wait() -> None:
    """One that was triggered, cancelled or amended counts as what it is then."""
    check(
        """
        few: buy #1 1 @ 80.00 stop 75.00     -> accepted #1
        few: sell #2 1 @ 50.00 stop 60.00    -> accepted #2
        few: buy 1 @ 80.00 stop 76.00        -> refused TOO_MANY_STOPS
        few: amend #1 stop 76.00             -> amended #1 to 1 @ 80.00 losing priority
        few: buy 1 @ 80.00 stop 77.00        -> refused TOO_MANY_STOPS
        few: buy #3 1 @ 70.00                -> accepted #3
        few: cancel #1                       -> cancelled #1 1
        few: buy #4 1 @ 80.00 stop 75.00     -> accepted #4
        maker: sell #5 2 @ 75.00             -> accepted #5
        taker: buy #6 1 @ 75.00              -> accepted #6, traded #5 #6 1 @ 75.00, triggered #4, traded #5 #4 1 @ 75.00
        few: buy #7 1 @ 80.00 stop 79.00     -> accepted #7
        """,
        STAGE.replace("begin", "account few cash 9000.00 CEA 9 stops 2\n    begin"),
    )


def test_the_open_orders_are_counted_first() -> None:
    check(
        """
        few: buy #1 1 @ 80.00 stop 75.00     -> accepted #1
        few: buy 1 @ 80.00 stop 76.00        -> refused TOO_MANY_OPEN_ORDERS
        """,
        STAGE.replace("begin", "account few cash 9000.00 orders 1 stops 1\n    begin"),
    )
