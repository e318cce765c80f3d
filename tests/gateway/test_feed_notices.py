"""What the venue says of itself: status and heartbeat."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given, strategies as st
from msgspec import structs

from carbonex.engine import (
    SELL,
    OffBookTrade,
    PlaceOrder,
    ResumeVenue,
    SuspendVenue,
    Trade,
)
from carbonex.wire import answers, channels
from carbonex.wire.codec import JSON, MSGPACK
from carbonex.wire.money import format_fen
from feed_flow import let_time_pass, random_flow
from feed_model import Accounts, statistics
from feed_stage import BOOK, EVERYTHING, INSTRUMENTS, Client, Stage


def test_the_status_tells_whether_the_venue_shuts_down() -> None:
    stage = Stage().set_up()
    client = Client(stage).follow("status")
    told = stage.exchange.seq, stage.venue.position, b"chain".hex(), b"chain".hex()
    online = channels.Status("test", stage.venue.epoch, "online", "", "", *told)
    assert client.read(channels.Status) == [("snapshot", online)]
    stage.venue.draining = True
    closing = structs.replace(online, state="server_shutdown")
    late = Client(stage).follow("status")
    assert late.read(channels.Status) == [("snapshot", closing)]


def test_the_status_tells_of_a_suspension_and_of_its_end() -> None:
    stage = Stage().set_up()
    client, instruments = (
        Client(stage).follow(name) for name in ("status", "instrument")
    )
    client.frames()
    instruments.frames()
    stage.do(SuspendVenue("", "行情中断"))
    [(kind, status)] = client.read(channels.Status)
    assert (kind, status.state) == ("update", "online")
    assert (status.suspended, status.suspended_why) == (True, "行情中断")
    phases = [told for _, told in instruments.read(channels.Instrument)]
    assert [told.instrument for told in phases] == [*stage.exchange.instruments]
    assert {(told.phase, told.next_change) for told in phases} == {("halted", 0)}
    [(_, late)] = Client(stage).follow("status").read(channels.Status)
    assert late.suspended
    stage.do(ResumeVenue("", "it is back"))
    [(_, status)] = client.read(channels.Status)
    assert (status.suspended, status.suspended_why) == (False, "")


def test_a_heartbeat_names_the_newest_seq_and_the_logs_hash() -> None:
    stage = Stage().set_up()
    client = Client(stage).follow("heartbeat")
    assert client.frames() == [], "the first one comes within a second"
    stage.heartbeat()
    [(kind, beat)] = client.read(channels.Heartbeat)
    assert kind == "update"
    assert (beat.seq, beat.position) == (stage.exchange.seq, stage.venue.position)
    assert bytes.fromhex(beat.hash) == stage.venue.chain
    assert beat.time == stage.now_ns // 1000


def test_a_paused_client_gets_no_heartbeat_before_its_lost_depth() -> None:
    stage = Stage().set_up()
    client = Client(stage).follow("heartbeat").follow(**BOOK)
    client.frames()
    client.outbox.paused = True
    stage.do(PlaceOrder("", "ant", "CEA25", SELL, 7000, 2))
    stage.heartbeat()
    client.outbox.paused = False  # but the feed was not told yet
    stage.heartbeat()
    assert client.frames() == []
    client.resume()
    stage.heartbeat()
    assert [frame.channel for frame in client.frames()] == ["book", "heartbeat"]


def test_without_anybody_to_hear_it_a_heartbeat_disturbs_no_interval() -> None:
    stage = Stage().set_up()
    client = Client(stage).follow(**BOOK)
    client.frames()
    stage.do(PlaceOrder("", "ant", "CEA25", SELL, 7000, 2))
    stage.heartbeat()
    assert client.frames() == []


@given(seed=st.integers(0, 2**32), steps=st.integers(1, 40))
def test_a_heartbeat_comes_after_everything_up_to_the_seq_it_names(
    seed: int, steps: int
) -> None:
    random = Random(seed)
    stage = Stage().set_up()
    client = Client(stage, random.choice((JSON, MSGPACK)))
    for params in EVERYTHING:
        client.follow(**params)
    newest: dict[tuple[str, str], dict[str, Any]] = {}
    prints = executions = 0
    for _ in range(steps):
        let_time_pass(random, stage)
        stage.do(*random_flow(random, stage.exchange, most=6))
        if random.random() < 0.5:
            stage.flush(50)
        stage.heartbeat()
        frames = client.frames()
        assert frames[-1].channel == "heartbeat"
        assert frames[-1].data[0]["seq"] == stage.exchange.seq
        for frame in frames:
            if frame.type == "update":
                prints += len(frame.data) * (frame.channel == "trade")
                executions += len(frame.data) * (frame.channel == "executions")
            for datum in frame.data:
                newest[frame.channel, datum.get("instrument", "")] = datum
        assert executions == len(Accounts.of(stage.told).executions["ant"])
        assert prints == sum(
            isinstance(event, (Trade, OffBookTrade))
            for _, _, events in stage.told
            for event in events
        )
        for name in INSTRUMENTS:
            reference = stage.exchange.instruments[name].reference
            figures = statistics(stage.told, name, reference)
            assert figures.items() <= newest["ticker", name].items()
        balances = answers.Balances(**newest["balances", ""])
        assert balances.cash == format_fen(stage.exchange.accounts["ant"].cash)
