"""Stop orders that trades have reached enter slice by slice; here of three events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonex.engine import (
    BUY,
    SELL,
    STOP_LIMIT,
    AdvanceTime,
    AmendOrder,
    BeginDay,
    CancelOrder,
    Conditions,
    Exchange,
    HaltInstrument,
    ListInstrument,
    OrderTriggered,
    PhaseChanged,
    PlaceOrder,
    ResumeInstrument,
)
from driver import Driver, admitted
from engine.backlogs import small
from scenario import check


if TYPE_CHECKING:
    from carbonex.engine import Event

__all__ = ["small"]

# Four wait to buy at 70.00 and above, and the first to sell waits at 70.00.
WAITING = """
        third: buy #1 1 @ 60.00 stop 70.02   -> accepted #1
        third: buy #2 1 @ 60.00 stop 70.00   -> accepted #2
        third: buy #3 1 @ 60.00 stop 70.01   -> accepted #3
        third: sell #4 1 @ 80.00 stop 70.00  -> accepted #4
        third: buy #5 1 @ 60.00 stop 70.01   -> accepted #5
        maker: sell #6 9 @ 70.02             -> accepted #6
"""

pytestmark = pytest.mark.usefixtures("small")


def test_they_enter_by_their_prices_and_go_on_with_the_next_batches() -> None:
    check(f"""{WAITING}
        taker: buy #7 1 @ 70.02   -> accepted #7, traded #6 #7 1 @ 70.02, triggered #2
        book                      -> 1@60.00 | 8@70.02
        taker: buy #8 1 @ 59.00   -> triggered #3, triggered #5, triggered #1, accepted #8
        book                      -> 4@60.00x4 1@59.00 | 8@70.02
        time 6                    -> nothing
    """)


def test_one_that_waits_though_it_is_reached_may_be_cancelled_or_amended() -> None:
    driver = _cascade()
    driver.apply(
        _buy(7000),
        CancelOrder("", "third", 2),
        AmendOrder("", "third", 3, stop_price=8000),
    )
    driver.apply(AdvanceTime(""))
    assert _waiting(driver) == [3, 7, 8, 9]
    while driver.exchange.reaching:
        driver.apply(AdvanceTime(""))
    assert _waiting(driver) == [3]
    driver.exchange.check()


def test_their_trades_reach_others() -> None:
    """The second sell reaches the third and the fourth stop order."""
    check("""
        third: buy #1 1 @ 70.05 stop 70.00   -> accepted #1
        third: buy #2 1 @ 70.05 stop 70.01   -> accepted #2
        third: buy #3 1 @ 70.05 stop 70.02   -> accepted #3
        maker: sell #4 1 @ 70.00             -> accepted #4
        maker: sell #5 1 @ 70.01             -> accepted #5
        maker: sell #6 1 @ 70.02             -> accepted #6
        taker: buy #7 1 @ 70.00              -> accepted #7, traded #4 #7 1 @ 70.00, triggered #1, traded #5 #1 1 @ 70.01
        time 5                               -> triggered #2, traded #6 #2 1 @ 70.02, triggered #3
        book                                 -> 1@70.05 | -
    """)


def test_while_their_instrument_is_halted_they_wait() -> None:
    driver = _cascade()
    exchange = driver.exchange
    driver.apply(_buy(7000), HaltInstrument("", "CEA"))
    assert exchange.reaching
    assert exchange.next_due() == exchange.day_ends_ns, "there is nothing to do"
    assert driver.do(AdvanceTime("")) == []
    assert len(_waiting(driver)) == 8
    (resumed,) = driver.do(ResumeInstrument("", "CEA"))
    assert type(resumed) is PhaseChanged
    assert exchange.next_due() == exchange.time_ns
    assert _triggered(driver.do(AdvanceTime(""))) == [2, 3, 4]
    driver.apply(AdvanceTime(""), AdvanceTime(""))
    assert _triggered(driver.do(AdvanceTime(""))) == [8, 9]
    assert _waiting(driver) == []
    assert not exchange.reaching
    exchange.check()


def test_a_copy_from_the_middle_goes_on_alike() -> None:
    driver = _cascade()
    driver.apply(_buy(7000))
    twin = Exchange.restore(driver.exchange.snapshot())
    known = len(driver.batches)
    applied = [driver.apply(_buy(7000)) for _ in range(5)]
    assert [twin.apply(batch) for batch in driver.batches[known:]] == applied
    assert twin.digest() == driver.exchange.digest()


def test_those_of_several_instruments_take_turns() -> None:
    driver = _cascade("CEA", "CCER")
    driver.apply(_buy(7000), _buy(7000, "CCER"))
    assert _triggered(driver.do(AdvanceTime(""))) == [2, 3, 4]
    assert _triggered(driver.do(AdvanceTime(""))) == [12, 13, 14]
    assert _triggered(driver.do(AdvanceTime(""))) == [5, 6, 7]


def _cascade(*names: str) -> Driver:
    """Return an exchange with nine stop orders in each instrument, and one to meet."""
    driver = Driver()
    driver.apply(*[ListInstrument("", name) for name in names or ("CEA",)])
    for account in ("maker", "taker", "third"):
        driver.apply(*admitted(account, 10**9, 100, names or ("CEA",)))
    driver.do(BeginDay("", 20250106))
    for name in names or ("CEA",):
        stop = PlaceOrder(
            "",
            "third",
            name,
            BUY,
            6000,
            1,
            STOP_LIMIT,
            conditions=Conditions(stop_price=7000),
        )
        driver.apply(*[stop] * 9)
        driver.apply(PlaceOrder("", "maker", name, SELL, 7000, 9))
    return driver


def _buy(price: int, name: str = "CEA") -> PlaceOrder:
    """Return an order whose trade reaches them; one enters with its command."""
    return PlaceOrder("", "taker", name, BUY, price, 1)


def _triggered(events: list[Event]) -> list[int]:
    return [event.order_id for event in events if type(event) is OrderTriggered]


def _waiting(driver: Driver) -> list[int]:
    stops = driver.exchange.instruments["CEA"].stops
    return sorted(order.order_id for order in stops.orders())
