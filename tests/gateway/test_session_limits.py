"""How much one connection may ask for, and what happens when a venue is full."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from hypothesis import given, strategies as st

from carbonex.gateway.session.limits import SessionLimits
from carbonex.gateway.session.throttle import Bucket, Share, Throttle
from gateway.session_house import CEA, SECOND, Client, House, order
from lines import lines_run


LIMITS = SessionLimits(requests_per_second=100, burst=100, abuse_factor=3)
MS = 1_000_000


@pytest.fixture
def house() -> House:
    return House(LIMITS)


@pytest.fixture
def client(house: House) -> Client:
    client = house.trader("acme-key")
    house.now_ns += SECOND  # the login's cost has flowed back
    return client


def spend(client: Client, count: int = 100) -> None:
    for _ in range(count):
        client.send("ping")
    answers = client.read()
    assert all(answer["success"] for answer in answers)


def test_what_the_participants_share_refuses_is_not_taken_from_the_connection() -> None:
    limits = SessionLimits(requests_per_second=50, burst=50)
    share = Share(1, 75, 100, "")
    one, other = Throttle(limits, share), Throttle(limits, share)
    assert one.charge(50, 0)
    assert not other.charge(50, 0)
    assert other.bucket.remaining(0) == 50
    assert other.charge(25, 0)
    assert other.bucket.remaining(0) == 25


def test_every_answer_tells_what_remains(house: House, client: Client) -> None:
    assert client.ask("ping")["remaining"] == 99
    assert client.ask("add_order", **order())["remaining"] == 98
    assert client.ask("add_order", **order(quantity=0))["remaining"] == 97
    assert client.ask("nonsense")["remaining"] == 96
    house.now_ns += 10 * MS
    assert client.ask("balances")["remaining"] == 96
    house.now_ns += SECOND
    assert client.ask("ping")["remaining"] == 99


def test_the_limit_answers_and_says_how_long_to_wait(
    house: House, client: Client
) -> None:
    spend(client)
    logged = house.exchange.seq
    answer = client.ask("add_order", **order())
    assert answer["error"] == {
        "code": 5002,
        "name": "RATE_LIMITED",
        "message": "more than 100 requests per second (bursts of 100);"
        " wait 10 ms, cancels are never limited",
        "retry_after_ms": 10,
    }
    assert answer["remaining"] == 0
    assert house.exchange.seq == logged
    house.now_ns += 4 * MS
    assert client.error("ping")["retry_after_ms"] == 6
    house.now_ns += 6 * MS
    assert client.ask("ping")["success"]
    assert client.closing is None


def test_a_long_message_that_is_no_request_counts_as_many(client: Client) -> None:
    client.write_raw("[" * 1023)
    client.write_raw("[" * 10_239)
    client.write_raw('{"method":"halt",%s"params":{"instrument":"X"}}' % (" " * 5_000))
    orders = [order(quantity=1)] * 50
    client.send("batch_add", orders=orders)  # over 4 KiB, and carried out
    client.house.commit()
    assert [answer["remaining"] for answer in client.read()] == [99, 89, 84, 34]


def test_long_messages_without_end_are_abuse(client: Client) -> None:
    client.write_raw("[" * 300_000)
    (answer,) = client.read()
    assert answer["error"]["name"] == "MALFORMED"
    assert client.closing is None
    client.write_raw("[" * 300_000)
    assert len(client.read()) == 1
    assert client.closing == (1008, "rate limit ignored")


def test_cancels_are_never_limited(client: Client) -> None:
    client.result("add_order", **order())
    spend(client, 99)
    assert client.error("ping")["name"] == "RATE_LIMITED"
    for _ in range(200):  # which find nothing, but for the first, and count
        client.send("cancel_all")
    client.house.commit()
    answers = client.read()
    assert all(answer["success"] for answer in answers)
    assert all("remaining" not in answer for answer in answers)
    assert client.ask("cancel_order", order_id="1")["error"]["name"] == "UNKNOWN_ORDER"
    batch = client.result("batch_cancel", orders=[{"order_id": "1"}] * 50)
    assert len(batch["orders"]) == 50
    assert client.error("ping")["name"] == "RATE_LIMITED"  # as empty as before


def test_every_cancel_of_what_is_open_is_done_however_little_remains(
    house: House, client: Client
) -> None:
    for n in range(50):
        client.result("add_order", **order(client_order_id=f"a-{n}"))
    spend(client, 50)
    assert client.error("ping")["name"] == "RATE_LIMITED"
    batches = len(house.library.applied)
    for n in range(25):
        client.send("cancel_order", client_order_id=f"a-{n}")
    client.send("batch_cancel", orders=[{"order_id": str(n)} for n in range(26, 40)])
    client.send("cancel_all")
    client.house.commit()
    assert all(answer["success"] for answer in client.read())
    assert not house.exchange.accounts["acme-1"].orders
    # Only the last had to wait, until it was known what the others leave.
    assert len(house.library.applied) == batches + 1 or client.closing is None


def test_cancels_of_nothing_count_and_leave_no_row_when_none_remain(
    house: House, client: Client
) -> None:
    unknown = [{"client_order_id": "never"}] * 50
    for _ in range(2):
        items = client.result("batch_cancel", orders=unknown)["orders"]
        assert {item["error"]["name"] for item in items} == {"UNKNOWN_ORDER"}
    assert client.ask("ping")["remaining"] == 0
    seq = house.exchange.seq
    items = client.result("batch_cancel", orders=unknown)["orders"]
    assert {item["error"]["name"] for item in items} == {"UNKNOWN_ORDER"}
    error = client.error("cancel_order", order_id="7")
    assert (error["name"], error["param"]) == ("UNKNOWN_ORDER", "order_id")
    error = client.error("cancel_order", order_id="7", deadline=1)
    assert error["name"] == "DEADLINE_PASSED"
    assert client.result("cancel_all") == {"orders": []}
    assert client.error("cancel_all", instrument="X")["name"] == "UNKNOWN_INSTRUMENT"
    assert house.exchange.seq == seq


def test_to_go_on_with_cancels_of_nothing_is_abuse(client: Client) -> None:
    for _ in range(10):
        client.send("batch_cancel", orders=[{"order_id": "9"}] * 50)
        client.house.commit()
    assert client.closing == (1008, "rate limit ignored")


def test_one_order_is_cancelled_once_however_often_it_is_asked_for(
    house: House, client: Client
) -> None:
    client.result("add_order", **order(client_order_id="a-1"))
    spend(client, 99)
    seq = house.exchange.seq
    items = client.result(
        "batch_cancel", orders=[{"order_id": "1"}, {"client_order_id": "a-1"}] * 2
    )["orders"]
    assert [item["success"] for item in items] == [True, False, False, False]
    assert house.exchange.seq == seq + 1


def test_a_cancel_waits_for_the_order_that_it_is_for(
    house: House, client: Client
) -> None:
    """Sent in one go with the order that used up what remained."""
    spend(client, 99)
    client.send("add_order", **order(client_order_id="a-1"))
    client.send("cancel_order", client_order_id="a-1")
    client.house.commit()
    assert [answer["success"] for answer in client.read()] == [True, True]


def test_a_full_log_takes_cancels_of_what_is_open_alone(
    house: House, client: Client
) -> None:
    client.result("add_order", **order(client_order_id="a-1"))
    house.venue.log_full = True
    seq = house.exchange.seq
    assert client.error("cancel_order", order_id="7")["name"] == "UNKNOWN_ORDER"
    assert client.result("cancel_all", side="sell") == {"orders": []}
    assert house.exchange.seq == seq
    assert client.result("cancel_all")["orders"][0]["order_id"] == "1"
    assert client.result("cancel_all") == {"orders": []}
    assert house.exchange.seq == seq + 1


def test_a_cancel_all_that_finds_nothing_does_not_look_at_all_orders() -> None:
    """It is answered without the log, and however often a client asks."""
    lines = []
    for orders in (10, 500):
        house = House()
        client = house.trader("acme-key")
        for _ in range(orders):
            client.result("add_order", **order(quantity=1))
        house.venue.log_full = True
        client.result("cancel_all", side="sell")  # what has come is sorted once
        run, _ = lines_run(partial(client.result, "cancel_all", side="sell"))
        lines.append(run)
    assert lines[0] == lines[1]


def test_countdowns_count_and_a_full_log_takes_some(
    house: House, client: Client
) -> None:
    before = client.ask("ping")["remaining"]
    client.result("cancel_all_orders_after", timeout=60)
    assert client.ask("ping")["remaining"] == before - 2
    house.venue.log_full = True
    names = [
        (client.ask("cancel_all_orders_after", timeout=60).get("error") or {}).get(
            "name"
        )
        for _ in range(101)
    ]
    assert names == [None] * 100 + ["RATE_LIMITED"]
    house.now_ns += SECOND
    assert client.ask("cancel_all_orders_after", timeout=60)["success"]


def test_a_participants_connections_share_five_times_one_limit(house: House) -> None:
    clients = [house.trader("acme-key") for _ in range(7)]
    house.now_ns += SECOND
    for client in clients[:5]:
        spend(client)
    error = clients[5].error("ping")
    assert error["name"] == "RATE_LIMITED"
    assert error["message"] == (
        "more than 500 requests per second (bursts of 500) on all connections of your"
        " participant; wait 2 ms, cancels are never limited"
    )
    spend(house.trader("beta-key"), 80)  # others have their own


def test_a_participants_connections_pause_together(house: House) -> None:
    limits = SessionLimits(in_flight=10, participant_in_flight=20)
    house = House(limits)
    one, two, three = (house.trader("acme-key") for _ in range(3))
    other = house.trader("beta-key")
    for client in (one, two):
        for _ in range(10):
            client.send("add_order", **order())
    assert all(client.session.wants_pause for client in (one, two, three))
    assert not other.session.wants_pause
    one.session.closed()  # and its requests with it
    assert not three.session.wants_pause
    house.commit()
    assert not any(c.session.wants_pause for c in (two, three, other))
    share = house.services.shares.of_participant("acme")
    assert share.in_flight == 0


def test_strangers_of_one_address_share_a_limit() -> None:
    house = House(SessionLimits(stranger_requests_per_second=100, stranger_burst=100))
    one, two = house.connect(), house.connect()
    for client in (one, two):
        client.read()
    spend(one, 60)
    spend(two, 40)
    error = two.error("ping")
    assert error["name"] == "RATE_LIMITED"
    assert "from your address without a login" in error["message"]
    again = house.connect()  # to connect anew gives nothing back
    assert again.error("ping")["name"] == "RATE_LIMITED"
    house.now_ns += SECOND
    assert house.connect().log_in("acme-key")["remaining"] > 100


def test_a_long_answer_counts_as_many_requests(client: Client) -> None:
    for n in range(60):
        client.result("add_order", **order(client_order_id=f"{n}" * 10))
    client.house.now_ns += SECOND
    before = client.ask("ping")["remaining"]
    client.send("open_orders")
    size = client.outbox.queued_bytes
    client.read()
    assert client.ask("ping")["remaining"] == before - 2 - size // 2048


def test_a_batch_counts_as_its_orders(client: Client) -> None:
    spend(client, 70)
    fifty = [order()] * 50
    error = client.error("batch_add", orders=fifty)
    assert (error["name"], error["retry_after_ms"]) == ("RATE_LIMITED", 200)
    answer = client.ask("batch_add", orders=fifty[:30])
    assert (answer["success"], answer["remaining"]) == (True, 0)


def test_a_login_counts_as_twenty(house: House) -> None:
    client = house.connect()
    answer = client.log_in("acme-key")
    assert answer["remaining"] == 80


def test_denied_and_malformed_requests_count(house: House) -> None:
    client = house.connect()
    for n in range(100):
        answer = client.ask("balances") if n % 2 else client.ask("nonsense")
        assert answer["error"]["name"] in ("LOGIN_REQUIRED", "UNKNOWN_METHOD")
        assert answer["remaining"] == 99 - n
    assert client.error("ping")["name"] == "RATE_LIMITED"


def test_only_many_times_the_limit_closes(client: Client) -> None:
    spend(client)
    for _ in range(300):  # three times the burst, each answered
        assert client.error("ping")["name"] == "RATE_LIMITED"
    assert client.closing is None
    client.send("ping")
    (answer,) = client.read()
    assert answer["error"]["name"] == "RATE_LIMITED"
    assert client.closing == (1008, "rate limit ignored")
    client.send("ping")
    assert client.read() == []


def test_malformed_requests_close_no_sooner_and_no_later(client: Client) -> None:
    for _ in range(400):
        client.write_raw("{")
    assert len(client.read()) == 400
    assert client.closing is None
    client.write_raw("{")
    assert client.read()[0]["error"]["name"] == "MALFORMED"
    assert client.closing == (1008, "rate limit ignored")


@pytest.mark.parametrize(("times", "is_closed"), [(2, False), (6, True)])
def test_a_client_somewhat_above_the_limit_is_answered_for_ever(
    house: House, client: Client, times: int, *, is_closed: bool
) -> None:
    for _ in range(100 * 60):  # a minute, ten milliseconds at a time
        house.now_ns += 10 * MS
        for _ in range(times):
            client.send("ping")
        if client.closing is not None:
            break
    assert (client.closing is not None) == is_closed


def test_what_was_sent_before_the_abuse_is_answered_before_the_end(
    house: House, client: Client
) -> None:
    client.buy()
    for _ in range(500):
        client.write_raw("{")
    assert client.closing is None
    assert client.read() == []
    house.commit()
    answers = client.read()
    assert answers[0]["success"]
    assert len(answers) == 401
    assert client.closing == (1008, "rate limit ignored")


def test_a_burst_must_hold_a_batch() -> None:
    with pytest.raises(ValueError, match="burst must be at least 50, not 49"):
        SessionLimits(burst=49)


@given(
    st.integers(1, 1_000),
    st.integers(1, 100),
    st.lists(st.tuples(st.integers(0, 10), st.integers(0, SECOND)), max_size=100),
)
def test_a_bucket_is_a_bucket(
    per_second: int, burst: int, steps: list[tuple[int, int]]
) -> None:
    """Against the obvious model: tokens, in units of a nanosecond's inflow."""
    bucket = Bucket(per_second, burst)
    interval = SECOND // per_second
    level, full, now = burst * interval, burst * interval, 10**18
    for tokens, passed in steps:
        now += passed
        level = min(level + passed, full)
        assert bucket.remaining(now) == level // interval
        wait = bucket.wait_ns(tokens, now)
        assert wait == max(tokens * interval - level, 0)
        assert bucket.take(tokens, now) == (wait == 0)
        if wait == 0:
            level -= tokens * interval


