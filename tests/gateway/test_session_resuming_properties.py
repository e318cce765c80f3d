"""Executions from the history, at random: none missing, none twice, the same bytes."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from carbonex.engine import Exchange
from carbonex.gateway.feed.executions import updates
from carbonex.gateway.session import resuming
from carbonex.journal.history import store
from carbonex.wire.codec import JSON, MSGPACK
from carbonex.wire.executions import with_ids
from everything import COMPANIES, venue as everything
from feed_flow import let_time_pass, random_flow
from feed_stage import ACCOUNTS, Client as Follower, Stage, unframe
from gateway.past_house import Past, executions, subscribe
from journal.histories import stored


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine import Batch
    from carbonex.wire import channels
    from carbonex.wire.codec import Codec
    from gateway.session_house import Client


PAGE = 3


@pytest.fixture(autouse=True, scope="module")
def _no_gathering() -> Iterator[None]:
    """Let the history write at once what it is given."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store, "GATHER_S", 0)
        yield


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
            ids = stage.venue.ids
            told = [with_ids(e.execution, ids, replayed=True) for e in entries]
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
