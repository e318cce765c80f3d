"""Stops, icebergs, gtd and picks, from the request to the order as it stands."""

from __future__ import annotations

from typing import Any

import pytest

from carbonex.engine import (
    AdvanceTime,
    BeginDay,
    CallTerms,
    ListInstrument,
    OrderKind,
)
from carbonex.engine.market.schedule import midnight_ns
from carbonex.wire.codec import JSON, MSGPACK, Codec
from gateway.session_house import CEA, DAY_ENDS, NOON, SECOND, Client, House, order


MICROS = NOON // 1000


def ask(beta: Client, quantity: int, price: str) -> str:
    """Let beta offer at a price; return the order's number."""
    offer = order("sell", quantity, price, account="beta-1")
    number: str = beta.result("add_order", **offer)["order_id"]
    return number


def trade_at(house: House, price: str) -> None:
    """Let two of others trade one tonne."""
    beta, acme = house.trader("beta-key"), house.trader("acme-key")
    beta.result("add_order", **order("sell", 1, price, account="beta-1"))
    acme.result("add_order", **order("buy", 1, price))


STOP: dict[str, Any] = {"order_type": "stop", "stop_price": "75.00"}
STOP_LIMIT: dict[str, Any] = {"order_type": "stop_limit", "stop_price": "75.00"}


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_a_stop_limit_order_waits_then_stands_in_the_book(
    house: House, codec: Codec
) -> None:
    acme = house.trader("acme-key", codec)
    placed = acme.result("add_order", **order(price="75.10", **STOP_LIMIT))
    assert placed == {
        "order_id": "1",
        "status": "open",
        "price": "75.10",
        "quantity": 10,
        "filled": 0,
        "waiting": True,
    }
    waiting = acme.result("order", order_id="1")
    assert (waiting["order_type"], waiting["stop_price"], waiting["waiting"]) == (
        "stop_limit",
        "75.00",
        True,
    )
    assert acme.result("open_orders")["orders"] == [waiting]
    assert acme.result("balances")["locked"] == "751.00"
    trade_at(house, "75.00")
    standing = acme.result("order", order_id="1")
    assert "waiting" not in standing
    assert (standing["status"], standing["filled"]) == ("open", 0)


def test_a_stop_order_that_is_triggered_at_once_trades(
    house: House, acme: Client, beta: Client
) -> None:
    trade_at(house, "75.00")
    ask(beta, 4, "75.20")
    placed = order("buy", 10, **STOP)
    del placed["price"]
    result = acme.result("add_order", **placed)
    assert result == {
        "order_id": "4",
        "status": "cancelled",
        "price": "82.50",  # 75.00 and ten per cent: the protection
        "quantity": 10,
        "filled": 4,
        "reason": "IOC",
    }


def test_a_stop_order_needs_its_stop_price_and_no_price(acme: Client) -> None:
    error = acme.error("add_order", **order(order_type="stop_limit"))
    assert (error["name"], error["param"]) == ("BAD_PARAMETER", "stop_price")
    error = acme.error("add_order", **order(**STOP))
    assert error["message"] == (
        "a market or stop order has no price of its own: leave price out"
    )
    error = acme.error("add_order", **order(price="", **STOP_LIMIT))
    assert (error["name"], error["param"]) == ("MISSING_MEMBER", "price")
    error = acme.error("add_order", **order(stop_price="75.00"))
    assert (error["name"], error["param"]) == ("BAD_PARAMETER", "stop_price")
    error = acme.error("add_order", **order(**STOP_LIMIT, time_in_force="ioc"))
    assert error["message"] == "a stop order waits: it is day, gtc or gtd"


def test_a_cancelled_stop_order_waits_no_more(acme: Client) -> None:
    named = order(price="75.10", client_order_id="a-1", **STOP_LIMIT)
    acme.result("add_order", **named)
    acme.result("cancel_order", order_id="1")
    gone = acme.result("order", client_order_id="a-1")
    assert (gone["status"], gone["stop_price"]) == ("cancelled", "75.00")
    assert "waiting" not in gone


