"""Trades that were a mistake are annulled: both sides get back what it took."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from carbonex.engine import (
    BUY,
    IOC,
    SELL,
    AnnulTrade,
    BeginDay,
    Exchange,
    Fees,
    ListInstrument,
    Method,
    PlaceOrder,
    Reason,
    Rejected,
    TradeAnnulled,
    Withdraw,
)
from carbonex.engine.market import tape
from driver import Driver, admitted
from scenario import STAGE, check


# The buyer has what 40 t cost at 1.00, and the fee that an order locks for them.
PURSE = """
    list CEA fees 1000/1000
    account buyer cash 40.05
    account seller cash 0.01 CEA 100
    begin 20250106 until 1000000
"""


def test_both_sides_get_back_what_it_took_and_cost() -> None:
    check(
        """
        maker: sell #1 10 @ 70.00           -> accepted #1
        taker: buy #2 4 @ 70.00             -> accepted #2, traded #1 #2 4 @ 70.00
        balance maker                       -> cash 10279.99, CEA 96 (6 locked)
        balance taker                       -> cash 9719.99, CEA 104 (4 from day 2)
        annul 1                             -> trade 1 4 @ 70.00 maker to taker annulled for 0.01/0.01
        balance maker                       -> cash 10000.00, CEA 100 (6 locked)
        balance taker                       -> cash 10000.00, CEA 100
        book                                -> - | 6@70.00
        annul 1                             -> refused TRADE_ANNULLED
        annul 2                             -> refused UNKNOWN_TRADE
        """,
        STAGE.replace("list CEA", "list CEA resale 1 fees 1/1"),
    )


def test_an_order_pays_for_what_is_left_of_its_fills_rounded_up_once() -> None:
    """0.70 fen a fill: the orders have paid 1, 2 and 3 fen of 0.7, 1.4 and 2.1."""
    check(
        """
        maker: sell #1 9 @ 70.00            -> accepted #1
        taker: buy #2 3 @ 70.00             -> accepted #2, traded #1 #2 3 @ 70.00
        third: buy #3 3 @ 70.00             -> accepted #3, traded #1 #3 3 @ 70.00
        taker: buy #4 3 @ 70.00             -> accepted #4, traded #1 #4 3 @ 70.00
        balance maker                       -> cash 10629.97, CEA 91
        annul 1                             -> trade 1 3 @ 70.00 maker to taker annulled for 0.01/0.01
        annul 3                             -> trade 3 3 @ 70.00 maker to taker annulled for 0.01/0.01
        balance maker                       -> cash 10209.99, CEA 97
        balance taker                       -> cash 10000.00, CEA 100
        """,
        STAGE.replace("list CEA", "list CEA fees 33/33"),
    )


def test_the_fill_that_is_annulled_need_not_be_the_one_that_paid() -> None:
    """0.42 fen a fill: the sell paid a fen, nothing, and a fen for 1.26."""
    check(
        """
        maker: sell #1 8 @ 70.00            -> accepted #1
        taker: buy #2 2 @ 70.00             -> accepted #2, traded #1 #2 2 @ 70.00
        taker: buy #3 2 @ 70.00             -> accepted #3, traded #1 #3 2 @ 70.00
        taker: buy #4 2 @ 70.00             -> accepted #4, traded #1 #4 2 @ 70.00
        balance maker                       -> cash 10419.98, CEA 94 (2 locked)
        annul 2                             -> trade 2 2 @ 70.00 maker to taker annulled for 0.01/0.01
        annul 1                             -> trade 1 2 @ 70.00 maker to taker annulled for 0.00/0.01
        balance maker                       -> cash 10139.99, CEA 98 (2 locked)
        taker: buy #5 2 @ 70.00             -> accepted #5, traded #1 #5 2 @ 70.00
        balance maker                       -> cash 10279.99, CEA 96
        annul 4                             -> trade 4 2 @ 70.00 maker to taker annulled for 0.00/0.01
        annul 3                             -> trade 3 2 @ 70.00 maker to taker annulled for 0.01/0.01
        balance maker                       -> cash 10000.00, CEA 100
        """,
        STAGE.replace("list CEA", "list CEA fees 30/30"),
    )


def test_the_fills_of_days_before_are_counted_with_it() -> None:
    """0.42 fen a fill: the buy paid a fen on the first day, and one for 1.26 fen."""
    check(
        """
        maker: buy #1 8 @ 70.00 gtc         -> accepted #1
        taker: sell #2 2 @ 70.00            -> accepted #2, traded #1 #2 2 @ 70.00
        time 1000000                        -> CEA closed, ended 20250106
        begin 20250107 until 2000000        -> begun 20250107, CEA trading
        taker: sell #3 2 @ 70.00            -> accepted #3, traded #1 #3 2 @ 70.00
        taker: sell #4 2 @ 70.00            -> accepted #4, traded #1 #4 2 @ 70.00
        annul 2                             -> trade 2 2 @ 70.00 taker to maker annulled for 0.01/0.01
        maker: cancel #1                    -> cancelled #1 2
        balance maker                       -> cash 9719.99, CEA 104
        annul 3                             -> trade 3 2 @ 70.00 taker to maker annulled for 0.01/0.00
        balance maker                       -> cash 9859.99, CEA 102
        """,
        STAGE.replace("list CEA", "list CEA fees 30/30"),
    )


def test_what_comes_back_of_a_fee_is_locked_again_for_the_rest() -> None:
    """0.1 fen a tonne: the buy pays a fen each time, and has locked 5 for the 4 of all.

    Had it what comes back to spend, nothing would be left for the rest after a few.
    """
    mistakes = "".join(
        f"""
        seller: sell 1 @ 1.00
        annul {number}             -> trade {number} 1 @ 1.00 seller to buyer annulled for 0.01/0.01
        balance buyer              -> cash 40.05 ({40 - number}.05 locked)
        """
        for number in range(1, 7)
    )
    check(
        f"""
        buyer: buy #1 40 @ 1.00    -> accepted #1
        balance buyer              -> cash 40.05 (40.05 locked)
        {mistakes}
        buyer: withdraw 6.00       -> done
        seller: sell #8 34 @ 1.00  -> accepted #8, traded #1 #8 34 @ 1.00
        balance buyer              -> cash 0.01, CEA 34
        """,
        PURSE,
    )


def test_the_own_side_of_an_auction_pays_for_what_is_left_of_it() -> None:
    """0.42 fen an allotment: the seller paid 2 fen for 1.26, of which 1 for the third."""
    check(
        """
        auction of maker sell 6 from 0 to 500    -> auction 1 opened
        taker: bid 2 @ 70.00 in 1                -> bid 1 placed
        third: bid 2 @ 70.00 in 1                -> bid 2 placed
        taker: bid 2 @ 70.00 in 1                -> bid 3 placed
        time 500
        balance maker                            -> cash 10419.98, CEA 94
        annul 2                                  -> trade 2 2 @ 70.00 maker to third annulled for 0.01/0.01
        annul 1                                  -> trade 1 2 @ 70.00 maker to taker annulled for 0.00/0.01
        annul 3                                  -> trade 3 2 @ 70.00 maker to taker annulled for 0.01/0.01
        balance maker                            -> cash 10000.00, CEA 100
        """,
        STAGE.replace("list CEA", "list CEA auctions 0/0/0 fees 0/0/0/30"),
    )


def test_the_days_figures_leave_it_out() -> None:
    check(
        """
        maker: sell 1 @ 70.00
        taker: buy 1 @ 70.00
        maker: sell 1 @ 99.00
        taker: buy 1 @ 99.00
        maker: sell 2 @ 71.00
        taker: buy 2 @ 71.00
        maker: sell 1 @ 40.00
        taker: buy 1 @ 40.00
        annul 2             -> trade 2 1 @ 99.00 maker to taker annulled
        annul 4             -> trade 4 1 @ 40.00 maker to taker annulled
        time 1000000        -> CEA closed, ended 20250106
        bulletin CEA        -> 70.00 71.00 70.00 70.67, 3 for 212.00
        annul 3             -> refused NO_TRADING_DAY
        """,
    )


def test_a_day_without_other_trades_is_one_without_trades() -> None:
    check(
        """
        maker: sell 1 @ 99.00
        taker: buy 1 @ 99.00
        annul 1                   -> trade 1 1 @ 99.00 maker to taker annulled
        cancel-day                -> refused DAY_HAS_TRADED
        time 20250106T15:00:00    -> CEA closed, ended 20250106
        bulletin CEA              -> 70.00 - - 70.00, 0 for -
        bulletin product CEA      -> 70.00 70.00 70.00 70.00, 0 for -
        """,
        """
        list CEA p0 70.00
        account maker cash 10000.00 CEA 100
        account taker cash 10000.00
        begin 20250106 until 20250106T15:00:00
        """,
    )


def test_who_has_not_got_it_any_more_keeps_the_trade() -> None:
    check("""
        maker: sell 10 @ 70.00
        taker: buy 10 @ 70.00
        taker: transfer 101 CEA to third  -> done
        annul 1                           -> refused INSUFFICIENT_HOLDINGS
        third: transfer 1 CEA to taker    -> done
        maker: withdraw 10000.01          -> done
        annul 1                           -> refused INSUFFICIENT_FUNDS
        maker: deposit 0.01               -> done
        taker: sell #3 1 @ 90.00          -> accepted #3
        annul 1                           -> refused INSUFFICIENT_HOLDINGS
        taker: cancel #3                  -> cancelled #3 1
        annul 1                           -> trade 1 10 @ 70.00 maker to taker annulled
        balance maker                     -> cash 0.00, CEA 100
        balance taker                     -> cash 10000.00
    """)


def test_frozen_cash_and_tonnes_are_given_back_last() -> None:
    """What was frozen so that it would still be there."""
    check("""
        maker: sell 10 @ 70.00
        taker: buy 10 @ 70.00
        maker: freeze 10600.00 cash  -> 10600.00 frozen
        taker: freeze 105 CEA        -> 105 frozen
        annul 1                      -> trade 1 10 @ 70.00 maker to taker annulled
        balance maker                -> cash 10000.00 (10000.00 frozen, 600.00 to be), CEA 100
        balance taker                -> cash 10000.00, CEA 100 (100 frozen, 5 to be)
    """)


def test_the_tonnes_that_it_brought_go_first() -> None:
    check(
        """
        annul 2                     -> trade 2 3 @ 70.00 maker to taker annulled
        balance taker               -> cash 9720.00, CEA 4 (4 from day 3)
        """,
        """
        list CEA resale 2
        account maker cash 10000.00 CEA 100
        account taker cash 10000.00
        begin 20250106 until 1000
        maker: sell 10 @ 70.00
        taker: buy 4 @ 70.00
        time 1000
        begin 20250107 until 2000
        maker: sell 3 @ 70.00
        taker: buy 3 @ 70.00
        """,
    )


def test_blocks_and_auctions() -> None:
    check(
        """
        maker: propose sell 10 CEA @ 70.00 to taker      -> block 1 proposed
        taker: accept block 1                            -> block 1 accepted by taker, block 1 10 @ 70.00 maker to taker
        auction of maker sell 10 from 0 to 500           -> auction 1 opened
        taker: bid 10 @ 60.00 in 1                       -> bid 1 placed
        time 500                                         -> auction 1 10 @ 60.00 maker to taker, bid 1 filled, auction 1 closed 10 @ 60.00 for 600.00
        annul 2                                          -> trade 2 10 @ 60.00 maker to taker annulled
        annul 1                                          -> trade 1 10 @ 70.00 maker to taker annulled
        balance maker                                    -> cash 10000.00, CEA 100
        balance taker                                    -> cash 10000.00, CEA 100
        time 1000000                                     -> CEA closed, ended 20250106
        bulletin CEA                                     -> - - - -, 0 for -
        """,
        STAGE.replace("list CEA", "list CEA blocks 1/0 auctions 0/0/0"),
    )


def test_what_two_traded_with_each_other_leaves_it_out() -> None:
    """Sold and bought back would be reverse trades; high and low, a loss of 10 %."""
    check(
        """
        maker: sell #1 50 @ 77.00       -> accepted #1
        taker: buy #2 50 @ 77.00        -> accepted #2, traded #1 #2 50 @ 77.00
        annul 1                         -> trade 1 50 @ 77.00 maker to taker annulled
        taker: sell #3 50 @ 70.00       -> accepted #3
        maker: buy #4 50 @ 70.00        -> accepted #4, traded #3 #4 50 @ 70.00
        maker: sell #5 50 @ 77.00       -> accepted #5
        taker: buy #6 50 @ 77.00        -> accepted #6, traded #5 #6 50 @ 77.00, alert reverse-trades maker taker 50 of 50, orders 1 2 3 4 5 6, trades 1 2 3, alert high-low taker maker 100 of 100, orders 1 2 3 4 5 6, trades 1 2 3
        """,
        STAGE.replace("list CEA", "list CEA reverse-trades 50 high-low 100"),
    )


def test_prices_deviate_from_the_average_without_it() -> None:
    """75.00 is 71 per mille above 70.00, and would be 62 below 80.00."""
    check(
        """
        maker: sell #1 10 @ 70.00       -> accepted #1
        taker: buy #2 10 @ 70.00        -> accepted #2, traded #1 #2 10 @ 70.00
        maker: sell #3 10 @ 90.00       -> accepted #3
        taker: buy #4 10 @ 90.00        -> accepted #4, traded #3 #4 10 @ 90.00, alert price-deviation taker maker 285 of 65, orders 3 4, trades 2
        annul 2                         -> trade 2 10 @ 90.00 maker to taker annulled
        maker: sell #5 10 @ 75.00       -> accepted #5
        taker: buy #6 10 @ 75.00        -> accepted #6, traded #5 #6 10 @ 75.00, alert price-deviation taker maker 71 of 65, orders 5 6, trades 3
        """,
        STAGE.replace("list CEA", "list CEA price-deviation 65/10"),
    )


def test_shares_of_the_volume_grow_for_the_others() -> None:
    """Taker has bought 40 of 100 t and third has sold 40, then of 60 t."""
    check(
        """
        third: sell #1 40 @ 70.00       -> accepted #1
        taker: buy #2 40 @ 70.00        -> accepted #2, traded #1 #2 40 @ 70.00
        taker: sell #3 40 @ 70.00       -> accepted #3
        maker: buy #4 40 @ 70.00        -> accepted #4, traded #3 #4 40 @ 70.00
        maker: sell #5 20 @ 70.00       -> accepted #5
        third: buy #6 20 @ 70.00        -> accepted #6, traded #5 #6 20 @ 70.00
        annul 2                         -> trade 2 40 @ 70.00 taker to maker annulled, alert volume-share buy taker 666 of 600, orders 2, trades 1, alert volume-share sell third 666 of 600, orders 1, trades 1
        """,
        STAGE.replace("list CEA", "list CEA volume-share 600/60"),
    )


def test_who_is_no_large_holder_any_more_is_reported_again() -> None:
    check(
        """
        maker: sell #1 60 @ 70.00       -> accepted #1
        taker: buy #2 60 @ 70.00        -> accepted #2, traded #1 #2 60 @ 70.00, taker holds 160 CEA of 200
        annul 1                         -> trade 1 60 @ 70.00 maker to taker annulled
        maker: sell #3 60 @ 70.00       -> accepted #3
        taker: buy #4 60 @ 70.00        -> accepted #4, traded #3 #4 60 @ 70.00, taker holds 160 CEA of 200
        """,
        STAGE.replace("list CEA", "list CEA position 200 large 800"),
    )


def test_what_an_order_has_shown_and_traded_stays() -> None:
    """Orders stay as the trade left them: half of #1 has traded, so it was meant."""
    check(
        """
        maker: sell #1 10 @ 70.00       -> accepted #1
        taker: buy #2 5 @ 70.00         -> accepted #2, traded #1 #2 5 @ 70.00
        annul 1                         -> trade 1 5 @ 70.00 maker to taker annulled
        maker: cancel #1                -> cancelled #1 5
        maker: sell #3 10 @ 70.00       -> accepted #3
        maker: cancel #3                -> cancelled #3 10, alert cancel-ratio maker 500 of 300, orders 3
        """,
        STAGE.replace("list CEA", "list CEA cancel-ratio 300/1"),
    )


