"""Depth: snapshot and deltas always make up the engine's book."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings, strategies as st

from carbonex.engine import BUY, SELL, CancelOrder, PlaceOrder
from carbonex.wire import channels
from carbonex.wire.codec import JSON, MSGPACK, Codec
from carbonex.wire.money import format_fen, parse_fen
from feed_flow import random_flow
from feed_stage import INSTRUMENTS, MS, Client, Stage


DEPTHS = (0, 10, 25, 100)
INTERVALS = (50, 100, 250, 1000)


class BookClient:
    """A client that keeps a local book, and objects to whatever breaks it."""

    def __init__(
        self, stage: Stage, instrument: str, depth: int, interval_ms: int, codec: Codec
    ) -> None:
        self.stage = stage
        self.client = Client(stage, codec)
        self.instrument = instrument
        self.depth = depth
        self.interval_ms = interval_ms
        self.seq = -1
        self.chained = False
        self.sides: tuple[dict[int, tuple[int, int]], ...] = ({}, {})
        self.client.follow("heartbeat")
        self.client.follow(
            "book", instrument=instrument, depth=depth, interval_ms=interval_ms
        )

    def read(self) -> None:
        for frame in self.client.frames():
            for datum in frame.data:
                if frame.channel == "book":
                    self.take(frame.type, channels.Book(**datum))
                else:
                    self.witness(channels.Heartbeat(**datum))

    def take(self, kind: str, book: channels.Book) -> None:
        assert (book.instrument, book.depth, book.interval_ms) == (
            self.instrument,
            self.depth,
            self.interval_ms,
        )
        if kind == "snapshot":
            assert book.prev_seq is None
            self.sides = ({}, {})
            self.chained = False
        else:
            self.follow(book)
        self.seq = book.seq
        for side, levels in zip((BUY, SELL), (book.bids, book.asks), strict=True):
            self.change(side, levels)
        assert self.levels() == self.engine_levels(self.seq)

    def follow(self, book: channels.Book) -> None:
        """Check that the delta continues what is held, and says something."""
        assert book.prev_seq is not None
        if self.chained:
            assert book.prev_seq == self.seq
        assert book.prev_seq <= self.seq < book.seq
        assert book.bids or book.asks
        self.chained = True

    def change(self, side: int, levels: list[channels.Level]) -> None:
        held = self.sides[side]
        prices = [parse_fen(price) for price, _, _ in levels]
        assert prices == sorted(set(prices), reverse=side == BUY), "best first"
        for price, (_, quantity, orders) in zip(prices, levels, strict=True):
            assert held.get(price, (0, 0)) != (quantity, orders), "said twice"
            if quantity:
                held[price] = (quantity, orders)
            else:
                del held[price]

    def levels(self) -> list[list[tuple[int, int, int]]]:
        """Return both sides as held, best first."""
        bids, asks = ([(p, *level) for p, level in side.items()] for side in self.sides)
        return [sorted(bids, reverse=True), sorted(asks)]

    def engine_levels(self, seq: int) -> list[list[tuple[int, int, int]]]:
        """Return both sides as the engine had them after command ``seq``."""
        limit = self.depth or None
        return [side[:limit] for side in self.stage.depths[seq][self.instrument]]

    def witness(self, heartbeat: channels.Heartbeat) -> None:
        """Whatever a heartbeat names has arrived before it."""
        assert heartbeat.seq >= self.seq
        assert self.levels() == self.engine_levels(heartbeat.seq)


class Clients:
    """Clients of every kind come, go, pause and read at any moment."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.stage = Stage().set_up()
        self.present: list[BookClient] = []

    def step(self) -> None:
        often = (self.trade, self.tick, self.some_client)
        self.random.choice((*often, *often, *often, self.join, self.heartbeat))()

    def trade(self) -> None:
        """One batch, in the midst of which somebody may join."""
        flow = random_flow(self.random, self.stage.exchange, most=15)
        moment = self.random.randint(0, 30)

        def between(index: int) -> None:
            if index == moment:
                self.join()

        self.stage.do(*flow, between=between)

    def tick(self) -> None:
        self.stage.flush(self.random.choice((10, 50, 50, 50, 100, 300, 1000)))

    def heartbeat(self) -> None:
        self.stage.heartbeat()

    def join(self) -> None:
        one = BookClient(
            self.stage,
            self.random.choice(INSTRUMENTS),
            self.random.choice(DEPTHS),
            self.random.choice(INTERVALS),
            self.random.choice((JSON, MSGPACK)),
        )
        self.present.append(one)

    def some_client(self) -> None:
        if not self.present:
            return
        one = self.random.choice(self.present)
        deed = self.random.choice(("pause", "resume", "read", "read", "leave"))
        if deed == "pause":
            one.client.outbox.paused = True
        elif deed == "resume":
            one.client.resume()
        elif deed == "read":
            one.read()
        else:
            one.client.leave()
            self.present.remove(one)

    def end(self) -> None:
        """In the end everybody has the engine's book."""
        for one in self.present:
            one.client.resume()
        self.stage.heartbeat()
        for one in self.present:
            one.read()
            assert one.levels() == one.engine_levels(self.stage.exchange.seq)
            one.client.leave()
        assert not self.stage.feed._rooms.books.touched, "nobody follows any more"


