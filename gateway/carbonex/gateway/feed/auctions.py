"""The auction channel: one-way auctions, and the bids in those that are open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.wire import channels
from carbonex.wire.money import format_fen

from .off_book import auction_of, open_auction_of
from .topic import Message, Topics


if TYPE_CHECKING:
    from carbonex.engine import (
        AuctionClosed,
        AuctionOpened,
        BidEnded,
        BidPlaced,
        Exchange,
    )
    from carbonex.wire.answers import Auction


class Auctions:
    """Those who follow auctions. Bids are told only where they are not sealed."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.topics = Topics(self._snapshot)

    def opened(self, seq: int, time_ns: int, event: AuctionOpened) -> None:
        """Tell at once that an auction was announced."""
        self._send(auction_of(event), [], seq, time_ns)

    def closed(self, seq: int, time_ns: int, event: AuctionClosed) -> None:
        """Tell at once that an auction is over, and what it came to."""
        self._send(auction_of(event), [], seq, time_ns)

    def bid(self, seq: int, time_ns: int, event: BidPlaced | BidEnded) -> None:
        """Tell at once that a bid came or went in an open auction."""
        auction = self._exchange.auctions.get(event.terms.auction_id)
        if event.sealed or auction is None:
            return
        state = open_auction_of(auction, time_ns)
        bids = _standing(self._exchange, event.terms.auction_id)
        self._send(state, bids, seq, time_ns)

    def _send(
        self,
        auction: Auction,
        bids: list[channels.AuctionBid],
        seq: int,
        time_ns: int,
    ) -> None:
        topics = self.topics.covering(auction.instrument)
        if topics:
            update = channels.AuctionUpdate(auction, bids, seq, time_ns // 1000)
            message = Message("auction", "update", [update])
            for topic in topics:
                topic.send(message)

    def _snapshot(self, instrument: str) -> Message:
        exchange = self._exchange
        data = [
            channels.AuctionUpdate(
                open_auction_of(auction, exchange.time_ns),
                _standing(exchange, number),
                exchange.seq,
                exchange.time_ns // 1000,
            )
            for number, auction in exchange.auctions.items()
            if instrument in ("", auction.command.instrument)
        ]
        return Message("auction", "snapshot", data)


def _standing(exchange: Exchange, auction_id: int) -> list[channels.AuctionBid]:
    """Return an auction's bids, none where they are sealed. Linear in them."""
    auction = exchange.auctions[auction_id]
    if auction.command.sealed:
        return []
    return [
        channels.AuctionBid(
            str(bid.bid_id), format_fen(bid.command.price), bid.command.quantity
        )
        for bid in auction.bids.values()
    ]
