"""Streams are bounded, and say so when they end."""

from __future__ import annotations

import asyncio
import gc

import pytest

from carbonex.sdk import ConnectionLost, Premium, SlowConsumer, Stream, Ticker
from carbonex.sdk.feeds import AlertFeed, StateFeed, TradeFeed
from carbonex.sdk.stream import Latest
from sdk.script import Script, logged_in, only


async def test_everything_in_order_and_then_the_end() -> None:
    stream: Stream[int] = Stream(None, "numbers")
    for number in range(3):
        stream.put(number)
    stream.close()
    stream.put(99)
    assert [number async for number in stream] == [0, 1, 2]
    with pytest.raises(StopAsyncIteration):
        await stream.__anext__()


async def test_a_reader_waits_for_what_is_not_there_yet() -> None:
    stream: Stream[int] = Stream(None, "numbers")
    waiting = asyncio.ensure_future(stream.next())
    await asyncio.sleep(0)
    stream.put(7)
    assert await waiting == 7


async def test_beyond_its_limit_it_keeps_what_it_has_and_ends() -> None:
    stream: Stream[int] = Stream(None, "numbers", limit=2)
    for number in range(5):
        stream.put(number)
    assert not stream.is_open
    assert [await stream.next(), await stream.next()] == [0, 1]
    for _ in range(2):
        with pytest.raises(SlowConsumer, match="numbers: 2 items were not read"):
            await stream.next()


async def test_the_latest_is_all_that_a_slow_reader_gets() -> None:
    stream: Stream[int] = Latest(None, "numbers")
    for number in range(5):
        stream.put(number)
    assert await stream.next() == 4
    stream.fail(ConnectionLost("closed"))
    with pytest.raises(ConnectionLost):
        await stream.next()


async def test_the_latest_of_each_is_all_that_a_slow_reader_gets() -> None:
    stream: Stream[str] = Latest(None, "words", len)
    for word in ("buy", "sell", "ask", "bid"):
        stream.put(word)
    assert [await stream.next(), await stream.next()] == ["sell", "bid"]


async def test_leaving_the_block_closes_the_stream() -> None:
    async with Stream[int](None, "numbers") as stream:
        assert stream.is_open
    assert not stream.is_open


async def test_a_given_up_reader_leaves_nothing_behind() -> None:
    stream: Stream[int] = Stream(None, "numbers")
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(stream.next(), 0.001)
    assert not stream._signal._waiters


def test_prints_are_told_once_and_what_an_interruption_missed_follows() -> None:
    script, feed = Script(), TradeFeed("CEA25")
    stream = feed.stream()
    script.greet()
    script.client.subscribe(feed)
    script.frame("trade", "snapshot", trade(1), trade(2))
    script.frame("trade", "update", trade(3), trade(4))
    script.client.connection_lost("cable cut")
    script.greet()
    script.frame("trade", "snapshot", trade(3), trade(4), trade(5))
    script.frame("trade", "update", trade(6))
    assert [item.trade_id for item in stream._items] == ["1", "2", "3", "4", "5", "6"]


def test_alerts_are_told_once_however_many_of_one_command() -> None:
    script, feed = logged_in(), AlertFeed("")
    stream = feed.stream()
    script.client.subscribe(feed)
    script.frame("alerts", "snapshot", alert(1), alert(2, "a"), alert(2, "b"))
    script.client.connection_lost("cable cut")
    script.log_in("acme-1")
    script.frame("alerts", "snapshot", alert(1), alert(2, "a"), alert(2, "b"))
    script.frame("alerts", "snapshot", alert(2, "b"), alert(2, "c"), alert(3))
    told = [(item.seq, item.participant) for item in stream._items]
    assert told == [(1, ""), (2, "a"), (2, "b"), (2, "c"), (3, "")]


def test_premiums_are_told_pair_by_pair() -> None:
    script, feed = Script(), StateFeed[Premium]("premium", "CCER24")
    stream = feed.stream()
    script.greet()
    script.client.subscribe(feed)
    script.frame("premium", "snapshot", premium("CEA25"), premium("composite:CEA"))
    script.frame("premium", "update", premium("CEA25", "-2.57"))
    assert [(item.cea, str(item.percent)) for item in stream._items] == [
        ("composite:CEA", "None"),
        ("CEA25", "-2.57"),
    ]


async def test_a_second_stream_of_a_state_begins_with_the_newest() -> None:
    script, feed = Script(), StateFeed[Ticker]("ticker", "CEA25")
    script.greet()
    script.client.subscribe(feed)
    script.frame("ticker", "snapshot", ticker(1))
    script.frame("ticker", "update", ticker(2))
    assert (await feed.stream().next()).seq == 2


def test_the_last_stream_takes_the_subscription_with_it() -> None:
    script, feed = Script(), TradeFeed("CEA25")
    first, second = feed.stream(), feed.stream()
    script.greet()
    script.client.subscribe(feed)
    script.accept(*only(script.hear(), "subscribe"))
    del feed, first
    gc.collect()
    script.frame("trade", "update", trade(1))
    assert script.hear() == []
    assert second.is_open
    del second
    gc.collect()
    script.frame("trade", "update", trade(2))
    assert len(only(script.hear(), "unsubscribe")) == 1


def alert(seq: int, participant: str = "") -> dict[str, object]:
    return {
        "kind": "cancel_ratio",
        "instrument": "CEA25",
        "participant": participant,
        "value": 1,
        "limit": 1,
        "seq": seq,
        "time": 1,
    }


def premium(cea: str, percent: str | None = None) -> dict[str, object]:
    prices = dict.fromkeys(("ccer_price", "cea_price", "spread", "date"))
    pair = {"kind": "live", "ccer": "CCER24", "cea": cea}
    return pair | prices | {"percent": percent, "seq": 1, "time": 1}


def trade(number: int) -> dict[str, object]:
    return {
        "instrument": "CEA25",
        "trade_id": str(number),
        "price": "74.63",
        "quantity": 1,
        "side": "buy",
        "seq": number,
        "time": 1,
    }


def ticker(seq: int, **changes: object) -> dict[str, object]:
    prices = ("bid", "ask", "last", "open", "high", "low", "vwap", "previous_close")
    moved = ("volume", "block_volume", "auction_volume")
    paid = ("turnover", "block_turnover", "auction_turnover")
    return {
        "instrument": "CEA25",
        "seq": seq,
        **dict.fromkeys((*prices, "change", "change_percent")),
        **dict.fromkeys(("bid_quantity", "ask_quantity", *moved), 0),
        **dict.fromkeys(paid, "0.00"),
        **changes,
    }
