"""The trading day, the phases of an instrument, and halts."""

from __future__ import annotations

from carbonex.engine import (
    BUY,
    STOP,
    AdvanceTime,
    BeginDay,
    Conditions,
    Deposit,
    ListInstrument,
    OpenAccount,
    PlaceOrder,
    RegisterParticipant,
)
from driver import Driver
from scenario import STAGE, check


BEFORE = STAGE.replace("begin 20250106 until 1000000", "")


def test_nothing_trades_before_the_first_day_and_cancelling_works() -> None:
    check(
        """
        maker: sell 1 @ 70.00              -> refused MARKET_CLOSED
        maker: amend #1 to 1               -> refused UNKNOWN_ORDER
        maker: cancel all                  -> nothing
        begin 20250106 until 100           -> begun 20250106, CEA trading
        maker: sell #1 1 @ 70.00           -> accepted #1
        """,
        BEFORE,
    )


def test_the_day_ends_when_time_is_its_end() -> None:
    check("""
        time 999999                        -> nothing
        maker: sell #1 1 @ 70.00 gtc       -> accepted #1
        time 1000000                       -> CEA closed, ended 20250106
        maker: sell 1 @ 70.00              -> refused MARKET_CLOSED
        maker: amend #1 @ 71.00            -> refused MARKET_CLOSED
        maker: cancel #1                   -> cancelled #1 1
    """)


def test_the_first_command_after_the_end_finds_the_market_closed() -> None:
    driver = Driver()
    driver.do(BeginDay("", 20250106, 100))
    driver.time_ns = 5_000
    applied = driver.apply(BeginDay("", 20250107, 6_000))
    names = [type(event).__name__ for event in applied.due]
    assert names == ["ProductBulletin", "DayEnded"]  # of the venue, and the end
    assert [type(event).__name__ for event in applied.replies[0]] == ["DayBegun"]


def test_an_instrument_closes_its_day_orders_first_and_the_oldest_of_them() -> None:
    check("""
        list CCER
        taker: sell #1 1 @ 70.00           -> accepted #1
        maker: buy #2 1 CCER @ 50.00       -> accepted #2
        third: sell #3 1 @ 70.00 gtc       -> accepted #3
        maker: sell #4 1 @ 69.00           -> accepted #4
        taker: buy #5 1 CCER @ 49.00       -> accepted #5
        maker: amend #2 @ 51.00            -> amended #2 to 1 @ 51.00 losing priority
        time 1000000                       -> cancelled #1 1 session-close, cancelled #4 1 session-close, CEA closed, cancelled #2 1 session-close, cancelled #5 1 session-close, CCER closed, ended 20250106
    """)


def test_a_day_begins_later_than_the_last_and_ends_in_the_future() -> None:
    check(
        """
        time 50                            -> nothing
        begin 20250106 until 50            -> refused BAD_PARAMETER
        begin 20250106 until 51            -> begun 20250106, CEA trading
        begin 20250107 until 90            -> refused ALREADY_EXISTS   -- one is open
        time 60                            -> CEA closed, ended 20250106
        begin 20250106 until 90            -> refused BAD_PARAMETER
        begin 20250105 until 90            -> refused BAD_PARAMETER
        begin 20250107 until 90            -> begun 20250107, CEA trading
        """,
        BEFORE,
    )


def test_a_date_is_a_date() -> None:
    check(
        """
        begin 0 until 90                   -> refused BAD_PARAMETER
        begin 20250001 until 90            -> refused BAD_PARAMETER
        begin 20251301 until 90            -> refused BAD_PARAMETER
        begin 20250100 until 90            -> refused BAD_PARAMETER
        begin 20250132 until 90            -> refused BAD_PARAMETER
        begin 20250229 until 90            -> refused BAD_PARAMETER
        begin 20250431 until 90            -> refused BAD_PARAMETER
        begin 20241232 until 90            -> refused BAD_PARAMETER
        begin -20250106 until 90           -> refused BAD_PARAMETER
        begin 20231231 until 90            -> begun 20231231, CEA trading
        time 90                            -> CEA closed, ended 20231231
        begin 20240229 until 99            -> begun 20240229, CEA trading
        time 99                            -> CEA closed, ended 20240229
        begin 20250131 until 200           -> begun 20250131, CEA trading
        """,
        BEFORE,
    )


def test_a_day_without_stop_orders_need_not_look_for_any() -> None:
    driver = Driver()
    driver.apply(
        ListInstrument("", "CEA"),
        RegisterParticipant("", "a"),
        OpenAccount("", "a", "a"),
        Deposit("", "a", 10_000, "cash"),
        BeginDay("", 20250106, 100),
    )
    exchange = driver.exchange
    assert not exchange.watchful
    conditions = Conditions(stop_price=70)
    driver.do(PlaceOrder("", "a", "CEA", BUY, 0, 1, STOP, conditions=conditions))
    assert exchange.watchful
    driver.time_ns = 100
    driver.do(BeginDay("", 20250107, 200))
    assert not exchange.watchful


def test_a_halt_keeps_orders_and_stops_everything_but_cancels() -> None:
    check("""
        list CCER
        maker: sell #1 2 @ 70.00           -> accepted #1
        halt CEA                           -> CEA halted
        halt CEA                           -> refused HALTED
        taker: buy 1 @ 70.00               -> refused HALTED
        maker: amend #1 to 1               -> refused HALTED
        taker: buy #2 1 CCER @ 70.00       -> accepted #2   -- the others trade
        resume CEA                         -> CEA trading
        resume CEA                         -> refused NOT_HALTED
        taker: buy #3 1 @ 70.00            -> accepted #3, traded #1 #3 1 @ 70.00
    """)


def test_a_halt_outlasts_the_day() -> None:
    check("""
        maker: sell #1 2 @ 70.00           -> accepted #1
        halt CEA                           -> CEA halted
        time 1000000                       -> cancelled #1 2 session-close, ended 20250106
        maker: sell 2 @ 70.00              -> refused MARKET_CLOSED
        begin 20250107 until 2000000       -> begun 20250107
        maker: sell 2 @ 70.00              -> refused HALTED
        resume CEA                         -> CEA trading
        halt CEA                           -> CEA halted
        time 2000000                       -> ended 20250107
        resume CEA                         -> CEA closed
        halt CEA                           -> CEA halted
    """)


def test_an_instrument_listed_during_the_day_trades_at_once() -> None:
    check("""
        list CCER                          -> listed CCER, CCER trading
        time 1000000                       -> CEA closed, CCER closed, ended 20250106
        list EUA                           -> listed EUA, EUA closed
        begin 20250107 until 2000000       -> begun 20250107, CEA trading, CCER trading, EUA trading
    """)


def test_the_exchange_says_when_time_will_do_something() -> None:
    driver = Driver()
    assert driver.exchange.next_due() is None
    driver.do(BeginDay("", 20250106, 100))
    assert driver.exchange.next_due() == driver.exchange.day_ends_ns == 100
    assert driver.exchange.day == 20250106
    driver.time_ns = 100
    driver.do(AdvanceTime(""))
    assert driver.exchange.next_due() is None
    assert driver.exchange.day == 0


def test_time_never_goes_back() -> None:
    driver = Driver(time_ns=500)
    driver.time_ns = 400
    assert driver.apply(ListInstrument("", "CEA")).time_ns == 500
    assert driver.exchange.time_ns == 500
    driver.time_ns = 501
    assert driver.apply(AdvanceTime("")).time_ns == 501
