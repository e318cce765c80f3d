"""Commands about one-way auctions."""

from __future__ import annotations

from typing import final

import msgspec

from carbonex.engine.enums import Pricing, Side, TooFewBids


@final
class OpenAuction(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=70):
    """Let ``account`` sell (or buy) ``quantity`` tonnes in a one-way auction.

    Bids are taken from ``opens_ns`` to just before ``closes_ns``, within the open
    trading day. ``reserve`` is the lowest bid price when selling (0: none), and the
    highest offer price when buying; a buyer's cash is locked at that price.
    ``bidder_limit`` is in tonnes per participant (0: none). Bids are either ``sealed``
    until the close or open. A field that is None takes the value in the instrument's
    terms.
    """

    key: str
    account: str
    instrument: str
    side: Side
    quantity: int
    opens_ns: int
    closes_ns: int
    client_ref: str
    reserve: int | None = None
    bidder_limit: int | None = None
    pricing: Pricing | None = None
    too_few_bids: TooFewBids | None = None
    sealed: bool | None = None


@final
class PlaceBid(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=71):
    """Bid for ``quantity`` at ``price``; the cost at that price is locked."""

    key: str
    account: str
    auction_id: int
    price: int
    quantity: int
    client_ref: str


@final
class CancelBid(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=72):
    """Cancel a bid while the window is open."""

    key: str
    account: str
    bid_id: int


@final
class CloseAuction(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=73):
    """Close an auction's window early: allot now, or ``cancel`` the auction."""

    key: str
    auction_id: int
    cancel: bool = False


AuctionCommand = OpenAuction | PlaceBid | CancelBid | CloseAuction
