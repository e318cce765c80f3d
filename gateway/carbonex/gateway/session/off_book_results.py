"""Build request results from the events of blocks and auctions."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from carbonex.engine import (
    AuctionClosed,
    AuctionOpened,
    BidEnded,
    BidPlaced,
    BlockEnded,
    BlockProposed,
)
from carbonex.gateway.feed.off_book import auction_of, bid_of, block_of


if TYPE_CHECKING:
    from carbonex.engine import Event
    from carbonex.wire import answers
    from carbonex.wire.order_ids import OrderIds

E = TypeVar("E", bound="Event")


def proposed(events: list[Event], ids: OrderIds) -> answers.Block:
    """Return the result of propose_block."""
    return block_of(_first(BlockProposed, events), ids, owned=True)


def ended(events: list[Event], ids: OrderIds) -> answers.Block:
    """Return the counterparty's view: result of accept_block and decline_block."""
    return block_of(_first(BlockEnded, events), ids, owned=False)


def withdrawn(events: list[Event], ids: OrderIds) -> answers.Block:
    """Return the result of withdraw_block."""
    return block_of(_first(BlockEnded, events), ids, owned=True)


def opened(events: list[Event], _ids: OrderIds) -> answers.Auction:
    """Return the result of open_auction."""
    return auction_of(_first(AuctionOpened, events))


def closed(events: list[Event], _ids: OrderIds) -> answers.Auction:
    """Return the result of close_auction."""
    return auction_of(_first(AuctionClosed, events))


def bid(events: list[Event], ids: OrderIds) -> answers.Bid:
    """Return the result of place_bid."""
    return bid_of(_first(BidPlaced, events), ids)


def bid_ended(events: list[Event], ids: OrderIds) -> answers.Bid:
    """Return the result of cancel_bid."""
    return bid_of(_first(BidEnded, events), ids)


def _first(kind: type[E], events: list[Event]) -> E:
    """Return the first event of ``kind``; other events may precede or follow it."""
    return next(event for event in events if type(event) is kind)
