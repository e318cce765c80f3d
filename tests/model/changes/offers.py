"""Blocks and one-way auctions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from carbonex.engine import (
    SELL,
    AcceptBlock,
    AuctionClosed,
    AuctionOpened,
    BidEnd,
    BidEnded,
    BidPlaced,
    BlockEnd,
    BlockEnded,
    BlockProposed,
    CancelBid,
    CloseAuction,
    DeclineBlock,
    Event,
    Method,
    OffBookTrade,
    OpenAuction,
    Permission,
    PlaceBid,
    Pricing,
    ProposeBlock,
    Side,
    TooFewBids,
    WithdrawBlock,
)
from model import clock
from model.reasons import first, offers as reasons, who
from model.world import Deal, Sale, fee, half_up, other_side

from . import refs


if TYPE_CHECKING:
    from model.world import World


def propose(world: World, command: ProposeBlock) -> list[Event]:
    if answer := _answered(world, command):
        return answer
    if refused := first(reasons.propose(world, command)):
        return refused
    events: list[Event] = []
    if command.counters:
        events.append(end_block(world, command.counters, BlockEnd.COUNTERED))
    world.last_block += 1
    world.blocks[world.last_block] = command
    owner = world.owner(command.account)
    proposed = BlockProposed(world.last_block, owner, command)
    refs.note(world, command, proposed)
    return [*events, proposed]


def accept(world: World, command: AcceptBlock) -> list[Event]:
    if answer := _answered(world, command):
        return answer
    if refused := first(reasons.accept(world, command)):
        return refused
    block = world.blocks[command.block_id]
    number, account = command.block_id, command.account
    ended = end_block(world, number, BlockEnd.ACCEPTED, account)
    refs.note(world, command, ended)
    due = fee(
        block.price * block.quantity, world.papers[block.instrument].terms.fees.block
    )
    deal = Deal(world.date, block.instrument, Method.BLOCK, block.price, block.quantity)
    side = other_side(block.side)
    pair = (account, due), (block.account, due)
    return [ended, _settle(world, deal, (number, 0), side, pair)]


def decline(world: World, command: DeclineBlock) -> list[Event]:
    if refused := first(reasons.decline(world, command)):
        return refused
    return [end_block(world, command.block_id, BlockEnd.DECLINED)]


def withdraw(world: World, command: WithdrawBlock) -> list[Event]:
    if refused := first(reasons.withdraw(world, command)):
        return refused
    return [end_block(world, command.block_id, BlockEnd.WITHDRAWN)]


def end_block(
    world: World, number: int, end: BlockEnd, answered_by: str = ""
) -> BlockEnded:
    block = world.blocks.pop(number)
    return BlockEnded(number, world.owner(block.account), block, end, answered_by)


def end_blocks(world: World, instrument: str, end: BlockEnd) -> list[Event]:
    """End all proposals of an instrument."""
    numbers = [n for n, b in world.blocks.items() if b.instrument == instrument]
    return [end_block(world, number, end) for number in numbers]


def open_auction(world: World, command: OpenAuction) -> list[Event]:
    refused = [*who.authority(world, command.key, Permission.OPERATE)]
    if not refused and (answer := refs.known(world, command)):
        return answer
    terms, limit = None, 0
    paper = world.papers.get(command.instrument)
    if paper is not None:
        usual, reference = paper.terms.auctions, paper.reference
        reserve = half_up(reference * usual.reserve_permille, 1000)
        values = {
            "reserve": reserve,
            "bidder_limit": usual.bidder_limit,
            "pricing": usual.pricing,
            "too_few_bids": usual.too_few_bids,
            "sealed": usual.sealed,
        }
        left = {n: v for n, v in values.items() if getattr(command, n) is None}
        terms = replace(command, **left)
        if usual.band_permille and reference:
            limits = clock.band(reference, usual.band_permille)
            limit = limits[command.side is SELL]
    if stopped := first(reasons.open_auction(world, command, terms, limit)):
        return stopped
    assert terms is not None
    world.last_sale += 1
    world.sales[world.last_sale] = Sale(terms, limit)
    bidding = terms.opens_ns <= world.now
    opened = AuctionOpened(world.last_sale, limit, terms, bidding=bidding)
    refs.note(world, command, opened)
    return [opened]


def bid(world: World, command: PlaceBid) -> list[Event]:
    if answer := _answered(world, command):
        return answer
    if refused := first(reasons.bid(world, command)):
        return refused
    sale = world.sales[command.auction_id]
    world.last_bid += 1
    sale.bids[world.last_bid] = command
    placed = BidPlaced(world.last_bid, bool(sale.terms.sealed), command)
    refs.note(world, command, placed)
    return [placed]


def cancel_bid(world: World, command: CancelBid) -> list[Event]:
    if refused := first(reasons.cancel_bid(world, command)):
        return refused
    (sale,) = (s for s in world.sales.values() if command.bid_id in s.bids)
    return [end_bid(sale, command.bid_id, BidEnd.CANCELLED)]


def close(world: World, command: CloseAuction) -> list[Event]:
    if refused := first(reasons.close(world, command)):
        return refused
    end = cancel_sale if command.cancel else close_sale
    return end(world, command.auction_id)


def close_due_sale(world: World, number: int) -> list[Event]:
    """A window that ends in a halt brings nobody anything."""
    paper = world.papers[world.sales[number].terms.instrument]
    return (cancel_sale if world.halts(paper) else close_sale)(world, number)


def end_bid(sale: Sale, number: int, end: BidEnd, filled: int = 0) -> BidEnded:
    terms = sale.bids.pop(number)
    return BidEnded(number, bool(sale.terms.sealed), terms, end, filled)


def cancel_sale(world: World, number: int) -> list[Event]:
    """Nobody gets anything."""
    sale = world.sales.pop(number)
    closed = _closed(number, sale, cancelled=True)
    numbers = [*sale.bids]
    ends = [end_bid(sale, bid, BidEnd.AUCTION_CANCELLED) for bid in numbers]
    return [*ends, closed]


def close_sale(world: World, number: int) -> list[Event]:
    """Allot: the best price first, at one price the earliest bid."""
    sale = world.sales[number]
    terms, bids = sale.terms, sale.bids
    few = sum(bid.quantity for bid in bids.values()) < terms.quantity
    if few and terms.too_few_bids is TooFewBids.CANCEL:
        return cancel_sale(world, number)
    del world.sales[number]
    sign = -1 if terms.side is SELL else 1
    ranked = sorted(bids, key=lambda bid: (sign * bids[bid].price, bid))
    left, shares = terms.quantity, []
    for bid in ranked:
        shares.append((bid, min(bids[bid].quantity, left)))
        left -= shares[-1][1]
    winners = [bid for bid, filled in shares if filled]
    marginal = bids[winners[-1]].price if winners else 0
    one = terms.pricing is Pricing.UNIFORM
    one = one or (few and terms.too_few_bids is TooFewBids.SELL_AT_LOWEST)
    closed = _closed(number, sale, cancelled=False)
    events: list[Event] = []
    turnover = 0
    for bid, filled in shares:
        price = marginal if one else bids[bid].price
        if filled:
            events.append(_allot(world, number, sale, (bid, price, filled), turnover))
            turnover += price * filled
        end = BidEnd.FILLED if filled == bids[bid].quantity else BidEnd.PARTLY_FILLED
        events.append(end_bid(sale, bid, end if filled else BidEnd.LOST, filled))
    got = terms.quantity - left
    return [*events, replace(closed, price=marginal, quantity=got, turnover=turnover)]


def _allot(
    world: World, number: int, sale: Sale, share: tuple[int, int, int], before: int
) -> Event:
    """Settle one bid; the auction's own fees are rounded up for all together."""
    bid, price, filled = share
    terms = sale.terms
    rate, notional = world.papers[terms.instrument].terms.fees.auction, price * filled
    own = fee(before + notional, rate) - fee(before, rate)
    deal = Deal(world.date, terms.instrument, Method.AUCTION, price, filled)
    bidder = sale.bids[bid].account, fee(notional, rate)
    side = other_side(terms.side)
    return _settle(world, deal, (number, bid), side, (bidder, (terms.account, own)))


