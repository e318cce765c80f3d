"""Convert blocks, auctions and bids to the wire's structs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import structs

from carbonex.engine import (
    AuctionClosed,
    AuctionOpened,
    BidEnded,
    BidPlaced,
    BlockEnded,
    BlockProposed,
)
from carbonex.wire import answers
from carbonex.wire.money import format_fen
from carbonex.wire.vocabulary import (
    BID_END_NAMES,
    BLOCK_END_NAMES,
    PRICING_NAMES,
    SIDE_NAMES,
    TOO_FEW_BIDS_NAMES,
)

from .rendering import price_or_none


if TYPE_CHECKING:
    from carbonex.engine import (
        Account,
        Auction,
        Exchange,
        OpenAuction,
        Participant,
        Proposal,
    )
    from carbonex.wire.order_ids import OrderIds


OPEN: Final = "open"
ANNOUNCED: Final = "announced"


def block_of(
    event: BlockProposed | BlockEnded, ids: OrderIds, *, owned: bool
) -> answers.Block:
    """Return a proposal; ``owned`` says that the recipient is its proposer."""
    terms = event.terms
    status = BLOCK_END_NAMES[event.end] if type(event) is BlockEnded else OPEN
    return answers.Block(
        ids.blocks.shown(event.block_id),
        event.proposer,
        terms.counterparty,
        terms.instrument,
        SIDE_NAMES[terms.side],
        format_fen(terms.price),
        terms.quantity,
        status,
        ids.blocks.shown(terms.counters) if terms.counters else "",
        terms.account if owned else "",
        terms.client_ref if owned else "",
        event.duplicate,
    )


def open_block_of(proposal: Proposal, ids: OrderIds, *, owned: bool) -> answers.Block:
    """Return an open proposal."""
    event = BlockProposed(proposal.block_id, proposal.proposer.name, proposal.command)
    return block_of(event, ids, owned=owned)


def open_blocks_of(
    exchange: Exchange, participant: Participant, ids: OrderIds
) -> list[answers.Block]:
    """Return the open proposals made by or to a participant, oldest first."""
    return [
        open_block_of(proposal, ids, owned=proposal.proposer is participant)
        for proposal in exchange.blocks.values()
        if proposal.side_of(participant) is not None
    ]


def bid_of(event: BidPlaced | BidEnded, ids: OrderIds) -> answers.Bid:
    """Return a bid in its bidder's view."""
    terms = event.terms
    status, filled, duplicate = OPEN, 0, False
    if type(event) is BidEnded:
        status, filled = BID_END_NAMES[event.end], event.filled
    else:
        assert type(event) is BidPlaced
        duplicate = event.duplicate
    return answers.Bid(
        ids.bids.shown(event.bid_id),
        str(terms.auction_id),
        terms.account,
        format_fen(terms.price),
        terms.quantity,
        status,
        terms.client_ref,
        filled,
        duplicate,
    )


def open_bids_of(account: Account, ids: OrderIds) -> list[answers.Bid]:
    """Return an account's open bids, oldest first."""
    return [
        bid_of(BidPlaced(bid.bid_id, True, bid.command), ids)  # noqa: FBT003
        for bid in account.bids.values()
    ]


def auction_of(event: AuctionOpened | AuctionClosed) -> answers.Auction:
    """Return an auction as it was opened, or with its result."""
    if type(event) is AuctionOpened:
        status = OPEN if event.bidding else ANNOUNCED
        auction = _auction(event.auction_id, event.terms, status, event.price_limit)
        return structs.replace(auction, duplicate=event.duplicate)
    status = "cancelled" if event.cancelled else "closed"
    return structs.replace(
        _auction(event.auction_id, event.terms, status, event.price_limit),
        price=price_or_none(event.price),
        filled=event.quantity,
        turnover=format_fen(event.turnover),
        bids=event.bids,
        bid_quantity=event.bid_quantity,
    )


def open_auction_of(auction: Auction, now_ns: int) -> answers.Auction:
    """Return an auction that is open or announced."""
    terms = auction.command
    status = OPEN if terms.opens_ns <= now_ns else ANNOUNCED
    return _auction(auction.auction_id, terms, status, auction.price_limit)


def _auction(
    auction_id: int, terms: OpenAuction, status: str, price_limit: int
) -> answers.Auction:
    assert terms.pricing is not None
    assert terms.too_few_bids is not None
    return answers.Auction(
        str(auction_id),
        terms.instrument,
        SIDE_NAMES[terms.side],
        terms.quantity,
        terms.opens_ns // 1000,
        terms.closes_ns // 1000,
        PRICING_NAMES[terms.pricing],
        TOO_FEW_BIDS_NAMES[terms.too_few_bids],
        bool(terms.sealed),
        status,
        price_or_none(terms.reserve or 0),
        price_or_none(price_limit),
        terms.bidder_limit or None,
    )
