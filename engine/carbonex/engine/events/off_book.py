"""Events about blocks and one-way auctions."""

from __future__ import annotations

from typing import final

import msgspec

from carbonex.engine.commands import OpenAuction, PlaceBid, ProposeBlock
from carbonex.engine.enums import BidEnd, BlockEnd, Method, Side


@final
class OffBookTrade(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A trade outside the book and its prices: a block, or an auction's allotment.

    ``trade_id`` continues the instrument's sequence. ``source_id`` is the number of the
    block or the auction, ``bid_id`` that of the bid (0 for a block). ``taker_side`` is
    the side of the account that accepted the block, or of the bidder.
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
    """A trade of the open day was annulled, with all transfers and fees it caused.

    ``buyer`` and ``seller`` are the accounts; this event has a number in the executions
    of each. The source of each is its order for a listed trade, else the block, the
    auction or the bid. Fees are what each side gets back, in fen; the fee of the order
    or auction for its remaining trades is lower by that amount. The orders stay as the
    trade left them.
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
    """A block awaits its counterparty's answer. Only the two parties see this event."""

    block_id: int
    proposer: str  # the participant
    terms: ProposeBlock
    duplicate: bool = False


@final
class BlockEnded(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A proposal ended; if it was accepted, its trade follows.

    ``answered_by`` is the account that accepted it, else empty. ``duplicate`` tells
    that a command with this client ref had already accepted it.
    """

    block_id: int
    proposer: str
    terms: ProposeBlock
    end: BlockEnd
    answered_by: str = ""
    duplicate: bool = False


@final
class AuctionOpened(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A one-way auction takes bids from its ``opens_ns`` on.

    ``price_limit`` is the highest bid allowed (the lowest offer when buying); 0 means
    none. ``terms`` has no None left: the instrument's values are filled in. ``bidding``
    tells that bids are taken from now on.
    """

    auction_id: int
    price_limit: int
    terms: OpenAuction
    duplicate: bool = False
    bidding: bool = False


@final
class BidPlaced(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A bid was entered; in a sealed auction only the bidder may see this event."""

    bid_id: int
    sealed: bool
    terms: PlaceBid
    duplicate: bool = False


@final
class BidEnded(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A bid ended; ``filled`` tonnes were allotted to it."""

    bid_id: int
    sealed: bool
    terms: PlaceBid
    end: BidEnd
    filled: int = 0


@final
class AuctionClosed(msgspec.Struct, frozen=True, gc=False, tag=True):
    """An auction is over; this event follows its trades and the ends of its bids.

    ``price`` is the marginal price, that of the last bid that was allotted tonnes (0:
    no bid was). ``bid_quantity`` is the total quantity of all valid bids. ``turnover``
    is in fen.
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
