"""The board of listings: what it shows, hides and refuses, and that deltas make it up."""

from __future__ import annotations

from itertools import chain, islice
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from carbonex.engine import (
    BUY,
    DAY,
    LIMIT,
    SELL,
    AmendOrder,
    CancelOrder,
    Conditions,
    HideOrderIds,
    PlaceOrder,
    Side,
)
from carbonex.gateway.feed.board import MOST_LISTINGS, changes
from carbonex.wire import channels
from carbonex.wire.codec import JSON, MSGPACK, Codec
from carbonex.wire.money import format_fen
from feed_flow import let_time_pass, random_flow
from feed_stage import RULED, Client, Stage, follow


if TYPE_CHECKING:
    from carbonex.gateway.feed.board import View

SECRET = bytes(range(32))
Row = tuple[str, str, int]  # number, price, tonnes


@pytest.fixture
def stage() -> Stage:
    return staged()


def staged() -> Stage:
    stage = Stage().set_up()
    stage.do(HideOrderIds("", SECRET))
    return stage


def apply(rows: list[Row], news: list[Row]) -> list[Row]:
    """Return the listings of one side after an update, as the wire says to do it."""
    rows = list(rows)
    for number, price, tonnes in news:
        place = [i for i, row in enumerate(rows) if row[:2] == (number, price)]
        if not tonnes:
            del rows[place[0]]
        elif place:
            rows[place[0]] = (number, price, tonnes)
        else:
            rows.append((number, price, tonnes))
    return rows


def in_order(rows: list[Row], side: Side) -> list[Row]:
    """Return listings best price first; within a price they stay as they are."""
    return sorted(rows, key=lambda row: float(row[1]) * (-1 if side is BUY else 1))


def engines(stage: Stage, instrument: str = RULED) -> tuple[list[Row], list[Row]]:
    """Return what a board must show now."""
    book, ids = stage.exchange.instruments[instrument].book, stage.venue.ids
    found = []
    for side in Side:
        first = islice(chain.from_iterable(book.side(side)), MOST_LISTINGS)
        found.append(
            [
                (
                    ids.listing_shown(instrument, order.listing),
                    format_fen(order.price),
                    order.shown,
                )
                for order in first
            ]
        )
    return found[0], found[1]


class BoardClient:
    """A client that keeps a board, and objects to whatever breaks it."""

    def __init__(
        self, stage: Stage, interval_ms: int = 50, codec: Codec = JSON
    ) -> None:
        self.client = Client(stage, codec)
        self.client.follow("listings", instrument=RULED, interval_ms=interval_ms)
        self.interval_ms = interval_ms
        self.seq = -1
        self.chained = False
        self.bids: list[Row] = []
        self.asks: list[Row] = []

    def read(self) -> None:
        for kind, item in self.client.read(channels.Listings):
            self.take(kind, item)

    def take(self, kind: str, item: channels.Listings) -> None:
        assert (item.instrument, item.interval_ms) == (RULED, self.interval_ms)
        if kind == "snapshot":
            assert item.prev_seq is None
            self.bids, self.asks, self.chained = [], [], False
        else:
            assert item.prev_seq is not None
            assert item.prev_seq <= self.seq < item.seq
            assert not self.chained or item.prev_seq == self.seq
            assert item.bids or item.asks
            self.chained = True
        self.seq = item.seq
        self.bids = apply(self.bids, item.bids)
        self.asks = apply(self.asks, item.asks)

    @property
    def shown(self) -> tuple[list[Row], list[Row]]:
        return in_order(self.bids, BUY), in_order(self.asks, SELL)


