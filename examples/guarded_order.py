"""Rest an order that the venue cancels when its owner is gone.

guarded_order.py ws://127.0.0.1:8080 maker.pem CEA25 500 70.00

Kill the process in any way: within a second the venue cancels the order. Restart it
within that second, and the order still rests.
"""

import asyncio
import sys

import carbonex.sdk


async def main(url: str, key: str, instrument: str, quantity: str, price: str) -> None:
    async with (
        carbonex.sdk.connect(
            url, key, session="guarded", cancel_on_disconnect=True, grace=1
        ) as venue,
        # A hung process keeps its connection, but does not renew the switch.
        venue.dead_mans_switch(30),
    ):
        order = await venue.buy(instrument, int(quantity), price)
        print(f"{order.remaining} t rest at {order.price}", flush=True)
        await order.done()
        print(f"{order.status}, {order.filled} t bought")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
