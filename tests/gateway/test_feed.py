"""Subscriptions: what may be followed, and what ends it."""

from __future__ import annotations

import gc
from random import Random
from typing import Any

import pytest

from carbonex.engine import (
    BUY,
    SELL,
    AdvanceTime,
    Alert,
    AuctionClosed,
    AuctionOpened,
    BeginDay,
    BidEnded,
    BidPlaced,
    BlockEnded,
    BlockProposed,
    CancelAll,
    HaltInstrument,
    OffBookTrade,
    OpenAuction,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    OrderRefilled,
    OrderTriggered,
    ParticipantRestricted,
    PhaseChanged,
    PlaceBid,
    PlaceOrder,
    ProposeBlock,
    ResumeInstrument,
    Trade,
    Uncrossed,
)
from feed_flow import let_time_pass, random_flow
from feed_stage import BOOK, DAY_ENDS_NS, EVERYTHING, MS, RULED, Client, Stage


@pytest.mark.parametrize(
    ("params", "name", "param", "message"),
    [
        (
            {"channel": "book"},
            "MISSING_MEMBER",
            "instrument",
            "subscribe to book needs instrument: the name of one",
        ),
        (
            {"channel": "book", "instrument": "CEA99"},
            "UNKNOWN_INSTRUMENT",
            "instrument",
            "there is no instrument CEA99; the instrument channel lists them",
        ),
        (
            {"channel": "trade", "instrument": "CEA99"},
            "UNKNOWN_INSTRUMENT",
            "instrument",
            "there is no instrument CEA99; the instrument channel lists them",
        ),
    ],
)
def test_what_does_not_exist_cannot_be_followed(
    params: dict[str, Any], name: str, param: str, message: str
) -> None:
    stage = Stage().set_up()
    refusal = Client(stage).subscribe(**params)
    assert refusal is not None
    assert (refusal.name, refusal.param) == (name, param)
    assert refusal.message == message


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        (BOOK, BOOK, False),
        (BOOK, {**BOOK, "depth": 25}, True),
        (BOOK, {**BOOK, "interval_ms": 50}, True),
        (BOOK, {**BOOK, "instrument": "CEA24"}, True),
        ({"channel": "status"}, {"channel": "status", "instrument": "CEA25"}, False),
        ({"channel": "trade"}, {"channel": "trade", "instrument": "CEA25"}, False),
        ({"channel": "trade", "instrument": "CEA25"}, {"channel": "trade"}, False),
        (
            {"channel": "trade", "instrument": "CEA24"},
            {"channel": "trade", "instrument": "CEA25"},
            True,
        ),
        ({"channel": "trade"}, {"channel": "ticker"}, True),
        ({"channel": "alerts"}, {"channel": "alerts", "instrument": "CEA25"}, False),
        ({"channel": "premium"}, {"channel": "premium", "instrument": RULED}, False),
        ({"channel": "bulletin"}, {"channel": "auction", "instrument": RULED}, True),
        (
            {"channel": "blocks", "account": "ant"},
            {"channel": "bids", "account": "ant"},
            True,
        ),
        (
            {"channel": "bids", "account": "ant"},
            {"channel": "bids", "account": "ant"},
            False,
        ),
        (
            {"channel": "balances", "account": "ant"},
            {"channel": "balances", "account": "bee"},
            True,
        ),
        (
            {"channel": "executions", "account": "ant"},
            {"channel": "executions", "account": "ant", "from_seq": 1},
            False,
        ),
    ],
)
def test_nothing_is_followed_twice(
    first: dict[str, Any], second: dict[str, Any], *, both: bool
) -> None:
    stage = Stage().set_up()
    client = Client(stage)
    assert client.subscribe(**first) is None
    refusal = client.subscribe(**second)
    if both:
        assert refusal is None
    else:
        assert refusal is not None
        assert refusal.name == "ALREADY_SUBSCRIBED"
        assert refusal.message.startswith(first["channel"])
        assert client.unsubscribe(**first)
        assert client.subscribe(**second) is None


def test_a_connection_has_so_many_subscriptions_at_most() -> None:
    stage = Stage(max_subscriptions=2).set_up()
    client = Client(stage).follow("status").follow("trade")
    refusal = client.subscribe("ticker")
    assert refusal is not None
    assert refusal.name == "TOO_MANY_SUBSCRIPTIONS"
    assert "2 subscriptions" in refusal.message
    assert Client(stage).subscribe("ticker") is None, "others have their own"
    assert client.unsubscribe("trade")
    assert client.subscribe("ticker") is None


def happen(stage: Stage) -> None:
    """Make every channel say something, but status, which is told once."""
    ref, now_ns = f"{stage.exchange.seq}", stage.now_ns
    stage.do(
        PlaceOrder("", "ant", "CEA25", SELL, 7000, 2),
        PlaceOrder("", "bee", "CEA25", BUY, 7000, 1),
        HaltInstrument("", "CEA25"),
        ProposeBlock("", "bee", RULED, SELL, 7000, 10, "ant", ref),
        OpenAuction("", "bee", RULED, SELL, 5, now_ns, now_ns + 10 * MS, ref + "a"),
        PlaceOrder("", "cow", RULED, SELL, 7000, 15),  # the alert: cancelled at once
        CancelAll("", "cow"),
    )
    auctions = list(stage.exchange.auctions)
    stage.do(ResumeInstrument("", "CEA25"))
    stage.do(*(PlaceBid("", "ant", number, 7000, 1, ref) for number in auctions[-1:]))
    stage.flush(1000)
    stage.heartbeat()
    stage.now_ns = stage.exchange.day_ends_ns
    stage.do(AdvanceTime(""))
    stage.do(BeginDay("", stage.exchange.last_day + 1, stage.now_ns + DAY_ENDS_NS))