def test_it_may_be_annulled_in_a_suspension_and_stops_stay_triggered() -> None:
    check("""
        third: sell #1 5 @ 60.00 stop 69.00  -> accepted #1
        maker: sell #2 1 @ 68.00             -> accepted #2
        taker: buy #3 1 @ 68.00              -> accepted #3, traded #2 #3 1 @ 68.00, triggered #1
        suspend-venue                        -> suspended, CEA halted
        annul 1                              -> trade 1 1 @ 68.00 maker to taker annulled
        book                                 -> - | 5@60.00
    """)


def test_the_event_tells_orders_fees_and_why() -> None:
    driver = _traded(1)
    (event,) = driver.do(AnnulTrade("", "CEA", 1, "乌龙指"))
    assert event == TradeAnnulled(
        "CEA",
        1,
        Method.LISTED,
        100,
        1,
        "b",
        3,
        2,
        0,
        "a",
        3,
        1,
        0,
        BUY,
        False,
        "乌龙指",
    )


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (AnnulTrade("k", "CEA", 1, "why"), Reason.NOT_PERMITTED),
        (AnnulTrade("", "NONE", 1, "why"), Reason.UNKNOWN_INSTRUMENT),
        (AnnulTrade("", "CEA", 1, ""), Reason.BAD_PARAMETER),
        (AnnulTrade("", "CEA", 0, "why"), Reason.UNKNOWN_TRADE),
        (AnnulTrade("", "CEA", 3, "why"), Reason.UNKNOWN_TRADE),
    ],
)
def test_what_it_is_refused_for(command: AnnulTrade, reason: Reason) -> None:
    (rejected,) = _traded(2).do(command)
    assert type(rejected) is Rejected
    assert rejected.reason is reason


