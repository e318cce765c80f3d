"""One-way auctions and bids: who is told what of them, and when."""

from __future__ import annotations

from typing import Any

from carbonex.engine import (
    BUY,
    SELL,
    AdvanceTime,
    CancelBid,
    CloseAuction,
    OpenAuction,
    PlaceBid,
    Pricing,
    TooFewBids,
)
from carbonex.wire import answers, channels
from feed_stage import MS, RULED, Client, Stage, follow


def open_auction(stage: Stage, *, sealed: bool, **more: Any) -> None:
    opens = stage.now_ns + 10 * MS
    stage.do(
        OpenAuction(
            "",
            "ant",
            RULED,
            SELL,
            10,
            opens,
            opens + 100 * MS,
            f"r{stage.exchange.seq}",
            sealed=sealed,
            **more,
        )
    )


def bid(account: str, price: int, quantity: int, ref: str = "") -> PlaceBid:
    return PlaceBid(
        "", account, 1, price, quantity, ref or f"{account}{price}-{quantity}"
    )


def pass_time(stage: Stage, ms: int) -> None:
    stage.now_ns += ms * MS
    stage.do(AdvanceTime(""))


def test_an_auction_is_announced_to_everybody(stage: Stage) -> None:
    every, other = follow(stage, "auction"), Client(stage)
    other.follow("auction", instrument="CEA25")
    other.frames()
    open_auction(stage, sealed=True, reserve=6900, bidder_limit=8)
    [(kind, update)] = every.read(channels.AuctionUpdate)
    assert kind == "update"
    assert update.auction == answers.Auction(
        auction_id="1",
        instrument=RULED,
        side="sell",
        quantity=10,
        opens=stage.now_ns // 1000 + 10_000,
        closes=stage.now_ns // 1000 + 110_000,
        pricing="pay_as_bid",
        too_few_bids="fill_valid",
        sealed=True,
        status="announced",
        reserve="69.00",
        bidder_limit=8,
    )
    assert (update.bids, update.seq) == ([], stage.exchange.seq)
    assert other.frames() == []
    pass_time(stage, 10)
    [(_, seen)] = Client(stage).follow("auction").read(channels.AuctionUpdate)
    assert seen.auction.status == "open"


def test_an_auction_that_opens_at_once_is_open(stage: Stage) -> None:
    client = follow(stage, "auction")
    now_ns = stage.now_ns
    stage.do(OpenAuction("", "ant", RULED, BUY, 5, now_ns, now_ns + MS, "r", 7000))
    [(_, update)] = client.read(channels.AuctionUpdate)
    assert update.auction.status == "open"


def test_sealed_bids_are_told_to_nobody_but_their_bidder(stage: Stage) -> None:
    every = follow(stage, "auction")
    bee, cow = (follow(stage, "bids", account=name) for name in ("bee", "cow"))
    open_auction(stage, sealed=True)
    pass_time(stage, 10)
    every.frames()
    stage.do(bid("bee", 7000, 4, "b-1"))
    stage.do(CancelBid("", "bee", 1))
    stage.do(bid("bee", 7100, 4, "b-2"))
    assert every.frames() == cow.frames() == []
    placed = answers.Bid("1", "1", "bee", "70.00", 4, "open", "b-1")
    assert [each for _, each in bee.read(answers.Bid)] == [
        placed,
        answers.Bid("1", "1", "bee", "70.00", 4, "cancelled", "b-1"),
        answers.Bid("2", "1", "bee", "71.00", 4, "open", "b-2"),
    ]
    [(_, seen)] = Client(stage).follow("auction").read(channels.AuctionUpdate)
    assert seen.bids == []
    [(_, own)] = Client(stage).follow("bids", account="bee").read(answers.Bid)
    assert own.bid_id == "2"


def test_open_bids_are_told_without_their_bidders(stage: Stage) -> None:
    every = follow(stage, "auction", instrument=RULED)
    open_auction(stage, sealed=False)
    pass_time(stage, 10)
    every.frames()
    stage.do(bid("bee", 7000, 4))
    stage.do(bid("cow", 7100, 7))
    stage.do(CancelBid("", "bee", 1))
    told = [frame.data[0]["bids"] for frame in every.frames()]
    first = {"bid_id": "1", "price": "70.00", "quantity": 4}
    second = {"bid_id": "2", "price": "71.00", "quantity": 7}
    assert told == [[first], [first, second], [second]]


def test_the_close_tells_the_outcome_to_all_and_the_shares_to_each(
    stage: Stage,
) -> None:
    every, prints = follow(stage, "auction"), follow(stage, "trade")
    tickers = follow(stage, "ticker", instrument=RULED)
    bee, cow = (follow(stage, "bids", account=name) for name in ("bee", "cow"))
    open_auction(stage, sealed=True, pricing=Pricing.UNIFORM)
    pass_time(stage, 10)
    stage.do(bid("bee", 7200, 6), bid("cow", 7100, 7), bid("cow", 7000, 3))
    seller, buyer = (follow(stage, "executions", account=n) for n in ("ant", "cow"))
    for client in (every, bee, cow):
        client.frames()
    pass_time(stage, 100)
    stage.flush(50)
    [(_, update)] = every.read(channels.AuctionUpdate)
    auction = update.auction
    assert (auction.status, auction.price, auction.filled) == ("closed", "71.00", 10)
    assert (auction.turnover, auction.bids, auction.bid_quantity) == ("710.00", 3, 16)
    assert [(b.status, b.filled) for _, b in bee.read(answers.Bid)] == [("filled", 6)]
    assert [(b.bid_id, b.status, b.filled) for _, b in cow.read(answers.Bid)] == [
        ("2", "partly_filled", 4),
        ("3", "lost", 0),
    ]
    assert [
        (t.method, t.price, t.quantity, t.side) for _, t in prints.read(channels.Trade)
    ] == [("auction", "71.00", 6, "buy"), ("auction", "71.00", 4, "buy")]
    [(_, bought)] = buyer.read(channels.Execution)
    assert (bought.method, bought.source_id, bought.order_id) == ("auction", "2", "")
    assert [
        (e.exec_seq, e.source_id, e.last_quantity, e.liquidity)
        for _, e in seller.read(channels.Execution)
    ] == [(1, "1", 6, "maker"), (2, "1", 4, "maker")]
    [(_, ticker)] = tickers.read(channels.Ticker)
    assert (ticker.last, ticker.volume) == (None, 0)
    assert (ticker.auction_volume, ticker.auction_turnover) == (10, "710.00")


def test_a_cancelled_auction_gives_everything_back(stage: Stage) -> None:
    every, bee = follow(stage, "auction"), follow(stage, "bids", account="bee")
    balances = follow(stage, "balances", account="bee")
    open_auction(stage, sealed=False, too_few_bids=TooFewBids.CANCEL)
    pass_time(stage, 10)
    stage.do(bid("bee", 7000, 4))
    stage.flush(50)
    [(_, before)] = balances.read(answers.Balances)
    assert before.locked == "280.02"  # and the fee of 70 of 0.01 bp
    every.frames()
    stage.do(CloseAuction("", 1))
    stage.flush(50)
    [(_, update)] = every.read(channels.AuctionUpdate)
    assert (update.auction.status, update.auction.price) == ("cancelled", None)
    assert (update.auction.bids, update.bids) == (1, [])
    assert [b.status for _, b in bee.read(answers.Bid)] == ["open", "auction_cancelled"]
    [(_, after)] = balances.read(answers.Balances)
    assert after.locked == "0.00"
