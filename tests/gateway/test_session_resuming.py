"""Executions from before what the feed keeps, page by page, while trading goes on."""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from carbonex.engine import Exchange
from carbonex.gateway.archive import Behind
from carbonex.gateway.feed import Feed
from carbonex.gateway.feed.executions import updates
from carbonex.gateway.session import resuming
from carbonex.gateway.session.refusal import Refused
from carbonex.gateway.statements import wire_execution
from carbonex.journal import HistoryError, HistoryReader, HistoryStore
from carbonex.journal.history import store
from carbonex.wire.codec import JSON, MSGPACK
from carbonex.wire.errors import Code, error
from everything import COMPANIES, venue as everything
from feed_flow import let_time_pass, random_flow
from feed_stage import ACCOUNTS, Client as Follower, Stage, unframe
from gateway.session_house import VENUE, Client, House, Json
from journal.histories import stored


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine import Batch
    from carbonex.gateway.archive import Question, Told
    from carbonex.wire import channels
    from carbonex.wire.codec import Codec


KEPT = 5  # executions of an account in the feed of these tests
PAGE = 3


class Shelf:
    """An archive with its follower, which comes and answers when a test says so."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store = HistoryStore(path, VENUE)
        self.asked: list[tuple[Question, Told]] = []

    def ask(self, question: Question, tell: Told) -> None:
        self.asked.append((question, tell))

    def follow(self, house: House) -> None:
        """Write down everything so far."""
        for position, applied in enumerate(house.library.applied, 1):
            self.store.put(position, applied)
        self.store.flush()

    def answer(self) -> None:
        """Answer one question; its patience is over when it is asked."""
        question, tell = self.asked.pop(0)
        with HistoryReader(self.path) as history:
            try:
                tell(question(history), None)
            except Refused as refused:
                tell(None, refused.error)
            except Behind:
                tell(None, error(Code.HISTORY_BEHIND, retry_after_ms=1))


class Past(House):
    """A venue whose feed keeps little, and its archive."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.shelf = Shelf(path)
        self.small = Feed(self.venue, max_executions_per_account=KEPT)
        self.venue.readers.append(self.small)
        self.services = replace(self.services, feed=self.small, archive=self.shelf)

    def buy(self, count: int = 1) -> None:
        """Let acme have that many executions more."""
        trader = self.trader()
        for _ in range(count):
            trader.buy(1, "70.00")
            self.commit()
        trader.session.closed()

    def answer_all(self) -> None:
        while self.shelf.asked:
            self.shelf.answer()