def test_trades_of_the_day_before_stand() -> None:
    driver = _traded(2)
    driver.time_ns = driver.exchange.day_ends_ns
    driver.do(BeginDay("", 20250107, driver.time_ns + 100))
    (rejected,) = driver.do(AnnulTrade("", "CEA", 2, "why"))
    assert rejected == Rejected(Reason.UNKNOWN_TRADE, "trade_id", 2)


def test_the_newest_are_remembered_and_the_prices_of_the_others() -> None:
    """However many there are, so that the memory that they take is bounded."""
    count = 2 * tape.KEPT + 10
    driver = _traded(count, highest=5, rate=30)
    exchange = driver.exchange
    kept = exchange.instruments["CEA"].tape.trades
    assert tape.KEPT <= len(kept) <= 2 * tape.KEPT
    oldest = count - len(kept) + 1
    assert driver.do(AnnulTrade("", "CEA", oldest - 1, "why")) == [
        Rejected(Reason.UNKNOWN_TRADE, "trade_id", oldest - 1)
    ]
    for one in (exchange, Exchange.restore(exchange.snapshot())):
        driver.exchange = one
        one.check()
    assert type(driver.do(AnnulTrade("", "CEA", oldest, "why"))[0]) is TradeAnnulled
    prices = driver.exchange.instruments["CEA"].record.prices
    assert (prices.open, prices.high, prices.low, prices.last) == (100, 120, 100, 100)
    driver.exchange.check()


