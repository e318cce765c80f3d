"""Quote both sides around a reference price, leaning against the inventory.

market_maker.py ws://127.0.0.1:8080 maker.pem CEA25 --reference 74.63

Every fill moves both quotes. After a purchase the maker wants to sell, so both prices
go down by the skew; after a sale they go up. An amendment moves a quote, so there are
never two at once, and the market never holds more than the quote's size.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple

import carbonex.sdk
from carbonex.sdk import ConnectionLost, OrderRejected, OrderStateUnknown, UnknownOrder


if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonex.sdk import Order, Venue


class Strategy(NamedTuple):
    """The maker's parameters; prices in CNY, quantities in tonnes."""

    instrument: str
    reference: Decimal
    spread: Decimal  # between bid and ask
    size: int  # per quote
    skew: Decimal  # price move per ``size`` of inventory

    def prices(self, inventory: int, tick: Decimal) -> tuple[Decimal, Decimal]:
        """Return bid and ask for an inventory, in ticks, at least the spread apart."""
        center = self.reference - self.skew * inventory / self.size
        bid = (center - self.spread / 2) / tick
        ask = (center + self.spread / 2) / tick
        return (
            bid.to_integral_value(ROUND_FLOOR) * tick,
            ask.to_integral_value(ROUND_CEILING) * tick,
        )


class Quote:
    """One side's order: amended while open, placed again once filled."""

    def __init__(
        self, venue: Venue, instrument: str, side: Literal["buy", "sell"]
    ) -> None:
        self._place = venue.buy if side == "buy" else venue.sell
        self._venue = venue
        self._instrument = instrument
        self._order: Order | None = None

    async def show(self, price: Decimal, size: int) -> None:
        """Quote ``size`` tonnes at ``price``; retry until it works or is rejected."""
        while True:
            try:
                await self._try(price, size)
            except UnknownOrder:
                self._order = None  # filled while the amendment was in flight
            except OrderStateUnknown as error:
                self._order = await error.resolve()
            except ConnectionLost:
                await self._venue.wait_online()
            except OrderRejected as error:
                print(f"no quote at {price}: {error}", flush=True)
                return
            else:
                return

    async def _try(self, price: Decimal, size: int) -> None:
        order = self._order
        if order is None or not order.is_open:
            self._order = await self._place(
                self._instrument, size, price, post_only="reprice"
            )
        elif (order.price, order.remaining) != (price, size):
            await order.amend(price=price, quantity=order.filled + size)


async def make_market(url: str, key: str, strategy: Strategy) -> None:
    """Quote until cancelled; then cancel all orders."""
    async with carbonex.sdk.connect(url, key) as venue:
        name = strategy.instrument
        tick = (await venue.instrument(name).next()).tick
        bid, ask = Quote(venue, name, "buy"), Quote(venue, name, "sell")
        executions = venue.executions()
        inventory = 0
        await venue.cancel_all(name)
        try:
            while True:
                bid_price, ask_price = strategy.prices(inventory, tick)
                print(f"{inventory:+} t: {bid_price} / {ask_price}", flush=True)
                await bid.show(bid_price, strategy.size)
                await ask.show(ask_price, strategy.size)
                inventory += await next_fill(executions, name)
        finally:
            await venue.cancel_all(name)


async def next_fill(
    executions: carbonex.sdk.Stream[carbonex.sdk.Execution], instrument: str
) -> int:
    """Return the tonnes of the next fill, negative for a sale."""
    while True:
        execution = await executions.next()
        if execution.event == "trade" and execution.instrument == instrument:
            sign = 1 if execution.side == "buy" else -1
            return sign * execution.last_quantity


def main(arguments: Sequence[str] | None = None) -> None:
    """Run until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("key", help="key file, as carbonex keygen makes it")
    parser.add_argument("instrument")
    parser.add_argument("--reference", type=Decimal, required=True)
    parser.add_argument("--spread", type=Decimal, default=Decimal("0.20"))
    parser.add_argument("--size", type=int, default=500)
    parser.add_argument("--skew", type=Decimal, default=Decimal("0.05"))
    chosen = vars(parser.parse_args(arguments))
    url, key = chosen.pop("url"), chosen.pop("key")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(make_market(url, key, Strategy(**chosen)))


if __name__ == "__main__":
    main()
