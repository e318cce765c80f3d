"""Rest an order that goes when its owner does.

guarded_order.py ws://127.0.0.1:8080 maker.pem CEA25 500 70.00

Kill it in any way: within a second the venue has cancelled the order. Start it again
within that second, and the order is still there.
"""

import asyncio
import sys

import carbonex.sdk


async def main(url: str, key: str, instrument: str, quantity: str, price: str) -> None:
    async with (
        carbonex.sdk.connect(
            url, key, session="guarded", cancel_on_disconnect=True, grace=1
        ) as venue,
        # A process that hangs keeps its connection, but renews nothing.
        venue.dead_mans_switch(30),
    ):
        order = await venue.buy(instrument, int(quantity), price)
        print(f"{order.remaining} t rest at {order.price}", flush=True)
        await order.done()
        print(f"{order.status}, {order.filled} t bought")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
