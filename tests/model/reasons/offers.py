"""Why a block, an auction or a bid is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    MAX_PRICE,
    MAX_QUANTITY,
    SELL,
    AcceptBlock,
    CancelBid,
    CloseAuction,
    DeclineBlock,
    OpenAuction,
    Permission,
    PlaceBid,
    ProposeBlock,
    Reason,
    Side,
    WithdrawBlock,
)
from model import clock
from model.world import Stake, other_side

from . import who


if TYPE_CHECKING:
    from collections.abc import Iterator

    from model.world import Paper, Sale, World


def propose(world: World, command: ProposeBlock) -> Iterator[Reason]:
    barred = yield from who.access(world, command.key, command.account)
    paper = world.papers.get(command.instrument)
    if paper is None:
        yield Reason.UNKNOWN_INSTRUMENT
    known = command.counterparty in world.restrictions
    if not known:
        yield Reason.UNKNOWN_PARTICIPANT
    if barred or paper is None or not known:
        return
    yield from who.ref(world, command.account, command.client_ref)
    own, other = world.owner(command.account), command.counterparty
    yield from who.restricted(world, own, command.side)
    yield from who.restricted(world, other, other_side(command.side))
    yield from who.blocks_not_trading(world, paper)
    yield from _bad_lots(paper, command.quantity)
    if command.quantity < paper.terms.blocks.min_quantity:
        yield Reason.QTY_BELOW_BLOCK_MIN
    yield from _bad_tick(paper, command.price)
    low, high = clock.block_limits(paper)
    if high and not low <= command.price <= high:
        yield Reason.BLOCK_PRICE_OUT_OF_BAND
    if own == other:
        yield Reason.COUNTERPARTY_MISMATCH
    if command.counters:
        yield from _uncounterable(world, command)
    yield from who.lacking(world, world.stake_of_block(command))
    yield from who.too_many_open(world, command.account)


def _uncounterable(world: World, command: ProposeBlock) -> Iterator[Reason]:
    """A counter-offer goes back to who proposed, and trades the other way round."""
    first = _shown(world, command.counters, world.owner(command.account))
    if first is None:
        yield Reason.NO_SUCH_PROPOSAL
        return
    fits = (
        world.owner(first.account) == command.counterparty
        and first.counterparty == world.owner(command.account)
        and first.instrument == command.instrument
    )
    if not fits:
        yield Reason.COUNTERPARTY_MISMATCH
    elif first.side is command.side:
        yield Reason.BAD_PARAMETER


def _shown(world: World, number: int, participant: str) -> ProposeBlock | None:
    """Return an open block, to none but its parties."""
    block = world.blocks.get(number)
    if block is None:
        return None
    parties = world.owner(block.account), block.counterparty
    return block if participant in parties else None


def accept(world: World, command: AcceptBlock) -> Iterator[Reason]:
    barred = yield from who.access(world, command.key, command.account)
    if barred:
        return
    own = world.owner(command.account)
    yield from who.ref(world, command.account, command.client_ref)
    block = _shown(world, command.block_id, own)
    if block is None:
        yield Reason.NO_SUCH_PROPOSAL
        yield from who.restricted(world, own, SELL)
        return
    side = other_side(block.side)
    yield from who.restricted(world, own, side)
    yield from who.restricted(world, world.owner(block.account), block.side)
    yield from who.blocks_not_trading(world, world.papers[block.instrument])
    if block.counterparty != own:
        yield Reason.COUNTERPARTY_MISMATCH
    rate = world.papers[block.instrument].terms.fees.block
    terms = command.account, block.instrument, side, block.price, block.quantity
    yield from who.lacking(world, Stake(*terms, rate))


def decline(world: World, command: DeclineBlock) -> Iterator[Reason]:
    barred = yield from who.access(world, command.key, command.account)
    if barred:
        return
    yield from who.suspended(world, command.account)
    block = _shown(world, command.block_id, world.owner(command.account))
    if block is None:
        yield Reason.NO_SUCH_PROPOSAL
    elif block.counterparty != world.owner(command.account):
        yield Reason.COUNTERPARTY_MISMATCH


def withdraw(world: World, command: WithdrawBlock) -> Iterator[Reason]:
    barred = yield from who.access(world, command.key, command.account)
    if barred:
        return
    yield from who.suspended(world, command.account)
    block = world.blocks.get(command.block_id)
    if block is None or block.account != command.account:
        yield Reason.NO_SUCH_PROPOSAL


def open_auction(
    world: World, command: OpenAuction, terms: OpenAuction | None, limit: int
) -> Iterator[Reason]:
    """``terms`` is the command with everything filled in, if its instrument is known."""
    yield from who.authority(world, command.key, Permission.OPERATE)
    if command.account not in world.accounts:
        yield Reason.UNKNOWN_ACCOUNT
    if terms is None:
        yield Reason.UNKNOWN_INSTRUMENT
    if terms is None or command.account not in world.accounts:
        return
    paper, reserve = world.papers[terms.instrument], terms.reserve or 0
    yield from who.ref(world, terms.account, terms.client_ref)
    in_time = terms.opens_ns < terms.closes_ns and terms.closes_ns > world.now
    in_day = not world.date or terms.closes_ns <= world.ends
    least = 1 if terms.side is BUY else 0
    sound = least <= reserve <= MAX_PRICE and (terms.bidder_limit or 0) >= 0
    if not (in_time and in_day and sound):
        yield Reason.BAD_PARAMETER
    yield from who.restricted(world, world.owner(terms.account), terms.side)
    if not (paper.tradable and paper.terms.auctions.allowed):
        yield Reason.NOT_TRADABLE
    if not world.date:
        yield Reason.MARKET_CLOSED
    yield from _bad_lots(paper, terms.quantity)
    if reserve and limit and not as_good(terms.side, limit, reserve):
        yield Reason.PRICE_OUT_OF_BAND
    yield from who.lacking(world, world.stake_of_sale(terms))


def bid(world: World, command: PlaceBid) -> Iterator[Reason]:
    barred = yield from who.access(world, command.key, command.account)
    if barred:
        return
    if not 0 < command.auction_id <= world.last_sale:
        yield Reason.UNKNOWN_AUCTION
    yield from who.ref(world, command.account, command.client_ref)
    sale = world.sales.get(command.auction_id)
    if sale is None:
        yield Reason.WINDOW_CLOSED
        yield from who.restricted(world, world.owner(command.account), SELL)
        if command.quantity < 1:
            yield Reason.BAD_QTY
    else:
        yield from _unplaceable(world, sale, command)


def _unplaceable(world: World, sale: Sale, command: PlaceBid) -> Iterator[Reason]:
    terms, paper = sale.terms, world.papers[sale.terms.instrument]
    own = world.owner(command.account)
    yield from who.restricted(world, own, other_side(terms.side))
    yield from who.halted(world, paper)
    yield from _bad_lots(paper, command.quantity)
    yield from _bad_tick(paper, command.price)
    if sale.limit and not as_good(terms.side, sale.limit, command.price):
        yield Reason.PRICE_OUT_OF_BAND
    if world.now < terms.opens_ns:
        yield Reason.WINDOW_CLOSED
    if sale.reserve and not as_good(terms.side, command.price, sale.reserve):
        yield Reason.BELOW_RESERVE
    bids = [b for b in sale.bids.values() if world.owner(b.account) == own]
    asked = command.quantity + sum(bid.quantity for bid in bids)
    if terms.bidder_limit and asked > terms.bidder_limit:
        yield Reason.BID_LIMIT
    yield from who.lacking(world, world.stake_of_bid(sale, command))
    if world.owner(terms.account) == own:
        yield Reason.SELF_TRADE
    yield from who.too_many_open(world, command.account)


def cancel_bid(world: World, command: CancelBid) -> Iterator[Reason]:
    barred = yield from who.access(world, command.key, command.account)
    if barred:
        return
    bids = {n: bid for sale in world.sales.values() for n, bid in sale.bids.items()}
    known = bids.get(command.bid_id)
    if known is None or known.account != command.account:
        yield Reason.UNKNOWN_BID


def close(world: World, command: CloseAuction) -> Iterator[Reason]:
    yield from who.authority(world, command.key, Permission.OPERATE)
    sale = world.sales.get(command.auction_id)
    if sale is None:
        yield Reason.UNKNOWN_AUCTION
    elif not command.cancel:
        yield from who.halted(world, world.papers[sale.terms.instrument])


def as_good(side: Side, price: int, other: int) -> bool:
    """Tell whether a bid at ``price`` is at least as good for the auction as ``other``."""
    return price >= other if side is SELL else price <= other


def _bad_lots(paper: Paper, quantity: int) -> Iterator[Reason]:
    if not 0 < quantity <= MAX_QUANTITY or quantity % paper.terms.lot:
        yield Reason.BAD_QTY


def _bad_tick(paper: Paper, price: int) -> Iterator[Reason]:
    if not 0 < price <= MAX_PRICE or price % paper.terms.tick:
        yield Reason.BAD_TICK
