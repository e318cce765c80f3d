"""Buy whole listings only: picker.py ws://127.0.0.1:8080 taker.pem CEA25 500.

A buyer who must not split tonnes over many sellers picks one listing at the best price
that shows enough. The script waits until there is one.
"""

import asyncio
import sys

import carbonex.sdk


async def main(url: str, key: str, instrument: str, tonnes: str) -> None:
    wanted = int(tonnes)
    async with carbonex.sdk.connect(url, key) as venue:
        board = await venue.listings(instrument)
        async for now in board.updates():
            enough = [each for each in now.best_asks if each.quantity >= wanted]
            if not enough or now.stale:
                continue
            best = enough[0]
            try:
                order = await venue.buy(
                    instrument, wanted, best.price, time_in_force="ioc", pick=[best]
                )
            except carbonex.sdk.OrderRejected as refused:
                print(f"too late: {refused.message}", flush=True)
                continue  # another buyer was first
            await order.done()
            print(f"bought {order.filled} t at {best.price} of listing {best.number}")
            return


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
