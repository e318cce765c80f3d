"""Commands about block trades and one-way auctions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    AcceptBlock,
    CancelBid,
    CloseAuction,
    DeclineBlock,
    OpenAuction,
    PlaceBid,
    ProposeBlock,
    WithdrawBlock,
)
from carbonex.wire.units import NS_PER_US
from carbonex.wire.vocabulary import PRICING, SIDES, TOO_FEW_BIDS

from .values import fen


if TYPE_CHECKING:
    from carbonex.gateway.session.identity import Identity
    from carbonex.wire import requests


def propose_block(
    p: requests.ProposeBlock, who: Identity, account: str
) -> ProposeBlock:
    """Return the command of propose_block."""
    return ProposeBlock(
        who.key_id,
        account,
        p.instrument,
        SIDES[p.side],
        fen("price", p.price),
        p.quantity,
        p.counterparty,
        p.client_ref,
        who.ids.blocks.meant(p.counters) if p.counters else 0,
    )


def accept_block(p: requests.AcceptBlock, who: Identity, account: str) -> AcceptBlock:
    """Return the command of accept_block."""
    block_id = who.ids.blocks.meant(p.block_id)
    return AcceptBlock(who.key_id, account, block_id, p.client_ref)


def decline_block(
    p: requests.DeclineBlock, who: Identity, account: str
) -> DeclineBlock:
    """Return the command of decline_block."""
    return DeclineBlock(who.key_id, account, who.ids.blocks.meant(p.block_id))


def withdraw_block(
    p: requests.WithdrawBlock, who: Identity, account: str
) -> WithdrawBlock:
    """Return the command of withdraw_block."""
    return WithdrawBlock(who.key_id, account, who.ids.blocks.meant(p.block_id))


def open_auction(p: requests.OpenAuction, key: str) -> OpenAuction:
    """Return the command of open_auction."""
    return OpenAuction(
        key,
        p.account,
        p.instrument,
        SIDES[p.side],
        p.quantity,
        p.opens * NS_PER_US,
        p.closes * NS_PER_US,
        p.client_ref,
        None if p.reserve is None else fen("reserve", p.reserve),
        p.bidder_limit,
        None if p.pricing is None else PRICING[p.pricing],
        None if p.too_few_bids is None else TOO_FEW_BIDS[p.too_few_bids],
        p.sealed,
    )


def close_auction(p: requests.CloseAuction, key: str) -> CloseAuction:
    """Return the command of close_auction."""
    return CloseAuction(key, int(p.auction_id), p.cancel)


def place_bid(p: requests.PlaceBid, who: Identity, account: str) -> PlaceBid:
    """Return the command of place_bid."""
    price = fen("price", p.price)
    return PlaceBid(
        who.key_id, account, int(p.auction_id), price, p.quantity, p.client_ref
    )


def cancel_bid(p: requests.CancelBid, who: Identity, account: str) -> CancelBid:
    """Return the command of cancel_bid."""
    return CancelBid(who.key_id, account, who.ids.bids.meant(p.bid_id))