def test_a_waiting_order_may_get_another_stop_price(house: House, acme: Client) -> None:
    acme.result("add_order", **order(price="76.00", **STOP_LIMIT))
    amended = acme.result("amend_order", order_id="1", stop_price="75.50")
    assert amended == {
        "order_id": "1",
        "status": "open",
        "price": "76.00",
        "quantity": 10,
        "filled": 0,
        "priority_kept": False,
        "waiting": True,
    }
    assert acme.result("order", order_id="1")["stop_price"] == "75.50"
    trade_at(house, "75.20")
    assert acme.result("order", order_id="1")["waiting"] is True
    amended = acme.result("amend_order", order_id="1", stop_price="75.10")
    assert "waiting" not in amended, "the last trade was beyond it"
    error = acme.error("amend_order", order_id="1", stop_price="75.00")
    assert error["message"] == (
        "stop_price belongs to stop and stop_limit orders that still wait, which need"
        " one, not to others"
    )


@pytest.mark.parametrize("text", ["0", "0.00"])
def test_a_stop_price_is_above_nothing(acme: Client, text: str) -> None:
    acme.result("add_order", **order(**STOP_LIMIT))
    error = acme.error("amend_order", order_id="1", stop_price=text)
    assert error["message"] == (
        f'stop_price must be above 0, or left out to keep it, not "{text}"'
    )


def test_a_repeated_stop_order_is_placed_once(acme: Client) -> None:
    stop = order(price="75.10", client_order_id="s-1", **STOP_LIMIT)
    acme.result("add_order", **stop)
    again = acme.result("add_order", **stop)
    assert (again["duplicate"], again["status"], again["waiting"]) == (
        True,
        "open",
        True,
    )
    other = acme.error("add_order", **stop | {"stop_price": "75.05"})
    assert other["name"] == "DUPLICATE_CLIENT_ORDER_ID"


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_an_iceberg_shows_a_part(house: House, codec: Codec) -> None:
    acme = house.trader("acme-key", codec)
    iceberg = order("sell", 100, "75.00", display_quantity=10)
    assert acme.result("add_order", **iceberg)["status"] == "open"
    standing = acme.result("order", order_id="1")
    assert (standing["remaining"], standing["display_quantity"]) == (100, 10)
    stranger = house.connect(codec)
    stranger.send("subscribe", channel="book", instrument=CEA)
    *_, snapshot = stranger.read()
    assert [list(level) for level in snapshot["data"][0]["asks"]] == [["75.00", 10, 1]]


@pytest.mark.parametrize(
    ("shown", "more", "message"),
    [
        (11, {}, "display_quantity 11 is above the order's quantity of 10 t"),
        (
            -1,
            {},
            "display_quantity must be above 0 and at most 2147483648 t, not -1",
        ),
        (
            5,
            {"time_in_force": "ioc"},
            (
                "display_quantity is for limit and stop_limit orders that may rest: day,"
                " gtc or gtd"
            ),
        ),
    ],
)
def test_icebergs_that_cannot_be(
    acme: Client, shown: int, more: dict[str, Any], message: str
) -> None:
    error = acme.error("add_order", **order(display_quantity=shown, **more))
    assert error["message"] == message
    assert error["param"] == "display_quantity"


def test_an_order_good_till_a_time(house: House, acme: Client) -> None:
    expires = MICROS + 5_000_000
    acme.result("add_order", **order(time_in_force="gtd", expires=expires))
    standing = acme.result("order", order_id="1")
    assert (standing["time_in_force"], standing["expires"]) == ("gtd", expires)
    house.now_ns += 5 * SECOND
    house.do(AdvanceTime(""))
    assert acme.result("open_orders") == {"orders": []}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            {"time_in_force": "gtd"},
            "a gtd order needs expires, and no other order has it",
        ),
        (
            {"expires": MICROS + 1},
            "a gtd order needs expires, and no other order has it",
        ),
        (
            {"time_in_force": "gtd", "expires": MICROS},
            f"expires {MICROS} must be later than {MICROS}, the venue's time",
        ),
    ],
)
def test_times_that_cannot_be(acme: Client, more: dict[str, Any], message: str) -> None:
    error = acme.error("add_order", **order(**more))
    assert (error["name"], error["param"]) == ("BAD_PARAMETER", "expires")
    assert error["message"] == message


