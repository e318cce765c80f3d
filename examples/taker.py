"""Buy at the market: taker.py ws://127.0.0.1:8080 taker.pem CEA25 500."""

import asyncio
import sys

import carbonex.sdk


async def main(url: str, key: str, instrument: str, quantity: str) -> None:
    async with carbonex.sdk.connect(url, key) as venue:
        order = await venue.buy(instrument, int(quantity), "market")
        async for fill in order.fills():
            print(f"bought {fill.quantity} t at {fill.price}")
        print(f"{order.filled} t at {order.average_price} on average, {order.status}")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
