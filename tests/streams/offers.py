"""Random blocks, auctions and bids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    SELL,
    AcceptBlock,
    CancelBid,
    CloseAuction,
    DeclineBlock,
    OpenAuction,
    PlaceBid,
    Pricing,
    ProposeBlock,
    Side,
    TooFewBids,
    WithdrawBlock,
)

from . import pools
from .pools import SECOND, one_in


if TYPE_CHECKING:
    from random import Random

    from carbonex.engine import BlockCommand, Exchange


def block(r: Random, exchange: Exchange) -> BlockCommand:
    """A proposal, or mostly the right answer to one."""
    proposals = [*exchange.blocks.values()]
    if not proposals or one_in(r, 3):
        return _propose(r, exchange)
    proposal = r.choice(proposals)
    number, key = proposal.block_id + one_in(r, 20), pools.key(r)
    if one_in(r, 5):
        owner = pools.account(r) if one_in(r, 5) else proposal.account.name
        return WithdrawBlock(key, owner, number)
    account = _account_of(r, exchange, proposal.command.counterparty)
    if one_in(r, 4):
        return DeclineBlock(key, account, number)
    if one_in(r, 4):
        return _propose(r, exchange)
    return AcceptBlock(key, account, number, pools.ref(r))


def _propose(r: Random, exchange: Exchange) -> ProposeBlock:
    name = "CEA25" if r.randrange(6) else pools.instrument(r)
    price = pools.price(r, name) if r.randrange(8) else r.choice([89, 90, 110, 111])
    quantity = pools.quantity(r, name)
    account, other, side = pools.account(r), pools.company(r), r.choice([*Side])
    counters = 0
    proposals = [*exchange.blocks.values()]
    if proposals and one_in(r, 2):
        answered = r.choice(proposals)
        counters, other = answered.block_id, answered.proposer.name
        account = _account_of(r, exchange, answered.command.counterparty)
        if r.randrange(8):
            side = Side(1 - answered.command.side)
    elif one_in(r, 20):
        counters = r.randint(-1, exchange.last_block_id + 1)
    return ProposeBlock(
        pools.key(r),
        account,
        name,
        side,
        price,
        quantity,
        other,
        pools.ref(r),
        counters,
    )


def _account_of(r: Random, exchange: Exchange, participant: str) -> str:
    known = exchange.participants.get(participant)
    if known is None or not known.accounts or one_in(r, 6):
        return pools.account(r)
    return r.choice([*known.accounts])


def auction(
    r: Random, exchange: Exchange
) -> OpenAuction | PlaceBid | CancelBid | CloseAuction:
    """A new auction, a bid in one, or an end to either."""
    auctions = [*exchange.auctions.values()]
    if not auctions or one_in(r, 12):
        return _open(r, exchange)
    chosen = r.choice(auctions)
    if chosen.bids and one_in(r, 5):
        bid = r.choice([*chosen.bids.values()])
        owner = pools.account(r) if one_in(r, 6) else bid.account.name
        return CancelBid(pools.key(r), owner, bid.bid_id)
    if one_in(r, 15):
        return CloseAuction(pools.key(r), chosen.auction_id, one_in(r, 2))
    number = r.randint(0, exchange.last_auction_id + 1)
    return PlaceBid(
        pools.key(r),
        pools.account(r),
        number if one_in(r, 12) else chosen.auction_id,
        _bid_price(r, chosen.command),
        pools.quantity(r, "CEA25"),
        pools.ref(r),
    )


def _bid_price(r: Random, terms: OpenAuction) -> int:
    """Mostly the reserve, or a little better."""
    if not terms.reserve or one_in(r, 4):
        return pools.price(r, "CEA25")
    better = r.randrange(5)
    return terms.reserve + (better if terms.side is SELL else -better)


def _open(r: Random, exchange: Exchange) -> OpenAuction:
    now = exchange.time_ns
    opens_ns = now + r.choice([-SECOND, 0, 0, 0, 0, 1, 60 * SECOND])
    lasts = r.choice([1, 2, *[s * SECOND for s in (0, 60, 600, 600, 7200, 7200)]])
    return OpenAuction(
        r.choice(["", "", "", "k-all", "k-h"]),
        pools.account(r),
        "CEA25" if r.randrange(8) else pools.instrument(r),
        r.choice([*Side]),
        pools.quantity(r, "CEA25") + r.choice([0, 10]),
        opens_ns,
        opens_ns + lasts,
        pools.ref(r),
        r.choice([None] * 5 + [96, 97, 100, 0, 106, -1]),
        r.choice([None] * 5 + [12, 20, 0, -1]),
        r.choice([None, *Pricing]),
        r.choice([None, *TooFewBids]),
        r.choice([None, True, False]),
    )
