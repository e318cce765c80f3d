"""One-way auctions: listing them, bidding and cancelling bids."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from carbonex.wire import requests

from .blocks import BlockTrading, RefOptions
from .checks import checked
from .errors import BidStateUnknown
from .models import Auction, Auctions, Bid, Bids
from .prices import price_text


if TYPE_CHECKING:
    from typing import Unpack

    from .prices import Price


@checked(RefOptions)
class Bidding(BlockTrading):
    """The one-way auction part of a venue."""

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

        ``auction`` is an Auction or its id. A bid locks its cost at its own price until
        the auction is over. Its trade then appears among the executions, with
        ``method`` auction and the bid's id as ``source_id``.

        Raises:
            BiddingClosed: If the auction's window is not open.
            BidRefused: If the bid is worse than the reserve, or too large.
            OrderRejected: If other rules of the market do not allow it.
            BidStateUnknown: If the connection was lost before the answer arrived.
            ConnectionLost: If there was no connection; nothing was sent.
            TypeError, ValueError: If the price is not exact; nothing was sent.

        """
        sent = requests.PlaceBid(
            auction_id_of(auction),
            price_text(price),
            quantity,
            **self._with_ref(options),
        )
        return await self._ask_about_offer(
            sent,
            BidStateUnknown,
            lambda since: self._fate_of_offering(
                since, sent, lambda: self.bids(sent.account), attrgetter("bid_id")
            ),
        )

    async def cancel_bid(self, bid: Bid | str, account: str | None = None) -> Bid:
        """Cancel a bid, given as a Bid or its id, while the window is open.

        Raises:
            UnknownBid: If the bid is not open (any more).
            BidStateUnknown, ConnectionLost: As for place_bid.

        """
        bid_id, known = (bid.bid_id, bid.account) if isinstance(bid, Bid) else (bid, "")
        name = self._client.account_for(account or known or None)
        sent = requests.CancelBid(bid_id, name)
        return await self._ask_about_offer(sent, BidStateUnknown)

    async def bids(self, account: str | None = None) -> list[Bid]:
        """Return the account's open bids, oldest first."""

        def bids(answer: Bids) -> list[Bid]:
            return answer.bids

        name = self._client.account_for(account)
        return await self._ask(requests.Bids(name), bids)


def auction_id_of(auction: Auction | str) -> str:
    """Return the id of an auction, given as an Auction or its id."""
    return auction.auction_id if isinstance(auction, Auction) else auction
