"""Many orders in one message: refused whole, or one outcome for each."""

from __future__ import annotations

from typing import Any

import pytest

from carbonex.wire.codec import JSON, MSGPACK, Codec
from gateway.session_house import Client, House, order


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_one_outcome_per_order_in_order(house: House, codec: Codec) -> None:
    client = house.trader("acme-key", codec)
    orders = [
        order(client_order_id="a-1"),
        order(quantity=0),
        order("sell", quantity=3, price="74.00"),
        order(client_order_id="a-1"),
        order("sell", price="74.70"),
    ]
    first, bad, own, again, last = client.result("batch_add", orders=orders)["orders"]
    assert first["result"]["order_id"] == "1"
    assert bad["success"] is False
    assert (bad["error"]["name"], bad["error"]["param"]) == ("BAD_QTY", "quantity")
    assert own["error"]["name"] == "SELF_TRADE"
    assert again["result"]["duplicate"]
    assert last["result"] == {
        "order_id": "2",
        "status": "open",
        "price": "74.70",
        "quantity": 10,
        "filled": 0,
    }


def test_cancelling_many(client: Client) -> None:
    client.result("batch_add", orders=[order(client_order_id="a-1"), order()])
    orders = [{"order_id": "2"}, {"order_id": "2"}, {"client_order_id": "a-1"}]
    answer = client.ask("batch_cancel", orders=orders)
    two, gone, one = answer["result"]["orders"]
    assert two["result"] == {"order_id": "2", "quantity": 10, "filled": 0}
    assert gone["error"]["name"] == "UNKNOWN_ORDER"
    assert one["result"]["client_order_id"] == "a-1"
    assert "remaining" not in answer


def test_fifty_orders_and_their_place_among_others(
    house: House, client: Client
) -> None:
    client.buy(client_order_id="before")
    client.send("batch_add", orders=[order()] * 50)
    client.send("cancel_all")
    house.commit()
    before, batch, cancelled = client.read()
    assert before["result"]["order_id"] == "1"
    ids = [item["result"]["order_id"] for item in batch["result"]["orders"]]
    assert ids == [str(n) for n in range(2, 52)]
    assert len(cancelled["result"]["orders"]) == 51


def test_a_batch_may_be_spread_over_commits() -> None:
    house = House(max_batch=2)
    client = house.trader("acme-key")
    client.send("batch_add", orders=[order()] * 5)
    for _ in range(2):
        house.commit_one()
        assert client.read() == []
    house.commit_one()
    (answer,) = client.read()
    assert len(answer["result"]["orders"]) == 5


MALFORMED: list[tuple[dict[str, Any], str, str, str]] = [
    (
        order(price="74.635"),
        "BAD_TYPE",
        "orders[1].price",
        "orders[1]: price '74.635' is not an amount of CNY",
    ),
    (
        order(price=""),
        "MISSING_MEMBER",
        "orders[1].price",
        "orders[1]: add_order needs price",
    ),
    (
        order(account="beta-1"),
        "ACCOUNT_DENIED",
        "orders[1].account",
        "orders[1]: beta-1 is not an account of participant acme",
    ),
    (
        order(side="hold"),
        "BAD_TYPE",
        "orders[1].side",
        'orders[1].side must be one of "buy", "sell", not "hold"',
    ),
    (
        order(prise="1"),
        "UNKNOWN_MEMBER",
        "orders[1].prise",
        "an order of batch_add has no member prise",
    ),
]


@pytest.mark.parametrize(("bad", "name", "param", "message"), MALFORMED)
def test_one_malformed_order_refuses_the_whole_batch(
    house: House,
    client: Client,
    bad: dict[str, Any],
    name: str,
    param: str,
    message: str,
) -> None:
    logged = house.exchange.seq
    error = client.error("batch_add", orders=[order(), bad, order()])
    assert (error["name"], error["param"]) == (name, param)
    assert error["message"].startswith(message)
    assert house.exchange.seq == logged


def test_one_nameless_cancel_refuses_the_whole_batch(client: Client) -> None:
    client.result("add_order", **order())
    error = client.error("batch_cancel", orders=[{"order_id": "1"}, {}])
    assert (error["name"], error["param"]) == ("MISSING_MEMBER", "orders[1].order_id")
    assert len(client.result("open_orders")["orders"]) == 1
