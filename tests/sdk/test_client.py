"""The conversation, with no socket in sight."""

from __future__ import annotations

import pytest

from carbonex.sdk import (
    AccessDenied,
    ConnectionLost,
    InsufficientFunds,
    LoginFailed,
    Moved,
    RateLimited,
)
from carbonex.sdk.client import State, UnusableConnection
from carbonex.wire import requests
from carbonex.wire.keys import generate_key
from carbonex.wire.login import login_text, verify
from sdk.script import CHALLENGE, NOON, Script, logged_in, only


PING = requests.Ping()
DEPOSIT = requests.Deposit("acme-1", "1.00", "d-1")


def test_the_greeting_is_answered_with_a_signature_over_its_challenge() -> None:
    key = generate_key("maker")
    script = Script(key)
    script.greet()
    assert script.client.state is State.LOGGING_IN
    [login] = script.hear()
    assert login["params"]["key_id"] == "maker"
    assert verify(
        key.private_key.public_key().public_bytes_raw(),
        login_text("test", "c-1", CHALLENGE, "maker"),
        login["params"]["signature"],
    )


def test_after_the_login_the_key_s_rights_are_known() -> None:
    client = logged_in().client
    assert client.state is State.ONLINE
    assert (client.venue, client.participant) == ("test", "acme")
    assert client.accounts == ["acme-1"]
    assert client.permissions == ["read", "trade"]


def test_without_a_key_the_greeting_is_enough() -> None:
    script = Script()
    script.greet()
    assert script.client.state is State.ONLINE
    followed = [request["params"]["channel"] for request in script.hear()]
    assert followed == ["status", "heartbeat"]
    with pytest.raises(ValueError, match="need a key"):
        script.client.account_for(None)


def test_a_refused_key_ends_it_for_good() -> None:
    script = Script(generate_key("maker"))
    waiting = script.ask(PING)
    script.greet()
    [login] = script.hear()
    script.refuse(login, 2002, "LOGIN_FAILED")
    assert script.client.closed
    assert isinstance(waiting.error, LoginFailed)
    assert isinstance(waiting.error, AccessDenied)
    assert script.ask(PING).error is waiting.error
    script.client.connection_lost("the venue hung up")
    assert script.client.closed


@pytest.mark.parametrize(
    ("code", "name"), [(5002, "RATE_LIMITED"), (2007, "CHALLENGE_USED")]
)
def test_a_login_that_is_put_off_is_tried_on_another_connection(
    code: int, name: str
) -> None:
    script = Script(generate_key("maker"))
    script.greet()
    [login] = script.hear()
    with pytest.raises(UnusableConnection, match=name):
        script.refuse(login, code, name)
    script.client.connection_lost("closed")
    assert script.log_in()
    assert script.client.state is State.ONLINE


def test_answers_find_their_requests() -> None:
    script = logged_in()
    first, second, third = script.ask(PING), script.ask(DEPOSIT), script.ask(DEPOSIT)
    sent = script.hear()
    assert [request["method"] for request in sent] == ["ping", "deposit", "deposit"]
    script.accept(sent[0], {})
    script.accept(sent[1], {"client_ref": "d-1"})
    script.refuse(sent[2], 5002, "RATE_LIMITED", retry_after_ms=250)
    assert first.error is None
    assert second.result == Moved("d-1")
    assert isinstance(third.error, RateLimited)
    assert third.error.retry_after == 0.25


def test_a_refusal_tells_all_that_the_venue_told() -> None:
    script = logged_in()
    reply = script.ask(DEPOSIT)
    [deposit] = script.hear()
    script.refuse(deposit, 3023, "INSUFFICIENT_FUNDS", param="quantity")
    error = reply.error
    assert isinstance(error, InsufficientFunds)
    assert str(error) == "INSUFFICIENT_FUNDS (3023): no."
    assert (error.code, error.name, error.param) == (
        3023,
        "INSUFFICIENT_FUNDS",
        "quantity",
    )