def _settle(
    world: World,
    deal: Deal,
    source: tuple[int, int],
    side: Side,
    pair: tuple[tuple[str, int], tuple[str, int]],
) -> OffBookTrade:
    """Deliver against payment; the first of the pair trades on ``side``."""
    (buyer, buyer_fee), (seller, seller_fee) = pair[::-1] if side is SELL else pair
    name, lag = deal.instrument, world.papers[deal.instrument].terms.resale_days
    world.ledger.pay(buyer, seller, deal.price * deal.quantity)
    world.ledger.charge(buyer, name, buyer_fee)
    world.ledger.charge(seller, name, seller_fee)
    day = world.days + lag if lag else 0
    world.ledger.deliver(buyer, seller, name, deal.quantity, day)
    world.deals.append(deal)
    taken = source[1] or source[0]
    deal.taker = side
    deal.buyer = buyer, source[0] if side is SELL else taken, buyer_fee
    deal.seller = seller, taken if side is SELL else source[0], seller_fee
    for account in (buyer, seller):
        world.executions[account] += 1
    return OffBookTrade(
        sum(1 for other in world.deals if other.instrument == name),
        deal.method,
        *source,
        name,
        deal.price,
        deal.quantity,
        buyer,
        world.executions[buyer],
        buyer_fee,
        seller,
        world.executions[seller],
        seller_fee,
        side,
    )


def _closed(number: int, sale: Sale, *, cancelled: bool) -> AuctionClosed:
    asked = sum(bid.quantity for bid in sale.bids.values())
    bids = len(sale.bids)
    zeros = (0, 0, 0)
    return AuctionClosed(number, sale.terms, cancelled, *zeros, bids, asked, sale.limit)


def _answered(
    world: World, command: ProposeBlock | AcceptBlock | PlaceBid
) -> list[Event]:
    refused = [*who.access(world, command.key, command.account)]
    return [] if refused else refs.known(world, command)
