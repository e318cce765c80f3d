"""One-way auctions from opening to allotment, against a real venue."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from carbonex.sdk import (
    BiddingClosed,
    BidRefused,
    BidStateUnknown,
    InsufficientFunds,
    RegistryRefused,
    UnknownBid,
    connect,
)
from sdk.market import interrupted, open_market, until
from sdk.phases import shanghai


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from carbonex.sdk import Auction, Venue
    from hours import Hours
    from sdk.market import Market


@pytest.fixture
async def market(tmp_path: Path, hours: Hours) -> AsyncIterator[Market]:
    """A venue with two traders, at 9:31."""
    async with open_market(tmp_path) as opened:
        yield opened


@pytest.fixture
async def operator(market: Market) -> AsyncIterator[Venue]:
    """The operator's connection."""
    async with connect(market.url, market.keys["operator"]) as venue:
        yield venue


async def open_auction(operator: Venue, **options: object) -> Auction:
    """Let maker sell 1,000 t from now to 10:00."""
    terms: dict[str, object] = {
        "opens": shanghai(9, 30),
        "closes": shanghai(10),
        "client_ref": "a-1",
        "reserve": "70.00",
        **options,
    }
    return await operator.open_auction("maker", "CEA25", "sell", 1_000, **terms)  # type: ignore[arg-type]


async def test_the_best_bids_win(market: Market, operator: Venue, hours: Hours) -> None:
    async with connect(market.url, market.keys["taker"]) as bidder:
        auction = await open_auction(operator)
        assert (auction.opens_at, auction.closes_at) == (shanghai(9, 30), shanghai(10))
        assert (auction.pricing, auction.sealed) == ("pay_as_bid", True)
        [found] = await bidder.auctions("CEA25")
        assert (found.auction_id, found.status, found.is_over) == ("1", "open", False)

        changes, executions = bidder.bid_updates(), bidder.executions()
        placed = [
            await bidder.place_bid(found, quantity, price)
            for quantity, price in ((400, "75.00"), (800, "74.00"), (100, "73.00"))
        ]
        assert await bidder.bids() == placed
        assert (await bidder.balances()).locked == Decimal("96500.00")
        outcomes = [await changes.next() for _ in placed]
        assert outcomes == placed

        hours.be("2026-07-29 10:00:00")
        ended = [await changes.next() for _ in placed]
        assert [(bid.status, bid.filled) for bid in ended] == [
            ("filled", 400),
            ("partly_filled", 600),
            ("lost", 0),
        ]
        trades = [await executions.next() for _ in range(2)]
        assert [(t.source_id, t.last_quantity, t.method) for t in trades] == [
            (placed[0].bid_id, 400, "auction"),
            (placed[1].bid_id, 600, "auction"),
        ]
        balances = await bidder.balances()
        assert balances.cash == Decimal("1000000.00") - Decimal("74400.00")
        assert balances.locked == 0
        assert balances.holding("CEA25").quantity == 11_000
        assert await bidder.auctions() == []


async def test_everybody_hears_how_an_auction_goes(
    market: Market, operator: Venue
) -> None:
    async with (
        connect(market.url) as public,
        connect(market.url, market.keys["taker"]) as bidder,
    ):
        updates = public.auction_updates("CEA25")
        await public.ping()  # it is subscribed
        theirs = {"pricing": None, "too_few_bids": None, "bidder_limit": None}
        auction = await open_auction(
            operator, sealed=False, opens=shanghai(9, 31), **theirs
        )
        opened = (await updates.next()).auction
        assert (opened.auction_id, opened.status) == (auction.auction_id, "open")
        bid = await bidder.place_bid(auction, 400, Decimal("75.00"))
        await bidder.place_bid("1", 300, "74.00")
        await bidder.cancel_bid(bid)
        standing = [(await updates.next()).bids for _ in range(3)]
        assert [[level.quantity for level in bids] for bids in standing] == [
            [400],
            [400, 300],
            [300],
        ]
        closed = await operator.close_auction(auction)
        assert (closed.status, closed.filled, closed.bids) == ("closed", 300, 1)
        assert closed.turnover == Decimal("22200.00")
        over = (await updates.next()).auction
        assert (over, over.is_over) == (closed, True)


async def test_a_cancelled_auction_releases_everything(
    market: Market, operator: Venue
) -> None:
    async with connect(market.url, market.keys["taker"]) as bidder:
        changes = bidder.bid_updates()
        auction = await open_auction(operator)
        assert (await open_auction(operator)).duplicate
        await bidder.place_bid(auction, 100, "75.00")
        assert (await operator.cancel_auction("1")).status == "cancelled"
        told = [await changes.next() for _ in range(2)]
        assert [bid.status for bid in told] == ["open", "auction_cancelled"]
        assert (await bidder.balances()).locked == 0


