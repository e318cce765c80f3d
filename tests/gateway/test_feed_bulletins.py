"""The bulletin channel: what a trading day came to."""

from __future__ import annotations

from random import Random

from hypothesis import given, strategies as st

from carbonex.engine import (
    BUY,
    SELL,
    AcceptBlock,
    AdvanceTime,
    BeginDay,
    Bulletin,
    CompositeMethod,
    PlaceOrder,
    ProductBulletin,
    ProposeBlock,
    SetComposite,
)
from carbonex.wire import channels
from carbonex.wire.money import format_fen
from feed_flow import let_time_pass, random_flow
from feed_stage import DAY_ENDS_NS, INSTRUMENTS, RULED, Client, Stage


def trade(stage: Stage, name: str, quantity: int, price: int) -> None:
    stage.do(
        PlaceOrder("", "ant", name, SELL, price, quantity),
        PlaceOrder("", "bee", name, BUY, price, quantity),
    )


def block(stage: Stage, quantity: int, price: int) -> None:
    ref = f"{stage.exchange.seq}"
    stage.do(ProposeBlock("", "ant", RULED, SELL, price, quantity, "bee", ref))
    stage.do(AcceptBlock("", "bee", stage.exchange.last_block_id, ref))


def end_day(stage: Stage) -> None:
    stage.now_ns = stage.exchange.day_ends_ns
    stage.do(AdvanceTime(""))


def begin_day(stage: Stage, date: int) -> None:
    stage.do(BeginDay("", date, stage.now_ns + DAY_ENDS_NS))


def volume(quantity: int, turnover: str, trades: int) -> channels.Volume:
    return channels.Volume(quantity, turnover, trades)


NOTHING = volume(0, "0.00", 0)


def test_a_day_of_listed_trades_and_a_block() -> None:
    stage = Stage().set_up()
    client = Client(stage).follow("bulletin", instrument=RULED)
    assert client.frames()[0].data == [], "no day has ended yet"
    trade(stage, RULED, 10, 7000)
    trade(stage, RULED, 30, 7100)
    block(stage, 100, 6500)
    assert client.frames() == []
    end_day(stage)
    [(kind, bulletin)] = client.read(channels.Bulletin)
    assert kind == "update"
    listed, blocks = volume(40, "2830.00", 2), volume(100, "6500.00", 1)
    volumes = channels.Volumes(listed, blocks, NOTHING, volume(140, "9330.00", 3))
    assert bulletin == channels.Bulletin(
        scope="instrument",
        name=RULED,
        product="CEA",
        date="2025-01-06",
        previous_close="70.00",
        open="70.00",
        high="71.00",
        low="70.00",
        close="70.75",  # 2830.00 / 40
        change="0.75",
        change_percent="1.07",
        day=volumes,
        year=volumes,
        since_listing=volumes,
        seq=stage.exchange.seq,
    )


def test_a_day_of_nothing_closes_where_it_began() -> None:
    stage = Stage().set_up()
    client = Client(stage).follow("bulletin", instrument=RULED)
    client.frames()
    end_day(stage)
    [(_, bulletin)] = client.read(channels.Bulletin)
    assert (bulletin.open, bulletin.high, bulletin.low, bulletin.close) == (
        "70.00",
        None,
        None,
        "70.00",
    )
    assert (bulletin.change, bulletin.change_percent) == ("0.00", "0.00")


def test_years_and_days_are_counted_apart() -> None:
    stage = Stage().set_up()
    trade(stage, RULED, 10, 7000)
    end_day(stage)
    begin_day(stage, 20251231)
    trade(stage, RULED, 20, 7000)
    end_day(stage)
    begin_day(stage, 20260104)
    trade(stage, RULED, 5, 7000)
    end_day(stage)
    [(_, bulletin)] = (
        Client(stage).follow("bulletin", instrument=RULED).read(channels.Bulletin)
    )
    assert (
        bulletin.day.total.quantity,
        bulletin.year.total.quantity,
        bulletin.since_listing.total.quantity,
    ) == (5, 5, 35)


