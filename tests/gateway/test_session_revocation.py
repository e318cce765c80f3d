"""A revoked key: what its sessions still hear, what they are refused, how they end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from carbonex.engine import BUY, SELL, Permission, PlaceOrder, RevokeKey
from gateway.session_house import CEA, Client, House, add_key, order


if TYPE_CHECKING:
    from carbonex.engine import Command


ENDED = (1008, "key revoked")
REVOKED = RevokeKey("", "acme-key")


def send_in_one_batch(house: House, *commands: Command) -> None:
    """Have the venue itself do all of these in one batch."""
    for command in commands:
        assert house.venue.submit(None, 0, command)
    assert house.commit_one() is not None


def names(answers: list[dict[str, Any]]) -> list[str]:
    return [answer.get("error", {}).get("name", "success") for answer in answers]


@pytest.mark.parametrize("channel", ["executions", "balances"])
def test_private_channels_end_before_what_follows_in_the_same_batch(
    house: House, client: Client, channel: str
) -> None:
    client.result("add_order", **order("buy"))
    client.result("subscribe", channel=channel)
    house.do(add_key("acme-2", "acme", Permission.READ))
    witness = house.trader("acme-2")
    witness.result("subscribe", channel=channel)
    client.read()
    witness.read()
    send_in_one_batch(house, REVOKED, PlaceOrder("", "beta-1", CEA, SELL, 7463, 10))
    house.now_ns += 10**9
    house.feed.flush(house.now_ns)
    assert client.read() == []
    assert client.closing == ENDED
    assert [frame["channel"] for frame in witness.read()] == [channel]
    assert witness.closing is None


def test_what_was_before_the_revocation_is_still_heard(
    house: House, client: Client
) -> None:
    client.result("add_order", **order("buy"))
    client.result("subscribe", channel="executions")
    client.read()
    send_in_one_batch(house, PlaceOrder("", "beta-1", CEA, SELL, 7463, 10), REVOKED)
    assert [frame["channel"] for frame in client.read()] == ["executions"]
    assert client.closing == ENDED


def test_no_heartbeat_vouches_for_what_is_told_no_more(
    house: House, client: Client
) -> None:
    client.result("add_order", **order("buy"))
    for channel in ("balances", "heartbeat", "ticker"):
        client.result("subscribe", channel=channel)
    client.read()
    house.venue.submit(None, 0, REVOKED)
    batch = house.venue.take_batch(house.now_ns)
    assert batch is not None
    asked = client.send("cancel_all")  # the connection lasts until this is answered
    house.venue.committed(batch, house.venue.position + 1, b"")
    house.feed.heartbeat(house.now_ns)
    house.commit()
    assert [frame.get("req_id") for frame in client.read()] == [asked]
    assert client.closing == ENDED


def test_alerts_end_too(house: House, clerk: Client) -> None:
    house.do(add_key("other", "house", Permission(15)))
    clerk.result("subscribe", channel="alerts")
    assert house.feed._followed[clerk.outbox]
    send_in_one_batch(house, RevokeKey("", "house-key"))
    assert not house.feed._followed.get(clerk.outbox)
    assert clerk.closing == ENDED


@pytest.mark.parametrize("method", ["ping", "balances", "cancel_all"])
def test_an_idle_session_ends_at_once(client: Client, method: str) -> None:
    client.house.do(REVOKED)
    assert client.closing == ENDED
    logged = client.house.exchange.seq
    client.send(method)
    client.house.commit()
    assert client.read() == []
    assert client.house.exchange.seq == logged


def test_commands_on_their_way_are_judged_by_the_log(
    house: House, client: Client
) -> None:
    before = client.buy()
    house.venue.submit(None, 0, REVOKED)
    client.buy()
    client.send("cancel_all")
    house.commit()
    answers = client.read()
    assert answers[0]["req_id"] == before
    assert names(answers) == ["success", "NOT_PERMITTED", "NOT_PERMITTED"]
    assert client.closing == ENDED
    assert len(house.exchange.accounts["acme-1"].orders) == 1  # it lives on


def test_what_comes_while_they_are_on_their_way_is_not_logged(
    house: House, client: Client
) -> None:
    house.venue.submit(None, 0, REVOKED)
    batch = house.venue.take_batch(house.now_ns)
    assert batch is not None
    client.buy()  # waits for the next batch
    client.send("balances")  # and this waits for its answer
    house.venue.committed(batch, house.venue.position + 1, b"")
    assert client.closing is None
    client.send("cancel_all")
    client.send("ping")
    assert house.venue.waiting == 1
    house.commit()
    answers = client.read()
    assert names(answers) == ["NOT_PERMITTED", "KEY_REVOKED"]
    assert answers[1]["error"]["code"] == 2008
    assert answers[1]["error"]["message"].startswith("key acme-key was revoked")
    assert client.closing == ENDED


@pytest.mark.parametrize("first", [True, False])
def test_in_the_middle_of_a_batch_of_orders(
    house: House, client: Client, first: bool
) -> None:
    if first:
        house.venue.submit(None, 0, REVOKED)
    client.send("batch_add", orders=[order(), order(), order()])
    if not first:
        house.venue.submit(None, 0, REVOKED)
    house.commit()
    (answer,) = client.read()
    items = answer["result"]["orders"]
    assert names(items) == (["NOT_PERMITTED"] if first else ["success"]) * 3
    assert client.closing == ENDED


def test_a_batch_cut_in_two_by_the_revocation() -> None:
    house = House(max_batch=3)
    client = house.trader("acme-key")
    client.send("batch_add", orders=[order(), order(), order()])
    house.venue._waiting.insert(2, (None, 0, REVOKED))
    while house.commit_one() is not None:
        pass
    (answer,) = client.read()
    assert names(answer["result"]["orders"]) == ["success", "success", "NOT_PERMITTED"]
    assert client.closing == ENDED


def test_who_waits_for_the_historian_is_not_answered(
    house: House, client: Client
) -> None:
    client.send("statement", date="2026-03-01")
    client.send("balances")
    assert house.library.asked
    send_in_one_batch(house, REVOKED)
    assert client.closing == ENDED
    house.library.answer()
    assert client.read() == []


def test_others_go_on(house: House, client: Client) -> None:
    house.do(add_key("acme-2", "acme", Permission.READ | Permission.TRADE))
    stranger, colleague = house.connect(), house.trader("acme-2")
    left = house.trader("acme-key")
    left.send("logout")
    house.do(REVOKED)
    assert client.closing == ENDED
    for each in (stranger, colleague, left):
        assert each.closing is None
        assert each.result("ping") == {}
    assert colleague.result("add_order", **order())


def test_who_revokes_its_own_key_is_answered_first(house: House, clerk: Client) -> None:
    house.do(add_key("other", "house", Permission(15)))
    assert clerk.result("revoke_key", key_id="house-key") == {}
    assert clerk.closing == ENDED


def test_a_refused_revocation_ends_nobody(house: House, clerk: Client) -> None:
    error = clerk.error("revoke_key", key_id="house-key")
    assert error["name"] == "LAST_REGISTRY_KEY"
    assert clerk.closing is None


def test_its_open_orders_stay_and_may_be_cancelled_by_another_key(
    house: House, client: Client
) -> None:
    client.result("add_order", **order())
    house.do(add_key("acme-2", "acme", Permission.TRADE), REVOKED)
    house.do(PlaceOrder("", "beta-1", CEA, BUY, 7400, 1))
    colleague = house.trader("acme-2")
    assert colleague.result("cancel_all")["orders"]
