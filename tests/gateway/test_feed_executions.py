"""Executions: what an account is told of its orders, and when."""

from __future__ import annotations

from typing import Any

from carbonex.engine import (
    BUY,
    MARKET,
    SELL,
    AdvanceTime,
    AmendOrder,
    PlaceOrder,
    SelfTrade,
)
from carbonex.wire import channels
from feed_stage import DAY_ENDS_NS, Client, Stage


def buy(account: str, quantity: int, price: int, **more: Any) -> PlaceOrder:
    return PlaceOrder("", account, "CEA25", BUY, price, quantity, **more)


def sell(account: str, quantity: int, price: int, **more: Any) -> PlaceOrder:
    return PlaceOrder("", account, "CEA25", SELL, price, quantity, **more)


def follow(stage: Stage, account: str, **more: Any) -> Client:
    return Client(stage).follow("executions", account=account, **more)


def story(client: Client) -> list[tuple[str, str, int, int, int, str]]:
    """Return event, price, total, filled, remaining and status of each update."""
    return [
        (e.event, e.price, e.quantity, e.filled, e.remaining, e.status)
        for kind, e in client.read(channels.Execution)
        if kind == "update"
    ]


def test_executions_come_before_the_answer() -> None:
    stage = Stage().set_up()
    maker, taker = follow(stage, "ant"), follow(stage, "bee")
    for client in (maker, taker):
        client.frames()
    heard: list[tuple[int, int, int]] = []

    def between(index: int) -> None:
        heard.append((index, len(maker.frames()), len(taker.frames())))

    stage.do(sell("ant", 5, 7000), buy("bee", 2, 7000), between=between)
    assert heard == [(0, 1, 0), (1, 1, 1)]


def test_an_amended_order_keeps_its_terms_through_its_trades() -> None:
    stage = Stage().set_up()
    client = follow(stage, "ant")
    client.frames()
    stage.do(sell("ant", 5, 7000), buy("bee", 2, 7000))
    stage.do(AmendOrder("", "ant", 1, price=7010, quantity=9))
    stage.do(buy("bee", 4, 7010), buy("cow", 3, 7010))
    assert story(client) == [
        ("new", "70.00", 5, 0, 5, "open"),
        ("trade", "70.00", 5, 2, 3, "open"),
        ("amended", "70.10", 9, 2, 7, "open"),
        ("trade", "70.10", 9, 6, 3, "open"),
        ("trade", "70.10", 9, 9, 0, "filled"),
    ]


def test_a_market_order_names_the_price_it_trades_up_to() -> None:
    stage = Stage().set_up()
    stage.do(sell("ant", 5, 7000))
    client = follow(stage, "bee")
    client.frames()
    stage.do(buy("bee", 7, 0, order_type=MARKET))
    assert story(client) == [
        ("new", "77.00", 7, 0, 7, "open"),
        ("trade", "77.00", 7, 5, 2, "open"),
        ("cancelled", "77.00", 7, 5, 0, "cancelled"),
    ]


def test_decrement_lowers_the_total_of_both_orders() -> None:
    stage = Stage().set_up()
    client = follow(stage, "ant")
    client.frames()
    decrement = {"self_trade": SelfTrade.DECREMENT}
    stage.do(sell("ant", 5, 7000), buy("ant", 3, 7000, **decrement))
    stage.do(buy("bee", 2, 7000))
    assert story(client) == [
        ("new", "70.00", 5, 0, 5, "open"),
        ("new", "70.00", 3, 0, 3, "open"),
        ("reduced", "70.00", 2, 0, 2, "open"),
        ("cancelled", "70.00", 3, 0, 0, "cancelled"),
        ("trade", "70.00", 2, 2, 0, "filled"),
    ]


def test_the_end_of_the_day_is_told() -> None:
    stage = Stage().set_up()
    stage.do(sell("ant", 5, 7000))
    client = follow(stage, "ant")
    client.frames()
    stage.now_ns = DAY_ENDS_NS
    stage.do(AdvanceTime(""))
    [(_, execution)] = client.read(channels.Execution)
    assert (execution.event, execution.reason) == ("cancelled", "SESSION_CLOSE")


def test_one_frame_tells_what_one_command_did_and_is_shared() -> None:
    stage = Stage().set_up()
    stage.do(sell("ant", 1, 7000), sell("ant", 1, 7001), sell("cow", 1, 7002))
    one, other = follow(stage, "bee"), follow(stage, "bee")
    maker = follow(stage, "ant")
    for client in (one, other, maker):
        client.frames()
    stage.do(buy("bee", 3, 7002))
    [first], [second] = one.outbox.take(), other.outbox.take()
    assert first is second
    assert [e.event for _, e in maker.read(channels.Execution)] == ["trade", "trade"]


def test_a_paused_client_loses_no_execution() -> None:
    stage = Stage().set_up()
    client = follow(stage, "ant")
    client.outbox.paused = True
    stage.do(*(sell("ant", 1, 7000 + n) for n in range(20)))
    client.resume()
    kinds = [frame.type for frame in client.frames()]
    assert kinds == ["snapshot"] + ["update"] * 20


def test_many_open_orders_come_in_pages_as_of_one_moment() -> None:
    stage = Stage().set_up()
    for _ in range(25):
        stage.do(*(sell("ant", 1, 7000) for _ in range(100)))
    client = follow(stage, "ant")
    pages = [page for _, page in client.read(channels.ExecutionsSnapshot)]
    assert [len(page.orders) for page in pages] == [1000, 1000, 500]
    assert [page.more for page in pages] == [True, True, False]
    assert {(page.exec_seq, page.seq) for page in pages} == {
        (2500, stage.venue.exchange.seq)
    }
    ids = [int(order.order_id) for page in pages for order in page.orders]
    assert ids == list(range(1, 2501))


def test_a_whole_page_is_followed_by_no_empty_one() -> None:
    stage = Stage().set_up()
    for _ in range(10):
        stage.do(*(sell("ant", 1, 7000) for _ in range(100)))
    client = follow(stage, "ant")
    [(_, page)] = client.read(channels.ExecutionsSnapshot)
    assert (len(page.orders), page.more) == (1000, False)