def test_those_who_follow_all_get_the_day_as_one_frame() -> None:
    stage = Stage().set_up()
    every, one = Client(stage).follow("bulletin"), Client(stage)
    one.follow("bulletin", instrument="CEA24")
    every.frames()
    one.frames()
    trade(stage, "CEA24", 1, 7200)
    trade(stage, RULED, 3, 6800)
    end_day(stage)
    [frame] = every.frames()
    assert [(d["scope"], d["name"]) for d in frame.data] == [
        ("instrument", "CEA24"),
        ("instrument", "CEA25"),
        ("instrument", RULED),
        ("product", "CEA"),
        ("venue", ""),
    ]
    product, venue = frame.data[-2:]
    assert product["product"] == "CEA"
    assert product["close"] == "70.00"  # (72 + 70 + 68) / 3
    assert product["day"]["listed"] == {
        "quantity": 4,
        "turnover": "276.00",
        "trades": 2,
    }
    assert (venue["open"], venue["close"], venue["change"]) == (None, None, None)
    methods = [bulletin["composite"] for bulletin in frame.data]
    assert methods == [None, None, None, "mean", None]
    assert venue["day"] == product["day"]
    [(_, narrow)] = one.read(channels.Bulletin)
    assert narrow.name == "CEA24"


def test_the_composite_names_its_method() -> None:
    """Of equal vintages the newest is the last listed."""
    stage = Stage().set_up()
    stage.do(SetComposite("", "CEA", CompositeMethod.NEWEST))
    end_day(stage)
    begin_day(stage, 20250107)
    trade(stage, RULED, 3, 6800)
    trade(stage, "CEA24", 1, 7200)
    end_day(stage)
    told = Client(stage).follow("bulletin").read(channels.Bulletin)
    [product] = [bulletin for _, bulletin in told if bulletin.scope == "product"]
    newest = stage.exchange.products["CEA"].newest
    assert newest is not None
    [of_it] = [bulletin for _, bulletin in told if bulletin.name == newest.name]
    assert (product.composite, product.close) == ("newest", of_it.close)


def test_a_late_reader_gets_the_newest_of_each() -> None:
    stage = Stage().set_up()
    end_day(stage)
    begin_day(stage, 20250107)
    trade(stage, "CEA25", 1, 7300)
    end_day(stage)
    seen = Client(stage).follow("bulletin").read(channels.Bulletin)
    assert [kind for kind, _ in seen] == ["snapshot"] * 5
    assert {bulletin.date for _, bulletin in seen} == {"2025-01-07"}


@given(seed=st.integers(0, 2**32), days=st.integers(1, 4))
def test_every_bulletin_of_the_engine_comes_once_as_it_is(seed: int, days: int) -> None:
    random = Random(seed)
    stage = Stage().set_up()
    client = Client(stage).follow("bulletin")
    client.frames()
    for day in range(days):
        for _ in range(random.randint(0, 12)):
            let_time_pass(random, stage)
            stage.do(*random_flow(random, stage.exchange, most=6))
        end_day(stage)
        begin_day(stage, 20250107 + day)
    events = [
        (seq, event)
        for seq, _, told in stage.told
        for event in told
        if isinstance(event, (Bulletin, ProductBulletin))
    ]
    seen = [bulletin for _, bulletin in client.read(channels.Bulletin)]
    assert len(seen) == len(events) == days * (len(INSTRUMENTS) + 2)
    for bulletin, (seq, event) in zip(seen, events, strict=True):
        assert (bulletin.seq, bulletin.date.replace("-", "")) == (seq, f"{event.date}")
        assert (bulletin.close or "0.00") == format_fen(event.close)
        assert (bulletin.high or "0.00") == format_fen(event.high)
        for told, counted in (
            (bulletin.day, event.day),
            (bulletin.year, event.year),
            (bulletin.since_listing, event.total),
        ):
            assert told.listed.turnover == format_fen(counted.listed_turnover)
            assert told.block.quantity == counted.block_quantity
            assert told.auction.trades == counted.auction_trades
            assert told.total.quantity == (
                counted.listed_quantity
                + counted.block_quantity
                + counted.auction_quantity
            )
