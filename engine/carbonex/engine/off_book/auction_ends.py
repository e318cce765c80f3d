"""How one-way auctions and their bids end: allotment, settlement, release of locks.

All locks are released first; then the winners settle, best bid first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from carbonex.engine.enums import BidEnd, Method
from carbonex.engine.events import AuctionClosed, BidEnded
from carbonex.engine.terms import FEE_UNIT
from carbonex.engine.timers import Due

from .allotment import Terms, allot
from .settlement import fee, rate_of, settle, unlock


if TYPE_CHECKING:
    from carbonex.engine.events import Event, OffBookTrade
    from carbonex.engine.state import State

    from .auctions import Auction, Bid


def close(state: State, auction: Auction) -> list[Event]:
    """Allot the auction and settle with the winners, best bid first."""
    terms = auction.command
    assert terms.pricing is not None
    assert terms.too_few_bids is not None
    bids = list(auction.bids.values())
    allotment = allot(
        Terms(terms.side, terms.quantity, terms.pricing, terms.too_few_bids),
        [(bid.command.price, bid.command.quantity) for bid in bids],
    )
    if allotment.cancelled:
        return cancel(state, auction)
    _end(state, auction)
    events: list[Event] = []
    turnover = quantity = 0
    for number, filled, price in allotment.shares:
        bid = bids[number]
        if filled:
            events.append(_trade(auction, bid, price, filled, turnover))
            turnover += price * filled
            quantity += filled
        events.append(_bid_ended(auction, bid, _outcome(bid, filled), filled))
    events.append(_closed(auction, bids, allotment.price, quantity, turnover))
    return events


def cancel(state: State, auction: Auction) -> list[Event]:
    """End an auction without any allotment."""
    bids = list(auction.bids.values())
    _end(state, auction)
    cancelled = BidEnd.AUCTION_CANCELLED
    events: list[Event] = [_bid_ended(auction, bid, cancelled) for bid in bids]
    events.append(replace(_closed(auction, bids, 0, 0, 0), cancelled=True))
    return events


def drop(state: State, bid: Bid, end: BidEnd) -> BidEnded:
    """End a bid while its auction goes on."""
    auction = state.auctions[bid.command.auction_id]
    _take_out(auction, bid)
    return _bid_ended(auction, bid, end)


def _end(state: State, auction: Auction) -> None:
    """Remove an auction and its bids from the registers and release all locks."""
    del state.auctions[auction.auction_id]
    state.timers.clear(auction.closes_ns, Due.AUCTION, auction.auction_id)
    unlock(auction.stake)
    for bid in list(auction.bids.values()):
        _take_out(auction, bid)


def _take_out(auction: Auction, bid: Bid) -> None:
    del auction.bids[bid.bid_id]
    del bid.account.bids[bid.bid_id]
    unlock(bid.stake)


def _trade(
    auction: Auction, bid: Bid, price: int, quantity: int, before: int
) -> OffBookTrade:
    """Settle a bid's allotment; ``before`` is the auction's turnover so far in fen.

    The auction's own side pays fees as one order does: its fees are rounded up
    together. Rounded up one by one, they could exceed the fee it has locked
    (MARKET-RULES §3).
    """
    taker = bid.stake.at(price, quantity)
    rate = rate_of(auction.instrument, Method.AUCTION)
    after = before + price * quantity
    paid = fee(after, rate)
    own_fee = paid - fee(before, rate)
    if rate:
        # Annulling a trade needs the surplus that rounding up has charged.
        key = Method.AUCTION, auction.auction_id
        auction.instrument.tape.uncharged[key] = paid * FEE_UNIT - after * rate
    return settle(taker, auction.account, own_fee, auction.auction_id, bid.bid_id)


def _outcome(bid: Bid, filled: int) -> BidEnd:
    if filled == 0:
        return BidEnd.LOST
    whole = filled == bid.command.quantity
    return BidEnd.FILLED if whole else BidEnd.PARTLY_FILLED


def _bid_ended(auction: Auction, bid: Bid, end: BidEnd, filled: int = 0) -> BidEnded:
    return BidEnded(bid.bid_id, auction.sealed, bid.command, end, filled)


def _closed(
    auction: Auction, bids: list[Bid], price: int, quantity: int, turnover: int
) -> AuctionClosed:
    return AuctionClosed(
        auction.auction_id,
        auction.command,
        cancelled=False,
        price=price,
        quantity=quantity,
        turnover=turnover,
        bids=len(bids),
        bid_quantity=sum(bid.command.quantity for bid in bids),
        price_limit=auction.price_limit,
    )
