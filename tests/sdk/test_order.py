"""Orders that follow their executions."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from carbonex.sdk import Cancelled, ConnectionLost, Fill, Order
from carbonex.sdk.models import Execution, OrderResult
from carbonex.wire.requests import AddOrder


SENT = AddOrder("CEA25", "sell", 500, price="74.63", client_order_id="a-1")


class Desk:
    """Notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    async def amend(self, order: Order, **changes: Any) -> OrderResult:
        self.asked.append((order, changes))
        return OrderResult("7", "open", Decimal(changes["price"]), 500, 0)

    async def cancel(self, order: Order) -> Cancelled:
        self.asked.append((order,))
        return Cancelled("7", 500, 0)


def test_an_order_is_what_its_executions_say() -> None:
    order = new_order()
    assert (order.side, order.price, order.quantity) == ("sell", Decimal("74.63"), 500)
    order.follow(execution(1))
    order.follow(trade(2, 200, "74.63", filled=200))
    assert (order.order_id, order.filled, order.remaining) == ("7", 200, 300)
    order.follow(trade(3, 100, "74.66", filled=300))
    assert order.average_price == Decimal("74.64")
    order.follow(
        execution(4, event="amended", quantity=400, filled=300, priority_kept=True)
    )
    assert (order.remaining, order.priority_kept) == (100, True)
    order.follow(
        execution(
            5, event="cancelled", filled=300, status="cancelled", reason="SESSION_CLOSE"
        )
    )
    assert (order.is_open, order.remaining) == (False, 0)
    assert order.reason == "SESSION_CLOSE"
    assert repr(order) == "<Order 7 sell 500 CEA25 @ 74.63: cancelled, 300 filled>"


def test_an_execution_counts_once() -> None:
    order = new_order()
    for _ in range(2):
        order.follow(trade(2, 200, "74.63", filled=200))
    order.follow(execution(1))
    assert order.filled == 200
    assert order.average_price == Decimal("74.63")


def test_no_average_where_fills_are_missing() -> None:
    order = new_order()
    assert order.average_price is None
    order.follow(trade(9, 100, "74.63", filled=300))
    assert order.average_price is None


async def test_every_reader_gets_every_fill_until_the_end() -> None:
    order = new_order()
    order.follow(trade(1, 200, "74.63", filled=200))
    readers = [asyncio.ensure_future(fills(order)) for _ in range(2)]
    await asyncio.sleep(0)
    order.follow(trade(2, 100, "74.62", filled=300))
    await asyncio.sleep(0)
    assert not any(reader.done() for reader in readers)
    order.follow(trade(3, 200, "74.61", filled=500, status="filled"))
    expected = [(200, "74.63"), (100, "74.62"), (200, "74.61")]
    for reader in readers:
        assert [(fill.quantity, str(fill.price)) for fill in await reader] == expected


async def test_done_waits_for_the_end() -> None:
    order = new_order()
    waiting = asyncio.ensure_future(order.done())
    order.follow(execution(1))
    await asyncio.sleep(0)
    assert not waiting.done()
    order.follow(execution(2, status="cancelled", reason="IOC"))
    assert await waiting is order


async def test_an_order_that_cannot_be_followed_says_so_to_those_who_wait() -> None:
    order = new_order()
    order.follow(trade(1, 200, "74.63", filled=200))
    fill = anext(aiter(order.fills()))
    assert (await fill).quantity == 200
    waiting = asyncio.ensure_future(order.done())
    await asyncio.sleep(0)
    order.lose(ConnectionLost("closed"))
    for doomed in (waiting, fills(order), order.changed()):
        with pytest.raises(ConnectionLost):
            await doomed


async def test_what_is_known_needs_no_connection() -> None:
    order = new_order()
    order.follow(trade(1, 500, "74.63", filled=500, status="filled"))
    order.lose(ConnectionLost("closed"))
    assert await order.done() is order
    assert len(await fills(order)) == 1
    await order.changed()


async def test_orders_are_amended_and_cancelled_at_their_desk() -> None:
    desk = Desk()
    order = Order(desk, SENT, "acme-1")
    await order.amend(price="74.70")
    await order.cancel()
    assert desk.asked == [(order, {"price": "74.70"}), (order,)]