@pytest.fixture(autouse=True, scope="module")
def _no_gathering() -> Iterator[None]:
    """Let the history write at once what it is given."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store, "GATHER_S", 0)
        yield


@pytest.fixture
def past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Past]:
    monkeypatch.setattr(resuming, "PAGE_EXECUTIONS", PAGE)
    past = Past(tmp_path / "history.sqlite")
    yield past
    past.shelf.store.close()


def executions(messages: list[Json], kind: str = "update") -> list[Json]:
    return [
        item
        for message in messages
        if message.get("channel") == "executions" and message["type"] == kind
        for item in message["data"]
    ]


def numbers(messages: list[Json]) -> list[int]:
    return [execution["exec_seq"] for execution in executions(messages)]


def subscribe(client: Client, from_seq: int) -> int:
    return client.send("subscribe", channel="executions", from_seq=from_seq)


def test_answer_snapshot_the_past_what_is_kept_then_live(past: Past) -> None:
    past.buy(12)
    past.shelf.follow(past)
    client = past.trader()
    asked = subscribe(client, 2)
    assert client.read() == []
    past.answer_all()
    messages = client.read()
    answer, snapshot, *rest = messages
    assert (answer["req_id"], answer["success"]) == (asked, True)
    assert answer["result"] == {"channel": "executions", "account": "acme-1"}
    assert snapshot["type"] == "snapshot"
    assert snapshot["data"][0]["exec_seq"] == 12
    assert len(snapshot["data"][0]["orders"]) == 12
    assert numbers(rest) == list(range(2, 13))
    assert all(execution["replayed"] for execution in executions(rest))
    past.buy()
    [live] = executions(client.read())
    assert (live["exec_seq"], "replayed" in live) == (13, False)


def test_what_happens_between_two_pages_is_told_once_and_is_not_replayed(
    past: Past,
) -> None:
    past.buy(12)
    past.shelf.follow(past)
    client = past.trader()
    subscribe(client, 1)
    past.shelf.answer()
    assert numbers(client.read()) == [1, 2, 3]
    past.buy(2)  # the feed now keeps from 10 on
    past.shelf.follow(past)
    past.answer_all()
    told = executions(client.read())
    assert [execution["exec_seq"] for execution in told] == list(range(4, 15))
    assert [e["exec_seq"] for e in told if "replayed" not in e] == [13, 14]


def test_even_what_the_feed_no_longer_keeps_at_the_end_is_not_replayed(
    past: Past,
) -> None:
    past.buy(8)
    past.shelf.follow(past)
    client = past.trader()
    subscribe(client, 1)
    past.shelf.answer()
    past.buy(20)
    past.shelf.follow(past)
    past.answer_all()
    told = executions(client.read())
    assert [execution["exec_seq"] for execution in told] == list(range(1, 29))
    assert [e["exec_seq"] for e in told if e.get("replayed")] == list(range(1, 9))


def test_what_is_sent_behind_the_subscription_waits_for_all_of_it(past: Past) -> None:
    past.buy(12)
    past.shelf.follow(past)
    client = past.trader()
    subscribe(client, 1)
    ordered = client.buy(1, "70.00")
    past.shelf.answer()
    client.read()
    assert past.venue.idle
    past.answer_all()
    past.commit()
    messages = client.read()
    assert numbers(messages)[-1] == 13
    assert messages[-1]["req_id"] == ordered  # promise 3: after its execution


def test_a_client_that_does_not_read_is_not_sent_more_than_a_page(past: Past) -> None:
    past.buy(30)
    past.shelf.follow(past)
    client = past.trader()
    subscribe(client, 1)
    client.outbox.paused = True
    past.shelf.answer()
    assert past.shelf.asked == []
    assert not client.session.wants_pause  # its pongs tell whether it is alive
    client.outbox.paused = False
    client.session.resumed()
    assert numbers(client.read()) == [1, 2, 3]
    client.session.resumed()  # as after any pause: it asks once
    assert len(past.shelf.asked) == 1
    past.answer_all()
    assert numbers(client.read()) == list(range(4, 31))


def test_a_client_that_sends_too_much_meanwhile_has_to_wait(past: Past) -> None:
    past.buy(12)
    past.shelf.follow(past)
    client = past.trader()
    subscribe(client, 1)
    pings = 0
    while not client.session.wants_pause:
        client.send("ping")
        pings += 1
    assert pings * 40 < resuming.MAX_HELD_BYTES < pings * 80
    past.answer_all()
    assert not client.session.wants_pause
    assert sum(m.get("method") == "ping" for m in client.read()) == pings


def test_history_is_gone_only_where_the_log_was_truncated(past: Past) -> None:
    past.buy(12)
    past.shelf.store.start_at(len(past.library.applied), past.exchange)
    past.buy(20)
    past.shelf.follow(past)
    client = past.trader()
    asked = subscribe(client, 12)
    past.answer_all()
    [refusal] = client.read()
    assert refusal["req_id"] == asked
    assert refusal["error"]["name"] == "HISTORY_GONE"
    assert refusal["error"]["message"] == (
        "executions of acme-1 are available from exec_seq 13 on: the venue's log"
        " was truncated before 12 got into its history; query open_orders and"
        " subscribe from 13"
    )
    subscribe(client, 13)
    past.answer_all()
    assert numbers(client.read()) == list(range(13, 33))


def test_what_the_feed_keeps_is_available_though_the_history_missed_it(
    past: Past,
) -> None:
    past.buy(12)
    past.shelf.store.start_at(len(past.library.applied), past.exchange)
    client = past.trader()
    subscribe(client, 7)
    past.answer_all()
    [refusal] = client.read()
    assert "available from exec_seq 8 on" in refusal["error"]["message"]
    subscribe(client, 8)
    assert numbers(client.read()) == list(range(8, 13))


def test_a_history_that_lags_is_waited_for_or_refused(past: Past) -> None:
    past.buy(3)
    past.shelf.follow(past)
    past.buy(12)
    client = past.trader()
    asked = subscribe(client, 1)
    past.answer_all()
    [refusal] = client.read()
    assert (refusal["req_id"], refusal["error"]["name"]) == (asked, "HISTORY_BEHIND")
    past.shelf.follow(past)
    subscribe(client, 1)
    past.answer_all()
    assert numbers(client.read()) == list(range(1, 16))


def test_a_history_that_falls_behind_on_the_way_has_the_client_come_back(
    past: Past,
) -> None:
    past.buy(12)
    past.shelf.follow(past)
    client = past.trader()
    subscribe(client, 1)
    past.shelf.answer()
    past.buy(20)
    past.answer_all()
    seen = numbers(client.read())
    assert seen == list(range(1, 13))
    assert client.closing == (1013, "history_behind")
    client.session.closed()
    past.shelf.follow(past)
    again = past.trader()
    subscribe(again, seen[-1] + 1)
    past.answer_all()
    assert numbers(again.read()) == list(range(13, 33))


def test_a_connection_that_ends_on_the_way_is_told_nothing_more(past: Past) -> None:
    past.buy(12)
    past.shelf.follow(past)
    gone, revoked = past.trader(), past.trader()
    subscribe(gone, 1)
    subscribe(revoked, 1)
    past.shelf.answer()
    past.shelf.answer()
    gone.session.closed()
    revoked.outbox.close(1008, "key revoked")
    past.answer_all()
    past.buy()
    assert numbers(gone.read()) == numbers(revoked.read()) == [1, 2, 3]
    assert past.small._rooms.executions.topics.followed == {}


def test_a_hole_in_the_history_is_not_passed_over(past: Past) -> None:
    past.buy(12)
    past.shelf.follow(past)
    past.shelf.store._writer.execute("DELETE FROM executions WHERE exec_seq = 2")
    subscribe(past.trader(), 1)
    with pytest.raises(HistoryError, match="missing from 1 to 4"):
        past.shelf.answer()


@given(seed=st.integers(0, 2**32))
def test_whoever_comes_back_misses_nothing_and_sees_nothing_twice(seed: int) -> None:
    """Trading, pages, a follower that lags and a client that stops reading, at random."""
    with (
        pytest.MonkeyPatch.context() as patched,
        tempfile.TemporaryDirectory() as folder,
    ):
        patched.setattr(resuming, "PAGE_EXECUTIONS", PAGE)
        past = Past(Path(folder) / "history.sqlite")
        with closing(past.shelf.store):
            traveller, draw = Traveller(past), Random(seed)
            for _ in range(40):
                traveller.go_on(draw)
            traveller.arrive()


class Traveller:
    """A client of acme-1 who wants every execution from the first on."""

    def __init__(self, past: Past) -> None:
        self.past = past
        self.next_seq = 1
        self.greeted = 0
        self.client: Client | None = None

    def go_on(self, draw: Random) -> None:
        """Let something happen, and read what has come."""
        past = self.past
        client = self.client or self.come(draw.choice((JSON, MSGPACK)))
        if draw.random() < 0.5:
            past.buy(draw.randint(1, 4))
        if draw.random() < 0.7:
            past.shelf.follow(past)
        if past.shelf.asked and draw.random() < 0.8:
            past.shelf.answer()
        if draw.random() < 0.3:
            client.outbox.paused = not client.outbox.paused
            if not client.outbox.paused:
                client.session.resumed()
        if not client.outbox.paused:
            self.read()
        if client.closing or draw.random() < 0.1:
            self.leave()

    def come(self, codec: Codec) -> Client:
        self.client = self.past.trader(codec=codec)
        subscribe(self.client, self.next_seq)
        return self.client

    def leave(self) -> None:
        """Go away without reading what waits: it is lost."""
        assert self.client is not None
        self.client.session.closed()
        self.client = None
        self.past.shelf.asked.clear()

    def read(self) -> None:
        assert self.client is not None
        messages = self.client.read()
        for snapshot in executions(messages, "snapshot"):
            self.greeted = snapshot["exec_seq"]
        for execution in executions(messages):
            assert execution["exec_seq"] == self.next_seq
            assert execution.get("replayed", False) is (self.next_seq <= self.greeted)
            self.next_seq += 1
        if any(message.get("error") for message in messages):
            self.client.outbox.close(1000, "refused")

    def arrive(self) -> None:
        """See the end of it."""
        if self.client is not None:
            self.leave()
        self.past.shelf.follow(self.past)
        self.come(JSON)
        self.past.answer_all()
        self.read()
        account = self.past.exchange.accounts["acme-1"]
        assert self.next_seq == account.exec_seq + 1


# The same bytes, from the feed and from the history.


def same_bytes(
    stage: Stage, batches: list[Batch], accounts: tuple[str, ...]
) -> list[channels.Execution]:
    """Compare all executions of these accounts, which ``batches`` led to."""
    every = []
    with stored(batches) as history:
        for account in accounts:
            entries = history.executions(account, limit=10**6)
            told = [wire_execution(entry, replayed=True) for entry in entries]
            for codec in (JSON, MSGPACK):
                client = Follower(stage, codec)
                client.follow("executions", account=account, from_seq=1)
                _, *frames = unframe(codec, b"".join(client.outbox.take()))
                client.leave()
                mine = b"".join(message.framed(codec) for message in updates(told))
                assert unframe(codec, mine) == frames
            every += told
    return every


@given(seed=st.integers(0, 2**32), steps=st.integers(1, 80))
def test_an_execution_from_the_history_is_the_feed_s_to_the_byte(
    seed: int, steps: int
) -> None:
    random = Random(seed)
    stage = Stage().set_up()
    for _ in range(steps):
        let_time_pass(random, stage)
        stage.do(*random_flow(random, stage.exchange, most=8))
    same_bytes(stage, stage.batches, ACCOUNTS)


def test_every_kind_of_execution_is_compared() -> None:
    random = Random(1)
    stage = Stage().set_up()
    for _ in range(600):
        let_time_pass(random, stage)
        stage.do(*random_flow(random, stage.exchange, most=8))
    told = same_bytes(stage, stage.batches, ACCOUNTS)
    batches, accounts = everything().batches, tuple(map(str.lower, COMPANIES))
    told += same_bytes(Stage(Exchange(), batches), batches, accounts)
    assert {e.event for e in told} == {
        "new",
        "trade",
        "triggered",
        "refilled",
        "reduced",
        "amended",
        "cancelled",
    }
    assert {e.method for e in told} == {"listed", "block", "auction"}
    assert {e.liquidity for e in told} == {"", "maker", "taker"}
    for name in ("called", "fee", "stop_price", "display_quantity", "expires", "shown"):
        assert any(getattr(e, name) for e in told), name
    assert {e.priority_kept for e in told} == {None, True, False}
