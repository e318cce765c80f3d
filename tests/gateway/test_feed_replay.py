"""Rows that a recovery replays: the feed knows what it would have heard live."""

from __future__ import annotations

import gc
from random import Random
from typing import TYPE_CHECKING, Any

from hypothesis import given, strategies as st

from carbonex.engine import (
    BUY,
    SELL,
    CancelAll,
    CancelOrder,
    Exchange,
    OrderAccepted,
    PlaceOrder,
    Rejected,
)
from carbonex.gateway.feed import replay
from feed_stage import Client, Stage
from streams import ACCOUNTS, INSTRUMENTS, SETUP, START, any_command, next_day
from streams.stream import time_passing


if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from carbonex.engine import Batch, Command
    from carbonex.wire.channels import Frame

PUBLIC = ("instrument", "ticker", "trade", "bulletin", "auction", "premium", "alerts")
NAMES = [command.account for command in ACCOUNTS]
SUBSCRIPTIONS: list[dict[str, Any]] = [
    *({"channel": channel} for channel in PUBLIC),
    *(
        {"channel": channel, "instrument": each.instrument}
        for each in INSTRUMENTS
        for channel in ("trade", "book")
    ),
    *(
        {"channel": channel, "account": name}
        for name in NAMES
        for channel in ("executions", "balances", "blocks", "bids")
    ),
]


class Listening(Stage):
    """A process that hears the rows of its recovery as if they were new."""

    def _recover(self, tail: Sequence[Batch]) -> None:
        for batch in tail:
            assert self.venue.committed(batch, 1, b"").accepted
        self.feed.flush(self.now_ns)


def some_commands(random: Random, stage: Stage) -> list[Command]:
    """Let time pass; return what happens then, or the next day's beginning."""
    exchange = stage.exchange
    if not exchange.day:
        time_ns, begin = next_day(random, exchange)
        stage.now_ns = max(stage.now_ns, time_ns)
        return [begin]
    stage.now_ns = max(stage.now_ns, time_passing(random, exchange))
    return [any_command(random, exchange) for _ in range(random.randint(1, 8))]


def executions(stage: Stage, name: str) -> list[object]:
    """Return what a client is told who asks from each number on that is kept."""
    oldest = stage.feed.oldest_execution(name)
    told: list[object] = [oldest]
    for from_seq in (0, *range(oldest, stage.exchange.accounts[name].exec_seq + 3)):
        client = Client(stage)
        refusal = client.subscribe("executions", account=name, from_seq=from_seq)
        told.append(refusal or client.frames())
    return told


def heard(clients: list[Client]) -> list[list[Frame]]:
    return [client.frames() for client in clients]


@given(
    seed=st.integers(0, 2**32),
    steps=st.integers(0, 40),
    per_account=st.integers(1, 40),
    in_total=st.integers(1, 80),
    data=st.data(),
)
def test_a_feed_that_replayed_says_what_one_that_listened_says(
    seed: int, steps: int, per_account: int, in_total: int, data: st.DataObject
) -> None:
    random = Random(seed)
    stage = Stage(max_executions_per_account=per_account, max_executions=in_total)
    stage.now_ns = START
    stage.do(*SETUP)
    for _ in range(data.draw(st.integers(0, steps), label="before the snapshot")):
        stage.do(*some_commands(random, stage))
    snapshot, since = stage.exchange.snapshot(), len(stage.batches)
    for _ in range(steps):
        stage.do(*some_commands(random, stage))

    tail = stage.batches[since:]
    listening = Listening(Exchange.restore(snapshot), tail, **stage.options)
    replayed = Stage(Exchange.restore(snapshot), tail, **stage.options)
    for name in NAMES:
        assert executions(replayed, name) == executions(listening, name)
    both = [
        [Client(each).follow(**params) for params in SUBSCRIPTIONS]
        for each in (replayed, listening)
    ]
    assert heard(both[0]) == heard(both[1])
    for _ in range(5):
        commands = some_commands(random, replayed)
        listening.now_ns = replayed.now_ns
        for each in (replayed, listening):
            each.do(*commands)
            each.flush(1_000)
        assert heard(both[0]) == heard(both[1])


