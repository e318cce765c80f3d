"""What became of an order, as the answer to its request tells it."""

from __future__ import annotations

import pytest

from carbonex.engine import OpenAccount, PlaceOrder
from carbonex.wire.codec import JSON, MSGPACK, Codec
from gateway.session_house import CEA, NOON, SECOND, Client, House, order


def book(house: House, *orders: str) -> None:
    """Let the rival rest orders such as ``sell 10 @ 74.63``."""
    rival = house.trader("beta-key")
    for text in orders:
        side, quantity, _, price = text.split()
        rival.result("add_order", **order(side, int(quantity), price, account="beta-1"))


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_the_envelope(house: House, codec: Codec) -> None:
    client = house.trader("acme-key", codec)
    client.send("add_order", **order(price="74.6"))
    house.now_ns += 250_000
    house.commit()
    assert client.read() == [
        {
            "method": "add_order",
            "success": True,
            "time_in": NOON // 1000,
            "time_out": NOON // 1000 + 250,
            "req_id": 2,
            "result": {
                "order_id": "1",
                "status": "open",
                "price": "74.60",
                "quantity": 10,
                "filled": 0,
            },
            "remaining": 1_979,  # of 2,000: the login cost 20
        }
    ]


def test_an_order_that_rests(client: Client) -> None:
    assert client.result("add_order", **order(client_order_id="a-1")) == {
        "order_id": "1",
        "status": "open",
        "price": "74.63",
        "quantity": 10,
        "filled": 0,
        "client_order_id": "a-1",
    }


def test_an_order_that_trades_in_part_and_rests(house: House, client: Client) -> None:
    book(house, "sell 3 @ 74.60", "sell 4 @ 74.62", "sell 9 @ 74.64")
    assert client.result("add_order", **order(quantity=10)) == {
        "order_id": "4",
        "status": "open",
        "price": "74.63",
        "quantity": 10,
        "filled": 7,
    }


def test_an_order_that_is_filled(house: House, client: Client) -> None:
    book(house, "sell 30 @ 74.60")
    result = client.result("add_order", **order(quantity=10))
    assert (result["status"], result["filled"]) == ("filled", 10)


@pytest.mark.parametrize(("resting", "filled"), [("sell 4 @ 74.63", 4), ("", 0)])
def test_the_rest_of_an_ioc_order_is_cancelled(
    house: House, client: Client, resting: str, filled: int
) -> None:
    if resting:
        book(house, resting)
    result = client.result("add_order", **order(time_in_force="ioc"))
    assert result["status"] == "cancelled"
    assert (result["quantity"], result["filled"]) == (10, filled)
    assert result["reason"] == "IOC"


def test_a_market_order_tells_its_protection_price(
    house: House, client: Client
) -> None:
    book(house, "sell 4 @ 70.00")
    market = order(order_type="market")
    del market["price"]
    assert client.result("add_order", **market) == {
        "order_id": "2",
        "status": "cancelled",
        "price": "77.00",
        "quantity": 10,
        "filled": 4,
        "reason": "IOC",
    }


def test_every_param_reaches_the_engine(house: House, client: Client) -> None:
    params = order(
        "sell",
        7,
        "80.05",
        order_type="limit",
        time_in_force="gtc",
        post_only="reprice",
        self_trade="decrement",
        client_order_id="full",
        account="acme-1",
        deadline=NOON // 1000 + 1,
    )
    result = client.result("add_order", **params)
    resting = house.exchange.accounts["acme-1"].orders[int(result["order_id"])]
    command = resting.command
    assert command == PlaceOrder(
        "acme-key",
        "acme-1",
        CEA,
        command.side.SELL,
        8005,
        7,
        command.order_type.LIMIT,
        command.time_in_force.GTC,
        command.post_only.REPRICE,
        command.self_trade.DECREMENT,
        "full",
        NOON + 1_000,
    )


def test_self_trade_prevention(house: House, client: Client) -> None:
    house.do(OpenAccount("", "acme", "acme-2"))
    mine = client.result("add_order", **order("sell", 4, account="acme-1"))

    error = client.error("add_order", **order(account="acme-1"))
    assert error["name"] == "SELF_TRADE"
    assert f"order {mine['order_id']} of your own participant" in error["message"]

    reduced = client.result(
        "add_order", **order(account="acme-1", quantity=10, self_trade="decrement")
    )
    assert reduced["status"] == "open"
    assert (reduced["quantity"], reduced["filled"]) == (6, 0)

    taker = client.result(
        "add_order",
        **order("sell", 2, account="acme-1", self_trade="cancel_both"),
    )
    assert (taker["status"], taker["reason"]) == ("cancelled", "SELF_TRADE")
    assert client.result("open_orders", account="acme-1")["orders"] == []


def test_a_taker_that_the_decrement_uses_up(client: Client) -> None:
    client.result("add_order", **order("sell", 10))
    result = client.result("add_order", **order(quantity=4, self_trade="decrement"))
    assert (result["status"], result["reason"]) == ("cancelled", "SELF_TRADE")
    assert (result["quantity"], result["filled"]) == (4, 0)
    (mine,) = client.result("open_orders")["orders"]
    assert (mine["quantity"], mine["remaining"]) == (6, 6)


def test_other_s_orders_in_the_same_command_do_not_count(
    house: House, client: Client
) -> None:
    client.result("add_order", **order("sell", 4, "74.60"))
    book(house, "sell 4 @ 74.61")
    result = client.result("add_order", **order(self_trade="cancel_oldest"))
    assert (result["status"], result["quantity"]) == ("open", 10)
    assert (result["filled"], result.get("reason")) == (4, None)


