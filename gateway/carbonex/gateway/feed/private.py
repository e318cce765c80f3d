"""The channels blocks and bids: an account's open proposals and bids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .off_book import bid_of, block_of, open_bids_of, open_blocks_of
from .topic import Message, Topics


if TYPE_CHECKING:
    from carbonex.engine import BidEnded, BidPlaced, BlockEnded, BlockProposed, Exchange
    from carbonex.wire.order_ids import OrderIds


class Blocks:
    """The followers of block proposals made by or to an account's participant."""

    def __init__(self, exchange: Exchange, ids: OrderIds) -> None:
        self._exchange = exchange
        self._ids = ids
        self.topics = Topics(self._snapshot)

    def publish(self, event: BlockProposed | BlockEnded) -> None:
        """Send the event to both parties at once. Linear in the accounts followed."""
        for name, topic in self.topics.followed.items():
            participant = self._exchange.accounts[name].participant.name
            owned = participant == event.proposer
            if owned or participant == event.terms.counterparty:
                block = block_of(event, self._ids, owned=owned)
                topic.send(Message("blocks", "update", [block]))

    def _snapshot(self, account: str) -> Message:
        participant = self._exchange.accounts[account].participant
        data = open_blocks_of(self._exchange, participant, self._ids)
        return Message("blocks", "snapshot", data)


class Bids:
    """The followers of an account's own bids in one-way auctions."""

    def __init__(self, exchange: Exchange, ids: OrderIds) -> None:
        self._exchange = exchange
        self._ids = ids
        self.topics = Topics(self._snapshot)

    def publish(self, event: BidPlaced | BidEnded) -> None:
        """Send the event to the bidder at once."""
        topic = self.topics.followed.get(event.terms.account)
        if topic is not None:
            topic.send(Message("bids", "update", [bid_of(event, self._ids)]))

    def _snapshot(self, account: str) -> Message:
        bids = open_bids_of(self._exchange.accounts[account], self._ids)
        return Message("bids", "snapshot", bids)