@settings(max_examples=settings().max_examples // 3)
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 500))
def test_snapshot_and_deltas_always_make_up_the_engines_book(
    seed: int, steps: int
) -> None:
    clients = Clients(seed)
    for _ in range(steps):
        clients.step()
    clients.end()


def order(
    account: str, side: int, price: int, quantity: int = 1, instrument: str = "CEA25"
) -> PlaceOrder:
    return PlaceOrder("", account, instrument, (BUY, SELL)[side], price, quantity)


def follow(stage: Stage, depth: int = 10, interval_ms: int = 100) -> Client:
    client = Client(stage)
    return client.follow(
        "book", instrument="CEA25", depth=depth, interval_ms=interval_ms
    )


def levels(*prices: int) -> list[channels.Level]:
    return [(format_fen(price), 1, 1) for price in prices]


def gone(price: int) -> channels.Level:
    return (format_fen(price), 0, 0)


def test_a_level_beyond_the_depth_comes_in_when_one_leaves() -> None:
    stage = Stage().set_up()
    prices = range(7000, 6988, -1)  # twelve levels
    stage.do(*(order("ant", BUY, price) for price in prices))
    client = follow(stage, depth=10)
    [(kind, snapshot)] = client.read(channels.Book)
    assert (kind, snapshot.bids) == ("snapshot", levels(*prices[:10]))
    best = next(iter(stage.exchange.accounts["ant"].orders))
    stage.do(CancelOrder("", "ant", best))
    stage.flush(100)
    [(kind, update)] = client.read(channels.Book)
    assert (kind, update.bids) == ("update", [gone(7000), *levels(6990)])


def test_a_level_is_deleted_when_a_better_one_pushes_it_out() -> None:
    stage = Stage().set_up()
    stage.do(*(order("ant", SELL, price) for price in range(7000, 7010)))
    client = follow(stage, depth=10)
    client.frames()
    stage.do(order("ant", SELL, 6999))
    stage.flush(100)
    [(_, update)] = client.read(channels.Book)
    assert update.asks == [*levels(6999), gone(7009)]


@pytest.mark.parametrize("depth", DEPTHS)
def test_what_changes_and_changes_back_is_not_sent(depth: int) -> None:
    stage = Stage().set_up()
    client = follow(stage, depth)
    client.frames()
    stage.do(order("ant", BUY, 7000))
    [order_id] = stage.exchange.accounts["ant"].orders
    stage.do(CancelOrder("", "ant", order_id))
    stage.flush(100)
    stage.heartbeat()
    assert client.frames() == []


