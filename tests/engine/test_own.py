"""A search among an account's orders looks at those that it returns, and few others."""

from __future__ import annotations

import pytest

from carbonex.engine import (
    BUY,
    COMPILED,
    SELL,
    BeginDay,
    ListInstrument,
    PlaceOrder,
)
from carbonex.engine.book import Order
from carbonex.engine.orders.own import OwnOrders
from driver import Driver, admitted


COUNT = 2_000

pytestmark = pytest.mark.skipif(
    COMPILED, reason="compiled code does not ask a dict of another class"
)


class Counted(dict[int, Order]):
    """Orders by number that count how often one is looked up."""

    looks = 0

    def __contains__(self, number: object) -> bool:
        self.looks += 1
        return super().__contains__(number)


@pytest.fixture
def orders() -> Counted:
    """One account's open orders, bids and offers by turns."""
    driver = Driver()
    driver.apply(ListInstrument("", "CEA"))
    driver.apply(*admitted("maker", 10**9, COUNT))
    driver.do(BeginDay("", 20250106))
    for n in range(COUNT):
        side, price = ((BUY, 6980), (SELL, 7020))[n % 2]
        driver.do(PlaceOrder("", "maker", "CEA", side, price, 1))
    return Counted(driver.exchange.accounts["maker"].orders)


def test_it_stops_at_as_many_as_are_wanted(orders: Counted) -> None:
    own = OwnOrders(orders)
    numbers = list(orders)
    for after in (0, numbers[COUNT // 2], numbers[-21]):
        orders.looks = 0
        found = own.find("", BUY, after, 10)
        wanted = [n for n in numbers if n > after and orders[n].command.side is BUY]
        assert [order.order_id for order in found] == wanted[:10]
        assert orders.looks <= 10


def test_orders_that_have_ended_are_looked_at_once(orders: Counted) -> None:
    own = OwnOrders(orders)
    bids = own.find("", BUY, 0, COUNT)
    for order in bids[:-1]:
        del orders[order.order_id]
    assert own.find("", BUY, 0, 1) == bids[-1:]
    orders.looks = 0
    assert own.find("", BUY, 0, 1) == bids[-1:]
    assert orders.looks == 1
    own.check()


def test_a_session_may_have_the_name_of_an_instrument() -> None:
    """Its orders are found once among those of the instrument."""
    driver = Driver()
    driver.apply(ListInstrument("", "CEA"), *admitted("maker", 10**9, COUNT))
    driver.do(BeginDay("", 20250106))
    for _ in range(4):
        driver.do(PlaceOrder("", "maker", "CEA", BUY, 6980, 1, session="CEA"))
    own = OwnOrders(driver.exchange.accounts["maker"].orders)
    found = own.find("CEA", None, 0, 4)
    assert [order.order_id for order in found] == [1, 2, 3, 4]
    assert own.of_session("CEA", 0, 4) == found