def test_a_repeated_client_order_id(house: House, client: Client) -> None:
    first = client.result("add_order", **order(client_order_id="a-1"))
    again = client.result("add_order", **order(client_order_id="a-1"))
    assert again == first | {"duplicate": True}

    book(house, "sell 4 @ 74.63")
    again = client.result("add_order", **order(client_order_id="a-1"))
    assert (again["status"], again["filled"]) == ("open", 4)

    client.result("cancel_order", client_order_id="a-1")
    again = client.result("add_order", **order(client_order_id="a-1"))
    assert (again["status"], again["filled"]) == ("cancelled", 4)

    error = client.error("add_order", **order(client_order_id="a-1", quantity=11))
    assert (error["code"], error["param"]) == (4002, "client_order_id")


def test_what_the_market_refuses(house: House, client: Client) -> None:
    book(house, "sell 4 @ 74.63")
    refused = {
        "UNKNOWN_INSTRUMENT": order() | {"instrument": "CEA99"},
        "BAD_QTY": order(quantity=0),
        "BAD_TICK": order(price="0.00"),
        "INSUFFICIENT_HOLDINGS": order("sell", 10**6 + 1, "80.00"),
        "INSUFFICIENT_FUNDS": order(quantity=10**7),
        "WOULD_TAKE_LIQUIDITY": order(post_only="reject"),
        "FOK_UNFILLABLE": order(time_in_force="fok"),
        "DEADLINE_PASSED": order(deadline=NOON // 1000 - 1),
        "BAD_NAME": order(client_order_id="with space"),
    }
    for name, params in refused.items():
        answer = client.ask("add_order", **params)
        assert answer["error"]["name"] == name
        assert "result" not in answer
        assert "remaining" in answer
    assert client.result("open_orders")["orders"] == []


def test_amending(house: House, client: Client) -> None:
    client.result("add_order", **order(client_order_id="a-1"))
    book(house, "sell 4 @ 74.63")
    amended = {
        "order_id": "1",
        "status": "open",
        "price": "74.63",
        "filled": 4,
        "client_order_id": "a-1",
    }
    assert client.result("amend_order", order_id="1", quantity=8) == amended | {
        "quantity": 8,
        "priority_kept": True,
    }
    assert client.result("amend_order", client_order_id="a-1", quantity=20) == (
        amended | {"quantity": 20, "priority_kept": False}
    )
    book(house, "sell 5 @ 74.70")
    assert client.result("amend_order", order_id="1", price="74.70") == (
        amended
        | {"quantity": 20, "filled": 9, "price": "74.70", "priority_kept": False}
    )
    book(house, "sell 30 @ 74.71")
    filled = client.result("amend_order", order_id="1", price="74.71")
    assert (filled["status"], filled["filled"]) == ("filled", 20)
    assert client.error("amend_order", order_id="1", quantity=30)["name"] == (
        "UNKNOWN_ORDER"
    )


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({}, 1005, "quantity"),
        ({"quantity": 0}, 1004, "quantity"),
        ({"price": "0"}, 1004, "price"),
        ({"price": ""}, 1004, "price"),
        ({"quantity": -5}, 3007, "quantity"),
    ],
)
def test_an_amendment_that_changes_nothing_is_refused(
    client: Client, changes: dict[str, object], code: int, param: str
) -> None:
    client.result("add_order", **order())
    refused = client.error("amend_order", order_id="1", **changes)
    assert (refused["code"], refused["param"]) == (code, param)
    assert client.result("order", order_id="1")["quantity"] == 10


def test_an_amendment_below_what_has_traded(house: House, client: Client) -> None:
    client.result("add_order", **order())
    book(house, "sell 4 @ 74.63")
    error = client.error("amend_order", order_id="1", quantity=4)
    assert (error["name"], error["param"]) == ("QTY_BELOW_FILLED", "quantity")


def test_cancelling(house: House, client: Client) -> None:
    client.result("add_order", **order(client_order_id="a-1"))
    book(house, "sell 4 @ 74.63")
    answer = client.ask("cancel_order", client_order_id="a-1")
    assert answer["result"] == {
        "order_id": "1",
        "quantity": 6,
        "filled": 4,
        "client_order_id": "a-1",
    }
    assert "remaining" not in answer
    error = client.error("cancel_order", order_id="1")
    assert (error["code"], error["param"]) == (4001, "order_id")


def test_cancelling_all(client: Client) -> None:
    for side, price in [("buy", "70.00"), ("sell", "80.00"), ("buy", "71.00")]:
        client.result("add_order", **order(side, price=price))
    bids = client.result("cancel_all", side="buy")["orders"]
    assert [cancelled["order_id"] for cancelled in bids] == ["1", "3"]
    assert client.result("cancel_all", instrument=CEA)["orders"] == [
        {"order_id": "2", "quantity": 10, "filled": 0}
    ]
    assert client.result("cancel_all") == {"orders": []}
    assert client.error("cancel_all", instrument="X")["name"] == "UNKNOWN_INSTRUMENT"


def test_another_participant_s_order_is_unknown(house: House, client: Client) -> None:
    book(house, "sell 4 @ 74.63")
    assert client.error("cancel_order", order_id="1")["name"] == "UNKNOWN_ORDER"


def test_a_deadline_is_in_microseconds(house: House, client: Client) -> None:
    deadline = NOON // 1000 + 10
    house.now_ns = NOON + 10_000
    assert client.result("add_order", **order(deadline=deadline))
    client.send("add_order", **order(deadline=deadline))
    house.now_ns += SECOND
    house.commit()
    (answer,) = client.read()
    assert answer["error"]["name"] == "DEADLINE_PASSED"
    assert answer["error"]["message"].startswith(
        f"the deadline {deadline} had passed by 1000000 µs"
    )
