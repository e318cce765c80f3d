"""Stops, icebergs, fees and call auctions: as executions, as depth and as prints."""

from __future__ import annotations

from typing import Any

from carbonex.engine import (
    BUY,
    GTD,
    SELL,
    STOP,
    STOP_LIMIT,
    AdvanceTime,
    AmendOrder,
    CancelOrder,
    Conditions,
    HaltInstrument,
    PlaceOrder,
    ResumeInstrument,
)
from carbonex.wire import channels
from feed_stage import MS, RULED, Client, Stage, follow


def buy(account: str, quantity: int, price: int, **more: Any) -> PlaceOrder:
    return PlaceOrder("", account, "CEA25", BUY, price, quantity, **more)


def sell(account: str, quantity: int, price: int, **more: Any) -> PlaceOrder:
    return PlaceOrder("", account, "CEA25", SELL, price, quantity, **more)


Story = list[tuple[int, str, str, int, int, str]]


def story(client: Client) -> Story:
    """Return number, event, price, filled, remaining and status of each update."""
    return [
        (e.exec_seq, e.event, e.price, e.filled, e.remaining, e.status)
        for _, e in client.read(channels.Execution)
    ]


class Depth:
    """A local book, kept from what the book channel says."""

    def __init__(self, stage: Stage, instrument: str = "CEA25") -> None:
        self.stage = stage
        self.client = Client(stage).follow("book", instrument=instrument, depth=0)
        self.bids: dict[str, tuple[int, int]] = {}
        self.asks: dict[str, tuple[int, int]] = {}

    def read(self) -> tuple[dict[str, int], dict[str, int]]:
        """Return price and tonnes of both sides after a flush."""
        self.stage.flush(1000)
        for _, book in self.client.read(channels.Book):
            for side, levels in ((self.bids, book.bids), (self.asks, book.asks)):
                for price, quantity, orders in levels:
                    side[price] = (quantity, orders)
                    if not quantity:
                        del side[price]
        return (
            {price: quantity for price, (quantity, _) in self.bids.items()},
            {price: quantity for price, (quantity, _) in self.asks.items()},
        )


# Stop orders


def test_a_stop_order_waits_is_triggered_and_trades(stage: Stage) -> None:
    client, depth = follow(stage, "executions", account="cow"), Depth(stage)
    stop = Conditions(stop_price=7050)
    stage.do(buy("cow", 4, 7080, order_type=STOP_LIMIT, conditions=stop))
    assert depth.read() == ({}, {}), "what waits is in no book"
    [(_, waiting)] = client.read(channels.Execution)
    assert (waiting.event, waiting.status, waiting.stop_price) == (
        "new",
        "open",
        "70.50",
    )
    stage.do(sell("ant", 3, 7050), sell("ant", 2, 7060))
    stage.do(buy("bee", 1, 7050))
    assert story(client) == [
        (2, "triggered", "70.80", 0, 4, "open"),
        (3, "trade", "70.80", 2, 2, "open"),
        (4, "trade", "70.80", 4, 0, "filled"),
    ]
    assert depth.read() == ({}, {})


def test_what_a_triggered_stop_limit_order_leaves_rests(stage: Stage) -> None:
    depth = Depth(stage)
    stop = Conditions(stop_price=7050)
    stage.do(buy("cow", 4, 7055, order_type=STOP_LIMIT, conditions=stop))
    stage.do(sell("ant", 2, 7050), buy("bee", 2, 7050))
    assert depth.read() == ({"70.55": 4}, {})


def test_a_stop_order_that_is_cancelled_was_never_in_depth(stage: Stage) -> None:
    client, depth = follow(stage, "executions", account="cow"), Depth(stage)
    stop = Conditions(stop_price=6950)
    stage.do(sell("cow", 4, 0, order_type=STOP, conditions=stop))
    stage.do(CancelOrder("", "cow", 1))
    assert [row[1] for row in story(client)] == ["new", "cancelled"]
    assert depth.read() == ({}, {})


def test_an_amended_stop_tells_its_new_stop_price(stage: Stage) -> None:
    client = follow(stage, "executions", account="cow")
    stop = Conditions(stop_price=6950)
    stage.do(sell("cow", 4, 6900, order_type=STOP_LIMIT, conditions=stop))
    stage.do(AmendOrder("", "cow", 1, stop_price=6940, quantity=3))
    _, (_, amended) = client.read(channels.Execution)
    assert (amended.event, amended.stop_price, amended.quantity) == (
        "amended",
        "69.40",
        3,
    )


def test_open_stop_orders_are_in_the_snapshot_and_wait(stage: Stage) -> None:
    stop = Conditions(stop_price=6950)
    stage.do(sell("cow", 4, 6900, order_type=STOP_LIMIT, conditions=stop))
    client = Client(stage).follow("executions", account="cow")
    [(_, snapshot)] = client.read(channels.ExecutionsSnapshot)
    [order] = snapshot.orders
    assert (order.order_type, order.stop_price, order.waiting) == (
        "stop_limit",
        "69.50",
        True,
    )


