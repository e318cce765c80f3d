"""Rounds: start the venue, let it work, end it somehow, hold words against deeds."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import random
import signal
import time
from typing import TYPE_CHECKING, Final, final

from carbonex.journal import LogError, LogReader, verify

from .forking import LOG_NAME
from .house import build
from .logged import Logged
from .people import People
from .reconcile import missing_executions, reconcile
from .reports import Reports
from .servers import Servers, gone, kill
from .told import Told


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


LOAD_SECONDS: Final = (0.02, 0.45)
STOPPED_SECONDS: Final = (0.1, 1.0)  # orders are valid for half a second
SHUTDOWN_SECONDS: Final = 0.15  # about what a clean end takes without its follower
SOON_SECONDS: Final = 2.5  # a day that ends within this is waited for


class End(enum.Enum):
    """How a round ends."""

    UNDER_LOAD = "any time while clients trade"
    AT_START = "between the fork and some time after clients can connect"
    AT_READY = "just when they connect again"
    IN_SHUTDOWN = "after SIGTERM, before it is done"
    CLEAN = "SIGTERM, and it may finish"
    AT_DAY_END = "about when the trading day ends and the log rolls"
    WITH_FOLLOWER = "server and follower together"
    FOLLOWER_FIRST = "the follower, and the server a little later"
    AFTER_A_STOP = "after SIGSTOP and SIGCONT, with deadlines passed in between"


_OFTEN: Final = (46, 16, 8, 8, 4, 6, 4, 4, 4)  # of a hundred times, in that order


@final
class Rounds:
    """A venue in ``directory`` with its clients, from the first start to the last.

    ``faults`` is whatever does not agree; the rest are figures.
    """

    def __init__(self, directory: Path, seed: int, servers: Servers) -> None:
        self.told = Told()
        self.logged = Logged()
        self.faults: list[str] = []
        self.ends: dict[End, int] = dict.fromkeys(End, 0)
        self.restarts = 0
        self.recovery: list[float] = []  # seconds from the fork until it was ready
        self.stated = 0  # digests that venues stated and the replay has confirmed
        self._directory = directory
        self._seed = seed
        self._draw = random.Random(f"{seed} rounds")
        self._servers = servers
        self._reader: LogReader | None = None
        self._reports = Reports(directory / LOG_NAME)
        self._followers: list[int] = []  # of all rounds since all were seen to end
        self._people: People

    @classmethod
    @contextlib.asynccontextmanager
    async def begun(
        cls, directory: Path, seed: int, mistake: str = ""
    ) -> AsyncIterator[Rounds]:
        """Make the venue and start it once, so that its clients can connect.

        ``mistake`` is Python that spoils the servers.
        """
        config = build(directory)
        async with Servers(directory, mistake) as servers:
            rounds = cls(directory, seed, servers)
            await servers.start()
            assert await servers.ready(), "the venue does not start"
            url = f"ws://127.0.0.1:{config.listen.port}"
            async with People.at_work(url, rounds.told, seed) as people:
                rounds._people = people
                yield rounds

    def draw_end(self) -> End:
        """Return how the next round may end."""
        (end,) = self._draw.choices(list(End), _OFTEN)
        return end

    async def round(self, end: End) -> None:
        """End the venue that runs, reconcile, and start it again."""
        self.ends[end] += 1
        await self._end(end)
        await self._people.offline()
        self._reconcile()
        await self._start()

    async def verify(self) -> None:
        """Check the directory as ``carbonex verify --deep`` does, between two lives."""
        self._kill()
        await self._servers.ended()
        await self._check_everything()
        await self._start()

    async def finish(self) -> None:
        """Let the venue live until all is told, stop it cleanly, and check it all."""
        if not self._servers.alive:
            await self._start()
        await self._be_ready()
        await self._people.finish()
        self._servers.signal(signal.SIGTERM)
        self._expect(await self._servers.ended(), 0)
        await self._people.offline()
        await self._check_everything()
        self.faults += missing_executions(self.told, self.logged)

    async def _check_everything(self) -> None:
        await gone(self._followers, self._directory)
        self._followers.clear()
        self._reconcile()
        report = await asyncio.to_thread(verify, self._directory, deep=True)
        if report.fault is not None:
            self.faults.append(f"carbonex verify --deep: {report.fault}")
        if report.digest != self.logged.note_digest():
            self.faults.append(f"carbonex verify: the digest is {report.digest}")

    async def _start(self) -> None:
        self.restarts += 1
        await self._servers.start()

    async def _be_ready(self) -> None:
        """Wait until clients can connect.

        A venue that ends instead is a fault: nobody has killed it yet.
        """
        if await self._servers.ready():
            self.recovery.append(self._servers.ready_seconds)
            self._followers += self._servers.followers()
        else:
            self.faults.append(f"the venue did not start: exit {self._servers.code}")
            await self._start()

    async def _end(self, end: End) -> None:
        draw = self._draw
        if end is End.AT_START:
            await asyncio.sleep(draw.uniform(0, 1.5 * self._servers.ready_seconds))
            self._followers += self._servers.followers()
            self._kill()
            await self._servers.ended()
            return
        await self._be_ready()
        await asyncio.sleep(self._load_seconds(end))
        match end:
            case End.IN_SHUTDOWN:
                self._servers.signal(signal.SIGTERM)
                await asyncio.sleep(draw.uniform(0, SHUTDOWN_SECONDS))
            case End.CLEAN:
                self._servers.signal(signal.SIGTERM)
                self._expect(await self._servers.ended(), 0)
                return
            case End.WITH_FOLLOWER:
                kill([*self._servers.followers(), self._servers.pid])
            case End.FOLLOWER_FIRST:
                kill(self._servers.followers())
                await asyncio.sleep(draw.uniform(*LOAD_SECONDS))
            case End.AFTER_A_STOP:
                self._servers.signal(signal.SIGSTOP)
                await asyncio.sleep(draw.uniform(*STOPPED_SECONDS))
                self._servers.signal(signal.SIGCONT)
                await asyncio.sleep(draw.uniform(*LOAD_SECONDS))
            case _:
                pass
        self._kill()
        await self._servers.ended()

    def _load_seconds(self, end: End) -> float:
        if end is End.AT_READY:
            return self._draw.uniform(0, 0.03)
        seconds = self._draw.uniform(*LOAD_SECONDS)
        until_end = self._people.desk.ends - time.time()
        if end is End.AT_DAY_END and 0 < until_end < SOON_SECONDS:
            return until_end + self._draw.uniform(-0.02, 0.12)
        return seconds

    def _kill(self) -> None:
        self._servers.signal(signal.SIGKILL)

    def _expect(self, code: int, wanted: int) -> None:
        if code != wanted:
            self.faults.append(f"the venue ended with {code} instead of {wanted}")

    def _reconcile(self) -> None:
        """Follow the log to where it ends now, and compare. O(what is new)."""
        try:
            if self._reader is None:
                self._reader = LogReader(self._directory)
            else:
                self._reader.refresh()
            for row in self._reader.tail(self.logged.position + 1):
                self.logged.add(row)
        except LogError as error:
            self.faults.append(str(error))
            return
        self.logged.note_digest()
        self._people.check()
        self.faults += reconcile(self.told, self.logged)
        recovered, complaints = self._reports.news()
        self.faults += complaints
        for position, digest in recovered:
            if self.logged.digests.get(position) == digest:
                self.stated += 1
            else:
                known = self.logged.digests.get(position)
                self.faults.append(f"recovered {position}: {digest}, replayed {known}")