def test_an_answer_is_as_good_as_an_execution() -> None:
    order = new_order()
    order.restate(
        OrderResult("7", "open", Decimal("74.70"), 600, 100, priority_kept=False)
    )
    assert (order.price, order.remaining) == (Decimal("74.70"), 500)
    assert order.priority_kept is False
    order.withdrawn(Cancelled("7", 500, 100))
    assert (order.status, order.filled, order.reason) == ("cancelled", 100, "CLIENT")


def test_a_stop_order_waits_until_it_is_triggered() -> None:
    sent = structs.replace(SENT, order_type="stop_limit", stop_price="74.70")
    order = Order(Desk(), sent, "acme-1")
    assert (order.waiting, order.stop_price) == (True, Decimal("74.70"))
    order.follow(execution(1, stop_price=Decimal("74.70")))
    order.follow(execution(2, event="amended", stop_price=Decimal("74.80")))
    assert (order.waiting, order.stop_price) == (True, Decimal("74.80"))
    # Later executions tell the stop price that it was placed with.
    order.follow(execution(3, event="triggered", stop_price=Decimal("74.70")))
    order.follow(execution(4, event="amended", stop_price=Decimal("74.70")))
    assert (order.waiting, order.stop_price) == (False, Decimal("74.80"))


def test_an_answer_tells_whether_it_waits_unless_it_repeats_another() -> None:
    sent = structs.replace(SENT, order_type="stop", price="", stop_price="74.70")
    order = Order(Desk(), sent, "acme-1")
    price = Decimal("70.00")
    order.restate(OrderResult("7", "open", price, 500, 0, waiting=True))
    order.restate(OrderResult("7", "open", price, 500, 0, duplicate=True))
    assert order.waiting
    order.restate(OrderResult("7", "open", price, 500, 0))
    assert not order.waiting
    order.restate(OrderResult("7", "cancelled", price, 500, 0, waiting=True))
    assert not order.waiting


def test_an_iceberg_is_followed_by_what_it_shows() -> None:
    order = Order(Desk(), structs.replace(SENT, display_quantity=100), "acme-1")
    assert order.shown is None
    order.follow(execution(1))
    order.follow(trade(2, 430, "74.63", filled=430, remaining=70, liquidity="taker"))
    assert order.shown == 70
    order.follow(trade(3, 30, "74.63", filled=460, remaining=40))
    assert order.shown == 40
    order.follow(execution(4, event="amended", quantity=800, remaining=340))
    assert order.shown == 100
    order.follow(
        execution(5, event="amended", quantity=520, remaining=60, priority_kept=True)
    )
    assert order.shown == 60
    order.follow(execution(6, event="reduced", quantity=500, remaining=40))
    assert order.shown is None
    order.follow(trade(7, 20, "74.63", filled=480, remaining=20))
    assert order.shown is None
    order.follow(execution(8, event="refilled", shown=20, filled=480, remaining=20))
    assert order.shown == 20
    order.follow(execution(9, event="cancelled", filled=480, status="cancelled"))
    assert order.shown == 0


def test_fees_are_those_of_its_fills() -> None:
    order = new_order()
    assert order.fees == 0
    order.follow(trade(1, 200, "74.63", filled=200, fee=Decimal("0.15")))
    order.follow(trade(2, 200, "74.63", filled=400, fee=Decimal("0.14")))
    assert order.fees == Decimal("0.29")


def new_order() -> Order:
    return Order(Desk(), SENT, "acme-1")


async def fills(order: Order) -> list[Fill]:
    return [fill async for fill in order.fills()]


def execution(exec_seq: int, **changes: Any) -> Execution:
    values = {
        "account": "acme-1",
        "exec_seq": exec_seq,
        "event": "new",
        "order_id": "7",
        "instrument": "CEA25",
        "side": "sell",
        "order_type": "limit",
        "time_in_force": "day",
        "price": Decimal("74.63"),
        "quantity": 500,
        "filled": 0,
        "remaining": 500,
        "status": "open",
        "seq": 1,
        "time": 1,
        **changes,
    }
    return Execution(**values)


def trade(exec_seq: int, quantity: int, price: str, **changes: Any) -> Execution:
    values = {
        "event": "trade",
        "last_quantity": quantity,
        "last_price": Decimal(price),
        "trade_id": str(exec_seq),
        "liquidity": "maker",
    }
    return execution(exec_seq, **(values | changes))
