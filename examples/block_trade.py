"""Sell a block: offer it to one company, and haggle down to a limit.

block_trade.py ws://127.0.0.1:8080 seller.pem CEA25 200000 buyer --ask 75.00 --least 72.00
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import carbonex.sdk


if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonex.sdk import Block, Venue


class Deal(NamedTuple):
    """The block for sale; prices in CNY, the quantity in tonnes."""

    instrument: str
    quantity: int
    buyer: str
    ask: Decimal
    least: Decimal


async def sell_block(url: str, key: str, deal: Deal) -> None:
    """Offer the block, answer a counter-offer, and print the outcome."""
    async with carbonex.sdk.connect(url, key) as venue:
        updates = venue.block_updates()
        offer = await venue.propose_block(
            deal.buyer, "sell", deal.instrument, deal.quantity, deal.ask
        )
        print(f"offered {offer.quantity} t at {offer.price} to {offer.counterparty}")
        async for block in updates:
            if block.counters == offer.block_id:
                await answer(venue, block, deal.least)
                return
            if block.block_id == offer.block_id:
                print(f"the offer is {block.status}", flush=True)
                if block.status not in ("open", "countered"):
                    return


async def answer(venue: Venue, counter: Block, least: Decimal) -> None:
    """Accept a counter-offer of at least ``least``; decline any other."""
    if counter.price < least:
        await venue.decline_block(counter)
        print(f"{counter.proposer} offers {counter.price}: declined")
        return
    try:
        await venue.accept_block(counter)
    except carbonex.sdk.BlockStateUnknown as error:
        await error.resolve()
    print(f"sold {counter.quantity} t at {counter.price} to {counter.proposer}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run until the offer has ended, or until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("key", help="key file, as carbonex keygen makes it")
    parser.add_argument("instrument")
    parser.add_argument("quantity", type=int)
    parser.add_argument("buyer", help="the participant's name")
    parser.add_argument("--ask", type=Decimal, required=True)
    parser.add_argument("--least", type=Decimal, required=True)
    chosen = vars(parser.parse_args(arguments))
    url, key = chosen.pop("url"), chosen.pop("key")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(sell_block(url, key, Deal(**chosen)))


if __name__ == "__main__":
    main()