def test_what_was_sent_and_not_answered_is_of_unknown_fate() -> None:
    script = logged_in()
    sent = script.ask(DEPOSIT)
    script.hear()
    kept = script.ask(DEPOSIT)  # made, but never taken by the transport
    script.client.connection_lost("cable cut")
    assert isinstance(sent.error, ConnectionLost)
    assert sent.error.sent
    assert str(sent.error) == "deposit was sent, and no answer came: cable cut"
    assert isinstance(kept.error, ConnectionLost)
    assert not kept.error.sent
    assert str(kept.error) == "deposit was not sent: cable cut"


def test_queries_are_asked_again_and_the_rest_is_not() -> None:
    script = logged_in()
    query, change = script.ask(PING), script.ask(DEPOSIT)
    script.hear()
    script.client.connection_lost("cable cut")
    late_query, late_change = script.ask(PING), script.ask(DEPOSIT)
    assert isinstance(change.error, ConnectionLost)
    assert isinstance(late_change.error, ConnectionLost)
    assert not late_change.error.sent

    pings = only(script.log_in(), "ping")
    assert len(pings) == 2
    for ping in pings:
        script.accept(ping, {})
    assert query.result is not None
    assert late_query.result is not None


def test_a_withdrawn_query_is_not_asked() -> None:
    script = Script(generate_key("maker"))
    script.client.withdraw(script.ask(PING))
    assert only(script.log_in(), "ping") == []


def test_closing_leaves_nobody_waiting() -> None:
    script = logged_in()
    sent, query = script.ask(DEPOSIT), script.ask(PING)
    script.hear()
    script.client.close(ConnectionLost("closed"))
    assert isinstance(sent.error, ConnectionLost)
    assert sent.error.sent
    assert query.error is not None
    assert script.ask(PING).error is script.client.error


@pytest.mark.parametrize(
    "nonsense",
    [
        b"{",
        b"\xff",
        b'{"method":"ping","req_id":99,"success":true}',
        b'{"method":"ping","success":false,"error":{"code":1,"name":"","message":""}}',
        b'{"channel":"status","type":"update","data":[{}]}',
        b'{"channel":"trade","type":"update","data":[{"price":74.63}]}',
    ],
)
def test_a_venue_that_makes_no_sense_is_left(nonsense: bytes) -> None:
    script = logged_in()
    with pytest.raises(UnusableConnection):
        script.client.receive(nonsense, script.now)


def test_unknown_channels_and_members_are_ignored() -> None:
    script = logged_in()
    script.frame("weather", "update", {"rain": True})
    script.frame("weather", "snapshot")
    script.say({"channel": "status", "type": "update", "data": [], "new": 1})
    assert script.client.state is State.ONLINE


def test_leftovers_of_a_lost_connection_are_not_read() -> None:
    script = logged_in()
    script.client.connection_lost("cable cut")
    script.client.receive(b"nonsense", script.now)


def test_a_deadline_is_never_later_than_meant() -> None:
    script = logged_in()  # the login was answered at NOON, when it was 1000 s here
    clock = script.client.clock
    assert clock.after(5.0, 1_000.0) == NOON + 5_000_000
    assert clock.after(5.0, 1_002.0) == NOON + 7_000_000
    script.now = 1_010.0  # and an answer that took 7 s to get here teaches nothing
    script.frame("heartbeat", "update", heartbeat(NOON + 3_000_000))
    assert clock.after(5.0, 1_010.0) == NOON + 15_000_000
    script.frame("heartbeat", "update", heartbeat(NOON + 11_000_000))
    assert clock.after(5.0, 1_010.0) == NOON + 16_000_000
    assert clock.seconds_until(NOON + 16_000_000, 1_010.0) == 5.0
    assert clock.seconds_until(NOON, 1_010.0) == 0.0


def test_accounts_are_named_only_where_there_is_a_choice() -> None:
    script = logged_in()
    assert script.client.account_for(None) == "acme-1"
    assert script.client.account_for("acme-2") == "acme-2"
    assert logged_in("acme-3").client.account_for(None) == "acme-3"

    several = Script(generate_key("maker"))
    several.log_in("acme-1", "acme-2")
    with pytest.raises(ValueError, match=r"account=…: this key has acme-1, acme-2"):
        several.client.account_for(None)


def heartbeat(time: int) -> dict[str, object]:
    return {"seq": 1, "position": 1, "hash": "", "time": time}