async def test_what_no_bid_may_be(market: Market, operator: Venue) -> None:
    async with connect(market.url, market.keys["taker"]) as bidder:
        later = await open_auction(operator, opens=shanghai(9, 45))
        assert (later.status, later.is_over) == ("announced", False)
        with pytest.raises(BiddingClosed):
            await bidder.place_bid(later, 100, "75.00")
        auction = await open_auction(operator, client_ref="a-2", bidder_limit=500)
        with pytest.raises(BidRefused, match=r"reserve of 70\.00"):
            await bidder.place_bid(auction, 100, "69.99")
        with pytest.raises(BidRefused, match="500 t"):
            await bidder.place_bid(auction, 501, "75.00")
        with pytest.raises(InsufficientFunds):
            await bidder.place_bid(auction, 500, "2000.01")
        with pytest.raises(RegistryRefused, match="UNKNOWN_AUCTION"):
            await bidder.place_bid("9", 1, "75.00")
        with pytest.raises(UnknownBid):
            await bidder.cancel_bid("9")
        with pytest.raises(TypeError, match="is a float"):
            await bidder.place_bid(auction, 1, 75.0)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="'ref'"):
            await bidder.place_bid(auction, 1, "75.00", ref="b-1")  # type: ignore[call-arg]
        with pytest.raises(TypeError, match="'reserved'"):
            await open_auction(operator, reserved="70.00")
        with pytest.raises(TypeError, match="'closes'"):
            await operator.open_auction(  # type: ignore[call-arg]
                "maker", "CEA25", "sell", 1, opens=shanghai(10), client_ref="a-3"
            )
        with pytest.raises(TypeError, match=r"closes is a datetime\.datetime, not '10"):
            await open_auction(operator, closes="10:00")
        with pytest.raises(ValueError, match="give closes a tzinfo"):
            await open_auction(operator, closes=shanghai(10).replace(tzinfo=None))


async def test_a_bid_that_arrived_is_found(market: Market, operator: Venue) -> None:
    async with connect(market.cable_url, market.keys["taker"]) as bidder:
        await open_auction(operator)
        market.cable.answers_held = True
        error = await unanswered(market, bidder)
        bid = await error.resolve()
        assert (bid.status, bid.duplicate) == ("open", True)
        assert bid.client_ref == error.client_ref
        await bidder.cancel_bid(bid)
        again = await error.resolve()
        assert (again.bid_id, again.status) == (bid.bid_id, "ended")
        assert await bidder.bids() == []


async def test_a_bid_that_did_not_arrive_is_made(
    market: Market, operator: Venue
) -> None:
    async with connect(market.cable_url, market.keys["taker"]) as bidder:
        await open_auction(operator)
        market.cable.requests_held = True
        error = await unanswered(market, bidder)
        market.cable.requests_held = False
        bid = await error.resolve()
        assert (bid.status, bid.duplicate) == ("open", False)
        market.cable.deliver_held()
        assert await bidder.bids() == [bid]


async def test_a_cancelled_bid_is_not_cancelled_twice(
    market: Market, operator: Venue
) -> None:
    async with connect(market.cable_url, market.keys["taker"]) as bidder:
        bid = await bidder.place_bid(await open_auction(operator), 100, "75.00")
        market.cable.answers_held = True
        cancelling = asyncio.ensure_future(bidder.cancel_bid(bid))
        bids = market.exchange.accounts["taker"].bids
        await until(lambda: not bids)
        market.cable.cut()
        with pytest.raises(BidStateUnknown, match="cancel_bid was sent") as caught:
            await cancelling
        with pytest.raises(UnknownBid):
            await caught.value.resolve()


async def test_an_auction_that_ended_during_an_interruption_is_told(
    market: Market, operator: Venue
) -> None:
    async with connect(market.cable_url, market.keys["taker"]) as bidder:
        auctions, bids = bidder.auction_updates(), bidder.bid_updates()
        executions = bidder.executions()
        await bidder.ping()
        bid = await bidder.place_bid(await open_auction(operator), 100, "75.00")
        assert (await auctions.next()).auction.status == "open"
        assert (await bids.next()).status == "open"
        async with interrupted(market, bidder):
            await operator.close_auction("1")
        assert (await auctions.next()).auction.status == "ended"
        assert (await bids.next()).status == "ended"
        assert (await executions.next()).source_id == bid.bid_id  # and what it got


async def unanswered(market: Market, bidder: Venue) -> BidStateUnknown:
    """Place a bid, and cut the cable when it has left."""
    bidding = asyncio.ensure_future(bidder.place_bid("1", 100, "75.00"))
    bids, cable = market.exchange.accounts["taker"].bids, market.cable
    await until(lambda: bool(bids) or cable.holds_something())
    cable.cut()
    with pytest.raises(BidStateUnknown, match="place_bid was sent") as caught:
        await bidding
    return caught.value