def test_of_a_long_replay_the_newest_executions_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replay, "MAX_REPLAYED", 3)
    stage = Stage().set_up()
    snapshot, since = stage.exchange.snapshot(), len(stage.batches)
    stage.do(PlaceOrder("", "bee", "CEA25", SELL, 7000, 1))
    for _ in range(5):
        stage.do(PlaceOrder("", "ant", "CEA25", SELL, 7000, 1))
    restarted = stage.restarted(snapshot, since)
    kept = Client(restarted).follow("executions", account="ant", from_seq=3)
    assert [frame.data[0]["exec_seq"] for frame in kept.frames()] == [5, 3]
    for name, newest, oldest in (("ant", 5, 3), ("bee", 1, 2)):
        assert restarted.feed.oldest_execution(name) == oldest
        client = Client(restarted).follow("executions", account=name)
        assert client.frames()[0].data[0]["exec_seq"] == newest
    restarted.do(CancelAll("", "bee"))
    [_, cancelled] = (
        Client(restarted).follow("executions", account="bee", from_seq=2).frames()
    )
    assert [each["exec_seq"] for each in cancelled.data] == [2]


def test_rows_far_from_the_end_are_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "MAX_REPLAYED", 5)
    monkeypatch.setattr(replay, "ROWS_HELD", 2)
    stage = Stage().set_up()
    snapshot, since = stage.exchange.snapshot(), len(stage.batches)
    for _ in range(40):
        stage.do(*(PlaceOrder("", "ant", "CEA25", SELL, 7000, 1) for _ in range(2)))
    restarted = stage.restarted(snapshot, since)
    kept = Client(restarted).follow("executions", account="ant", from_seq=75)
    assert [e["exec_seq"] for e in kept.frames()[1].data] == list(range(75, 81))
    for _ in range(5):  # a few large rows, and many small ones after them
        stage.do(*(PlaceOrder("", "ant", "CEA25", SELL, 7000, 1) for _ in range(50)))
    for _ in range(6):
        stage.do(PlaceOrder("", "ant", "CEA25", SELL, 7000, 1))
    restarted = stage.restarted(snapshot, since)
    kept = Client(restarted).follow("executions", account="ant", from_seq=335)
    assert [e["exec_seq"] for e in kept.frames()[1].data] == [335, 336]


def test_rows_that_hold_no_more_than_is_kept_are_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However commands answer: refused, or with several events each."""
    monkeypatch.setattr(replay, "MAX_REPLAYED", 5)
    stage = Stage().set_up()
    since = len(stage.batches)
    for _ in range(20):
        stage.do(CancelOrder("", "ant", client_order_id="unknown"))
        stage.do(PlaceOrder("", "ant", "CEA25", SELL, 7000, 1))
        stage.do(PlaceOrder("", "bee", "CEA25", BUY, 7000, 1))
    restarted = Stage().set_up()
    rows = restarted.feed.replay(60)
    for batch in stage.batches[since:]:
        rows.read(restarted.venue.replayed(batch, 1, b""))
    assert len(rows._rows) <= 5
    rows.finish()
    for name in ("ant", "bee"):
        assert restarted.feed.oldest_execution(name) <= 40
        assert executions(restarted, name)[-1] == executions(stage, name)[-1]


def test_of_a_row_nothing_is_held_but_executions() -> None:
    """What was refused may be a thousand times as much as what was not."""
    stage = Stage().set_up()
    since = len(stage.batches)
    refused = [CancelOrder("", "ant", client_order_id="unknown") for _ in range(50)]
    stage.do(*refused, PlaceOrder("", "ant", "CEA25", SELL, 7000, 1))
    restarted = Stage().set_up()
    rows = restarted.feed.replay(1)
    for batch in stage.batches[since:]:
        rows.read(restarted.venue.replayed(batch, 1, b""))
    held = [type(thing) for thing in reachable(rows._rows)]
    assert held.count(OrderAccepted) == 1
    assert held.count(Rejected) == 0


def reachable(root: object) -> list[object]:
    """Everything that lives as long as ``root`` does, but for types and what is theirs."""
    found: dict[int, object] = {}
    left = [root]
    while left:
        thing = left.pop()
        if id(thing) not in found and not isinstance(thing, type):
            found[id(thing)] = thing
            left += gc.get_referents(thing)
    return list(found.values())
