"""Commands about one-way auctions."""

from __future__ import annotations

from typing import final

import msgspec

from carbonex.engine.enums import Pricing, Side, TooFewBids


@final
class OpenAuction(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=70):
    """Let ``account`` sell (or buy) ``quantity`` tonnes in a one-way auction.

    Bids come from ``opens_ns`` to before ``closes_ns``, in the open trading day.
    ``reserve`` is the lowest price bid when selling (0: none), the highest
    offered when buying, which locks it. ``bidder_limit`` is in tonnes per
    participant, 0 for none. Bids are ``sealed`` until the close, or open. What is
    None is as the instrument's terms have it.
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
    """Bid for ``quantity`` at ``price``; locks what it would cost at that price."""

    key: str
    account: str
    auction_id: int
    price: int
    quantity: int
    client_ref: str


@final
class CancelBid(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=72):
    """Take back a bid while the window is open."""

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
