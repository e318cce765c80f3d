"""The dead man's switch as a client sets it and hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from carbonex.wire.codec import JSON, MSGPACK, Codec
from gateway.session_house import NOON, SECOND, Client, House


if TYPE_CHECKING:
    from gateway.session_house import Json

METHOD = "cancel_all_orders_after"
US = NOON // 1_000


def told(client: Client) -> list[tuple[str, Json]]:
    """Return what the channel has told: of each message its type and its datum."""
    return [
        (message["type"], message["data"][0])
        for message in client.read()
        if message.get("channel") == "countdown"
    ]


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_armed_renewed_and_disarmed(house: House, codec: Codec) -> None:
    client = house.trader("acme-key", codec)
    client.result("subscribe", channel="countdown")
    armed = {"account": "acme-1", "timeout": 5, "due": US + 5_000_000}
    assert client.result(METHOD, timeout=5) == {**armed, "status": "armed"}
    house.now_ns += SECOND
    renewed = {**armed, "status": "renewed", "due": US + 6_000_000}
    assert client.result(METHOD, timeout=5) == renewed
    disarmed = {"account": "acme-1", "status": "disarmed"}
    assert client.result(METHOD, timeout=0) == disarmed
    assert client.result(METHOD, timeout=0) == disarmed


def test_whoever_follows_it_hears_of_every_change_once(house: House) -> None:
    client, watcher = house.trader(), house.trader()
    watcher.result("subscribe", channel="countdown")
    client.result(METHOD, timeout=0)  # nothing was armed
    client.result(METHOD, timeout=5)
    client.result(METHOD, timeout=6)
    client.result(METHOD, timeout=0)
    client.result(METHOD, timeout=1)
    client.buy()
    client.buy()
    house.commit()
    house.now_ns += SECOND
    house.commit()
    who = {"account": "acme-1"}
    assert told(watcher) == [
        ("update", {**who, "status": "armed", "timeout": 5, "due": US + 5_000_000}),
        ("update", {**who, "status": "renewed", "timeout": 6, "due": US + 6_000_000}),
        ("update", {**who, "status": "disarmed"}),
        ("update", {**who, "status": "armed", "timeout": 1, "due": US + 1_000_000}),
        ("update", {**who, "status": "fired", "cancelled": 2}),
    ]


def test_a_subscription_begins_with_how_it_stands(house: House) -> None:
    client = house.trader()
    client.send("subscribe", channel="countdown")
    client.send("unsubscribe", channel="countdown")
    client.send(METHOD, timeout=60)
    house.commit()
    client.send("subscribe", channel="countdown")
    who = {"account": "acme-1"}
    assert told(client) == [
        ("snapshot", {**who, "status": "disarmed"}),
        ("snapshot", {**who, "status": "armed", "timeout": 60, "due": US + 60_000_000}),
    ]


def test_what_it_cancels_are_executions_and_come_after_it(house: House) -> None:
    client = house.trader()
    client.result("subscribe", channel="countdown")
    client.result("subscribe", channel="executions")
    client.result(METHOD, timeout=1)
    client.buy(client_order_id="a-1")
    house.commit()
    client.read()
    house.now_ns += SECOND
    house.commit()
    fired, cancelled = client.read()
    assert fired["channel"] == "countdown"
    (execution,) = cancelled["data"]
    assert (execution["event"], execution["reason"]) == ("cancelled", "COUNTDOWN")
    assert execution["client_order_id"] == "a-1"


@pytest.mark.parametrize("timeout", [86_401, 2**31, 2**31 + 1, -1, 1.5, "5", None])
def test_what_is_no_time_is_refused_with_the_limit(
    client: Client, timeout: Any
) -> None:
    error = client.error(METHOD, timeout=timeout)
    assert error["name"] == "BAD_TYPE"
    wanted = (
        "timeout must be an integer of seconds from 1 to 86400, or 0 to disarm, not "
    )
    assert error["message"].startswith(wanted)


def test_the_longest_time_is_taken(client: Client) -> None:
    assert client.result(METHOD, timeout=86_400)["timeout"] == 86_400


def test_a_full_log_still_takes_it_as_often_as_it_is_needed(house: House) -> None:
    client = house.trader()
    house.venue.log_full = True
    for _ in range(100):
        assert client.ask(METHOD, timeout=5)["success"]
    assert client.error(METHOD, timeout=5)["name"] == "RATE_LIMITED"
    for _ in range(20):  # ten a second
        house.now_ns += SECOND // 10
        assert client.ask(METHOD, timeout=5)["success"]
    house.venue.log_full = False


def test_no_rate_limits_it_but_it_counts(house: House) -> None:
    client = house.trader()
    before = client.ask("ping")["remaining"]
    client.result(METHOD, timeout=5)
    assert client.ask("ping")["remaining"] == before - 2
    for _ in range(before - 2):
        client.send("ping")
    client.read()
    assert client.error("ping")["name"] == "RATE_LIMITED"
    assert client.ask(METHOD, timeout=5)["success"]


def test_it_is_for_the_owners_account_only(house: House) -> None:
    client = house.trader("beta-key")
    assert client.error(METHOD, timeout=5)["name"] == "ACCOUNT_REQUIRED"
    error = client.error(METHOD, timeout=5, account="acme-1")
    assert error["name"] == "ACCOUNT_DENIED"
    assert client.result(METHOD, timeout=5, account="beta-2")["account"] == "beta-2"
    error = client.error("subscribe", channel="countdown", account="acme-1")
    assert error["name"] == "ACCOUNT_DENIED"
