"""The common base of the demo's traders: requests that survive a venue failure."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, TypeVar

from carbonex.sdk import (
    BatchStateUnknown,
    ConnectionLost,
    Order,
    OrderStateUnknown,
    VenueError,
)


if TYPE_CHECKING:
    from collections.abc import Awaitable
    from random import Random

    from carbonex.sdk import Venue

    from .evidence import Evidence


T = TypeVar("T")


class Trader:
    """One company: its connection, its account of the same name, and its state.

    ``interruptions`` counts how often the connection broke with a request in flight.
    It is incremented only once the fate of every order in that request is known.
    """

    def __init__(
        self, venue: Venue, evidence: Evidence, random: Random, ending: asyncio.Event
    ) -> None:
        self.venue = venue
        self.account = venue.accounts[0]
        self.interruptions = 0
        self._evidence = evidence
        self._random = random
        self._ending = ending

    @property
    def working(self) -> bool:
        """Whether trading continues."""
        return not self._ending.is_set()

    async def pause(self, seconds: float) -> None:
        """Wait, but no longer than until trading ends."""
        try:
            async with asyncio.timeout(seconds):
                await self._ending.wait()
        except TimeoutError:
            return

    async def follow_executions(self) -> None:
        """Record every execution from the account's first, across interruptions."""
        async for execution in self.venue.executions(from_seq=1):
            self._evidence.executed(execution)

    async def ask(self, request: Awaitable[T], commands: int = 1) -> T | None:
        """Return the answer to ``request``, or None if it was refused or lost."""
        self._evidence.asked.set()
        began = time.perf_counter_ns()
        try:
            answer = await request
        except VenueError:
            self._evidence.answered(time.perf_counter_ns() - began, commands)
            self._evidence.refused += commands
            return None
        except ConnectionLost as lost:
            await self._find_out(lost)
            return None
        self._evidence.answered(time.perf_counter_ns() - began, commands)
        return answer

    async def place(self, request: Awaitable[Order]) -> Order | None:
        """Return the order that ``request`` placed, or None if it placed no order."""
        order = await self.ask(request)
        if order is not None:
            self._evidence.placed(order)
        return order

    async def _find_out(self, lost: ConnectionLost) -> None:
        """Wait for the venue and learn the fate of the orders in flight."""
        found: list[Order | None] = []
        if isinstance(lost, OrderStateUnknown):
            found.append(await lost.resolve())
        elif isinstance(lost, BatchStateUnknown):
            found.extend(await lost.resolve())
        for order in found:
            self._evidence.found[
                "never arrived" if order is None else "had happened"
            ] += 1
            if order is not None:
                self._evidence.placed(order)
        await self.venue.wait_online()
        if lost.sent:
            self._evidence.unanswered += 1
            self.interruptions += 1