def test_a_pick_takes_who_it_names_first(house: House, beta: Client) -> None:
    house.do(ListInstrument("", "CEA26", pick=True))
    clerk = house.trader("house-key")
    clerk.result(
        "issue", account="beta-1", instrument="CEA26", quantity=100, client_ref="i-9"
    )
    picked = {"instrument": "CEA26"}
    for _ in range(3):
        offer = order("sell", 5, "75.00", account="beta-1") | picked
        beta.result("add_order", **offer)
    acme = house.trader("acme-key")
    bought = acme.result("add_order", **order("buy", 5, "75.00", pick=["3"]) | picked)
    assert (bought["status"], bought["filled"]) == ("filled", 5)
    left = beta.result("open_orders", account="beta-1")["orders"]
    assert [each["order_id"] for each in left] == ["1", "2"]


def test_a_batch_takes_special_orders_too(acme: Client) -> None:
    result = acme.result(
        "batch_add",
        orders=[
            order(price="75.10", **STOP_LIMIT),
            order("sell", 100, "80.00", display_quantity=10),
            order(display_quantity=11),
        ],
    )
    stop, iceberg, refused = result["orders"]
    assert (stop["result"]["waiting"], iceberg["success"]) == (True, True)
    assert refused["error"]["param"] == "display_quantity"


# Call auctions


@pytest.fixture
def calling(house: House) -> House:
    """CEA26 is in the call auction of its opening."""
    terms = ListInstrument("", "CEA26", pick=True, calls=CallTerms(open_seconds=60))
    house.do(terms)
    house.now_ns = DAY_ENDS
    house.do(AdvanceTime(""), BeginDay("", 20260303, midnight_ns(20260304)))
    return house


@pytest.mark.parametrize(
    ("more", "param", "message"),
    [
        (
            {"order_type": "market", "price": ""},
            "order_type",
            "CEA26 is in a call auction, which takes orders with a price only",
        ),
        (
            {"time_in_force": "ioc"},
            "time_in_force",
            "CEA26 is in a call auction, in which nothing trades at once; use day",
        ),
        (
            {"post_only": "reject"},
            "post_only",
            (
                "CEA26 is in a call auction, in which nothing is taken or made; leave"
                " post_only out"
            ),
        ),
    ],
)
def test_what_a_call_auction_does_not_take(
    calling: House, more: dict[str, Any], param: str, message: str
) -> None:
    acme = calling.trader("acme-key")
    error = acme.error("add_order", **order() | {"instrument": "CEA26"} | more)
    assert (error["name"], error["param"]) == ("KIND_NOT_ALLOWED", param)
    assert error["message"] == message


@pytest.mark.parametrize(
    ("more", "param", "kind"),
    [
        ({"order_type": "market", "price": ""}, "order_type", "market"),
        (
            {"order_type": "stop_limit", "stop_price": "75.00"},
            "order_type",
            "stop",
        ),
        ({"display_quantity": 1}, "display_quantity", "iceberg"),
        ({"time_in_force": "fok"}, "time_in_force", "fok"),
    ],
)
def test_what_the_listed_market_does_not_take(
    house: House, more: dict[str, Any], param: str, kind: str
) -> None:
    """By the kinds of the presets ``cea`` and ``ccer``; what they take is taken."""
    kinds = OrderKind.IOC | OrderKind.POST_ONLY
    house.do(ListInstrument("", "CEA26", order_kinds=kinds))
    acme = house.trader("acme-key")
    asked = order() | {"instrument": "CEA26"}
    error = acme.error("add_order", **asked | more)
    assert (error["name"], error["param"]) == ("KIND_NOT_ALLOWED", param)
    assert error["message"] == (
        f"CEA26 takes no {kind} orders; the kinds that it takes are limit, ioc, post_only"
    )
    acme.result("add_order", **asked | {"post_only": "reject"})
    acme.result("add_order", **asked | {"time_in_force": "ioc"})


def test_a_post_only_order_in_a_call_auction_may_be_amended(
    house: House,
) -> None:
    terms = ListInstrument("", "CEA26", calls=CallTerms(resume_seconds=60))
    house.do(terms)
    acme, clerk = house.trader("acme-key"), house.trader("house-key")
    maker = order(post_only="reject", client_order_id="a-1") | {"instrument": "CEA26"}
    acme.result("add_order", **maker)
    clerk.result("halt", instrument="CEA26")
    clerk.result("resume", instrument="CEA26")
    larger = acme.result("amend_order", client_order_id="a-1", quantity=20)
    assert larger["quantity"] == 20
    assert acme.result("amend_order", order_id="1", quantity=5)["quantity"] == 5
