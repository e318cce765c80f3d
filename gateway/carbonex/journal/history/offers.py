"""Converts events of blocks, auctions and bids to entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import AuctionOpened, BidEnded, BlockEnded
from carbonex.wire.vocabulary import (
    BID_END_NAMES,
    BLOCK_END_NAMES,
    PRICING_NAMES,
    SIDE_NAMES,
    TOO_FEW_BIDS_NAMES,
)

from .entries import AuctionEntry, BidEntry, BlockEntry


if TYPE_CHECKING:
    from carbonex.engine import AuctionClosed, BidPlaced, BlockProposed

    from .entries import When


def block(when: When, event: BlockProposed | BlockEnded) -> BlockEntry:
    """Return the entry of a block proposal that was made or has ended."""
    terms, status, answered_by = event.terms, "open", ""
    if isinstance(event, BlockEnded):
        status, answered_by = BLOCK_END_NAMES[event.end], event.answered_by
    return BlockEntry(
        event.block_id,
        status,
        *when,
        event.proposer,
        terms.account,
        terms.counterparty,
        terms.instrument,
        SIDE_NAMES[terms.side],
        terms.price,
        terms.quantity,
        terms.client_ref,
        terms.counters,
        answered_by,
    )


def auction(when: When, event: AuctionOpened | AuctionClosed) -> AuctionEntry:
    """Return the entry of an auction that was announced, closed or cancelled."""
    terms = event.terms
    assert terms.pricing is not None
    assert terms.too_few_bids is not None
    if isinstance(event, AuctionOpened):
        status, limit, result = "announced", event.price_limit, (0, 0, 0, 0, 0)
    else:
        status, limit = "cancelled" if event.cancelled else "closed", 0
        result = (
            event.price,
            event.quantity,
            event.turnover,
            event.bids,
            event.bid_quantity,
        )
    return AuctionEntry(
        event.auction_id,
        status,
        *when,
        terms.account,
        terms.instrument,
        SIDE_NAMES[terms.side],
        terms.quantity,
        terms.opens_ns,
        terms.closes_ns,
        terms.client_ref,
        PRICING_NAMES[terms.pricing],
        TOO_FEW_BIDS_NAMES[terms.too_few_bids],
        bool(terms.sealed),
        terms.reserve or 0,
        terms.bidder_limit or 0,
        limit,
        *result,
    )


def bid(when: When, event: BidPlaced | BidEnded) -> BidEntry:
    """Return the entry of a bid that was placed or has ended."""
    terms, status, filled = event.terms, "open", 0
    if isinstance(event, BidEnded):
        status, filled = BID_END_NAMES[event.end], event.filled
    return BidEntry(
        event.bid_id,
        status,
        *when,
        terms.auction_id,
        terms.account,
        terms.price,
        terms.quantity,
        terms.client_ref,
        filled,
    )
