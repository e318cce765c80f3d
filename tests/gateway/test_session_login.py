"""Logging in and out: who speaks is proved once, on this connection, in time."""

from __future__ import annotations

import pytest

from carbonex.engine import Permission, RevokeKey
from carbonex.gateway.session.states import (
    CLOSED,
    CONNECTED,
    LOGGED_IN,
    TRANSITIONS,
    State,
    Step,
)
from carbonex.wire.codec import JSON, MSGPACK, Codec
from gateway.session_house import (
    CEA,
    SECOND,
    VENUE,
    Client,
    House,
    add_key,
    order,
)


def attempt(client: Client, key_id: str, signature: str) -> tuple[str, list[str]]:
    """Try to log in; return the error's name and the challenges sent after it."""
    client.send("login", key_id=key_id, signature=signature)
    answer, *rest = client.read()
    assert not answer["success"]
    return answer["error"]["name"], [m["data"][0]["challenge"] for m in rest]


def state(client: Client) -> State:
    return client.session.state


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_the_first_frame_says_who_is_there_and_what_to_sign(codec: Codec) -> None:
    house = House()
    house.venue.opened, house.venue.chain = b"\x0a", b"\x0b"
    client = house.connect(codec)
    (frame,) = client.read()
    (status,) = frame.pop("data")
    assert frame == {"channel": "status", "type": "snapshot"}
    assert len(status.pop("challenge")) == 43  # base64url of 32 bytes
    assert status == {
        "venue": VENUE,
        "epoch": 7,
        "state": "online",
        "connection_id": "c-1",
        "seq": house.exchange.seq,
        "position": house.venue.position,
        "hash": "0b",
        "opened": "0a",
        "suspended": False,
        "suspended_why": "",
    }


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_a_signed_challenge_logs_in(codec: Codec) -> None:
    client = House().connect(codec)
    assert state(client) is CONNECTED
    answer = client.log_in("beta-key")
    assert answer["result"] == {
        "participant": "beta",
        "accounts": ["beta-1", "beta-2"],
        "permissions": ["read", "trade"],
        "session": "",
        "cancel_on_disconnect": False,
        "grace_ms": 0,
    }
    assert state(client) is LOGGED_IN
    assert client.session.key_id == "beta-key"


def test_a_signature_over_anything_else_is_worthless() -> None:
    house = House()
    client, other = house.connect(), house.connect()
    challenge = client.challenge()

    signature = client.signature("nobody", challenge)
    name, (challenge,) = attempt(client, "nobody", signature)
    assert name == "LOGIN_FAILED"
    name, (challenge,) = attempt(client, "acme-key", "A" * 86)
    assert name == "LOGIN_FAILED"
    name, (challenge,) = attempt(client, "acme-key", "not base64 at all!")
    assert name == "LOGIN_FAILED"
    name, (challenge,) = attempt(
        client, "acme-key", client.signature("beta-key", challenge)
    )
    assert name == "LOGIN_FAILED"
    name, (challenge,) = attempt(
        client, "acme-key", other.signature("acme-key", challenge)
    )
    assert name == "LOGIN_FAILED"
    client.send(
        "login", key_id="acme-key", signature=client.signature("acme-key", challenge)
    )
    assert client.read()[0]["success"]


def test_every_attempt_uses_its_challenge_up() -> None:
    client = House().connect()
    first = client.challenge()
    _, (second,) = attempt(client, "acme-key", "A" * 86)
    assert second != first
    name, (third,) = attempt(client, "acme-key", client.signature("acme-key", first))
    assert name == "CHALLENGE_USED"
    # the replayed one renewed the challenge once more: the second is spent, too
    name, _ = attempt(client, "acme-key", client.signature("acme-key", second))
    assert name == "CHALLENGE_USED"
    assert third not in (first, second)


def test_a_login_cannot_be_replayed() -> None:
    client = House().connect()
    signature = client.signature("acme-key", client.challenge())
    client.send("login", key_id="acme-key", signature=signature)
    assert client.read()[0]["success"]

    client.send("login", key_id="acme-key", signature=signature)
    (answer,) = client.read()
    assert answer["error"]["name"] == "ALREADY_LOGGED_IN"
    assert "acme-key is logged in" in answer["error"]["message"]
    assert state(client) is LOGGED_IN

    client.send("logout")
    client.read()
    name, _ = attempt(client, "acme-key", signature)
    assert name == "CHALLENGE_USED"
    assert state(client) is CONNECTED


def test_a_challenge_is_good_for_thirty_seconds() -> None:
    house = House()
    in_time, late = house.connect(), house.connect()
    signatures = [c.signature("acme-key", c.challenge()) for c in (in_time, late)]
    house.now_ns += 30 * SECOND
    in_time.send("login", key_id="acme-key", signature=signatures[0])
    assert in_time.read()[0]["success"]
    house.now_ns += 1
    name, (challenge,) = attempt(late, "acme-key", signatures[1])
    assert name == "CHALLENGE_USED"
    late.send(
        "login", key_id="acme-key", signature=late.signature("acme-key", challenge)
    )
    assert late.read()[0]["success"]


def test_logging_out_ends_what_the_login_allowed() -> None:
    house = House()
    client = house.trader()
    client.result("subscribe", channel="executions")
    client.result("subscribe", channel="trade", instrument=CEA)
    client.send("logout")
    answer, status = client.read()
    assert answer["success"]
    assert status["type"] == "update"
    assert client.error("balances")["name"] == "LOGIN_REQUIRED"
    assert client.error("add_order", **order())["name"] == "LOGIN_REQUIRED"

    house.trader("beta-key").result("add_order", **order("sell", account="beta-1"))
    house.trader("acme-key").result("add_order", **order("buy"))
    assert [frame["channel"] for frame in client.read()] == ["trade"]

    signature = client.signature("beta-key", status["data"][0]["challenge"])
    assert client.result("login", key_id="beta-key", signature=signature)


def test_logging_out_needs_a_login() -> None:
    assert House().connect().error("logout")["name"] == "LOGIN_REQUIRED"


def test_a_revoked_key_cannot_log_in() -> None:
    house = House()
    house.do(RevokeKey("", "acme-key"))
    client = house.connect()
    signature = client.signature("acme-key", client.challenge())
    assert attempt(client, "acme-key", signature)[0] == "LOGIN_FAILED"


def test_a_key_added_while_connected_can_log_in() -> None:
    house = House()
    client = house.connect()
    challenge = client.challenge()
    house.do(add_key("new-key", "acme", Permission.READ))
    signature = client.signature("new-key", challenge)
    result = client.result("login", key_id="new-key", signature=signature)
    assert result["permissions"] == ["read"]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", Step)
def test_the_transitions(state: State, step: Step) -> None:
    expected = {
        (CONNECTED, Step.LOGIN): LOGGED_IN,
        (LOGGED_IN, Step.LOGOUT): CONNECTED,
        (CONNECTED, Step.CLOSE): CLOSED,
        (LOGGED_IN, Step.CLOSE): CLOSED,
    }
    assert TRANSITIONS.get((state, step)) == expected.get((state, step))
