"""All clients of the venue, connected once and reconnected by the SDK ever after."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final, final

import carbonex.sdk.backoff
from carbonex.sdk import Timeouts, connect

from .house import OPERATOR, TRADERS, key_of
from .load import WORKERS, Trader
from .operator_desk import OperatorDesk


if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

    from carbonex.sdk import Venue
    from carbonex.sdk.options import Options

    from .told import Told


TIMEOUTS: Final = Timeouts(order=0.5, answer=5.0)
RECONNECT_SECONDS: Final = 0.05  # at most, instead of the SDK's 10
PATIENCE: Final = 60.0

# Whose orders do not outlive a connection for longer: seldom back in time, and mostly.
GRACE_SECONDS: Final = {"amber": 0.1, "birch": 1.0}


@final
class People:
    """Traders, the operator, and a witness of heartbeats; JSON and MessagePack."""

    def __init__(self, venues: list[Venue], told: Told, seed: int) -> None:
        *traders, operator = venues
        self.desk = OperatorDesk(operator, told, seed)
        self._told = told
        self._venues = venues
        self._traders = [
            Trader(name, venue, told, seed)
            for name, venue in zip(TRADERS, traders, strict=True)
        ]
        self._notes = [_task(trader.note()) for trader in self._traders]
        self._notes.append(_task(self._listen(operator)))
        self._work = [
            _task(trader.work()) for trader in self._traders for _ in range(WORKERS)
        ]
        self._work.append(_task(self.desk.work()))

    @classmethod
    @contextlib.asynccontextmanager
    async def at_work(cls, url: str, told: Told, seed: int) -> AsyncIterator[People]:
        """Connect everybody and begin; the venue has to be there, this once."""
        longest = carbonex.sdk.backoff.LONGEST
        first = carbonex.sdk.backoff.FIRST
        carbonex.sdk.backoff.LONGEST = RECONNECT_SECONDS  # type: ignore[misc]
        carbonex.sdk.backoff.FIRST = RECONNECT_SECONDS / 4  # type: ignore[misc]
        try:
            async with contextlib.AsyncExitStack() as stack:
                venues = [
                    await stack.enter_async_context(
                        connect(url, key_of(name), **_options(name, number))
                    )
                    for number, name in enumerate((*TRADERS, OPERATOR))
                ]
                people = cls(venues, told, seed)
                try:
                    yield people
                finally:
                    for trader in people._traders:
                        trader.stop()
                    await _end(people._work + people._notes)
        finally:
            carbonex.sdk.backoff.LONGEST = longest  # type: ignore[misc]
            carbonex.sdk.backoff.FIRST = first  # type: ignore[misc]

    async def offline(self) -> None:
        """Wait until everybody has read all that came before the venue's end."""
        async with asyncio.timeout(PATIENCE):
            while any(venue.online for venue in self._venues):  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        self.check()

    async def finish(self) -> None:
        """Stop working, find out every fate, and hear of all that happened."""
        await _end(self._work)
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(trader.settle() for trader in self._traders))
            for venue in self._venues:
                await venue.ping()
        self.check()

    def check(self) -> None:
        """Raise what has ended a task that must not end."""
        for task in self._work + self._notes:
            if task.done() and not task.cancelled():
                task.result()

    async def _listen(self, venue: Venue) -> None:
        async for heartbeat in venue.heartbeats():
            self._told.heard(heartbeat)


def _options(name: str, number: int) -> Options:
    options: Options = {
        "timeouts": TIMEOUTS,
        "encoding": "msgpack" if number % 2 else "json",
    }
    if name in GRACE_SECONDS:
        options["session"] = name
        options["cancel_on_disconnect"] = True
        options["grace"] = GRACE_SECONDS[name]
    return options


def _task(work: Coroutine[object, object, None]) -> asyncio.Task[None]:
    return asyncio.create_task(work)


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
