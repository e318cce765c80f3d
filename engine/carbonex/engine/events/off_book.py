"""Events about blocks and one-way auctions."""

from __future__ import annotations

from typing import final

import msgspec

from carbonex.engine.commands import OpenAuction, PlaceBid, ProposeBlock
from carbonex.engine.enums import BidEnd, BlockEnd, Method, Side


@final
class OffBookTrade(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A block or a one-way auction's allotment: outside the book and its prices.

    ``trade_id`` continues the instrument's. ``source_id`` is the block's or the
    auction's number, ``bid_id`` the bid's (0 for a block). ``taker_side`` is the
    side of who accepted the block, or of the bidder.
    """

    trade_id: int
    method: Method
    source_id: int
    bid_id: int
    instrument: str
    price: int
    quantity: int
    buyer: str  # accounts
    buyer_exec_seq: int
    buyer_fee: int
    seller: str
    seller_exec_seq: int
    seller_fee: int
    taker_side: Side


@final
class TradeAnnulled(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A trade of the open day was taken back, with all that it moved and cost.

    ``buyer`` and ``seller`` are the accounts, whose executions number this. The source
    of each is the order of a listed trade, else the block, the auction or the bid. Fees
    are what each gets back, in fen: so much less is the fee of the order, or of the
    auction, for what is left of it. The orders stay as the trade has left them.
    """

    instrument: str
    trade_id: int
    method: Method
    price: int
    quantity: int
    buyer: str
    buyer_exec_seq: int
    buyer_source: int
    buyer_fee: int
    seller: str
    seller_exec_seq: int
    seller_source: int
    seller_fee: int
    taker_side: Side
    called: bool
    reason: str


@final
class BlockProposed(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A block awaits its counterparty's answer. Only the two parties see it."""

    block_id: int
    proposer: str  # the participant
    terms: ProposeBlock
    duplicate: bool = False


@final
class BlockEnded(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A proposal ended; if it was accepted its trade follows.

    ``answered_by`` is the account that accepted it, else empty. ``duplicate``
    tells that this client ref had accepted it before.
    """

    block_id: int
    proposer: str
    terms: ProposeBlock
    end: BlockEnd
    answered_by: str = ""
    duplicate: bool = False


@final
class AuctionOpened(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A one-way auction will take bids from its ``opens_ns`` on.

    ``price_limit`` is the highest bid allowed (the lowest offer when buying);
    0 for none. What the command left to the instrument is filled in. ``bidding``
    tells that bids are taken from now on.
    """

    auction_id: int
    price_limit: int
    terms: OpenAuction
    duplicate: bool = False
    bidding: bool = False


@final
class BidPlaced(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A bid stands; of a sealed auction only the bidder may see it."""

    bid_id: int
    sealed: bool
    terms: PlaceBid
    duplicate: bool = False


@final
class BidEnded(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A bid is finished; ``filled`` tonnes of it were allotted."""

    bid_id: int
    sealed: bool
    terms: PlaceBid
    end: BidEnd
    filled: int = 0


@final
class AuctionClosed(msgspec.Struct, frozen=True, gc=False, tag=True):
    """An auction is over; this follows its trades and its bids' ends.

    ``price`` is the marginal price, of the last bid allotted (0: nothing was);
    ``bid_quantity`` what all valid bids asked for, ``turnover`` in fen.
    """

    auction_id: int
    terms: OpenAuction
    cancelled: bool
    price: int
    quantity: int
    turnover: int
    bids: int
    bid_quantity: int
    price_limit: int = 0


OffBookEvent = (
    OffBookTrade
    | TradeAnnulled
    | BlockProposed
    | BlockEnded
    | AuctionOpened
    | BidPlaced
    | BidEnded
    | AuctionClosed
)
