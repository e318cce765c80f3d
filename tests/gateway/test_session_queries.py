"""What is answered without the log: orders, balances, subscriptions."""

from __future__ import annotations

import pytest

from carbonex.wire.codec import JSON, MSGPACK, Codec
from gateway.named_sessions import enter
from gateway.session_house import CEA, Client, House, order


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_ping_works_without_a_login_and_without_a_req_id(
    house: House, codec: Codec
) -> None:
    client = house.connect(codec)
    client.read()
    client.write({"method": "ping"})
    (answer,) = client.read()
    assert answer["result"] == {}
    assert "req_id" not in answer


def test_balances(client: Client) -> None:
    client.result("add_order", **order(quantity=100))
    client.result("add_order", **order("sell", 30, "80.00"))
    assert client.result("balances") == {
        "account": "acme-1",
        "cash": "100000000.00",
        "locked": "7463.00",
        "available": "99992537.00",
        "holdings": [
            {
                "instrument": CEA,
                "quantity": 10**6,
                "locked": 30,
                "available": 999_970,
                "resale_locked": 0,
                "sellable": {},
                "frozen": 0,
                "freeze_pending": 0,
            }
        ],
        "frozen": "0.00",
        "freeze_pending": "0.00",
    }


def test_open_orders_oldest_first(client: Client) -> None:
    client.result("add_order", **order(client_order_id="a-1"))
    client.result("add_order", **order("sell", 5, "80.00", time_in_force="gtc"))
    first, second = client.result("open_orders")["orders"]
    assert first == {
        "order_id": "1",
        "account": "acme-1",
        "instrument": CEA,
        "side": "buy",
        "order_type": "limit",
        "time_in_force": "day",
        "price": "74.63",
        "quantity": 10,
        "filled": 0,
        "remaining": 10,
        "status": "open",
        "client_order_id": "a-1",
    }
    assert (second["order_id"], second["time_in_force"]) == ("2", "gtc")
    assert len(client.result("open_orders", instrument=CEA)["orders"]) == 2


def test_open_orders_tell_the_session_that_placed_them(house: House) -> None:
    maker = enter(house, session="mm-1")
    maker.result("add_order", **order())
    house.trader("acme-key").result("add_order", **order("sell", 5, "80.00"))
    first, second = maker.result("open_orders")["orders"]
    assert first["session"] == "mm-1"
    assert "session" not in second
    assert maker.result("order", order_id="1")["session"] == "mm-1"


def test_open_orders_of_an_unknown_instrument(client: Client) -> None:
    assert client.error("open_orders", instrument="CEA99") == {
        "code": 3001,
        "name": "UNKNOWN_INSTRUMENT",
        "message": "there is no instrument CEA99; the instrument channel lists them",
        "param": "instrument",
    }


@pytest.mark.parametrize("name", ["cea25", "CEA-25", "cea 25"])
def test_a_name_that_is_nearly_an_instrument_s_is_told_which(
    client: Client, name: str
) -> None:
    message = (
        f"there is no instrument {name}; the instrument channel lists them;"
        " did you mean CEA25?"
    )
    placed = order() | {"instrument": name}
    assert client.error("add_order", **placed)["message"] == message
    assert client.error("open_orders", instrument=name)["message"] == message
    followed = client.error("subscribe", channel="book", instrument=name)
    assert followed["message"] == message


def test_looking_an_order_up(client: Client) -> None:
    client.result("add_order", **order(client_order_id="a-1"))
    by_id = client.result("order", order_id="1")
    assert by_id == client.result("order", client_order_id="a-1")
    assert by_id["status"] == "open"

    client.result("cancel_order", order_id="1")
    assert client.error("order", order_id="2") == {
        "code": 4001,
        "name": "UNKNOWN_ORDER",
        "message": "account acme-1 has had no order with order_id 2",
        "param": "order_id",
    }
    gone = client.result("order", client_order_id="a-1")
    assert (gone["status"], gone["quantity"], gone["filled"]) == ("cancelled", 10, 0)
    assert gone["remaining"] == 0  # as its last execution says
    error = client.error("order", client_order_id="a-2")
    assert (error["name"], error["param"]) == ("UNKNOWN_ORDER", "client_order_id")


