"""Orders good till a time: they expire at its very nanosecond."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from carbonex.engine import (
    BUY,
    DAY,
    GTC,
    GTD,
    IOC,
    SELL,
    BeginDay,
    CancelOrder,
    Conditions,
    Deposit,
    Issue,
    ListInstrument,
    OpenAccount,
    OrderAccepted,
    OrderCancelled,
    PlaceOrder,
    Reason,
    RegisterParticipant,
    Rejected,
    TimeInForce,
)
from driver import Driver
from scenario import STAGE, check


def test_it_expires_at_its_nanosecond() -> None:
    check("""
        maker: sell #1 5 @ 70.00 good-till 500   -> accepted #1
        time 499                                 -> nothing
        taker: buy #2 1 @ 70.00                  -> accepted #2, traded #1 #2 1 @ 70.00
        time 500                                 -> cancelled #1 4 expired
        taker: buy #3 1 @ 70.00                  -> accepted #3
        balance maker                            -> cash 10070.00, CEA 99
    """)


def test_it_is_gone_for_a_command_of_that_nanosecond() -> None:
    """No time command has come in between."""
    driver = _trading()
    driver.do(_sell(500))
    driver.time_ns = 500
    applied = driver.apply(PlaceOrder("", "b", "CEA", BUY, 7000, 1))
    assert [type(event) for event in applied.due] == [OrderCancelled]
    assert [type(event) for event in applied.replies[0]] == [OrderAccepted]


def test_those_that_are_late_expire_by_time_and_then_by_number() -> None:
    check("""
        maker: sell #1 5 @ 70.00 good-till 500   -> accepted #1
        maker: sell #2 5 @ 70.00 good-till 400   -> accepted #2
        maker: sell #3 5 @ 70.00 good-till 500   -> accepted #3
        time 600                                 -> cancelled #2 5 expired, cancelled #1 5 expired, cancelled #3 5 expired
    """)


def test_its_time_lies_ahead() -> None:
    check("""
        time 500                                 -> nothing
        maker: sell 5 @ 70.00 good-till 500      -> refused BAD_PARAMETER
        maker: sell 5 @ 70.00 good-till 499      -> refused BAD_PARAMETER
        maker: sell #1 5 @ 70.00 good-till 501   -> accepted #1
    """)


def test_it_lives_over_days_where_orders_may() -> None:
    check("""
        maker: sell #1 5 @ 70.00 good-till 1500000 -> accepted #1
        time 1000000                             -> CEA closed, ended 20250106
        book                                     -> - | 5@70.00
        begin 20250107 until 2000000             -> begun 20250107, CEA trading
        taker: buy #2 1 @ 70.00                  -> accepted #2, traded #1 #2 1 @ 70.00
        time 1499999                             -> nothing
        time 1500000                             -> cancelled #1 4 expired
    """)


def test_it_expires_when_no_trading_day_is_open() -> None:
    check("""
        maker: sell #1 5 @ 70.00 good-till 1500000 -> accepted #1
        time 2000000                             -> CEA closed, ended 20250106, cancelled #1 5 expired
    """)


def test_where_orders_are_for_the_day_it_ends_with_the_day_at_the_latest() -> None:
    check(
        """
        maker: sell 5 @ 70.00 gtc                -> refused KIND_NOT_ALLOWED
        maker: sell 5 @ 70.00 good-till 1000001  -> refused KIND_NOT_ALLOWED
        maker: sell #1 5 @ 70.00 good-till 1000000 -> accepted #1
        maker: sell #2 5 @ 70.00 good-till 999999 -> accepted #2
        time 1000000                             -> cancelled #2 5 expired, cancelled #1 5 expired, CEA closed, ended 20250106
        """,
        STAGE.replace("list CEA", "list CEA day-only"),
    )


def test_a_filled_or_cancelled_order_does_not_expire() -> None:
    check("""
        maker: sell #1 5 @ 70.00 good-till 500   -> accepted #1
        maker: sell #2 5 @ 70.00 good-till 500   -> accepted #2
        maker: sell #3 5 @ 70.00 good-till 500   -> accepted #3
        taker: buy #4 5 @ 70.00 good-till 400    -> accepted #4, traded #1 #4 5 @ 70.00
        maker: cancel #2                         -> cancelled #2 5
        maker: amend #3 @ 71.00                  -> amended #3 to 5 @ 71.00 losing priority
        time 500                                 -> cancelled #3 5 expired
    """)


def test_a_stop_order_may_be_good_till_a_time() -> None:
    check("""
        maker: sell #1 9 @ 70.00                 -> accepted #1
        third: buy #2 2 @ 69.00 stop 70.00 good-till 400 -> accepted #2
        third: buy #3 2 @ 72.00 stop 71.00 good-till 500 -> accepted #3
        taker: buy #4 1 @ 70.00                  -> accepted #4, traded #1 #4 1 @ 70.00, triggered #2
        book                                     -> 2@69.00 | 8@70.00
        time 400                                 -> cancelled #2 2 expired
        time 500                                 -> cancelled #3 2 expired
        balance third                            -> cash 10000.00, CEA 100
    """)


@pytest.mark.parametrize(
    ("time_in_force", "expires_ns"), [(DAY, 500), (GTC, 500), (IOC, 500), (GTD, 0)]
)
def test_a_time_belongs_to_gtd_and_to_nothing_else(
    time_in_force: TimeInForce, expires_ns: int
) -> None:
    order = replace(_sell(expires_ns), time_in_force=time_in_force)
    (rejected,) = _trading().do(order)
    assert rejected == Rejected(Reason.BAD_PARAMETER, "expires")


def test_the_exchange_says_when_the_next_one_expires() -> None:
    driver = _trading()
    due = []
    for expires_ns in (500, 300, 400):
        driver.do(_sell(expires_ns))
        due.append(driver.exchange.next_due())
    driver.do(CancelOrder("", "a", 2))
    assert [*due, driver.exchange.next_due()] == [500, 300, 300, 400]


def _trading() -> Driver:
    driver = Driver()
    driver.apply(
        ListInstrument("", "CEA"),
        *(RegisterParticipant("", name) for name in ("A", "B")),
        OpenAccount("", "A", "a"),
        OpenAccount("", "B", "b"),
        Issue("", "a", "CEA", 100, "tonnes"),
        Deposit("", "b", 10**6, "cash"),
        BeginDay("", 20250106, 1000),
    )
    return driver


def _sell(expires_ns: int) -> PlaceOrder:
    conditions = Conditions(expires_ns=expires_ns) if expires_ns else None
    order = PlaceOrder("", "a", "CEA", SELL, 7000, 1, time_in_force=GTD)
    return replace(order, conditions=conditions)
