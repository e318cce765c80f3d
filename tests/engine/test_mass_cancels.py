"""Mass cancels go on from batch to batch, slice by slice; here of three events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonex.engine import (
    BUY,
    GTC,
    SELL,
    AdvanceTime,
    BeginDay,
    CancelAll,
    Exchange,
    ListInstrument,
    OrderCancelled,
    PlaceOrder,
)
from driver import Driver, admitted, replay
from engine.backlogs import small
from engine.floors import SESSION_FLOOR
from scenario import STAGE, check


if TYPE_CHECKING:
    from carbonex.engine import Event

__all__ = ["small"]

FIVE_BUYS = """
        maker: buy #1 1 @ 60.00     -> accepted #1
        maker: buy #2 1 @ 61.00     -> accepted #2
        maker: buy #3 1 @ 62.00     -> accepted #3
        maker: buy #4 1 @ 63.00     -> accepted #4
        maker: buy #5 1 @ 64.00     -> accepted #5
"""
FIRST = "cancelled #1 1, cancelled #2 1, cancelled #3 1"

pytestmark = pytest.mark.usefixtures("small")


def test_what_is_beyond_a_slice_follows_with_the_next_batches() -> None:
    """The answer tells how many. They come before the commands of their batch."""
    check(f"""{FIVE_BUYS}
        maker: cancel all           -> {FIRST}, 2 of maker follow
        book                        -> 1@64.00 1@63.00 | -
        third: buy #6 1 @ 50.00     -> cancelled #4 1, cancelled #5 1, accepted #6
        maker: cancel all           -> nothing
    """)


def test_until_then_they_trade_and_may_be_cancelled_or_amended() -> None:
    check(f"""{FIVE_BUYS}
        maker: buy #6 1 @ 65.00     -> accepted #6
        maker: buy #7 1 @ 66.00     -> accepted #7
        maker: buy #8 1 @ 67.00     -> accepted #8
        maker: cancel all           -> {FIRST}, 5 of maker follow
        taker: sell #9 1 @ 67.00    -> cancelled #4 1, cancelled #5 1, cancelled #6 1, accepted #9, traded #8 #9 1 @ 67.00
        third: cancel all           -> cancelled #7 1
    """)


def test_what_is_placed_afterwards_is_not_meant() -> None:
    check(f"""{FIVE_BUYS}
        maker: cancel all           -> {FIRST}, 2 of maker follow
        time 5                      -> cancelled #4 1, cancelled #5 1
        maker: buy #6 1 @ 60.00     -> accepted #6
        time 6                      -> nothing
        book                        -> 1@60.00 | -
    """)


def test_asked_for_again_it_does_one_more_slice_and_means_what_has_come() -> None:
    driver = _open(7)
    driver.do(CancelAll("", "maker"))
    again = driver.apply(_buy(), CancelAll("", "maker"))
    assert _cancelled(again.due) == [4, 5, 6]
    assert _cancelled(again.replies[1]) == [7, 8]
    assert not driver.exchange.cancels


def test_two_of_one_account_go_on_as_one() -> None:
    driver = _open(9)
    driver.apply(CancelAll("", "maker"), CancelAll("", "maker"))
    assert len(driver.exchange.cancels) == 1
    assert [*driver.exchange.accounts["maker"].orders] == [7, 8, 9]


def test_those_of_several_accounts_take_turns() -> None:
    driver = _open(5, "maker", "taker")
    driver.apply(CancelAll("", "maker"), CancelAll("", "taker"))
    assert _cancelled(driver.do(AdvanceTime(""))) == [4, 5, 9]
    assert _cancelled(driver.do(AdvanceTime(""))) == [10]


def test_looking_at_orders_that_are_not_meant_is_work_too() -> None:
    """Orders over several days stay at the close: eight are looked at in a slice."""
    driver = _open(40)
    driver.time_ns = driver.exchange.day_ends_ns
    batches = 0
    while driver.exchange.day or driver.exchange.cancels:
        assert _cancelled(driver.do(AdvanceTime(""))) == []
        batches += 1
    assert batches == 5
    assert len(driver.exchange.accounts["maker"].orders) == 40


def test_what_finds_nothing_looks_at_nothing() -> None:
    driver = _open(40)
    assert driver.do(CancelAll("", "maker", "", SELL)) == []
    assert driver.exchange.cancels == []


def test_time_is_due_at_once_while_something_goes_on() -> None:
    driver = _open(5)
    assert driver.exchange.next_due() == driver.exchange.day_ends_ns
    driver.time_ns = 7
    driver.do(CancelAll("", "maker"))
    assert driver.exchange.next_due() == 7
    driver.do(AdvanceTime(""))
    assert driver.exchange.next_due() == driver.exchange.day_ends_ns


def test_a_countdown_a_lost_session_and_a_restriction_go_on_likewise() -> None:
    check(
        f"""{FIVE_BUYS}
        maker: countdown 5000000000          -> armed maker until 5000000000
        time 5000000000                      -> {_system("countdown")}
        time 5000000000                      -> cancelled #5 1 countdown
    """,
        STAGE.replace("until 1000000", "until 9000000000"),
    )
    check(f"""{FIVE_BUYS}
        restrict maker suspended             -> restricted maker suspended, {_three("restricted")}
        restrict maker none                  -> cancelled #4 1 restricted, cancelled #5 1 restricted, restricted maker none
    """)


def test_at_the_close_they_go_on_when_the_day_is_over() -> None:
    """Nothing trades from the close on, so that nothing depends on them."""
    check(
        f"""
        time 20250106T09:30:00           -> CEA trading
        {FIVE_BUYS.replace("60.00", "64.00").replace("61.00", "64.00").replace("62.00", "64.00").replace("63.00", "64.00")}
        time 20250106T15:00:00           -> CEA break, CEA trading, cancelled #1 1 session-close, CEA closed, ended 20250106, cancelled #2 1 session-close
        book                             -> 3@64.00x3 | -
        taker: sell #6 1 @ 64.00         -> cancelled #3 1 session-close, cancelled #4 1 session-close, cancelled #5 1 session-close, refused MARKET_CLOSED
    """,
        SESSION_FLOOR,
    )


def test_a_day_that_begins_finishes_them_first() -> None:
    check(
        f"""
        time 20250106T09:30:00           -> CEA trading
        {FIVE_BUYS.replace("60.00", "64.00").replace("61.00", "64.00").replace("62.00", "64.00").replace("63.00", "64.00")}
        maker: buy #6 1 @ 64.00          -> accepted #6
        maker: buy #7 1 @ 64.00          -> accepted #7
        time 20250106T15:00:00           -> CEA break, CEA trading, cancelled #1 1 session-close, CEA closed, ended 20250106, cancelled #2 1 session-close
        begin 20250107                   -> cancelled #3 1 session-close, cancelled #4 1 session-close, cancelled #5 1 session-close, cancelled #6 1 session-close, cancelled #7 1 session-close, begun 20250107, CEA 63.00 to 77.00 around 70.00, CEA pre-open
    """,
        SESSION_FLOOR,
    )


def test_an_instrument_stays_closed_until_what_lies_outside_its_band_is_gone() -> None:
    driver = _open(5, terms=ListInstrument("", "CEA", reference=7000, band_permille=10))
    exchange = driver.exchange
    for order in exchange.accounts["maker"].orders.values():
        assert order.price == 6990
    exchange.instruments["CEA"].close = 8000
    driver.time_ns = exchange.day_ends_ns
    driver.do(AdvanceTime(""))
    instrument = exchange.instruments["CEA"]
    instrument.close = 8000
    events = driver.do(BeginDay("", 20250107))
    assert _cancelled(events) == [1, 2, 3]
    assert instrument.phase.name == "CLOSED"
    refused = driver.do(_buy(8000))
    assert _cancelled(refused) == [4, 5]
    assert type(refused[-1]).__name__ == "OrderAccepted", "cleared, so it trades"
    exchange.check()


def test_orders_of_a_delisted_instrument_go_on_to_be_cancelled() -> None:
    check(f"""{FIVE_BUYS}
        delist CEA                       -> {_three("delisted")}, CEA closed, delisted CEA
        taker: sell #6 1 @ 60.00         -> cancelled #4 1 delisted, cancelled #5 1 delisted, refused NOT_TRADABLE
    """)


def test_a_copy_from_the_middle_goes_on_alike_and_so_does_a_replay() -> None:
    driver = _open(20, "maker", "taker")
    driver.apply(CancelAll("", "maker"), CancelAll("", "taker", "CEA", BUY))
    twin = Exchange.restore(driver.exchange.snapshot())
    known = len(driver.batches)
    applied = [driver.apply(_buy()) for _ in range(12)]
    assert [twin.apply(batch) for batch in driver.batches[known:]] == applied
    assert twin.digest() == driver.exchange.digest()
    assert replay(driver.batches)[0].digest() == twin.digest()
    driver.exchange.check()


def _open(orders: int, *names: str, terms: ListInstrument | None = None) -> Driver:
    """Return an exchange in which each account has so many orders to buy."""
    driver = Driver()
    driver.apply(terms or ListInstrument("", "CEA"))
    for name in names or ("maker",):
        driver.apply(*admitted(name, 10**9, 0))
    driver.do(BeginDay("", 20250106))
    for name in names or ("maker",):
        driver.apply(*[_buy(6990, name)] * orders)
    return driver


def _buy(price: int = 6990, account: str = "maker") -> PlaceOrder:
    return PlaceOrder("", account, "CEA", BUY, price, 1, time_in_force=GTC)


def _cancelled(events: list[Event]) -> list[int]:
    return [event.order_id for event in events if type(event) is OrderCancelled]


def _three(reason: str) -> str:
    return ", ".join(f"cancelled #{number} 1 {reason}" for number in (1, 2, 3))


def _system(reason: str) -> str:
    return f"fired maker 5, {_three(reason)}, cancelled #4 1 {reason}"