def test_what_is_unsubscribed_is_silent() -> None:
    stage = Stage().set_up()
    client = Client(stage)
    for params in EVERYTHING:
        client.follow(**params)
    client.frames()
    happen(stage)
    assert {frame.channel for frame in client.frames()} == {
        params["channel"] for params in EVERYTHING
    } - {"status"}
    for params in EVERYTHING:
        assert client.unsubscribe(**params)
    happen(stage)
    assert client.frames() == []


def test_a_connection_that_is_gone_is_forgotten() -> None:
    stage = Stage().set_up()
    client = Client(stage)
    for params in EVERYTHING:
        client.follow(**params)
    client.frames()
    client.outbox.paused = True
    stage.do(PlaceOrder("", "ant", "CEA25", SELL, 7000, 2))
    stage.flush(1000)  # it lags behind in some topics now
    client.leave()
    client.leave()  # nothing left to do
    client.outbox.take()
    client.outbox.paused = False
    happen(stage)
    assert client.frames() == []
    assert not stage.feed._followed


@pytest.mark.parametrize(
    "params",
    [BOOK, {"channel": "ticker"}, {"channel": "balances", "account": "ant"}],
    ids=lambda params: params["channel"],
)
def test_states_do_not_queue_for_a_paused_client(params: dict[str, Any]) -> None:
    stage = Stage().set_up()
    client = Client(stage).follow(**params)
    client.frames()
    client.outbox.paused = True
    for price in (7000, 6999, 6998):
        stage.do(PlaceOrder("", "ant", "CEA25", SELL, price, 2))
        stage.flush(100)
    assert client.outbox.queued_bytes == 0
    client.resume()
    assert [frame.type for frame in client.frames()] == ["snapshot"]
    stage.do(PlaceOrder("", "ant", "CEA25", SELL, 6997, 2))
    stage.flush(100)
    assert [frame.type for frame in client.frames()] == ["update"]


@pytest.mark.parametrize(
    "params",
    [*EVERYTHING, {"channel": "ticker", "instrument": "CEA25"}],
    ids=lambda params: params["channel"],
)
def test_a_flush_has_no_more_frames_than_were_announced(params: dict[str, Any]) -> None:
    stage = Stage().set_up()
    client = Client(stage).follow(**params)
    stage.do(
        PlaceOrder("", "ant", "CEA25", SELL, 7000, 2),
        PlaceOrder("", "bee", "CEA25", BUY, 7000, 1),
    )
    client.frames()
    stage.flush(1000)
    assert client.outbox.flushed == 2 or client.outbox.flushed == len(client.frames())
    assert client.unsubscribe(**params)
    assert client.outbox.flushed == 0


def test_what_a_flush_may_have_is_counted_up_and_down() -> None:
    stage = Stage().set_up()
    client = Client(stage).follow("book", instrument="CEA25")
    client.follow("trade")
    assert client.outbox.flushed == 1
    client.follow("ticker", instrument="CEA25").follow("balances", account="ant")
    assert client.outbox.flushed == 3
    stage.feed.drop_private(client.outbox)
    assert client.outbox.flushed == 2
    client.unsubscribe("book", instrument="CEA25")
    client.follow("premium")
    assert client.outbox.flushed == 3
    client.leave()
    assert client.outbox.flushed == 0


def test_nothing_is_left_for_the_garbage_collector() -> None:
    """The server switches it off: what would be left, would be left for ever."""
    random = Random(1)
    stage = Stage().set_up()
    gc.collect()
    gc.disable()
    try:
        for _ in range(20):
            client = Client(stage)
            for params in EVERYTHING:
                client.follow(**params)
            stage.do(*random_flow(random, stage.exchange, most=10))
            client.outbox.paused = random.random() < 0.5
            happen(stage)
            client.resume()
            client.leave()
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_logging_out_ends_the_private_subscriptions_only() -> None:
    stage = Stage().set_up()
    client = Client(stage)
    stage.feed.drop_private(client.outbox)  # it follows nothing
    for params in EVERYTHING:
        client.follow(**params)
    client.frames()
    stage.feed.drop_private(client.outbox)
    happen(stage)
    heard = {frame.channel for frame in client.frames()}
    assert heard == {
        *("heartbeat", "instrument", "ticker", "trade", "book"),
        *("bulletin", "auction", "premium"),
    }
    assert not client.unsubscribe("executions", account="ant")
    assert not client.unsubscribe("alerts")


def test_the_random_flow_makes_every_kind_of_news() -> None:
    random = Random(5)
    stage = Stage().set_up()
    for _ in range(300):
        let_time_pass(random, stage)
        stage.do(*random_flow(random, stage.exchange, most=8))
    kinds = {type(event) for _, _, events in stage.told for event in events}
    assert kinds >= {
        *(OrderAccepted, OrderAmended, OrderCancelled, OrderReduced),
        *(OrderTriggered, OrderRefilled, Trade, Uncrossed, PhaseChanged),
        *(BlockProposed, BlockEnded, OffBookTrade),
        *(AuctionOpened, AuctionClosed, BidPlaced, BidEnded),
        *(Alert, ParticipantRestricted),
    }