def test_each_account_by_its_name(house: House) -> None:
    client = house.trader("beta-key")
    client.result("add_order", **order(), account="beta-2")
    assert client.result("open_orders", account="beta-1") == {"orders": []}
    assert len(client.result("open_orders", account="beta-2")["orders"]) == 1
    assert client.result("order", order_id="1", account="beta-2")["account"] == "beta-2"


def test_the_acknowledgement_says_what_was_understood(client: Client) -> None:
    book = client.result("subscribe", channel="book", instrument=CEA)
    assert book == {
        "channel": "book",
        "instrument": CEA,
        "depth": 10,
        "interval_ms": 100,
    }
    assert client.result("subscribe", channel="executions") == {
        "channel": "executions",
        "account": "acme-1",
    }
    assert client.result("subscribe", channel="ticker") == {"channel": "ticker"}


@pytest.mark.parametrize(
    ("channel", "param", "given"),
    [
        ("book", "account", "acme-1"),
        ("trade", "depth", 25),
        ("executions", "instrument", CEA),
        ("balances", "from_seq", 7),
        ("heartbeat", "interval_ms", 50),
        ("auction", "account", "acme-1"),
        ("bulletin", "from_seq", 7),
        ("premium", "depth", 25),
        ("blocks", "instrument", CEA),
        ("bids", "from_seq", 7),
    ],
)
def test_members_that_a_channel_has_not_are_refused(
    client: Client, channel: str, param: str, given: object
) -> None:
    params = {"channel": channel, param: given}
    if channel == "book":
        params["instrument"] = CEA
    refused = client.error("subscribe", **params)
    assert (refused["code"], refused["param"]) == (1004, param)
    assert refused["message"] == (
        f"{param} must be left out: {channel} has no {param}, not {given}"
    )


def test_a_subscription_starts_with_its_snapshot(client: Client) -> None:
    client.result("add_order", **order())
    client.send("subscribe", channel="book", instrument=CEA)
    answer, snapshot = client.read()
    assert answer["success"]
    assert (snapshot["channel"], snapshot["type"]) == ("book", "snapshot")
    assert snapshot["data"][0]["bids"] == [["74.63", 10, 1]]


def test_subscriptions_that_are_refused(client: Client) -> None:
    client.result("subscribe", channel="trade", instrument=CEA)
    again = client.error("subscribe", channel="trade", instrument=CEA)
    assert (again["code"], again["name"]) == (4011, "ALREADY_SUBSCRIBED")
    unknown = client.error("subscribe", channel="trade", instrument="CEA99")
    assert (unknown["code"], unknown["param"]) == (3001, "instrument")
    nameless = client.error("subscribe", channel="book")
    assert (nameless["name"], nameless["param"]) == ("MISSING_MEMBER", "instrument")


def test_unsubscribing(house: House, client: Client) -> None:
    client.result("subscribe", channel="executions")
    assert client.result("unsubscribe", channel="executions")["account"] == "acme-1"
    client.send("add_order", **order())
    house.commit()
    (answer,) = client.read()
    assert answer["method"] == "add_order"

    error = client.error("unsubscribe", channel="executions")
    assert (error["code"], error["name"]) == (4010, "NOT_SUBSCRIBED")
    assert "executions" in error["message"]


def test_a_closed_connection_follows_nothing(house: House, client: Client) -> None:
    client.result("subscribe", channel="executions")
    client.result("subscribe", channel="book", instrument=CEA)
    client.read()
    client.session.closed()
    rival = house.trader("beta-key")
    rival.result("add_order", **order(), account="beta-1")
    house.feed.flush(house.now_ns + 10**9)
    assert client.read() == []


def test_many_open_orders_are_told_page_by_page(client: Client) -> None:
    for n in range(5):
        client.result("add_order", **order(quantity=n + 1))
    client.result("cancel_order", order_id="2")
    first = client.result("open_orders", limit=2)
    assert [o["order_id"] for o in first["orders"]] == ["1", "3"]
    assert first["more"] is True
    client.result("cancel_order", order_id="3")  # a page may begin after any number
    last = client.result("open_orders", after="3", limit=2)
    assert [o["order_id"] for o in last["orders"]] == ["4", "5"]
    assert "more" not in last
    assert client.result("open_orders", after="5") == {"orders": []}


@pytest.mark.parametrize(
    ("param", "value"), [("limit", 0), ("limit", 1001), ("after", "x")]
)
def test_a_page_that_cannot_be(client: Client, param: str, value: object) -> None:
    assert client.error("open_orders", **{param: value})["param"] == param
