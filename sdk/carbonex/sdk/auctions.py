"""One-way auctions: finding them, bidding and taking bids back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from carbonex.wire import requests

from .blocks import BlockTrading
from .errors import BidStateUnknown, ConnectionLost
from .models import ENDED, Auction, Auctions, Bid, Bids
from .prices import price_text
from .requester import as_it_is


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Unpack

    from .blocks import RefOptions
    from .prices import Price


class Bidding(BlockTrading):
    """The part of a venue that bids in one-way auctions."""

    async def auctions(self, instrument: str = "") -> list[Auction]:
        """Return the auctions that are announced or open; needs no key."""

        def auctions(answer: Auctions) -> list[Auction]:
            return answer.auctions

        return await self._ask(requests.Auctions(instrument), auctions)

    async def place_bid(
        self,
        auction: Auction | str,
        quantity: int,
        price: Price,
        **options: Unpack[RefOptions],
    ) -> Bid:
        """Bid for ``quantity`` tonnes at ``price`` CNY per tonne.

        ``auction`` is one, or its id. A bid locks what it would cost at its own
        price until the auction is over. What it got is then among the
        executions, with ``method`` auction and the bid's id as ``source_id``.

        Raises:
            BiddingClosed: If the auction's window is not open.
            BidRefused: If it is worse than the reserve, or for too much.
            OrderRejected: If other rules of the market do not allow it.
            BidStateUnknown: If the connection went before the answer came.
            ConnectionLost: If there was no connection; nothing was sent.
            TypeError, ValueError: If the price is not exact; nothing was sent.

        """
        sent = requests.PlaceBid(
            auction_id_of(auction),
            price_text(price),
            quantity,
            options.get("client_ref") or self._next_id(),
            self._client.account_for(options.get("account")),
        )
        return await self._ask_about_bid(sent, lambda: self._fate_of_bidding(sent))

    async def cancel_bid(self, bid: Bid | str, account: str | None = None) -> Bid:
        """Take back a bid, named by itself or its id, while the window is open.

        Raises:
            UnknownBid: If it does not stand (any more).
            BidStateUnknown, ConnectionLost: As for place_bid.

        """
        bid_id, known = (bid.bid_id, bid.account) if isinstance(bid, Bid) else (bid, "")
        name = self._client.account_for(account or known or None)
        sent = requests.CancelBid(bid_id, name)
        return await self._ask_about_bid(sent, lambda: self._repeat(sent, as_it_is))

    async def bids(self, account: str | None = None) -> list[Bid]:
        """Return the account's open bids, oldest first."""

        def bids(answer: Bids) -> list[Bid]:
            return answer.bids

        name = self._client.account_for(account)
        return await self._ask(requests.Bids(name), bids)

    async def _ask_about_bid(
        self,
        sent: requests.PlaceBid | requests.CancelBid,
        fate: Callable[[], Awaitable[Bid]],
    ) -> Bid:
        try:
            return await self._ask(sent, as_it_is)
        except ConnectionLost as lost:
            if not lost.sent:
                raise
            ref: str = getattr(sent, "client_ref", "")
            raise BidStateUnknown(str(lost), ref, fate) from lost

    async def _fate_of_bidding(self, sent: requests.PlaceBid) -> Bid:
        """Return the bid as it stands now: a duplicate's answer is the first."""
        bid: Bid = await self._repeat(sent, as_it_is)
        if not bid.duplicate:
            return bid
        for found in await self._insist(lambda: self.bids(sent.account)):
            if found.bid_id == bid.bid_id:
                return replace(found, duplicate=True)
        return replace(bid, status=ENDED)


def auction_id_of(auction: Auction | str) -> str:
    """Return the id of an auction that may be named by it alone."""
    return auction.auction_id if isinstance(auction, Auction) else auction