@given(seed=st.integers(0, 2**32), steps=st.integers(1, 150))
def test_snapshot_and_updates_always_make_up_the_first_listings(
    seed: int, steps: int
) -> None:
    random, stage = Random(seed), staged()
    boards: list[BoardClient] = []
    for _ in range(steps):
        deed = random.randrange(8)
        if deed < 4:
            stage.do(*random_flow(random, stage.exchange, most=8))
            let_time_pass(random, stage)
        elif deed == 4 and len(boards) < 4:
            interval, codec = random.choice((50, 250)), random.choice((JSON, MSGPACK))
            boards.append(BoardClient(stage, interval, codec))
        elif deed == 5 and boards:
            one = random.choice(boards)
            one.client.outbox.paused = not one.client.outbox.paused
            if not one.client.outbox.paused:
                one.client.resume()
        else:
            stage.flush(random.choice((10, 50, 100, 300)))
        for board in boards:
            board.read()
    watcher = Client(stage).follow("heartbeat")
    for board in boards:
        board.client.resume()
    stage.heartbeat()
    for board in boards:
        board.read()
        assert board.shown == engines(stage)
        board.client.leave()
    watcher.leave()
    assert not stage.feed._rooms.books.touched, "nobody follows any more"


PRICES = st.sampled_from([7000, 7001])
VIEWS = st.lists(
    st.tuples(st.integers(1, 6), PRICES, st.integers(1, 3)),
    max_size=6,
    unique_by=lambda row: row[0],
).map(lambda rows: {n: (p, q) for n, p, q in sorted(rows, key=lambda row: row[1])})


@given(before=VIEWS, now=VIEWS)
def test_whatever_a_board_showed_changes_lead_to_what_it_shows(
    before: View, now: View
) -> None:
    """Also where orders changed places, as amendments of icebergs can make them."""

    def rows(view: View) -> list[Row]:
        return [
            (str(n), format_fen(price), tonnes) for n, (price, tonnes) in view.items()
        ]

    news = [(str(n), format_fen(price), t) for n, price, t in changes(before, now)]
    assert in_order(apply(rows(before), news), SELL) == rows(now)
    if before == now and [*before] == [*now]:
        assert not news


def sell(account: str = "ant", quantity: int = 10, price: int = 7000) -> PlaceOrder:
    return PlaceOrder("", account, RULED, SELL, price, quantity)


def iceberg(quantity: int, display: int) -> PlaceOrder:
    shows = Conditions(display_quantity=display)
    return PlaceOrder(
        "", "ant", RULED, SELL, 7000, quantity, LIMIT, DAY, conditions=shows
    )


def asks(client: Client) -> list[Row]:
    ((_, item),) = client.read(channels.Listings)
    return item.asks


def test_a_listing_is_number_price_and_what_is_shown_in_order_of_time(
    stage: Stage,
) -> None:
    stage.do(sell(price=7001), sell(), iceberg(100, 5), sell("bee", 3))
    client = Client(stage).follow("listings", instrument=RULED)
    ((kind, item),) = client.read(channels.Listings)
    assert kind == "snapshot"
    assert [row[1:] for row in item.asks] == [
        ("70.00", 10),
        ("70.00", 5),
        ("70.00", 3),
        ("70.01", 10),
    ]
    assert item.bids == []
    assert all(len(row[0]) == 15 for row in item.asks)
    assert (item.seq, item.interval_ms) == (stage.exchange.seq, 100)


def test_each_slice_of_an_iceberg_has_another_number(stage: Stage) -> None:
    stage.do(iceberg(20, 5), sell("bee", 3))
    client = Client(stage).follow("listings", instrument=RULED)
    (first, second) = asks(client)
    stage.do(PlaceOrder("", "cow", RULED, BUY, 7000, 5))
    stage.flush(100)
    gone, come = asks(client)
    assert gone == (first[0], "70.00", 0)
    assert come[1:] == ("70.00", 5)
    assert come[0] not in (first[0], second[0])


def test_who_loses_the_place_in_time_goes_and_comes_in_again_at_the_back(
    stage: Stage,
) -> None:
    stage.do(sell(), sell("bee", 3))
    client = Client(stage).follow("listings", instrument=RULED)
    first, _ = asks(client)
    order_id = stage.exchange.last_order_id - 1
    stage.do(AmendOrder("", "ant", order_id, quantity=9))
    stage.flush(100)
    assert asks(client) == [(first[0], "70.00", 9)]  # keeps its place
    stage.do(AmendOrder("", "ant", order_id, quantity=12))
    stage.flush(100)
    assert asks(client) == [(first[0], "70.00", 0), (first[0], "70.00", 12)]
    stage.do(AmendOrder("", "ant", order_id, price=6999))
    stage.flush(100)
    assert asks(client) == [(first[0], "70.00", 0), (first[0], "69.99", 12)]


