"""Trading methods beside the book: block trades and one-way auctions."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from carbonex.sdk.times import moment
from carbonex.wire.requests import PricingName, SideName, TooFewBidsName


if TYPE_CHECKING:
    import datetime as dt


# A status of this library's own: the thing was open before an interruption and is
# not any more, and nobody has told how it ended.
ENDED = "ended"


class Annulled(msgspec.Struct, frozen=True):
    """A trade that was taken back: what both sides get back of it."""

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

    ``status`` is open, or how it ended: accepted, declined, withdrawn, countered,
    expired, restricted or delisted; ``ended`` stands for any of these where it
    happened during an interruption (a trade of it is among the executions).
    ``account`` and ``client_ref`` are told to the proposer alone. ``counters`` is
    the proposal that this one answers.
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
        """Whether it may still be answered or withdrawn."""
        return self.status == "open"


class Blocks(msgspec.Struct, frozen=True):
    """The answer to blocks, oldest first."""

    blocks: list[Block]


class Auction(msgspec.Struct, frozen=True):
    """A one-way auction; ``side`` is that of the account it is opened for.

    ``status`` is announced, open, closed or cancelled, and ``ended`` for one of
    the last two where it happened during an interruption. Bids are no lower than
    ``reserve`` and no higher than ``price_limit``; in an auction that buys it is
    the other way round. Once it is closed, ``price`` is that of the last bid
    allotted, ``filled`` and ``turnover`` what was traded, ``bids`` how many stood
    and ``bid_quantity`` what they asked for.
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
        """From when on it takes bids, in Shanghai."""
        return moment(self.opens)

    @property
    def closes_at(self) -> dt.datetime:
        """When its window is over, in Shanghai."""
        return moment(self.closes)

    @property
    def is_over(self) -> bool:
        """Whether it takes no bids any more."""
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
    """An auction, and the bids that stand in it where they are not sealed."""

    auction: Auction
    bids: list[AuctionBid]
    seq: int
    time: int


class Bid(msgspec.Struct, frozen=True):
    """A bid as its bidder sees it.

    ``status`` is open, or how it ended: cancelled, filled, partly_filled, lost,
    auction_cancelled or restricted; ``ended`` stands for any of these where it
    happened during an interruption (what it got is among the executions).
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
        """Whether it stands in its auction."""
        return self.status == "open"


class Bids(msgspec.Struct, frozen=True):
    """The answer to bids, oldest first."""

    bids: list[Bid]
