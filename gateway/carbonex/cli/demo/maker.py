"""A market maker that keeps a ladder of quotes on both sides of every product."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

from carbonex.engine.enums import BUY, SELL, Side
from carbonex.sdk import NewOrder, Order

from .cast import PRODUCTS
from .strategy import quotes
from .trader import Trader


if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from carbonex.sdk import Venue
    from carbonex.wire.requests import SideName

    from . import cast
    from .evidence import Evidence


PAUSE_SECONDS: Final = 0.02  # between two requotes
THIN: Final = 0.4  # of the wanted size: below this share a level is refilled
INVENTORY: Final = 0.02  # net share of its tonnes that gives the full price shift

Place: TypeAlias = tuple[Side, int]  # side and price in fen


class MarketMaker(Trader):
    """Quote around the fair prices and follow their moves."""

    def __init__(
        self,
        venue: Venue,
        evidence: Evidence,
        random: Random,
        ending: asyncio.Event,
        role: cast.Maker,
        fair: Mapping[str, int],
    ) -> None:
        super().__init__(venue, evidence, random, ending)
        self.role = role
        self._fair = fair
        self._quotes: dict[str, dict[Place, Order]] = {}

    async def run(self) -> None:
        """Quote until trading ends; resting orders stay in the book."""
        async with asyncio.TaskGroup() as tasks:
            for product in PRODUCTS:
                tasks.create_task(self._quote(product.instrument))

    async def _quote(self, instrument: str) -> None:
        interruptions = self.interruptions
        while self.working:
            if interruptions != self.interruptions:
                interruptions = self.interruptions
                await self._take_stock(instrument)
            await self._requote(instrument)
            await self.pause(PAUSE_SECONDS * self._random.uniform(0.5, 1.5))

    async def _requote(self, instrument: str) -> None:
        """Cancel, add and refill only where resting quotes differ from wanted ones."""
        resting = {
            place: order
            for place, order in self._quotes.get(instrument, {}).items()
            if order.is_open
        }
        self._quotes[instrument] = resting
        wanted = {
            (quote.side, quote.price): quote.quantity
            for quote in quotes(
                self._fair[instrument],
                self._excess(instrument),
                self.role.half_spread,
                self.role.size,
                self._random,
            )
        }
        await self._cancel([resting[p] for p in list(resting) if p not in wanted])
        await self._add(
            instrument, {p: q for p, q in wanted.items() if p not in resting}
        )
        for place, order in list(resting.items()):
            if place in wanted and order.remaining < THIN * wanted[place]:
                await self._fill_up(order, wanted[place])

    async def _cancel(self, orders: list[Order]) -> None:
        if orders:
            await self.ask(self.venue.cancel_orders(orders), len(orders))

    async def _add(self, instrument: str, missing: dict[Place, int]) -> None:
        orders = [
            NewOrder(_name(side), instrument, quantity, Decimal(price).scaleb(-2))
            for (side, price), quantity in missing.items()
        ]
        if not orders:
            return
        outcomes = await self.ask(self.venue.add_orders(orders), len(orders))
        for place, outcome in zip(missing, outcomes or [], strict=False):
            if isinstance(outcome, Order):
                self._evidence.placed(outcome)
                self._quotes[instrument][place] = outcome
            else:
                self._evidence.refused += 1

    async def _fill_up(self, order: Order, quantity: int) -> None:
        if order.is_open:
            await self.ask(order.amend(quantity=order.filled + quantity))

    async def _take_stock(self, instrument: str) -> None:
        """Query the resting orders after an interruption."""
        orders = await self.venue.open_orders(instrument)
        self._quotes[instrument] = {
            (_side(order), int(order.price * 100)): order for order in orders
        }

    def _excess(self, instrument: str) -> float:
        """Return the maker's excess inventory, in the scale of ``strategy.quotes``."""
        bought = self._evidence.traded[self.account, instrument, "buy"]
        sold = self._evidence.traded[self.account, instrument, "sell"]
        return (bought - sold) / (self.role.tonnes * INVENTORY)


def _name(side: Side) -> SideName:
    return "buy" if side is BUY else "sell"


def _side(order: Order) -> Side:
    return BUY if order.side == "buy" else SELL
