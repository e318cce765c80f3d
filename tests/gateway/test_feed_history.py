"""Executions: every one, once, in order, however often a client comes back."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings, strategies as st
from msgspec.structs import replace

from carbonex.engine import (
    SELL,
    AdvanceTime,
    CancelAll,
    PlaceOrder,
)
from carbonex.gateway.budget import STEP_BYTES
from carbonex.wire import channels
from carbonex.wire.codec import JSON, MSGPACK
from feed_flow import let_time_pass, random_flow
from feed_model import Accounts
from feed_stage import ACCOUNTS, Client, Stage


if TYPE_CHECKING:
    from carbonex.wire.codec import Codec


class Follower:
    """A client of one account, who knows what it has seen so far."""

    def __init__(self, account: str, codec: Codec) -> None:
        self.account = account
        self.codec = codec
        self.next_seq = 0  # 0: nothing known yet
        self.snapshot_seq = 0
        self.seen: list[channels.Execution] = []
        self.client: Client | None = None

    def connect(self, stage: Stage) -> None:
        self.client = Client(stage, self.codec)
        self.client.follow("executions", account=self.account, from_seq=self.next_seq)
        self.read(stage, settled=stage.told[-1][0] == stage.exchange.seq)

    def disconnect(self) -> None:
        """Go away without reading what waits: it is lost."""
        assert self.client is not None
        self.client.leave()
        self.client = None

    def read(self, stage: Stage, *, settled: bool = True) -> None:
        assert self.client is not None
        for frame in self.client.frames():
            if frame.type == "snapshot":
                self.take_snapshot(stage, frame.data, settled=settled)
            else:
                for datum in msgspec.convert(frame.data, list[channels.Execution]):
                    self.take(datum)

    def take_snapshot(self, stage: Stage, data: list[Any], *, settled: bool) -> None:
        [snapshot] = msgspec.convert(data, list[channels.ExecutionsSnapshot])
        model = Accounts.of(stage.told)
        assert snapshot.account == self.account
        assert snapshot.exec_seq == len(model.executions[self.account])
        self.next_seq = self.next_seq or snapshot.exec_seq + 1
        self.snapshot_seq = snapshot.exec_seq
        if settled:
            assert [
                (order.order_id, order.price, order.quantity, order.filled)
                for order in snapshot.orders
            ] == model.open_orders(self.account)

    def take(self, execution: channels.Execution) -> None:
        assert execution.exec_seq == self.next_seq, "no gap, no repetition"
        assert execution.replayed is (execution.exec_seq <= self.snapshot_seq)
        self.next_seq += 1
        self.seen.append(replace(execution, replayed=False))

    def check(self, expected: list[channels.Execution]) -> None:
        """What was seen is all there is, from the first seen on."""
        first = self.next_seq - len(self.seen)
        assert self.seen == expected[first - 1 :]


@settings(max_examples=settings().max_examples // 3)
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 120))
def test_whoever_comes_back_misses_nothing_and_sees_nothing_twice(
    seed: int, steps: int
) -> None:
    random = Random(seed)
    stage = Stage().set_up()
    followers = [Follower(a, c) for a in ACCOUNTS for c in (JSON, MSGPACK, JSON)]
    for _ in range(steps):
        let_time_pass(random, stage)
        flow = random_flow(random, stage.exchange, most=8)
        moment = random.randint(0, 12)

        def between(index: int, moment: int = moment) -> None:
            if index == moment:
                come_or_go(random.choice(followers))

        def come_or_go(one: Follower) -> None:
            if one.client is None:
                one.connect(stage)
            elif random.random() < 0.7:
                one.read(stage)
            else:
                one.disconnect()

        stage.do(*flow, between=between)
        come_or_go(random.choice(followers))
    expected = Accounts.of(stage.told).executions
    for one in followers:
        if one.client is None:
            one.connect(stage)
        one.read(stage)
        one.check(expected[one.account])


@given(seed=st.integers(0, 2**32), steps=st.integers(1, 40), data=st.data())
def test_after_a_restart_the_tail_is_kept_and_nothing_older(
    seed: int, steps: int, data: st.DataObject
) -> None:
    random = Random(seed)
    stage = Stage().set_up()
    when = data.draw(st.integers(0, steps), label="batches before the snapshot")
    for _ in range(when):
        let_time_pass(random, stage)
        stage.do(*random_flow(random, stage.exchange, most=8))
    snapshot, since = stage.exchange.snapshot(), len(stage.batches)
    before = {name: stage.exchange.accounts[name].exec_seq for name in ACCOUNTS}
    for _ in range(steps - when):
        let_time_pass(random, stage)
        stage.do(*random_flow(random, stage.exchange, most=8))
    expected = Accounts.of(stage.told).executions
    restarted = stage.restarted(snapshot, since)
    for name in ACCOUNTS:
        all_of_them = expected[name]
        assert restarted.feed.oldest_execution(name) == before[name] + 1
        for from_seq in {before[name] + 1, len(all_of_them) + 1}:
            client = Client(restarted)
            client.follow("executions", account=name, from_seq=from_seq)
            assert replayed(client) == all_of_them[from_seq - 1 :]


def replayed(client: Client) -> list[channels.Execution]:
    """Return what follows the snapshot, which must all be marked as replayed."""
    first, *frames = client.frames()
    assert first.type == "snapshot"
    executions = [
        execution
        for frame in frames
        for execution in msgspec.convert(frame.data, list[channels.Execution])
    ]
    assert all(execution.replayed for execution in executions)
    return [replace(execution, replayed=False) for execution in executions]


@given(
    seed=st.integers(0, 2**32),
    per_account=st.integers(1, 12),
    in_total=st.integers(1, 30),
)
def test_kept_are_the_newest_of_each_account_and_of_the_venue(
    seed: int, per_account: int, in_total: int
) -> None:
    random = Random(seed)
    stage = Stage(max_executions_per_account=per_account, max_executions=in_total)
    stage.set_up()
    for _ in range(30):
        let_time_pass(random, stage)
        stage.do(*random_flow(random, stage.exchange, most=5))
        model = Accounts.of(stage.told)
        newest = model.everyones[-in_total:]
        for name in ACCOUNTS:
            count = len(model.executions[name])
            oldest = count + 1 - min(per_account, newest.count(name))
            client = Client(stage).follow(
                "executions", account=name, from_seq=max(oldest, 1)
            )
            assert replayed(client) == model.executions[name][oldest - 1 :]
            client.leave()
            assert stage.feed.oldest_execution(name) == oldest


def sell(account: str, quantity: int, price: int, **more: Any) -> PlaceOrder:
    return PlaceOrder("", account, "CEA25", SELL, price, quantity, **more)


def follow(stage: Stage, account: str, **more: Any) -> Client:
    return Client(stage).follow("executions", account=account, **more)


def test_a_long_history_comes_in_frames_of_bounded_size() -> None:
    stage = Stage().set_up()
    for _ in range(6):
        stage.do(*(sell("ant", 1, 7000) for _ in range(100)))
    stage.do(CancelAll("", "ant"))  # a slice of it
    stage.do(AdvanceTime(""))  # and the rest
    client = follow(stage, "ant", from_seq=1)
    frames = client.frames()
    assert [len(frame.data) for frame in frames] == [1, 250, 250, 250, 250, 200]


def test_a_long_history_reaches_a_client_who_reads() -> None:
    stage = Stage().set_up()
    stage.do(*(sell("ant", 1, 7000) for _ in range(500)))
    client = Client(stage)
    client.follow("executions", account="ant", from_seq=1)
    assert client.outbox.closing is None
    assert len(replayed(client)) == 500


def test_a_reader_too_slow_for_executions_is_closed_and_resumes() -> None:
    stage = Stage().set_up()
    slow = Client(stage, max_bytes=STEP_BYTES)
    slow.follow("executions", account="ant")
    slow.frames()
    stage.do(sell("ant", 1, 7000))
    [(_, last_seen)] = slow.read(channels.Execution)
    slow.outbox.paused = True
    stage.do(*(sell("ant", 1, 7000) for _ in range(500)))
    assert slow.outbox.closing == (1013, "slow_consumer")
    assert slow.outbox.queued_bytes == 0
    slow.leave()
    again = follow(stage, "ant", from_seq=last_seen.exec_seq + 1)
    assert [execution.exec_seq for execution in replayed(again)] == list(range(2, 502))


@pytest.mark.parametrize(("from_seq", "accepted"), [(1, True), (3, True), (4, False)])
def test_a_from_seq_beyond_the_next_execution_is_refused(
    from_seq: int,
    accepted: bool,
) -> None:
    stage = Stage().set_up()
    stage.do(sell("ant", 1, 7000), sell("ant", 1, 7000))
    refusal = Client(stage).subscribe("executions", account="ant", from_seq=from_seq)
    if accepted:
        assert refusal is None
    else:
        assert refusal is not None
        assert (refusal.name, refusal.param) == ("BAD_TYPE", "from_seq")
        assert "at most 3, the next execution of ant, not 4" in refusal.message
