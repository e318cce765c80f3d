"""One order meets no more others than ``work.MAX_FILLS``: what is left of it goes."""

from __future__ import annotations

import pytest

from carbonex.engine import (
    BUY,
    SELL,
    BeginDay,
    Conditions,
    ListInstrument,
    OrderCancelled,
    PlaceOrder,
    Trade,
    work,
)
from carbonex.engine.enums import CancelReason
from driver import Driver, admitted
from engine.backlogs import small
from scenario import check


__all__ = ["small"]

FOUR_SELLS = """
        maker: sell #1 1 @ 70.00    -> accepted #1
        maker: sell #2 1 @ 70.00    -> accepted #2
        maker: sell #3 1 @ 70.01    -> accepted #3
        maker: sell #4 1 @ 70.02    -> accepted #4
"""
THREE_TRADES = "traded #1 #5 1 @ 70.00, traded #2 #5 1 @ 70.00, traded #3 #5 1 @ 70.01"


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("kind", ["", " gtc", " ioc"])
def test_what_is_left_after_that_many_fills_is_cancelled(kind: str) -> None:
    """It may not rest: the book would stand crossed."""
    check(f"""{FOUR_SELLS}
        taker: buy #5 9 @ 71.00{kind}   -> accepted #5, {THREE_TRADES}, cancelled #5 6 fill-limit
        book                        -> - | 1@70.02
        balance taker               -> cash 9789.99, CEA 103
    """)


@pytest.mark.usefixtures("small")
def test_where_nothing_is_left_to_meet_it_rests() -> None:
    check(f"""{FOUR_SELLS}
        taker: buy #5 9 @ 70.01     -> accepted #5, {THREE_TRADES}
        book                        -> 6@70.01 | 1@70.02
    """)


@pytest.mark.usefixtures("small")
def test_each_refill_of_an_iceberg_is_one_more() -> None:
    check("""
        maker: sell #1 9 @ 70.00 show 2  -> accepted #1
        taker: buy #2 9 @ 70.00          -> accepted #2, traded #1 #2 2 @ 70.00, refilled #1 2 @ 70.00, traded #1 #2 2 @ 70.00, refilled #1 2 @ 70.00, traded #1 #2 2 @ 70.00, refilled #1 2 @ 70.00, cancelled #2 3 fill-limit
    """)


@pytest.mark.usefixtures("small")
def test_so_is_each_order_that_self_trade_prevention_cancels() -> None:
    check("""
        taker: sell #1 1 @ 70.00               -> accepted #1
        taker: sell #2 1 @ 70.00               -> accepted #2
        maker: sell #3 1 @ 70.00               -> accepted #3
        maker: sell #4 1 @ 70.00               -> accepted #4
        taker: buy #5 9 @ 70.00 cancel-oldest  -> accepted #5, cancelled #1 1 self-trade, cancelled #2 1 self-trade, traded #3 #5 1 @ 70.00, cancelled #5 8 fill-limit
    """)


@pytest.mark.usefixtures("small")
def test_it_bounds_an_amended_order_and_a_triggered_one() -> None:
    check(
        f"""{FOUR_SELLS}
        taker: buy #5 9 @ 69.00             -> accepted #5
        taker: amend #5 @ 71.00             -> amended #5 to 9 @ 71.00 losing priority, {THREE_TRADES}, cancelled #5 6 fill-limit
        maker: sell #6 1 @ 70.02            -> accepted #6
        maker: sell #7 1 @ 70.02            -> accepted #7
        maker: sell #8 1 @ 70.03            -> accepted #8
        maker: sell #9 1 @ 70.03            -> accepted #9
        third: buy #10 9 @ 72.00 stop 70.02 -> accepted #10
        taker: buy #11 1 @ 70.02            -> accepted #11, traded #4 #11 1 @ 70.02, triggered #10, traded #6 #10 1 @ 70.02
    """.replace(
            "traded #6 #10 1 @ 70.02\n",
            "traded #6 #10 1 @ 70.02, traded #7 #10 1 @ 70.02, traded #8 #10 1 @ 70.03, cancelled #10 6 fill-limit\n",
        )
    )


@pytest.mark.usefixtures("small")
def test_fill_or_kill_is_refused_where_it_would_meet_more() -> None:
    check(f"""{FOUR_SELLS}
        taker: buy #5 4 @ 71.00 fok   -> refused FOK_UNFILLABLE
        taker: buy #5 3 @ 71.00 fok   -> accepted #5, {THREE_TRADES}
        maker: sell #6 7 @ 69.00 show 2 -> accepted #6
        taker: buy #7 7 @ 69.00 fok   -> refused FOK_UNFILLABLE
        taker: buy #7 6 @ 69.00 fok   -> accepted #7, traded #6 #7 2 @ 69.00, refilled #6 2 @ 69.00, traded #6 #7 2 @ 69.00, refilled #6 2 @ 69.00, traded #6 #7 2 @ 69.00, refilled #6 1 @ 69.00
    """)


def test_of_a_thousand_times_five_thousand_tonnes_it_takes_no_more() -> None:
    """What once made five million fills, and left no room in memory, makes a few."""
    driver = Driver()
    driver.apply(ListInstrument("", "CEA", min_display_permille=1))
    for name in ("maker", "taker"):
        driver.apply(*admitted(name, 10**12, 10**9))
    driver.do(BeginDay("", 20250106))
    iceberg = PlaceOrder(
        "", "maker", "CEA", SELL, 1, 1_000, conditions=Conditions(display_quantity=1)
    )
    driver.apply(*[iceberg] * 5_000)
    events = driver.do(PlaceOrder("", "taker", "CEA", BUY, 1, 5_000_000))
    assert sum(type(event) is Trade for event in events) == work.MAX_FILLS == 500
    last = events[-1]
    assert type(last) is OrderCancelled
    assert last.reason is CancelReason.FILL_LIMIT
    driver.exchange.check()