# The venue's own limits.


def test_a_full_queue_is_busy_and_nothing_was_logged() -> None:
    house = House(max_waiting=2)
    client = house.trader("acme-key")
    sent = [client.buy() for _ in range(3)]
    house.commit()
    answers = client.read()
    assert [answer["req_id"] for answer in answers] == sent
    assert [answer["success"] for answer in answers] == [True, True, False]
    assert answers[2]["error"] == {
        "code": 5001,
        "name": "BUSY",
        "message": "the venue's queue is full; add_order was not logged: send it"
        " again after 10 ms",
        "retry_after_ms": 10,
    }
    assert len(house.exchange.accounts["acme-1"].orders) == 2


def test_a_batch_that_does_not_fit_is_not_logged_at_all() -> None:
    house = House(max_waiting=10)
    client = house.trader("acme-key")
    client.send("batch_add", orders=[order()] * 5)
    client.send("batch_add", orders=[order()] * 6)
    client.send("batch_add", orders=[order()] * 2)
    house.commit()
    first, second, third = client.read()
    assert (first["success"], third["success"]) == (True, True)
    assert second["error"]["name"] == "BUSY"
    assert len(house.exchange.accounts["acme-1"].orders) == 7


def test_a_full_log_takes_cancels_only() -> None:
    house = House()
    client, operator = house.trader("acme-key"), house.trader("house-key")
    client.result("add_order", **order())
    house.venue.log_full = True
    error = client.error("add_order", **order())
    assert error == {
        "code": 5006,
        "name": "LOG_FULL",
        "message": "the venue's disk has reached its reserve; add_order was not"
        " logged, but cancels still work",
    }
    deposit = {"account": "acme-1", "amount": "1.00", "client_ref": "r"}
    refused: list[tuple[Client, str, dict[str, Any]]] = [
        (client, "amend_order", {"order_id": "1", "quantity": 5}),
        (client, "batch_add", {"orders": [order()]}),
        (operator, "deposit", deposit),
        (operator, "register_participant", {"participant": "new"}),
    ]
    for who, method, params in refused:
        assert who.error(method, **params)["name"] == "LOG_FULL"
    assert client.result("balances")["locked"] == "746.30"
    batch = client.result("batch_cancel", orders=[{"order_id": "1"}])
    assert batch["orders"][0]["success"]
    assert client.result("cancel_all") == {"orders": []}
    assert operator.result("halt", instrument=CEA) == {}


def test_a_venue_that_shuts_down_takes_nothing() -> None:
    house = House()
    client = house.trader("acme-key")
    client.buy()
    house.venue.draining = True
    client.send("cancel_all")
    client.send("batch_cancel", orders=[{"order_id": "1"}])
    client.send("open_orders")
    house.commit()
    added, cancelled, batch, orders = client.read()
    assert added["success"]
    assert cancelled["error"]["message"] == (
        "the venue is shutting down; cancel_all was not logged: reconnect later"
    )
    assert batch["error"]["code"] == 5007
    assert len(orders["result"]["orders"]) == 1
    assert house.connect().read()[0]["data"][0]["state"] == "server_shutdown"
