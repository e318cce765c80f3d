"""The premium channel: what a CCER costs more than an allowance."""

from __future__ import annotations

from typing import Any

import pytest

from carbonex.engine import (
    BUY,
    SELL,
    AcceptBlock,
    AdvanceTime,
    BeginDay,
    BlockTerms,
    ListInstrument,
    PlaceOrder,
    ProposeBlock,
)
from carbonex.gateway.feed.premium import NO_PAIRS, Pair, Pairs, pairs_of
from carbonex.gateway.market import DailyPremium, LivePremium, Market
from carbonex.wire import channels
from driver import admitted
from feed_stage import DAY_ENDS_NS, Client, Stage


CEA24, CEA25, FOREST, WIND = "CEA24", "CEA25", "CCER-FOREST", "CCER-WIND"
COMPOSITE = "composite:CEA"
PAIRS = Pairs(
    (Pair(FOREST, CEA25), Pair(FOREST, COMPOSITE), Pair(WIND, CEA25)),
    Pair("CCER", "CEA"),
)


@pytest.fixture
def stage() -> Stage:
    """Two allowances and two CCERs, and two who trade them."""
    stage = Stage(premiums=PAIRS)
    stage.do(
        ListInstrument("", CEA24),
        ListInstrument("", CEA25),
        ListInstrument("", FOREST, "CCER", blocks=BlockTerms(1)),
        ListInstrument("", WIND, "CCER"),
        BeginDay("", 20250310, DAY_ENDS_NS),
    )
    for name in ("ant", "bee"):
        stage.do(*admitted(name, 10**12, 10**6, stage.exchange.instruments))
    return stage


def trade(stage: Stage, name: str, price: int, quantity: int = 1) -> None:
    stage.do(
        PlaceOrder("", "ant", name, SELL, price, quantity),
        PlaceOrder("", "bee", name, BUY, price, quantity),
    )


def end_day(stage: Stage) -> None:
    stage.now_ns = stage.exchange.day_ends_ns
    stage.do(AdvanceTime(""))


def follow(stage: Stage, **params: Any) -> Client:
    client = Client(stage).follow("premium", **params)
    stage.flush(50)
    return client


Row = tuple[str, str, str, str | None, str | None, str | None, str | None]


def rows(client: Client) -> list[Row]:
    """Return kind, pair, both prices, spread and per cent of all that waits."""
    return [
        (p.kind, p.ccer, p.cea, p.ccer_price, p.cea_price, p.spread, p.percent)
        for _, p in client.read(channels.Premium)
    ]


def test_nothing_is_compared_before_both_have_a_price(stage: Stage) -> None:
    client = follow(stage)
    assert rows(client) == [
        ("live", *pair, None, None, None, None) for pair in PAIRS.live
    ]
    trade(stage, WIND, 8000)
    stage.flush(50)
    assert rows(client) == [("live", WIND, CEA25, "80.00", None, None, None)]
    trade(stage, CEA25, 6400)
    stage.flush(50)
    assert rows(client) == [
        ("live", FOREST, CEA25, None, "64.00", None, None),
        ("live", FOREST, COMPOSITE, None, "64.00", None, None),
        ("live", WIND, CEA25, "80.00", "64.00", "16.00", "25.00"),
    ]


def test_the_composite_is_the_mean_of_the_allowances(stage: Stage) -> None:
    trade(stage, CEA24, 6000)
    trade(stage, CEA25, 7001)
    trade(stage, FOREST, 6500)
    premiums = rows(follow(stage, instrument=FOREST))
    assert premiums == [
        ("live", FOREST, CEA25, "65.00", "70.01", "-5.01", "-7.16"),
        ("live", FOREST, COMPOSITE, "65.00", "65.01", "-0.01", "-0.02"),
    ]


def test_live_premiums_gather_until_the_flush(stage: Stage) -> None:
    client = follow(stage, instrument=WIND)
    client.frames()
    trade(stage, CEA25, 7000)
    for price in (8000, 8100, 8200):
        trade(stage, WIND, price)
    assert client.frames() == []
    stage.flush(50)
    [(_, premium)] = client.read(channels.Premium)
    assert (premium.ccer_price, premium.percent) == ("82.00", "17.14")
    assert (premium.seq, premium.date) == (stage.exchange.seq, None)
    trade(stage, CEA24, 9999)  # in neither of the pair
    stage.flush(50)
    trade(stage, WIND, 8100)
    trade(stage, WIND, 8200)  # and back
    stage.flush(50)
    assert client.frames() == []


