"""Whatever a client sends is answered exactly, and the connection stays."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from carbonex.engine import BUY
from carbonex.wire.codec import JSON, MSGPACK, Codec
from carbonex.wire.errors import Code
from gateway.session_house import CEA, Client, House, order
from wire.bad import Bad, Told, label
from wire.bad_json import BAD_JSON
from wire.bad_msgpack import BAD_MSGPACK


def check(client: Client, bad: Bad) -> None:
    """Send ``bad`` between two good requests: it alone fails, and exactly so."""
    house = client.house
    first = client.buy(price="70.00", client_order_id="before")
    client.write_raw(bad.data)
    last = client.buy(price="70.00", client_order_id="after")
    logged = house.exchange.seq
    house.commit()
    assert house.exchange.seq == logged + 2

    before, answer, after = client.read()
    assert (before["req_id"], before["success"]) == (first, True)
    assert (after["req_id"], after["success"]) == (last, True)
    assert answer.get("req_id") == bad.req_id
    assert (answer["method"], answer["success"]) == (bad.method, False)
    error: dict[str, Any] = {
        "code": Code[bad.error.name].value,
        "name": bad.error.name,
        "message": bad.error.message,
    }
    if bad.error.param:
        error["param"] = bad.error.param
    assert answer["error"] == error
    assert client.closing is None


@pytest.mark.parametrize(("codec", "rows"), [(JSON, BAD_JSON), (MSGPACK, BAD_MSGPACK)])
def test_what_is_bad_is_refused_exactly(
    codec: Codec, rows: list[Bad], subtests: pytest.Subtests
) -> None:
    for bad in rows:
        with subtests.test(label(bad)):
            check(House().trader(codec=codec), bad)


def test_a_binary_frame_in_a_text_session() -> None:
    check(
        House().trader(),
        Bad(
            msgspec.msgpack.encode({"method": "ping"}),
            Told(
                "WRONG_ENCODING",
                "",
                "this connection speaks carbonex.v1.json: send text frames, or connect"
                " with the other subprotocol",
            ),
        ),
    )


def test_a_text_frame_in_a_binary_session() -> None:
    check(
        House().trader(codec=MSGPACK),
        Bad(
            '{"method":"ping"}',
            Told(
                "WRONG_ENCODING",
                "",
                "this connection speaks carbonex.v1.msgpack: send binary frames, or"
                " connect with the other subprotocol",
            ),
        ),
    )


MONEY = 'write digits and at most two decimals, such as "74.63"'
NAMED_TWICE = 'client_order_id must be left out where order_id is given, not "a-1"'

# What fits the types and still cannot be meant; the engine never sees it.
DOUBTFUL = [
    ("add_order", {"price": "74.635"}, "BAD_TYPE", "price", MONEY),
    ("add_order", {"price": "-74.63"}, "BAD_TYPE", "price", MONEY),
    ("add_order", {"price": "7e1"}, "BAD_TYPE", "price", MONEY),
    ("add_order", {"price": "1" * 18}, "BAD_TYPE", "price", "the most there can be"),
    (
        "add_order",
        {"price": ""},
        "MISSING_MEMBER",
        "price",
        "add_order needs price: a limit order trades at its price or better",
    ),
    (
        "amend_order",
        {"order_id": "1", "price": "0.00"},
        "BAD_TYPE",
        "price",
        'price must be above 0, or left out to keep it, not "0.00"',
    ),
    (
        "amend_order",
        {"quantity": 5},
        "MISSING_MEMBER",
        "order_id",
        "amend_order needs order_id: or client_order_id, to name the order",
    ),
    (
        "cancel_order",
        {},
        "MISSING_MEMBER",
        "order_id",
        "cancel_order needs order_id: or client_order_id, to name the order",
    ),
    (
        "cancel_order",
        {"order_id": "1", "client_order_id": "a-1"},
        "BAD_TYPE",
        "client_order_id",
        NAMED_TWICE,
    ),
    (
        "order",
        {"order_id": "1", "client_order_id": "a-1"},
        "BAD_TYPE",
        "client_order_id",
        NAMED_TWICE,
    ),
    (
        "deposit",
        {"account": "acme-1", "amount": "1,000", "client_ref": "r"},
        "BAD_TYPE",
        "amount",
        MONEY,
    ),
    (
        "list_instrument",
        {"instrument": "X", "tick": "0.001"},
        "BAD_TYPE",
        "tick",
        MONEY,
    ),
    (
        "add_key",
        {
            "participant": "acme",
            "key_id": "k",
            "public_key": "+/+/",
            "permissions": ["read"],
        },
        "BAD_TYPE",
        "public_key",
        'public_key must be 32 bytes as a base64url string, not "+/+/"',
    ),
]


@pytest.mark.parametrize(("method", "params", "name", "param", "message"), DOUBTFUL)
def test_doubtful_values(
    method: str, params: dict[str, Any], name: str, param: str, message: str
) -> None:
    house = House()
    owner = "acme-key" if "order" in method else "house-key"
    client = house.trader(owner)
    logged = house.exchange.seq
    if method == "add_order":
        params = order() | params
    error = client.error(method, **params)
    assert (error["code"], error["name"]) == (Code[name], name)
    assert error["param"] == param
    assert message in error["message"]
    assert house.exchange.seq == logged
    assert client.closing is None


def test_a_market_order_needs_no_price() -> None:
    client = House().trader()
    market = order(order_type="market") | {"price": ""}
    assert client.result("add_order", **market)["status"] == "cancelled"
    del market["price"]
    assert client.result("add_order", **market)["status"] == "cancelled"
    error = client.error("add_order", **order(order_type="market"))
    assert (error["name"], error["param"]) == ("BAD_PARAMETER", "price")


def test_garbage_by_the_thousand_leaves_nothing_behind() -> None:
    house = House()
    client = house.trader()
    for n in range(500):
        client.write_raw("{" * n)
    answers = client.read()
    assert len(answers) == 500
    assert {answer["error"]["name"] for answer in answers} == {"MALFORMED"}
    assert not client.session.wants_pause
    assert client.result("balances")["account"] == "acme-1"
    assert house.exchange.instruments[CEA].book.best(BUY) is None
