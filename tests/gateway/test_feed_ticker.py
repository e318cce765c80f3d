"""Tickers and prints: what traded, and what it comes to."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, strategies as st

from carbonex.engine import (
    BUY,
    SELL,
    AdvanceTime,
    BeginDay,
    CancelOrder,
    HaltInstrument,
    ListInstrument,
    OffBookTrade,
    PlaceOrder,
    Trade,
)
from carbonex.wire import channels
from carbonex.wire.codec import JSON, MSGPACK
from carbonex.wire.money import format_fen
from feed_flow import let_time_pass, random_flow
from feed_model import statistics
from feed_stage import DAY_ENDS_NS, INSTRUMENTS, MS, RULED, Client, Stage


class TickerClient:
    """A client that knows the newest ticker of each instrument it follows."""

    def __init__(self, stage: Stage, instrument: str) -> None:
        self.stage = stage
        self.client = Client(stage).follow("ticker", instrument=instrument)
        self.names = (instrument,) if instrument else INSTRUMENTS
        self.newest: dict[str, channels.Ticker] = {}

    def check(self) -> None:
        """Right after a flush, everything is as the engine has it."""
        for _, ticker in self.client.read(channels.Ticker):
            self.newest[ticker.instrument] = ticker
        assert set(self.newest) == set(self.names)
        for name, ticker in self.newest.items():
            assert ticker == expected(self.stage, name, ticker.seq)


def expected(stage: Stage, name: str, seq: int) -> channels.Ticker:
    bids, asks = stage.depths[stage.exchange.seq][name]
    bid, bid_quantity, _ = bids[0] if bids else (None, 0, 0)
    ask, ask_quantity, _ = asks[0] if asks else (None, 0, 0)
    return channels.Ticker(
        instrument=name,
        bid=None if bid is None else format_fen(bid),
        bid_quantity=bid_quantity,
        ask=None if ask is None else format_fen(ask),
        ask_quantity=ask_quantity,
        seq=seq,
        **statistics(stage.told, name, stage.exchange.instruments[name].reference),
    )


@given(seed=st.integers(0, 2**32), steps=st.integers(1, 100))
def test_tickers_are_right_after_every_flush(seed: int, steps: int) -> None:
    random = Random(seed)
    stage = Stage().set_up()
    clients = [TickerClient(stage, name) for name in ("", *INSTRUMENTS)]
    day = 20250106
    for _ in range(steps):
        dice = random.random()
        one = random.choice(clients)
        if dice < 0.1:
            one.client.outbox.paused = True
        elif dice < 0.2:
            one.client.resume()
        elif dice < 0.3:
            clients.append(TickerClient(stage, random.choice(("", *INSTRUMENTS))))
        elif dice < 0.4 and len(clients) > 1:
            clients.remove(one)
            one.client.leave()
        elif dice < 0.45:
            day += 1
            next_day(stage, day)
        let_time_pass(random, stage)
        stage.do(*random_flow(random, stage.exchange, most=6))
        if random.random() < 0.7:
            stage.flush(50)
            for each in clients:
                if not each.client.outbox.paused:
                    each.check()


def next_day(stage: Stage, day: int) -> None:
    stage.now_ns = stage.exchange.day_ends_ns
    stage.do(AdvanceTime(""))
    stage.do(BeginDay("", day, stage.now_ns + DAY_ENDS_NS))


def buy(account: str, quantity: int, price: int) -> PlaceOrder:
    return PlaceOrder("", account, "CEA25", BUY, price, quantity)


def sell(account: str, quantity: int, price: int) -> PlaceOrder:
    return PlaceOrder("", account, "CEA25", SELL, price, quantity)


def follow(stage: Stage, channel: str, **params: Any) -> Client:
    return Client(stage).follow(channel, **params)


@pytest.mark.parametrize(
    ("trades", "vwap"),
    [
        ([(1, 7000), (1, 7001)], "70.01"),  # a half goes up
        ([(2, 7000), (1, 7001)], "70.00"),
        ([(1, 7000), (2, 7001)], "70.01"),
        ([(3, 7000)], "70.00"),
    ],
)
def test_vwap_is_rounded_half_up(trades: list[tuple[int, int]], vwap: str) -> None:
    stage = Stage().set_up()
    for quantity, price in trades:
        stage.do(sell("ant", quantity, price), buy("bee", quantity, price))
    [(_, ticker)] = follow(stage, "ticker", instrument="CEA25").read(channels.Ticker)
    assert ticker.vwap == vwap


@pytest.mark.parametrize("halted", [False, True])
def test_a_new_day_begins_with_nothing_traded(*, halted: bool) -> None:
    stage = Stage().set_up()
    stage.do(sell("ant", 1, 7000), buy("bee", 1, 7000))
    if halted:
        stage.do(HaltInstrument("", "CEA25"))
    client = follow(stage, "ticker", instrument="CEA25")
    stage.flush(50)
    client.frames()
    stage.now_ns = DAY_ENDS_NS
    stage.do(AdvanceTime(""))
    stage.flush(50)
    assert client.frames() == [], "the figures of the day stay after its end"
    stage.do(BeginDay("", 20250107, 2 * DAY_ENDS_NS))
    stage.flush(50)
    [(kind, ticker)] = client.read(channels.Ticker)
    assert (kind, ticker.last, ticker.vwap, ticker.volume) == ("update", None, None, 0)
    assert ticker.turnover == "0.00"
    assert (ticker.previous_close, ticker.change) == ("70.00", None)


def test_a_ticker_that_did_not_change_is_not_sent() -> None:
    stage = Stage().set_up()
    stage.do(buy("ant", 1, 7000))
    client = follow(stage, "ticker")
    stage.flush(50)
    client.frames()
    stage.do(buy("ant", 5, 6999))  # behind the best
    stage.flush(50)
    assert client.frames() == []


def test_a_change_back_to_what_was_sent_last_reaches_who_joined_between() -> None:
    stage = Stage().set_up()
    early = follow(stage, "ticker", instrument="CEA25")
    stage.do(buy("ant", 1, 7000))
    stage.flush(50)
    stage.do(buy("ant", 1, 7001))
    late = follow(stage, "ticker", instrument="CEA25")
    stage.do(CancelOrder("", "ant", 2))
    stage.flush(50)
    for client in (early, late):
        assert client.read(channels.Ticker)[-1][1].bid == "70.00"


def test_a_new_instrument_reaches_those_who_follow_all() -> None:
    stage = Stage().set_up()
    tickers, instruments = follow(stage, "ticker"), follow(stage, "instrument")
    stage.flush(50)
    for client in (tickers, instruments):
        client.frames()
    stage.do(ListInstrument("", "CCER1", product="CCER"))
    [(_, instrument)] = instruments.read(channels.Instrument)
    stage.flush(50)
    [(_, ticker)] = tickers.read(channels.Ticker)
    assert ticker.instrument == instrument.instrument == "CCER1"


def test_the_ticker_survives_a_restart_and_prints_begin_with_the_tail() -> None:
    stage = Stage().set_up()
    stage.do(sell("ant", 1, 7000), buy("bee", 1, 7000))
    snapshot, since = stage.exchange.snapshot(), len(stage.batches)
    stage.now_ns += 10 * MS
    stage.do(sell("ant", 2, 7010), buy("bee", 2, 7010))
    client = Client(stage.restarted(snapshot, since))
    client.follow("ticker", instrument="CEA25")
    [(_, ticker)] = client.read(channels.Ticker)
    assert (ticker.open, ticker.last, ticker.volume) == ("70.00", "70.10", 3)
    assert ticker.turnover == "210.20"
    client.follow("trade", instrument="CEA25")
    assert [trade.trade_id for _, trade in client.read(channels.Trade)] == ["2"]


def test_the_prints_of_one_command_are_one_frame_and_shared() -> None:
    stage = Stage().set_up()
    stage.do(sell("ant", 1, 7000), sell("cow", 2, 7001))
    followers = [
        follow(stage, "trade", instrument="CEA25"),
        follow(stage, "trade", instrument="CEA25"),
        follow(stage, "trade"),
    ]
    packed = Client(stage, MSGPACK).follow("trade")
    other = follow(stage, "trade", instrument="CEA24")
    for client in (*followers, packed, other):
        client.frames()
    applied = stage.do(buy("bee", 3, 7001))
    frames = [client.outbox.take() for client in followers]
    assert len({id(frame) for [frame] in frames}) == 1
    trades = [
        channels.Trade("CEA25", "1", "70.00", 1, "buy", applied.first_seq, 1_000_000),
        channels.Trade("CEA25", "2", "70.01", 2, "buy", applied.first_seq, 1_000_000),
    ]
    assert packed.read(channels.Trade) == [("update", trade) for trade in trades]
    assert other.frames() == []


def test_a_snapshot_shows_the_fifty_newest_prints() -> None:
    stage = Stage().set_up()
    prints = []
    for n in range(60):
        for name in INSTRUMENTS:
            for account, side in (("ant", SELL), ("bee", BUY)):
                stage.do(PlaceOrder("", account, name, side, 7000 + n, 1))
            prints.append((name, str(n + 1)))
    for name in INSTRUMENTS:
        seen = follow(stage, "trade", instrument=name).read(channels.Trade)
        assert [kind for kind, _ in seen] == ["snapshot"] * 50
        assert [t.trade_id for _, t in seen] == [str(n) for n in range(11, 61)]
    seen = follow(stage, "trade").read(channels.Trade)
    assert [(t.instrument, t.trade_id) for _, t in seen] == prints[-50:]


@given(seed=st.integers(0, 2**32), steps=st.integers(1, 60))
def test_every_print_comes_once_even_through_a_pause(seed: int, steps: int) -> None:
    random = Random(seed)
    stage = Stage().set_up()
    clients = {
        name: Client(stage, random.choice((JSON, MSGPACK))) for name in ("", RULED)
    }
    for name, client in clients.items():
        client.follow("trade", instrument=name)
    seen: dict[str, list[tuple[str, int]]] = {name: [] for name in clients}
    for step in range(steps):
        let_time_pass(random, stage)
        stage.do(*random_flow(random, stage.exchange, most=6))
        for name, client in clients.items():
            client.outbox.paused = random.random() < 0.5 and step < steps - 1
            if not client.outbox.paused:
                client.resume()
            for _, trade in client.read(channels.Trade):
                seen[name].append((trade.instrument, int(trade.trade_id)))
    traded = [
        (
            event.taker.instrument if isinstance(event, Trade) else event.instrument,
            event.trade_id,
        )
        for _, _, events in stage.told
        for event in events
        if isinstance(event, (Trade, OffBookTrade))
    ]
    assert seen[""] == traded
    assert seen[RULED] == [trade for trade in traded if trade[0] == RULED]