def test_an_order_that_expires_says_so(stage: Stage) -> None:
    client, depth = follow(stage, "executions", account="cow"), Depth(stage)
    expires = Conditions(expires_ns=stage.now_ns + 5 * MS)
    stage.do(sell("cow", 4, 7000, time_in_force=GTD, conditions=expires))
    assert depth.read() == ({}, {"70.00": 4})
    stage.do(AdvanceTime(""))
    _, (_, gone) = client.read(channels.Execution)
    assert (gone.event, gone.reason, gone.expires) == (
        "cancelled",
        "EXPIRED",
        1_005_000,
    )
    assert depth.read() == ({}, {})


# Icebergs


def test_an_iceberg_shows_a_part_and_refills(stage: Stage) -> None:
    client, depth = follow(stage, "executions", account="ant"), Depth(stage)
    stage.do(sell("ant", 10, 7000, conditions=Conditions(display_quantity=4)))
    stage.do(sell("cow", 1, 7000))
    assert depth.read() == ({}, {"70.00": 5})
    stage.do(buy("bee", 6, 7000))
    executions = [e for _, e in client.read(channels.Execution)]
    assert [(e.event, e.remaining, e.shown) for e in executions] == [
        ("new", 10, 0),
        ("trade", 6, 0),
        ("refilled", 6, 4),
        ("trade", 5, 0),
    ]
    assert {e.display_quantity for e in executions} == {4}
    assert depth.read() == ({}, {"70.00": 3})


def test_the_owner_sees_the_whole_iceberg(stage: Stage) -> None:
    stage.do(sell("ant", 10, 7000, conditions=Conditions(display_quantity=4)))
    client = Client(stage).follow("executions", account="ant")
    [(_, snapshot)] = client.read(channels.ExecutionsSnapshot)
    [order] = snapshot.orders
    assert (order.quantity, order.remaining, order.display_quantity) == (10, 10, 4)
    stage.do(AmendOrder("", "ant", 1, quantity=3))
    assert Depth(stage).read() == ({}, {"70.00": 3})


# Fees


def test_each_side_is_told_its_own_fee(stage: Stage) -> None:
    ant, bee = (follow(stage, "executions", account=name) for name in ("ant", "bee"))
    stage.do(
        PlaceOrder("", "ant", RULED, SELL, 7000, 100),
        PlaceOrder("", "bee", RULED, BUY, 7000, 100),
    )
    *_, (_, made) = ant.read(channels.Execution)
    *_, (_, took) = bee.read(channels.Execution)
    # 100 and 200 of 0.01 bp of 7,000.00
    assert (made.fee, took.fee) == ("0.70", "1.40")


# Call auctions


def test_a_call_auction_is_a_crossed_book_then_one_price(stage: Stage) -> None:
    """The worked example of MARKET-RULES §4, at a few of its prices."""
    depth, prints = Depth(stage, RULED), follow(stage, "trade", instrument=RULED)
    buyer, seller = (
        follow(stage, "executions", account=name) for name in ("ant", "bee")
    )
    stage.do(HaltInstrument("", RULED), ResumeInstrument("", RULED))
    stage.do(
        PlaceOrder("", "ant", RULED, BUY, 7040, 100),
        PlaceOrder("", "ant", RULED, BUY, 7030, 150),
        PlaceOrder("", "bee", RULED, SELL, 7010, 120),
        PlaceOrder("", "bee", RULED, SELL, 7020, 80),
        PlaceOrder("", "bee", RULED, SELL, 7050, 70),
    )
    assert depth.read() == (
        {"70.40": 100, "70.30": 150},
        {"70.10": 120, "70.20": 80, "70.50": 70},
    )
    assert prints.frames() == []
    buyer.frames()
    seller.frames()
    stage.do(AdvanceTime(""))
    trades = [t for _, t in prints.read(channels.Trade)]
    assert {(t.method, t.called, t.price) for t in trades} == {
        ("listed", True, "70.30")
    }
    assert sum(t.quantity for t in trades) == 200
    executions = [e for _, e in buyer.read(channels.Execution)]
    assert {(e.called, e.liquidity, e.last_price) for e in executions} == {
        (True, "maker", "70.30")
    }
    assert [(e.price, e.status) for e in executions if e.status == "filled"] == [
        ("70.40", "filled")
    ]
    assert {e.price for _, e in seller.read(channels.Execution)} == {"70.10", "70.20"}
    assert depth.read() == ({"70.30": 50}, {"70.50": 70})


def test_the_ticker_follows_a_call_auction(stage: Stage) -> None:
    ticker = follow(stage, "ticker", instrument=RULED)
    stage.do(HaltInstrument("", RULED), ResumeInstrument("", RULED))
    stage.do(
        PlaceOrder("", "ant", RULED, BUY, 7040, 100),
        PlaceOrder("", "bee", RULED, SELL, 7010, 60),
    )
    stage.flush(1000)
    [(_, crossed)] = ticker.read(channels.Ticker)
    assert (crossed.bid, crossed.ask, crossed.last) == ("70.40", "70.10", None)
    stage.do(AdvanceTime(""))
    stage.flush(50)
    [(_, after)] = ticker.read(channels.Ticker)
    assert (after.bid, after.bid_quantity, after.ask) == ("70.40", 40, None)
    assert (after.open, after.last, after.volume) == (after.last, "70.40", 60)
    assert (after.previous_close, after.change, after.change_percent) == (
        "70.00",
        "0.40",
        "0.57",
    )
