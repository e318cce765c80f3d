"""Off-book trading methods: block trades and one-way auctions."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from carbonex.sdk.times import moment
from carbonex.wire.requests import PricingName, SideName, TooFewBidsName


if TYPE_CHECKING:
    import datetime as dt


# A status of the SDK only: open before an interruption, not open after it, with unknown
# outcome.
ENDED = "ended"


class Annulled(msgspec.Struct, frozen=True):
    """An annulled trade, with the price, quantity and fees returned to both sides."""

    instrument: str
    trade_id: str
    price: Decimal
    quantity: int
    buyer: str
    buyer_fee: Decimal
    seller: str
    seller_fee: Decimal


class Block(msgspec.Struct, frozen=True):
    """A block proposal as its two parties see it; ``side`` is the proposer's.

    ``status`` is open, accepted, declined, withdrawn, countered, expired, restricted or
    delisted. ``ended`` stands for any final status if the block ended during an
    interruption; a trade of it appears among the executions. Only the proposer sees
    ``account`` and ``client_ref``. ``counters`` is the proposal that this one answers.
    """

    block_id: str
    proposer: str
    counterparty: str
    instrument: str
    side: SideName
    price: Decimal
    quantity: int
    status: str
    counters: str = ""
    account: str = ""
    client_ref: str = ""
    duplicate: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the block may still be answered or withdrawn."""
        return self.status == "open"


class Blocks(msgspec.Struct, frozen=True):
    """The answer to blocks, oldest first."""

    blocks: list[Block]


class Auction(msgspec.Struct, frozen=True):
    """A one-way auction; ``side`` is the side of the account that it serves.

    ``status`` is announced, open, closed or cancelled. ``ended`` stands for closed or
    cancelled if the auction ended during an interruption. In a selling auction, bids
    are at least ``reserve`` and at most ``price_limit``; in a buying auction it is the
    reverse. After the close, ``price`` is the price of the last bid allotted.
    ``filled`` and ``turnover`` are the traded totals, ``bids`` the number of bids, and
    ``bid_quantity`` their total quantity.
    """

    auction_id: str
    instrument: str
    side: SideName
    quantity: int
    opens: int
    closes: int
    pricing: PricingName
    too_few_bids: TooFewBidsName
    sealed: bool
    status: str
    reserve: Decimal | None = None
    price_limit: Decimal | None = None
    bidder_limit: int | None = None
    price: Decimal | None = None
    filled: int = 0
    turnover: Decimal = Decimal("0.00")
    bids: int = 0
    bid_quantity: int = 0
    duplicate: bool = False

    @property
    def opens_at(self) -> dt.datetime:
        """When the auction begins to accept bids, in Shanghai time."""
        return moment(self.opens)

    @property
    def closes_at(self) -> dt.datetime:
        """When the auction stops accepting bids, in Shanghai time."""
        return moment(self.closes)

    @property
    def is_over(self) -> bool:
        """Whether the auction no longer accepts bids."""
        return self.status not in ("announced", "open")


class Auctions(msgspec.Struct, frozen=True):
    """The answer to auctions, oldest first."""

    auctions: list[Auction]


class AuctionBid(msgspec.Struct, frozen=True):
    """A bid in an open auction, without its bidder."""

    bid_id: str
    price: Decimal
    quantity: int


class AuctionUpdate(msgspec.Struct, frozen=True):
    """An auction and its standing bids, if they are not sealed."""

    auction: Auction
    bids: list[AuctionBid]
    seq: int
    time: int


class Bid(msgspec.Struct, frozen=True):
    """A bid as its bidder sees it.

    ``status`` is open, cancelled, filled, partly_filled, lost, auction_cancelled or
    restricted. ``ended`` stands for any final status if the bid ended during an
    interruption; its trade appears among the executions.
    """

    bid_id: str
    auction_id: str
    account: str
    price: Decimal
    quantity: int
    status: str
    client_ref: str
    filled: int = 0
    duplicate: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the bid stands in its auction."""
        return self.status == "open"


class Bids(msgspec.Struct, frozen=True):
    """The answer to bids, oldest first."""

    bids: list[Bid]
