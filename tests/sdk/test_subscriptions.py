"""One instrument's channel and that of all: the venue allows one of them."""

from __future__ import annotations

import gc
from typing import Any

from carbonex.sdk import Ticker, Trade, VenueError
from carbonex.sdk.feeds import AuctionFeed, StateFeed, TradeFeed
from sdk.script import Script, logged_in
from sdk.test_stream import ticker, trade


def test_that_of_all_takes_the_place_of_the_others() -> None:
    script = logged_in()
    one, everything = TradeFeed("CEA25"), TradeFeed("")
    own, all_ = one.stream(), everything.stream()
    script.client.subscribe(one)
    assert said(script) == ["subscribe trade CEA25"]
    script.client.subscribe(everything)
    assert said(script) == ["unsubscribe trade CEA25", "subscribe trade"]
    script.frame("trade", "snapshot", trade(1), trade(1) | {"instrument": "CEA24"})
    script.frame("trade", "update", trade(2))
    assert told(own) == [("CEA25", "1"), ("CEA25", "2")]
    assert told(all_) == [("CEA25", "1"), ("CEA24", "1"), ("CEA25", "2")]


def test_one_that_comes_later_has_its_own_snapshot_first() -> None:
    script = logged_in()
    everything, one = TradeFeed(""), TradeFeed("CEA25")
    all_ = everything.stream()
    script.client.subscribe(everything)
    script.hear()
    script.frame("trade", "snapshot", trade(1))
    own = one.stream()
    script.client.subscribe(one)
    assert said(script) == [
        "unsubscribe trade",
        "subscribe trade CEA25",
        "unsubscribe trade CEA25",
        "subscribe trade",
    ]
    script.frame("trade", "snapshot", trade(1))
    script.frame("trade", "snapshot", trade(1))
    script.frame("trade", "update", trade(2))
    assert told(own) == told(all_) == [("CEA25", "1"), ("CEA25", "2")]


def test_one_that_there_is_not_is_refused_and_all_go_on() -> None:
    script = logged_in()
    everything, one = TradeFeed(""), TradeFeed("CEA99")
    all_, own = everything.stream(), one.stream()
    script.client.subscribe(everything)
    script.hear()
    script.client.subscribe(one)
    _, asked, unsubscribe, again = script.hear()
    script.refuse(asked, 3001, "UNKNOWN_INSTRUMENT")
    script.refuse(unsubscribe, 4010, "NOT_SUBSCRIBED")
    script.accept(again)
    assert isinstance(own._error, VenueError)
    script.frame("trade", "update", trade(1))
    assert told(all_) == [("CEA25", "1")]
    assert said(script) == []


def test_when_nobody_wants_all_each_goes_on_by_itself() -> None:
    script = logged_in()
    everything, one, other = (TradeFeed(name) for name in ("", "CEA25", "CEA24"))
    held = [one.stream(), other.stream()]
    for feed in (one, other, everything):
        script.client.subscribe(feed)
    for request in script.hear():
        script.accept(request)
    del everything, feed
    gc.collect()
    script.frame("trade", "update", trade(1))
    assert said(script) == [
        "unsubscribe trade",
        "subscribe trade CEA25",
        "subscribe trade CEA24",
    ]
    script.frame("trade", "snapshot", trade(1), trade(2))
    assert told(held[0]) == [("CEA25", "1"), ("CEA25", "2")]


def test_a_new_connection_brings_both_back() -> None:
    script = logged_in()
    everything, one = TradeFeed(""), TradeFeed("CEA25")
    for feed in (everything, one):
        script.client.subscribe(feed)
    script.client.connection_lost("cable cut")
    script.log_in("acme-1")
    trades = [line for line in said(script, script.sent) if "trade" in line]
    assert trades[-3:] == [
        "subscribe trade CEA25",
        "unsubscribe trade CEA25",
        "subscribe trade",
    ]


def test_a_refused_channel_of_all_leaves_the_others() -> None:
    script = logged_in()
    everything, one = TradeFeed(""), TradeFeed("CEA25")
    for feed in (one, everything):
        script.client.subscribe(feed)
    *_, asked = script.hear()
    script.refuse(asked, 5003, "TOO_MANY_SUBSCRIPTIONS")
    assert said(script) == ["subscribe trade CEA25"]


def test_states_of_all_are_the_newest_of_each() -> None:
    script = logged_in()
    feed = StateFeed[Ticker]("ticker")
    stream = feed.stream()
    script.client.subscribe(feed)
    script.frame("ticker", "snapshot", ticker(1), ticker(1, instrument="CEA24"))
    script.frame("ticker", "update", ticker(2))
    script.frame("ticker", "update", ticker(3))
    unread = [(item.instrument, item.seq) for item in stream._items]
    assert unread == [("CEA24", 1), ("CEA25", 3)]


def test_an_auction_is_told_once_and_until_its_end() -> None:
    script = logged_in()
    one, everything = AuctionFeed("CEA25"), AuctionFeed("")
    streams = [one.stream(), everything.stream()]
    for feed in (one, everything):
        script.client.subscribe(feed)
    first, _, second = script.hear()
    script.accept(first)
    script.frame("auction", "snapshot", auction("1"), auction("2"))
    script.accept(second)
    script.frame(
        "auction", "snapshot", auction("1"), auction("2"), auction("3", "CEA24")
    )
    expected = [["1 open", "2 open"], ["1 open", "2 open", "3 open"]]
    assert [auctions(stream) for stream in streams] == expected

    script.client.connection_lost("cable cut")
    script.log_in("acme-1")
    first, _, second = script.sent[-3:]
    script.accept(first)
    script.frame("auction", "snapshot", auction("2"))
    script.accept(second)
    script.frame("auction", "snapshot", auction("2"))
    assert auctions(streams[0]) == ["1 ended"]
    assert auctions(streams[1]) == ["1 ended", "3 ended"]
    script.frame("auction", "update", auction("2", status="closed"))
    assert [auctions(stream) for stream in streams] == [["2 closed"]] * 2
    assert auctions(one.stream()) == []


def said(script: Script, requests: list[dict[str, Any]] | None = None) -> list[str]:
    """Return what was subscribed and unsubscribed, as words."""
    return [
        " ".join(
            [request["method"], params["channel"], params.get("instrument", "")]
        ).rstrip()
        for request in (script.hear() if requests is None else requests)
        if (params := request["params"]) and "channel" in params
    ]


def told(stream: Any) -> list[tuple[str, str]]:
    """Return the prints in a stream, and read them."""
    prints: list[Trade] = list(stream._items)
    stream._items.clear()
    return [(item.instrument, item.trade_id) for item in prints]


def auctions(stream: Any) -> list[str]:
    """Return the auctions in a stream, and read them."""
    updates = [item.auction for item in stream._items]
    stream._items.clear()
    return [f"{auction.auction_id} {auction.status}" for auction in updates]


def auction(
    auction_id: str, instrument: str = "CEA25", status: str = "open"
) -> dict[str, object]:
    terms = {
        "auction_id": auction_id,
        "instrument": instrument,
        "side": "sell",
        "quantity": 1_000,
        "opens": 1,
        "closes": 2,
        "pricing": "uniform",
        "too_few_bids": "cancel",
        "sealed": True,
        "status": status,
    }
    return {"auction": terms, "bids": [], "seq": 1, "time": 1}