def test_changes_gather_for_the_interval() -> None:
    stage = Stage().set_up()
    clients = {interval: follow(stage, 10, interval) for interval in INTERVALS}
    updates = dict.fromkeys(INTERVALS, 0)
    for tick in range(40):  # two seconds
        stage.do(order("ant", BUY, 6000 + tick))
        stage.flush(50)
        for interval, client in clients.items():
            kinds = [kind for kind, _ in client.read(channels.Book)]
            updates[interval] += kinds.count("update")
    assert updates == {50: 40, 100: 20, 250: 8, 1000: 2}


def test_the_first_change_gathers_for_the_interval_too() -> None:
    stage = Stage().set_up()
    client = follow(stage, interval_ms=100)
    client.frames()
    stage.do(order("ant", BUY, 7000))
    stage.flush(50)
    assert client.frames() == []
    stage.flush(50)
    assert len(client.frames()) == 1


def test_a_timer_that_is_early_or_late_does_not_stretch_the_interval() -> None:
    stage = Stage().set_up()
    client = follow(stage, 10, 100)
    updates = 0
    for tick in range(40):
        stage.do(order("ant", BUY, 6000 + tick))
        jitter = MS if tick // 2 % 2 else -MS
        stage.now_ns += jitter
        stage.flush(50)
        stage.now_ns -= jitter
        updates += [kind for kind, _ in client.read(channels.Book)].count("update")
    assert updates == 20


def test_one_frame_is_made_for_all_who_follow_the_same() -> None:
    stage = Stage().set_up()
    stage.do(order("ant", BUY, 7000))
    same = [follow(stage) for _ in range(3)]
    snapshots = [client.outbox.take() for client in same]
    other = [follow(stage, depth=25), follow(stage, interval_ms=250)]
    packed = Client(stage, MSGPACK).follow("book", instrument="CEA25")
    for client in (*other, packed):
        client.frames()
    stage.do(order("ant", BUY, 7001))
    stage.flush(250)
    updates = [client.outbox.take() for client in same]
    for [frame] in (*snapshots, *updates):
        assert frame in (snapshots[0][0], updates[0][0])
    assert len({id(frame) for [frame] in snapshots}) == 1
    assert len({id(frame) for [frame] in updates}) == 1
    for client in (*other, packed):
        [frame] = client.outbox.take()
        assert frame is not updates[0][0]


def test_a_paused_client_loses_deltas_and_gets_a_snapshot() -> None:
    stage = Stage().set_up()
    slow, quick = follow(stage), follow(stage)
    slow.frames()
    slow.outbox.paused = True
    for price in range(7000, 7010):
        stage.do(order("ant", BUY, price))
        stage.flush(100)
    assert slow.outbox.queued_bytes == 0
    assert len(quick.frames()) == 11
    slow.resume()
    [(kind, snapshot)] = slow.read(channels.Book)
    assert kind == "snapshot"
    assert snapshot.bids == levels(*range(7009, 6999, -1))
    stage.do(order("ant", BUY, 7010))
    stage.flush(100)
    [(kind, update)] = slow.read(channels.Book)
    assert (kind, update.prev_seq) == ("update", snapshot.seq)


def test_a_client_that_paused_and_lost_nothing_gets_no_snapshot() -> None:
    stage = Stage().set_up()
    client = follow(stage)
    client.frames()
    client.outbox.paused = True
    stage.flush(100)
    client.resume()
    assert client.frames() == []


def test_when_nobody_follows_nothing_gathers() -> None:
    stage = Stage().set_up()
    client = follow(stage)
    assert client.unsubscribe("book", instrument="CEA25")
    assert not client.unsubscribe("book", instrument="CEA25")
    stage.do(order("ant", BUY, 7000))
    assert not stage.feed._rooms.books.touched
    stage.flush(100)
    assert len(client.frames()) == 1  # the snapshot from before


def test_what_was_touched_is_handed_on_at_each_flush() -> None:
    stage = Stage().set_up()
    follow(stage, interval_ms=1000)
    stage.do(order("ant", BUY, 7000), order("ant", SELL, 7001))
    assert stage.feed._rooms.books.touched == {"CEA25": ({7000}, {7001})}
    stage.flush(50)
    assert stage.feed._rooms.books.touched == {"CEA25": (set(), set())}
