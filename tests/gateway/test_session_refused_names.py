"""Logins under a session name that are refused, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from carbonex.engine import Permission, RevokeKey, SessionOpened
from carbonex.engine.registry.sessions import MAX_SESSIONS
from carbonex.gateway.session.states import CONNECTED
from gateway.named_sessions import CANCELLING, enter, log_in, open_orders
from gateway.session_house import SECOND, add_key


if TYPE_CHECKING:
    from gateway.session_house import House


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"cancel_on_disconnect": True},
            (
                "a login with cancel_on_disconnect needs session: a name by which your"
                " orders are known when you come back"
            ),
        ),
        (
            {"session": "mm", "grace_ms": 5},
            "grace_ms must be 0 or left out without cancel_on_disconnect, not 5",
        ),
        (
            {"session": "m m"},
            (
                "session must have 1 to 36 printable ASCII characters without spaces,"
                " not 'm m'"
            ),
        ),
        (
            {"session": "mm", "cancel_on_disconnect": True, "grace_ms": 3_600_001},
            (
                "grace_ms must be an integer of milliseconds from 0 to 3600000, not"
                " 3600001"
            ),
        ),
    ],
)
def test_a_login_that_cannot_be_meant(
    house: House, params: dict[str, Any], message: str
) -> None:
    client = house.connect()
    challenge = client.challenge()
    signature = client.signature("acme-key", challenge)
    error = client.error("login", key_id="acme-key", signature=signature, **params)
    assert error["message"] == message
    assert client.result("login", key_id="acme-key", signature=signature)


def test_one_session_too_many(house: House) -> None:
    for number in range(MAX_SESSIONS):
        house.venue.submit(
            None, 0, SessionOpened("", "acme-key", f"s-{number}", "c", 1)
        )
    house.commit()
    client = house.connect()
    signature = client.signature("acme-key", client.challenge())
    error = client.error("login", key_id="acme-key", signature=signature, **CANCELLING)
    assert (error["code"], error["name"]) == (5011, "TOO_MANY_SESSIONS")
    assert error["message"].startswith("the participant has 1000 sessions")
    assert client.session.state is CONNECTED
    client.session.closed()
    house.commit()
    assert len(house.exchange.sessions) == MAX_SESSIONS


def test_a_key_that_may_not_trade_has_no_session(house: House) -> None:
    """It could have others' orders cancelled, or take over from their owner."""
    house.do(add_key("reader", "acme", Permission.READ))
    owner = enter(house, **CANCELLING)
    client = house.connect()
    signature = client.signature("reader", client.challenge())
    error = client.error("login", key_id="reader", signature=signature, session="mm")
    assert error["name"] == "PERMISSION_DENIED"
    assert error["message"] == (
        "a login with session needs the permission trade; key reader has read"
    )
    assert owner.closing is None


def test_who_was_ousted_for_a_login_that_is_refused_is_gone_all_the_same(
    house: House,
) -> None:
    owner = enter(house, **CANCELLING)
    owner.buy(client_order_id="a-1")
    house.venue.submit(None, 0, RevokeKey("", "acme-key"))
    client = house.connect()
    log_in(client, **CANCELLING)
    owner.session.closed()
    house.commit()
    assert client.read()[0]["error"]["name"] == "UNKNOWN_KEY"
    house.now_ns += SECOND
    house.commit()
    assert open_orders(house) == []


def test_a_key_that_is_revoked_while_it_logs_in_gets_nothing(house: House) -> None:
    client = house.connect()
    house.venue.submit(None, 0, RevokeKey("", "acme-key"))
    log_in(client, **CANCELLING)
    house.commit()
    answer, status = client.read()
    assert answer["error"]["name"] == "UNKNOWN_KEY"
    assert status["data"][0]["challenge"]
    assert client.session.state is CONNECTED