def test_stops_that_wait_are_not_shown(stage: Stage) -> None:
    client = follow(stage, "listings", instrument=RULED)
    stage.do(
        PlaceOrder("", "ant", RULED, SELL, 7000, 5, conditions=None),
        CancelOrder("", "ant", stage.exchange.last_order_id + 1),
    )
    stage.flush(100)
    assert client.read(channels.Listings) == []


def test_it_shows_the_first_hundred_of_each_side(stage: Stage) -> None:
    stage.do(*[sell(price=7000 + n // 60, quantity=n + 1) for n in range(150)])
    client = Client(stage).follow("listings", instrument=RULED)
    shown = asks(client)
    assert [row[2] for row in shown] == list(range(1, 101))
    stage.do(CancelOrder("", "ant", stage.exchange.last_order_id - 149))
    stage.flush(100)
    gone, come = asks(client)
    assert gone == (shown[0][0], "70.00", 0)
    assert come[1:] == ("70.01", 101)


def test_two_venues_and_two_instruments_have_nothing_in_common(stage: Stage) -> None:
    stage.do(sell())
    (mine,) = asks(Client(stage).follow("listings", instrument=RULED))
    order = stage.exchange.accounts["ant"].orders[stage.exchange.last_order_id]
    ids = stage.venue.ids
    others = {ids.shown(order.order_id), ids.listing_shown("CEA25", order.order_id)}
    assert mine[0] not in others


def test_an_instrument_without_picks_has_none(stage: Stage) -> None:
    refusal = Client(stage).subscribe("listings", instrument="CEA25")
    assert refusal is not None
    assert (refusal.name, refusal.param) == ("NO_LISTINGS", "instrument")
    assert refusal.message == (
        "CEA25 lets no order pick others, so it has no listings; subscribe to its book"
    )


def test_a_venue_that_cannot_hide_who_it_is_has_none() -> None:
    refusal = Client(Stage().set_up()).subscribe("listings", instrument=RULED)
    assert refusal is not None
    assert refusal.name == "LISTINGS_NOT_HIDDEN"


def test_it_is_of_one_instrument_that_there_is(stage: Stage) -> None:
    client = Client(stage)
    missing = client.subscribe("listings")
    unknown = client.subscribe("listings", instrument="CEA99")
    assert missing is not None
    assert missing.message == "subscribe to listings needs instrument: the name of one"
    assert unknown is not None
    assert unknown.name == "UNKNOWN_INSTRUMENT"
    client.follow("listings", instrument=RULED)
    again = client.subscribe("listings", instrument=RULED)
    assert again is not None
    assert again.message == (
        f"listings {RULED} interval_ms 100 is subscribed here already"
    )


def test_when_new_terms_take_picks_away_the_board_is_empty(stage: Stage) -> None:
    stage.do(sell())
    client = Client(stage).follow("listings", instrument=RULED)
    (mine,) = asks(client)
    instrument = stage.exchange.instruments[RULED]
    instrument.adopt(replace(instrument.terms, pick=False))  # as a day begins
    stage.flush(100)
    assert asks(client) == [(mine[0], "70.00", 0)]
    instrument.adopt(replace(instrument.terms, pick=True))
    stage.flush(100)
    assert asks(client) == [mine]


def test_a_slow_reader_gets_a_snapshot(stage: Stage) -> None:
    board = BoardClient(stage)
    board.read()
    board.client.outbox.paused = True
    for _ in range(3):
        stage.do(sell())
        stage.flush(100)
    board.client.resume()
    ((kind, item),) = board.client.read(channels.Listings)
    assert kind == "snapshot"
    assert len(item.asks) == 3
