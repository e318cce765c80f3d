"""A venue's process behind a cable, which is killed while an answer is under way."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from carbonex.sdk import (
    BatchStateUnknown,
    BidStateUnknown,
    BlockStateUnknown,
    OrderStateUnknown,
    Timeouts,
    Venue,
    connect,
)
from gateway.simulated_days import ns
from sdk.market import Cable, until
from venue_process import VenueProcess


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path


FIRST_DAY, SECOND_DAY = ns("2026-07-29 09:31:00"), ns("2026-07-30 09:31:00")
RESTARTS = {"same day": FIRST_DAY, "next day": SECOND_DAY}


class Stage:
    """A venue's process, a cable to it, and what was done before the accident."""

    def __init__(self, directory: Path, keys: dict[str, Path], cable: Cable) -> None:
        self.directory = directory
        self.keys = keys
        self.cable = cable
        self.stack = contextlib.AsyncExitStack()
        self.process: VenueProcess

    async def start(self, at_ns: int) -> None:
        self.process = await self.stack.enter_async_context(
            VenueProcess(self.directory, at_ns)
        )
        self.cable.target = self.process.port

    def connected(
        self, name: str, *, by_cable: bool = False
    ) -> contextlib.AbstractAsyncContextManager[Venue]:
        port = self.cable.port if by_cable else self.process.port
        return connect(
            f"ws://127.0.0.1:{port}", self.keys[name], timeouts=Timeouts(order=1.0)
        )

    async def accident(
        self,
        doing: Awaitable[Any],
        *,
        arrived: Callable[[], Awaitable[bool]],
        arrives: bool = True,
        at_ns: int,
    ) -> Any:
        """Lose the answer of ``doing``, kill the venue and start it again.

        ``arrived`` tells whether the venue has done it, unless the request itself
        is lost and never ``arrives``. Return the error.
        """
        cable = self.cable
        cable.requests_held, cable.answers_held = not arrives, arrives
        task = asyncio.ensure_future(doing)
        if arrives:
            while not await arrived():  # noqa: ASYNC110 - nobody announces it
                await asyncio.sleep(0.005)
        else:
            await until(cable.holds_something)
        await self.process.kill()
        cable.cut(both_ends=True)
        cable.requests_held = False
        with pytest.raises(
            (OrderStateUnknown, BatchStateUnknown, BlockStateUnknown, BidStateUnknown)
        ) as caught:
            await task
        await self.start(at_ns)
        return caught.value


both = pytest.mark.parametrize("arrives", [True, False], ids=["arrived", "lost"])
when = pytest.mark.parametrize("at_ns", RESTARTS.values(), ids=RESTARTS)
