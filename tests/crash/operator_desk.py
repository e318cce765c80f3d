"""The operator at work: trading days one after the other, and money for the traders."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import random
import time
from typing import TYPE_CHECKING, Final, final

from carbonex.engine.market.dates import DATE_DAYS
from carbonex.gateway.market import shanghai_date
from carbonex.sdk import ConnectionLost, Overloaded, VenueError

from .house import TRADERS


if TYPE_CHECKING:
    from carbonex.sdk import Venue

    from .told import Told


# The first that the venue takes; a run of hours comes to the last.
FIRST_DAY: Final = shanghai_date(time.time_ns()) - dt.timedelta(days=DATE_DAYS)
DAY_SECONDS: Final = (6.0, 14.0)
FIRST_SECONDS: Final = 2.5  # so that even a short run sees a day end
LATE: Final = 0.002  # seconds after a day's end, when the next may begin
PAUSE: Final = 0.03


@final
class OperatorDesk:
    """Begins each trading day when the one before has ended, and pays in cash.

    ``ends`` is when the day ends, as Unix time: a good moment to kill a venue.
    """

    def __init__(self, venue: Venue, told: Told, seed: int) -> None:
        self._venue = venue
        self._told = told
        self._draw = random.Random(f"{seed} operator")
        self._days = itertools.count()
        self.ends = 0.0

    async def work(self) -> None:
        """Do both until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._open_days())
            tasks.create_task(self._pay_in())

    async def _open_days(self) -> None:
        for number in self._days:
            date = FIRST_DAY + dt.timedelta(days=number)
            await asyncio.sleep(max(0.0, self.ends - time.time()) + LATE)
            while not self._told.may_begin():  # noqa: ASYNC110 - has no event
                await asyncio.sleep(PAUSE)
            await self._begin(date)
            self._told.day = number + 1

    async def _begin(self, date: dt.date) -> None:
        """Begin the day, until it is certain that it has begun."""
        asked = False
        while True:
            await self._venue.wait_online()
            seconds = self._draw.uniform(*DAY_SECONDS) if self.ends else FIRST_SECONDS
            ends = time.time() + seconds
            moment = dt.datetime.fromtimestamp(ends, dt.UTC)
            try:
                await self._venue.begin_day(date, moment)
            except VenueError as error:
                self._told.refused += 1
                if asked and error.param == "date":
                    return  # it was done, and the answer lost
                await asyncio.sleep(LATE)
            except ConnectionLost as lost:
                if lost.sent and not asked:
                    asked, self.ends = True, ends
            else:
                self.ends = ends
                self._told.answered += 1
                self._told.begun.append(int(f"{date:%Y%m%d}"))
                return

    async def _pay_in(self) -> None:
        """Pay in again and again, each until it is answered: once, nevertheless."""
        for number in itertools.count(1):
            with self._told.remembered():
                await self._deposit(self._draw.choice(TRADERS), f"cash-{number}")
            await asyncio.sleep(self._draw.uniform(0, PAUSE))

    async def _deposit(self, account: str, ref: str) -> None:
        while True:
            await self._venue.wait_online()
            try:
                await self._venue.deposit(account, "1.00", ref)
            except (ConnectionLost, Overloaded):  # or shutting down
                await asyncio.sleep(LATE)
                continue
            self._told.answered += 1
            self._told.moved.append(ref)
            return
