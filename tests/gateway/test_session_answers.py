"""Answers come in the order of the requests, and each sees what came before it."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from carbonex.gateway.session import Services, Session
from carbonex.gateway.session.limits import SessionLimits
from carbonex.gateway.venue import Venue
from gateway.session_house import CEA, Client, House, order


def test_nothing_is_answered_before_it_is_durable(house: House, client: Client) -> None:
    client.buy()
    batch = house.venue.take_batch(house.now_ns)
    assert batch is not None
    assert client.read() == []
    house.venue.committed(batch, 1, b"")
    (answer,) = client.read()
    assert answer["success"]


def test_a_query_alone_is_answered_at_once(client: Client) -> None:
    client.send("balances")
    (answer,) = client.read()
    assert answer["success"]


def test_a_query_sees_the_commands_before_it_and_none_after(
    house: House, client: Client
) -> None:
    client.send("open_orders")
    client.buy(client_order_id="a-1")
    client.send("open_orders")
    client.send("balances")
    client.send("cancel_order", client_order_id="a-1")
    client.send("open_orders")
    (empty,) = client.read()
    assert empty["result"] == {"orders": []}
    house.commit()
    added, one, locked, cancelled, none = client.read()
    assert added["result"]["order_id"] == one["result"]["orders"][0]["order_id"] == "1"
    assert locked["result"]["locked"] == "746.30"
    assert cancelled["success"]
    assert none["result"] == {"orders": []}


def test_refusals_wait_their_turn_too(house: House, client: Client) -> None:
    client.buy(client_order_id="a-1")
    client.send("add_order", **order(), account="beta-1")
    client.write_raw("{")
    client.send("nonsense")
    client.buy(quantity=0)
    client.send("ping")
    assert client.read() == []
    house.commit()
    answers = client.read()
    assert [answer.get("error", {}).get("name") for answer in answers] == [
        None,
        "ACCOUNT_DENIED",
        "MALFORMED",
        "UNKNOWN_METHOD",
        "BAD_QTY",
        None,
    ]


def test_answers_are_spread_over_the_commits(house: House, client: Client) -> None:
    client.buy()
    client.send("ping")
    first = house.venue.take_batch(house.now_ns)
    assert first is not None
    client.buy()
    client.send("open_orders")
    assert client.read() == []
    house.venue.committed(first, 1, b"")
    assert [answer["method"] for answer in client.read()] == ["add_order", "ping"]
    house.commit()
    added, orders = client.read()
    assert added["method"] == "add_order"
    assert len(orders["result"]["orders"]) == 2


def test_an_execution_is_there_before_the_answer(house: House, client: Client) -> None:
    client.result("subscribe", channel="executions")
    client.read()
    client.buy()
    house.commit()
    execution, answer = client.read()
    assert (execution["channel"], execution["type"]) == ("executions", "update")
    assert execution["data"][0]["order_id"] == answer["result"]["order_id"]


def test_a_subscription_s_snapshot_follows_its_answer_and_holds_all_before_it(
    house: House, client: Client
) -> None:
    client.buy()
    client.send("subscribe", channel="book", instrument=CEA)
    client.buy()
    house.commit()
    kinds = [m.get("method", m.get("channel")) for m in client.read()]
    assert kinds == ["add_order", "subscribe", "book", "add_order"]


def test_a_logout_waits_and_everything_behind_it_waits_for_it(
    house: House, client: Client
) -> None:
    client.result("subscribe", channel="executions")
    client.read()
    client.buy()
    client.send("logout")
    assert client.session.wants_pause
    client.buy()
    client.send("ping")
    assert client.read() == []
    house.commit()
    messages = client.read()
    # the order's execution still comes: the logout was behind it
    assert [m.get("method", m.get("channel")) for m in messages] == [
        "executions",
        "add_order",
        "logout",
        "status",
        "add_order",
        "ping",
    ]
    assert messages[4]["error"]["name"] == "LOGIN_REQUIRED"
    assert len(house.exchange.accounts["acme-1"].orders) == 1
    assert not client.session.wants_pause


def test_two_logouts_in_one_go(house: House, client: Client) -> None:
    client.buy()
    client.send("logout")
    client.send("logout")
    client.send("ping")
    house.commit()
    answers = client.read_answers()
    assert [a["method"] for a in answers] == ["add_order", "logout", "logout", "ping"]
    assert [a["success"] for a in answers] == [True, True, False, True]


def test_a_lost_connection_leaves_its_orders_and_nobody_to_answer(
    house: House, client: Client
) -> None:
    client.buy()
    client.send("ping")
    client.session.closed()
    house.commit()
    assert client.read() == []
    assert len(house.exchange.accounts["acme-1"].orders) == 1
    client.send("ping")
    assert client.read() == []


def test_reading_pauses_while_too_many_wait() -> None:
    house = House(SessionLimits(in_flight=3))
    client = house.trader("acme-key")
    client.buy()
    client.write_raw("{")
    assert not client.session.wants_pause
    client.buy()
    assert client.session.wants_pause
    client.buy()  # the shell had read it already: it is not lost
    house.commit()
    assert not client.session.wants_pause
    assert len(client.read_answers()) == 4


def test_reading_pauses_while_a_query_waits(house: House, client: Client) -> None:
    client.send("ping")
    assert not client.session.wants_pause
    client.buy()
    assert not client.session.wants_pause
    client.send("ping")
    assert client.session.wants_pause
    house.commit()
    assert not client.session.wants_pause


class Flow:
    """Random requests from several clients, committed at random moments."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.house = House()
        self.clients = [
            self.house.trader(key) for key in ("acme-key", "beta-key", "house-key")
        ]
        self.sent: list[list[int]] = [[] for _ in self.clients]
        self.in_flight: Any = None

    def send(self) -> None:
        n = self.random.randrange(len(self.clients))
        client = self.clients[n]
        account = ["acme-1", "beta-1", "acme-1"][n]
        method, params = self.random.choice(
            [
                ("ping", {}),
                ("add_order", order(account=account)),
                ("add_order", order("sell", account=account, self_trade="cancel_both")),
                ("add_order", {"instrument": CEA}),
                ("batch_add", {"orders": [order(account=account)] * 3}),
                ("cancel_all", {"account": account}),
                ("balances", {"account": account}),
                ("logout", {}),
                ("subscribe", {"channel": "trade"}),
                ("halt", {"instrument": CEA}),
                ("resume", {"instrument": CEA}),
            ]
        )
        self.sent[n].append(client.send(method, **params))

    def commit_some(self) -> None:
        venue = self.house.venue
        if self.in_flight is not None:
            venue.committed(self.in_flight, venue.position + 1, b"")
        self.in_flight = venue.take_batch(self.house.now_ns)


@pytest.mark.parametrize("seed", range(20))
def test_every_request_has_one_answer_in_order(seed: int) -> None:
    flow = Flow(seed)
    for _ in range(200):
        flow.send()
        if flow.random.random() < 0.2:
            flow.commit_some()
    while flow.in_flight is not None or not flow.house.venue.idle:
        flow.commit_some()
    for client, sent in zip(flow.clients, flow.sent, strict=True):
        assert [answer["req_id"] for answer in client.read_answers()] == sent
    flow.house.exchange.check()


def test_a_session_needs_only_what_it_says(house: House) -> None:
    """Two sessions share their services and nothing else."""
    services = house.services
    assert isinstance(services, Services)
    assert isinstance(services.venue, Venue)
    one, other = house.connect(), house.connect()
    assert isinstance(one.session, Session)
    one.log_in("acme-key")
    assert (one.session.key_id, other.session.key_id) == ("acme-key", "")
