"""The auction channel: one-way auctions, and the bids in open auctions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.wire import channels
from carbonex.wire.money import format_fen

from .off_book import auction_of, open_auction_of
from .topic import Message, Topics


if TYPE_CHECKING:
    from carbonex.engine import (
        Auction,
        AuctionClosed,
        AuctionOpened,
        BidEnded,
        BidPlaced,
        Exchange,
    )
    from carbonex.wire.order_ids import OrderIds


class Auctions:
    """The followers of auctions. Bids are sent only if they are not sealed."""

    def __init__(self, exchange: Exchange, ids: OrderIds) -> None:
        self._exchange = exchange
        self._ids = ids
        self.topics = Topics(self._snapshot)

    def opened(self, seq: int, time_ns: int, event: AuctionOpened) -> None:
        """Send at once that an auction was announced."""
        self._tell(event, seq, time_ns)

    def closed(self, seq: int, time_ns: int, event: AuctionClosed) -> None:
        """Send at once that an auction is over, with its result."""
        self._tell(event, seq, time_ns)

    def bid(self, seq: int, time_ns: int, event: BidPlaced | BidEnded) -> None:
        """Send at once that a bid was placed or ended in an open auction."""
        auction = self._exchange.auctions.get(event.terms.auction_id)
        if event.sealed or auction is None:
            return
        self.topics.send(
            auction.command.instrument,
            lambda: _update(_standing(auction, self._ids, seq, time_ns)),
        )

    def _tell(
        self, event: AuctionOpened | AuctionClosed, seq: int, time_ns: int
    ) -> None:
        self.topics.send(
            event.terms.instrument,
            lambda: _update(
                channels.AuctionUpdate(auction_of(event), [], seq, time_ns // 1000)
            ),
        )

    def _snapshot(self, instrument: str) -> Message:
        exchange = self._exchange
        data = [
            _standing(auction, self._ids, exchange.seq, exchange.time_ns)
            for auction in exchange.auctions.values()
            if instrument in ("", auction.command.instrument)
        ]
        return Message("auction", "snapshot", data)


def _update(data: channels.AuctionUpdate) -> Message:
    return Message("auction", "update", [data])


def _standing(
    auction: Auction, ids: OrderIds, seq: int, time_ns: int
) -> channels.AuctionUpdate:
    """Return an auction that is not over, with its bids. Linear in the bids."""
    state = open_auction_of(auction, time_ns)
    return channels.AuctionUpdate(state, _bids(auction, ids), seq, time_ns // 1000)


def _bids(auction: Auction, ids: OrderIds) -> list[channels.AuctionBid]:
    """Return an auction's bids, or none if they are sealed."""
    if auction.command.sealed:
        return []
    return [
        channels.AuctionBid(
            ids.bids.shown(bid.bid_id),
            format_fen(bid.command.price),
            bid.command.quantity,
        )
        for bid in auction.bids.values()
    ]
