"""Session names: cancel on disconnect as the log is told of it, and take-overs."""

from __future__ import annotations

from typing import Any

import pytest

from carbonex.engine import (
    CancelReason,
    OrderCancelled,
    RevokeKey,
    SessionClosed,
    SessionEnd,
    SessionOpened,
)
from carbonex.gateway.session.states import CONNECTED, LOGGED_IN
from carbonex.wire.codec import JSON, MSGPACK, Codec
from gateway.named_sessions import (
    CANCELLING,
    TAKEN_OVER,
    enter,
    log_in,
    logged,
    lose,
    open_orders,
)
from gateway.session_house import CEA, SECOND, House, order


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_a_login_that_asks_for_it_is_answered_when_it_is_durable(
    house: House, codec: Codec
) -> None:
    client = house.connect(codec)
    log_in(client, **CANCELLING)
    client.buy(client_order_id="a-1")  # waits behind the login, and sees it
    assert client.read() == []
    assert client.session.wants_pause
    assert logged(house) == [
        SessionOpened("", "acme-key", "mm", client.session.connection_id, SECOND // 2)
    ]
    (answer,) = client.read()
    assert answer["result"] == {
        "participant": "acme",
        "accounts": ["acme-1"],
        "permissions": ["read", "trade"],
        "session": "mm",
        "cancel_on_disconnect": True,
        "grace_ms": 500,
    }
    house.commit()
    (placed,) = client.read()
    assert placed["success"]
    (resting,) = house.exchange.accounts["acme-1"].orders.values()
    assert resting.command.session == "mm"


def test_other_logins_are_not_logged_and_answered_at_once(house: House) -> None:
    client = house.connect()
    log_in(client, session="plain")
    (answer,) = client.read()
    assert answer["result"]["session"] == "plain"
    assert not answer["result"]["cancel_on_disconnect"]
    client.session.closed()
    assert logged(house) == []


def test_without_a_name_nothing_is_said_of_sessions(house: House) -> None:
    client = house.connect()
    log_in(client)
    (answer,) = client.read()
    assert answer["result"]["session"] == ""
    client.buy(client_order_id="a-1")
    lose(house, client)
    assert open_orders(house) == ["a-1"]
    assert house.exchange.sessions == {}


@pytest.mark.parametrize("way", ["add_order", "batch_add"])
def test_orders_go_after_the_grace_if_nobody_comes_back(house: House, way: str) -> None:
    client, other = enter(house, **CANCELLING), house.trader("acme-key")
    mine = order(client_order_id="mine")
    client.send(way, **({"orders": [mine]} if way == "batch_add" else mine))
    other.buy(client_order_id="others")
    house.commit()
    client.buy(client_order_id="late")
    lose(house, client)
    assert open_orders(house) == ["mine", "others", "late"]
    house.now_ns += SECOND // 2 - 1
    house.commit()
    assert open_orders(house) == ["mine", "others", "late"]
    house.now_ns += 1
    applied = house.commit_one()
    assert applied is not None
    assert [
        (event.order.client_order_id, event.reason)
        for event in applied.due
        if isinstance(event, OrderCancelled)
    ] == [
        ("mine", CancelReason.DISCONNECTED),
        ("late", CancelReason.DISCONNECTED),
    ]


def test_who_comes_back_in_time_keeps_them(house: House) -> None:
    client = enter(house, **CANCELLING)
    client.buy(client_order_id="a-1")
    lose(house, client)
    house.now_ns += SECOND // 4
    back = enter(house, **CANCELLING)
    house.now_ns += SECOND
    house.commit()
    assert open_orders(house) == ["a-1"]
    lose(house, back)
    house.now_ns += SECOND
    house.commit()
    assert open_orders(house) == []


def test_a_second_login_takes_over_and_the_first_connection_ends(house: House) -> None:
    first = enter(house, **CANCELLING)
    first.buy(client_order_id="a-1")
    second = enter(house, **CANCELLING)
    assert first.closing == TAKEN_OVER
    assert second.closing is None
    first.session.closed()
    assert logged(house) == []
    house.now_ns += SECOND
    house.commit()
    assert open_orders(house) == ["a-1"]


def test_the_first_is_answered_what_it_has_sent_before(house: House) -> None:
    first = enter(house, **CANCELLING)
    first.buy(client_order_id="a-1")
    first.send("balances")  # has to wait, and so has what follows
    first.buy(client_order_id="a-2")
    first.read()
    enter(house, **CANCELLING)
    (answer,) = first.read()
    assert answer["result"]["client_order_id"] == "a-1"
    assert first.closing == TAKEN_OVER
    assert open_orders(house) == ["a-1"]


def test_nothing_of_the_first_comes_behind_the_second_s_end(house: House) -> None:
    first = enter(house, session="mm", cancel_on_disconnect=True)
    second = house.connect()
    log_in(second, session="mm", cancel_on_disconnect=True)
    first.buy(client_order_id="a-1")
    second.session.closed()
    first.buy(client_order_id="a-2")
    house.commit()
    assert open_orders(house) == []


def test_a_name_belongs_to_one_connection_of_its_participant_only(house: House) -> None:
    first = enter(house, session="mm")
    stranger = enter(house, "beta-key", session="mm")
    second = enter(house, session="mm")
    third = enter(house, session="other")
    closing = [client.closing for client in (first, stranger, second, third)]
    assert closing == [TAKEN_OVER, None, None, None]


def test_a_login_that_does_not_ask_within_the_grace_keeps_the_orders(
    house: House,
) -> None:
    client = enter(house, **CANCELLING)
    client.buy(client_order_id="a-1")
    lose(house, client)
    back = enter(house, session="mm")
    assert house.exchange.sessions == {}
    lose(house, back)
    house.now_ns += SECOND
    house.commit()
    assert open_orders(house) == ["a-1"]


def test_it_keeps_them_even_if_the_loss_is_not_durable_yet(house: House) -> None:
    """All within one batch: a login, its end, and one that does not ask."""
    client = house.connect()
    log_in(client, **CANCELLING)
    client.session.closed()
    back = house.connect()
    log_in(back, session="mm")
    assert back.read() == []
    kinds = [type(command) for command in logged(house)]
    assert kinds == [SessionOpened, SessionClosed, SessionOpened]
    assert back.read_answers()[0]["success"]
    assert house.exchange.sessions == {}


def test_who_goes_while_the_login_is_on_its_way_has_its_grace(house: House) -> None:
    client = house.connect()
    log_in(client, **CANCELLING)
    client.session.closed()
    house.commit()
    (session,) = house.exchange.sessions.values()
    assert session.ends_ns == house.now_ns + SECOND // 2


@pytest.mark.parametrize("cancelling", [CANCELLING, {"session": "mm"}])
def test_a_clean_logout_keeps_orders_unless_asked(
    house: House, cancelling: dict[str, Any]
) -> None:
    client = enter(house, **cancelling)
    client.buy(client_order_id="a-1")
    assert client.result("logout") == {"cancelled": 0}
    assert client.session.state is CONNECTED
    client.session.closed()
    house.now_ns += SECOND
    house.commit()
    assert open_orders(house) == ["a-1"]

    client = enter(house, **cancelling)
    client.buy(client_order_id="a-2")
    assert client.result("logout", cancel_orders=True) == {"cancelled": 2}
    assert open_orders(house) == []


def test_a_logout_is_answered_when_it_is_durable_and_a_login_may_follow(
    house: House,
) -> None:
    client = enter(house, **CANCELLING)
    client.read()
    client.send("logout")
    client.send("balances")
    assert client.read() == []
    (closed,) = logged(house)
    assert isinstance(closed, SessionClosed)
    assert closed.cause is SessionEnd.LOGOUT
    out, status, refused = client.read()
    assert out["success"]
    assert refused["error"]["name"] == "LOGIN_REQUIRED"
    challenge = status["data"][0]["challenge"]
    signature = client.signature("acme-key", challenge)
    result = client.result(
        "login", key_id="acme-key", signature=signature, **CANCELLING
    )
    assert result["cancel_on_disconnect"]


def test_a_logout_cannot_cancel_what_has_no_name(house: House) -> None:
    client = house.trader()
    error = client.error("logout", cancel_orders=True)
    assert error["message"] == (
        "cancel_orders must be false for a login without a session name; use"
        " cancel_all, not true"
    )
    assert client.session.state is LOGGED_IN


@pytest.mark.parametrize("trouble", ["draining", "log_full", "a full queue"])
def test_what_protects_orders_is_always_taken(trouble: str) -> None:
    house = House(max_waiting=1 if trouble == "a full queue" else 10)
    client = enter(house, **CANCELLING)
    client.buy(client_order_id="a-1")
    house.commit()
    if trouble == "a full queue":
        house.trader("beta-key").send(
            "add_order", **order("sell", price="80.00", account="beta-1")
        )
    else:
        setattr(house.venue, trouble, True)
    client.session.closed()
    other = house.connect()
    log_in(other, **(CANCELLING | {"session": "other"}))
    house.commit()
    assert other.read_answers()[0]["success"]
    house.now_ns += SECOND
    house.commit()
    assert open_orders(house) == []


def test_a_revoked_key_and_a_slow_reader_are_lost_connections(house: House) -> None:
    client = enter(house, **CANCELLING)
    client.buy(client_order_id="a-1")
    house.do(RevokeKey("", "acme-key"))
    client.send("ping")
    assert client.closing == (1008, "key revoked")
    lose(house, client)
    house.now_ns += SECOND
    house.commit()
    assert open_orders(house) == []


def test_the_cancelled_are_executions_with_their_reason(house: House) -> None:
    client, watcher = enter(house, **CANCELLING), house.trader("acme-key")
    watcher.result("subscribe", channel="executions")
    client.buy(quantity=3, client_order_id="a-1")
    lose(house, client)
    house.now_ns += SECOND
    house.commit()
    *_, last = watcher.read()
    (execution,) = last["data"]
    assert (execution["event"], execution["reason"]) == ("cancelled", "DISCONNECTED")
    assert (execution["instrument"], execution["cancelled"]) == (CEA, 3)