@given(
    rates=st.tuples(st.sampled_from([0, 1, 1000, 33_333]), st.integers(1, 90_000)),
    fills=st.lists(st.tuples(st.integers(1, 5), st.booleans()), max_size=30),
)
def test_a_buy_pays_for_its_rest_from_a_purse_that_is_kept_empty(
    rates: tuple[int, int], fills: list[tuple[int, bool]]
) -> None:
    """However many of its trades are annulled, in whatever order."""
    driver = Driver()
    driver.apply(ListInstrument("", "CEA", fees=Fees(*rates)))
    driver.apply(*admitted("b", 10**6, 0), *admitted("s", 10**6, 10**6))
    driver.do(BeginDay("", 20250106, 10**6))
    driver.do(PlaceOrder("", "b", "CEA", BUY, 100, 40))
    buyer = driver.exchange.accounts["b"]
    for count, (tonnes, mistake) in enumerate(fills, 1):
        driver.do(Withdraw("", "b", buyer.cash_balance.available, f"w{count}"))
        driver.do(PlaceOrder("", "s", "CEA", SELL, 100, tonnes, time_in_force=IOC))
        if mistake:
            driver.do(AnnulTrade("", "CEA", max(count - tonnes, 1), "乌龙指"))
        driver.exchange.check()


def _traded(count: int, highest: int = 0, rate: int = 0) -> Driver:
    """Return a day on which ``a`` has sold one tonne to ``b`` so many times."""
    driver = Driver()
    driver.apply(ListInstrument("", "CEA", fees=Fees(rate, rate)))
    for name in ("a", "b"):
        driver.apply(*admitted(name, 10**9, 10**6))
    driver.do(BeginDay("", 20250106, 10**6))
    for number in range(1, count + 1):
        price = 120 if number == highest else 100
        sell = PlaceOrder("", "a", "CEA", SELL, price, 1)
        driver.apply(sell, PlaceOrder("", "b", "CEA", BUY, price, 1))
    driver.exchange.check()
    return driver
