"""Bid in every auction that sells an instrument, and say what came of it.

bidder.py ws://127.0.0.1:8080 bidder.pem CEA25 --quantity 500 --price 75.00
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import carbonex.sdk
from carbonex.sdk import SHANGHAI, BidStateUnknown, ConnectionLost, OrderRejected


if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonex.sdk import Auction, Bid, Venue


async def watch(
    url: str, key: str, instrument: str, quantity: int, price: Decimal
) -> None:
    """Take part in each auction once, until cancelled."""
    async with (
        carbonex.sdk.connect(url, key) as venue,
        asyncio.TaskGroup() as bidding,
    ):
        seen = set()
        async for update in venue.auction_updates(instrument):
            auction = update.auction
            sells = auction.side == "sell" and not auction.is_over
            if sells and auction.auction_id not in seen:
                seen.add(auction.auction_id)
                bidding.create_task(take_part(venue, auction, quantity, price))


async def take_part(
    venue: Venue, auction: Auction, quantity: int, price: Decimal
) -> None:
    """Bid when the bidding window opens, and wait until the auction is over."""
    opens_in = auction.opens_at - dt.datetime.now(SHANGHAI)
    await asyncio.sleep(max(opens_in.total_seconds(), 0))
    updates = venue.bid_updates()
    if auction.price_limit is not None:
        price = min(price, auction.price_limit)
    try:
        bid = await place(venue, auction, quantity, price)
    except OrderRejected as error:
        print(f"auction {auction.auction_id}: {error}", flush=True)
        return
    print(f"auction {auction.auction_id}: bid {quantity} t at {price}", flush=True)
    async for news in updates:
        if news.bid_id == bid.bid_id and not news.is_open:
            got = f"{news.filled} of {quantity} t"
            print(f"auction {auction.auction_id}: {news.status}, {got}", flush=True)
            return


async def place(venue: Venue, auction: Auction, quantity: int, price: Decimal) -> Bid:
    """Place a bid exactly once, even if the connection breaks."""
    while True:
        try:
            return await venue.place_bid(auction, quantity, price)
        except BidStateUnknown as error:
            return await error.resolve()
        except ConnectionLost:
            await venue.wait_online()  # nothing was sent


def main(arguments: Sequence[str] | None = None) -> None:
    """Run until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("key", help="key file, as carbonex keygen makes it")
    parser.add_argument("instrument")
    parser.add_argument("--quantity", type=int, default=500)
    parser.add_argument("--price", type=Decimal, required=True)
    chosen = vars(parser.parse_args(arguments))
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(watch(**chosen))


if __name__ == "__main__":
    main()
