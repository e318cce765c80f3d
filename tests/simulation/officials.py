"""The venue's own people on the real SDK: days, halts, cash, tonnes, auctions."""

from __future__ import annotations

import asyncio
import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Final, final

from carbonex.sdk import (
    SHANGHAI,
    ConnectionLost,
    LoginFailed,
    Timeouts,
    VenueError,
    connect,
)

from .host import BEGINS_NS
from .loop import SECOND_NS
from .traders import INSTRUMENTS, URL


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from carbonex.sdk import Venue

    from .loop import Process
    from .world import World


ACCOUNTS: Final = ("json-1", "json-2", "pack-1", "pack-2")
FIRST_DATE: Final = dt.date(2025, 5, 2)  # a month before; see BEGINS_NS


@final
class Operator:
    """Opens day after day, each of some seconds, and moves what is to be moved.

    It repeats what it is not sure of: dates and client refs let nothing happen twice.
    """

    def __init__(self, world: World, day_seconds: int) -> None:
        self.world = world
        self._day_seconds = day_seconds  # of the longest
        self.days = 0
        self.idle = False
        self._refs = 0

    def start(self) -> None:
        """Begin."""
        self.process = self.world.process("operator", self._live)

    async def _live(self, _process: Process) -> None:
        while not self.world.calm:
            try:
                async with connect(
                    URL,
                    self.world.keys["operator"],
                    timeouts=Timeouts(order=1.5, answer=3.0),
                ) as venue:
                    _followed = venue.alerts()  # for as long as it is held
                    while not self.world.calm:
                        await self._act(venue)
                        await asyncio.sleep(self._draw(0.02, 0.3))
            except LoginFailed as error:
                self.world.record.fail("who has a key gets in", error)
                return
            except ConnectionLost:
                await asyncio.sleep(0.2)
        self.idle = True

    async def _act(self, venue: Venue) -> None:
        server = self.world.host.server
        if server is not None and not server.venue.exchange.day:
            await self._begin_day(venue)
            return
        draw = self._draw(0, 1)
        self._refs += 1
        ref = f"op-{self._refs}"
        account, other = self._account(), self._account()
        if draw < 0.25:
            await self._insist(lambda: venue.deposit(account, "1000.00", ref))
        elif draw < 0.4:
            await self._insist(lambda: venue.withdraw(account, "900.00", ref))
        elif draw < 0.6:
            await self._insist(
                lambda: venue.issue(account, self._instrument(), 50, ref)
            )
        elif draw < 0.7:
            await self._insist(lambda: venue.transfer(account, other, "CEA25", 5, ref))
        elif draw < 0.75:
            await self._insist(lambda: venue.set_obligation(account, 2024, 1_000))
        elif draw < 0.8:
            await self._insist(lambda: venue.surrender(account, "CEA25", 1, 2024, ref))
        elif draw < 0.88:
            await self._halt(venue)
        else:
            await self._auction(venue, account, other, ref)

    async def _begin_day(self, venue: Venue) -> None:
        """Open the next date, for some seconds."""
        self.days += 1
        date = FIRST_DATE + dt.timedelta(days=self.days)
        now_ns = self.world.host.wall()
        server = self.world.host.server
        if server is not None:
            now_ns = max(now_ns, server.venue.exchange.time_ns)
        ends = dt.datetime.fromtimestamp(
            now_ns // SECOND_NS + 2 + int(self._draw(0, self._day_seconds)), SHANGHAI
        )
        assert now_ns >= BEGINS_NS
        await self._insist(lambda: venue.begin_day(date, ends))

    async def _halt(self, venue: Venue) -> None:
        instrument = self._instrument()
        await self._insist(lambda: venue.halt(instrument))
        await asyncio.sleep(self._draw(0, 0.3))
        await self._insist(lambda: venue.resume(instrument))

    async def _auction(self, venue: Venue, account: str, other: str, ref: str) -> None:
        """Open an auction and close it early, or let time close it."""
        opens = dt.datetime.fromtimestamp(
            self.world.host.wall() // SECOND_NS + 1, SHANGHAI
        )
        closes = opens + dt.timedelta(seconds=1 + int(self._draw(0, 3)))
        await self._insist(
            lambda: venue.open_auction(
                account,
                "CEA25",
                "sell",
                100,
                opens=opens,
                closes=closes,
                client_ref=ref,
            )
        )
        if self._draw(0, 1) < 0.3:
            for auction in await venue.auctions():
                await self._insist(partial(venue.cancel_auction, auction))

    async def _insist(self, ask: Callable[[], Awaitable[object]]) -> None:
        """Ask until there is an answer, whatever it is."""
        while True:
            try:
                await ask()
            except VenueError:
                return
            except ConnectionLost as lost:
                if not lost.sent:
                    raise
                await asyncio.sleep(0.1)
            else:
                return

    def _account(self) -> str:
        return ACCOUNTS[int(self._draw(0, len(ACCOUNTS)))]

    def _instrument(self) -> str:
        return INSTRUMENTS[self._draw(0, 1) < 0.3]

    def _draw(self, low: float, high: float) -> float:
        return low + self.world.random.random() * (high - low)