@pytest.mark.parametrize(
    ("average", "composite", "spread", "percent"),
    [
        (10736, 8887, "18.49", "20.81"),  # 2025-03-10, published as +20.8 %
        (7281, 8804, "-15.23", "-17.30"),  # 2025-03-13, published as -17.3 %
    ],
)
def test_the_daily_premium_as_it_was_published(
    stage: Stage, average: int, composite: int, spread: str, percent: str
) -> None:
    client = follow(stage)
    client.frames()
    for name in (CEA24, CEA25):
        trade(stage, name, composite)
    trade(stage, WIND, average - 300, 100)
    trade(stage, FOREST, average + 100, 200)
    block_price = average + 100
    stage.do(ProposeBlock("", "ant", FOREST, SELL, block_price, 100, "bee", "b"))
    stage.do(AcceptBlock("", "bee", 1, "a"))
    stage.flush(50)
    client.frames()
    end_day(stage)
    seen = client.read(channels.Premium)
    assert [(kind, p.kind) for kind, p in seen] == [
        *[("update", "close")] * 3,
        ("update", "daily"),
    ]
    daily = seen[-1][1]
    assert (daily.ccer, daily.cea, daily.date) == ("CCER", COMPOSITE, "2025-03-10")
    # 100 × (a - 3), 200 × (a + 1) and 100 × (a + 1): on average a
    assert (daily.ccer_price, daily.cea_price) == (
        f"{average // 100}.{average % 100:02d}",
        f"{composite // 100}.{composite % 100:02d}",
    )
    assert (daily.spread, daily.percent) == (spread, percent)
    assert daily.seq == stage.exchange.seq


def test_the_days_closes_are_compared_too_and_kept(stage: Stage) -> None:
    trade(stage, CEA25, 7000)
    trade(stage, FOREST, 7700)
    trade(stage, FOREST, 7900)
    end_day(stage)
    stage.do(BeginDay("", 20250311, stage.now_ns + DAY_ENDS_NS))
    late = follow(stage, instrument=FOREST)
    assert rows(late)[:4] == [
        ("live", FOREST, CEA25, "78.00", "70.00", "8.00", "11.43"),  # P0
        ("live", FOREST, COMPOSITE, "78.00", "70.00", "8.00", "11.43"),
        ("close", FOREST, CEA25, "78.00", "70.00", "8.00", "11.43"),
        ("close", FOREST, COMPOSITE, "78.00", "70.00", "8.00", "11.43"),
    ]


def test_a_day_without_ccer_trades_has_no_average(stage: Stage) -> None:
    trade(stage, CEA25, 7000)
    trade(stage, WIND, 7000)
    end_day(stage)
    stage.do(BeginDay("", 20250311, stage.now_ns + DAY_ENDS_NS))
    client = follow(stage)
    client.frames()
    end_day(stage)
    *_, daily = rows(client)
    assert daily == ("daily", "CCER", COMPOSITE, None, "70.00", None, None)


def test_a_snapshot_after_a_change_does_not_hide_the_change_back(stage: Stage) -> None:
    trade(stage, CEA25, 7000)
    trade(stage, WIND, 8000)
    early = follow(stage, instrument=WIND)
    trade(stage, WIND, 8100)
    late = Client(stage).follow("premium", instrument=WIND)
    trade(stage, WIND, 8000)
    stage.flush(50)
    for client in (early, late):
        assert rows(client)[-1][3] == "80.00"


def test_a_paused_reader_gets_the_newest_when_it_reads_on(stage: Stage) -> None:
    client = follow(stage, instrument=WIND)
    client.frames()
    client.outbox.paused = True
    for price in (8000, 8100, 8200):
        trade(stage, WIND, price)
        stage.flush(50)
    assert client.outbox.queued_bytes == 0
    client.resume()
    [frame] = client.frames()
    assert (frame.type, frame.data[0]["ccer_price"]) == ("snapshot", "82.00")


def test_the_pairs_of_a_market_file() -> None:
    market = Market(
        premiums=(
            LivePremium("CCER24", "CEA25"),
            LivePremium("CCER24", "composite"),
        ),
        daily_premium=DailyPremium("CCER", "CEA"),
    )
    assert pairs_of(market) == Pairs(
        (Pair("CCER24", "CEA25"), Pair("CCER24", COMPOSITE)), Pair("CCER", "CEA")
    )
    assert pairs_of(Market()) == Pairs()


def test_an_instrument_that_is_no_pair_s_credit_has_no_premium(stage: Stage) -> None:
    refusal = Client(stage).subscribe("premium", instrument=CEA25)
    assert refusal is not None
    assert (refusal.code, refusal.param) == (1004, "instrument")
    assert refusal.message == (
        "instrument must be a credit that this venue compares with allowances"
        " (CCER-FOREST, CCER-WIND), not CEA25"
    )


def test_a_venue_without_pairs_says_so() -> None:
    stage = Stage(premiums=NO_PAIRS)
    stage.do(ListInstrument("", WIND, "CCER"))
    refusal = Client(stage).subscribe("premium", instrument=WIND)
    assert refusal is not None
    assert "must be left out, because this venue compares no single" in refusal.message
    Client(stage).follow("premium")
