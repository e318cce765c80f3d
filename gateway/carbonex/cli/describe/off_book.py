"""Sentences about blocks and one-way auctions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    AcceptBlock,
    AnnulTrade,
    AuctionClosed,
    AuctionOpened,
    BidEnded,
    BidPlaced,
    BlockEnded,
    BlockProposed,
    CancelBid,
    CloseAuction,
    DeclineBlock,
    Method,
    OffBookTrade,
    OpenAuction,
    PlaceBid,
    ProposeBlock,
    TradeAnnulled,
    WithdrawBlock,
)
from carbonex.wire.counts import counted
from carbonex.wire.money import format_fen

from .words import at, cny, describe, fees, moment, name, order


if TYPE_CHECKING:
    from collections.abc import Iterator


@describe.register(ProposeBlock)
def _(c: ProposeBlock) -> str:
    what = order(c.side, c.quantity, c.instrument, c.price)
    counters = f", countering block {c.counters}" if c.counters else ""
    ref = f"(ref {c.client_ref})"
    return f"propose block to {c.counterparty}: {what} by {c.account}{counters} {ref}"


@describe.register(AcceptBlock)
def _(c: AcceptBlock) -> str:
    return f"accept block {c.block_id} by {c.account} (ref {c.client_ref})"


@describe.register(DeclineBlock)
def _(c: DeclineBlock) -> str:
    return f"decline block {c.block_id} by {c.account}"


@describe.register(WithdrawBlock)
def _(c: WithdrawBlock) -> str:
    return f"withdraw block {c.block_id} by {c.account}"


@describe.register(OpenAuction)
def _(c: OpenAuction) -> str:
    what = f"auction to {name(c.side)} {c.quantity:,} {c.instrument} of {c.account}"
    when = f"from {moment(c.opens_ns)} to {moment(c.closes_ns)}"
    terms = "".join(f", {term}" for term in _auction_terms(c))
    return f"{what} {when}{terms} (ref {c.client_ref})"


@describe.register(PlaceBid)
def _(c: PlaceBid) -> str:
    what = f"bid {at(c.quantity, c.price)} in auction {c.auction_id}"
    return f"{what} by {c.account} (ref {c.client_ref})"


@describe.register(CancelBid)
def _(c: CancelBid) -> str:
    return f"cancel bid {c.bid_id} by {c.account}"


@describe.register(CloseAuction)
def _(c: CloseAuction) -> str:
    return f"{'cancel' if c.cancel else 'close'} auction {c.auction_id} early"


@describe.register(OffBookTrade)
def _(e: OffBookTrade) -> str:
    source = "block" if e.method is Method.BLOCK else "auction"
    what = f"{at(e.quantity, e.price)} from {e.seller} to {e.buyer}"
    return f"{source} {e.source_id}: {what}{fees(e.seller_fee, e.buyer_fee)}"


@describe.register(AnnulTrade)
def _(c: AnnulTrade) -> str:
    return f"annul trade {c.trade_id} of {c.instrument} ({c.reason})"


@describe.register(TradeAnnulled)
def _(e: TradeAnnulled) -> str:
    what = f"{at(e.quantity, e.price)} from {e.seller} to {e.buyer}"
    return f"trade {e.trade_id} annulled: {what}{fees(e.seller_fee, e.buyer_fee)}"


@describe.register(BlockProposed)
def _(e: BlockProposed) -> str:
    if e.duplicate:
        return f"was proposed before: block {e.block_id}"
    return f"block {e.block_id} proposed"


@describe.register(BlockEnded)
def _(e: BlockEnded) -> str:
    if e.duplicate:
        return f"block {e.block_id} was {name(e.end)} before"
    return f"block {e.block_id} {name(e.end)}"


@describe.register(AuctionOpened)
def _(e: AuctionOpened) -> str:
    if e.duplicate:
        return f"was opened before: auction {e.auction_id}"
    limit = f", bids to {format_fen(e.price_limit)}" if e.price_limit else ""
    return f"auction {e.auction_id} announced{limit}"


@describe.register(BidPlaced)
def _(e: BidPlaced) -> str:
    if e.duplicate:
        return f"was placed before: bid {e.bid_id}"
    return f"bid {e.bid_id} stands"


@describe.register(BidEnded)
def _(e: BidEnded) -> str:
    filled = f" with {e.filled:,}" if e.filled else ""
    return f"bid {e.bid_id} {name(e.end)}{filled}"


@describe.register(AuctionClosed)
def _(e: AuctionClosed) -> str:
    bids = f"{counted(e.bids, 'bid')} for {e.bid_quantity:,}"
    if e.cancelled:
        return f"auction {e.auction_id} cancelled, {bids}"
    filled = f"{e.quantity:,} of {e.terms.quantity:,} traded"
    price = f" for {cny(e.turnover)} CNY, at the margin {format_fen(e.price)}"
    traded = filled + price if e.quantity else filled
    return f"auction {e.auction_id} closed: {traded}, {bids}"


def _auction_terms(c: OpenAuction) -> Iterator[str]:
    """Yield the terms that override the instrument's defaults."""
    if c.reserve is not None:
        yield f"reserve {format_fen(c.reserve)}"
    if c.bidder_limit is not None:
        yield f"at most {c.bidder_limit:,} a bidder"
    if c.pricing is not None:
        yield name(c.pricing)
    if c.too_few_bids is not None:
        yield f"with too few bids {name(c.too_few_bids)}"
    if c.sealed is not None:
        yield "sealed" if c.sealed else "open bids"
