"""A company that must buy or sell tonnes before a deadline."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from .strategy import lags, slice_of
from .trader import Trader


if TYPE_CHECKING:
    from random import Random

    from carbonex.sdk import Book, Order, Venue
    from carbonex.wire.requests import TimeInForceName

    from . import cast
    from .evidence import Evidence


PAUSE_SECONDS: Final = 0.2  # between two slices
SLICE_SECONDS: Final = 0.45  # from one slice to the next, including its trading time
PATIENCE_SECONDS: Final = 0.5  # a resting order is cancelled after it
THROUGH: Final = Decimal("0.03")  # CNY beyond the best price, to be sure of a fill


class Mandated(Trader):
    """Trade the mandate in slices: patiently while on time, aggressively when late."""

    def __init__(
        self,
        venue: Venue,
        evidence: Evidence,
        random: Random,
        ending: asyncio.Event,
        role: cast.Mandated,
        seconds: float,
    ) -> None:
        super().__init__(venue, evidence, random, ending)
        self.wanted = round(role.rate * seconds)
        self.role = role
        self._seconds = seconds
        self._buys = role.verb == "buys"

    @property
    def done(self) -> int:
        """The tonnes traded so far, according to the executions received."""
        side = "buy" if self._buys else "sell"
        return self._evidence.traded[self.account, self.role.instrument, side]

    async def run(self) -> None:
        """Trade slices until the mandate is done or the trading ends."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        book = await self.venue.book(self.role.instrument)
        while self.working and self.done < self.wanted:
            elapsed = loop.time() - began
            quantity = slice_of(
                self.wanted - self.done,
                self._seconds - elapsed,
                SLICE_SECONDS,
                self._random,
            )
            late = lags(self.done, self.wanted, elapsed / self._seconds)
            if late or self._random.random() < 0.5:
                await self._take(book, quantity)
            else:
                await self._rest(book, quantity)
            await self.pause(PAUSE_SECONDS * self._random.uniform(0.5, 1.5))

    async def _take(self, book: Book, quantity: int) -> None:
        """Trade at once against resting orders, or not at all."""
        best = book.best_ask if self._buys else book.best_bid
        if best is not None:
            price = best.price + (THROUGH if self._buys else -THROUGH)
            await self._place(quantity, price, "ioc")

    async def _rest(self, book: Book, quantity: int) -> None:
        """Join the best price of the own side and wait a short time."""
        best = book.best_bid if self._buys else book.best_ask
        if best is None:
            return
        order = await self._place(quantity, best.price, "day")
        if order is None:
            return
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await order.done()
        except TimeoutError:
            if order.is_open:
                await self.ask(order.cancel())

    async def _place(
        self, quantity: int, price: Decimal, time_in_force: TimeInForceName
    ) -> Order | None:
        trade = self.venue.buy if self._buys else self.venue.sell
        return await self.place(
            trade(self.role.instrument, quantity, price, time_in_force=time_in_force)
        )
