"""Asking the venue and waiting for its answer: what all parts of a venue share."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeVar

from .client import State
from .errors import ConnectionLost


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.wire.requests import Params

    from .client import Client
    from .reply import Reply


T = TypeVar("T")

# The venue stops reading from a connection with about as many unanswered
# requests. Policy: who asks beyond that waits for its turn.
MAX_IN_FLIGHT: Final = 1_000


class Link(Protocol):
    """What carries a client's frames: a WebSocket, or a simulation of one."""

    def flush(self) -> None:
        """Send what the client has to send."""

    def abort(self, reason: str) -> None:
        """Drop the connection and tell the client."""


class Timeouts(NamedTuple):
    """How long things may take, in seconds.

    ``order``: an order or amendment carries a deadline that long after it was
    sent, and the venue refuses it later (DEADLINE_PASSED). A stalled path
    cannot make it trade at a price of long ago, and the fate of one whose
    answer was lost is certain after that time.

    ``answer``: a connection that leaves a request unanswered for that long is
    given up as lost. It is also how long a query waits for a connection.
    """

    order: float = 5.0
    answer: float = 10.0


class Requester:
    """Sends requests through one client and link, and awaits their answers."""

    def __init__(self, client: Client, link: Link, timeouts: Timeouts) -> None:
        self._client = client
        self._link = link
        self._timeouts = timeouts
        self._slots = asyncio.Semaphore(MAX_IN_FLIGHT)

    async def wait_online(self) -> None:
        """Return when the venue can be asked.

        Raises:
            CarbonexError: If the connection was given up for good.

        """
        client = self._client
        while client.state is not State.ONLINE:
            if client.error is not None:
                raise client.error
            await client.changed.wait()

    async def _ask(self, params: Params, convert: Callable[[Any], T]) -> T:
        """Return ``convert`` of the answer to a request.

        Raises:
            VenueError: If it was refused.
            ConnectionLost: If no answer came.

        """
        async with self._slots:
            reply = self._client.request(params, convert)
            self._link.flush()
            try:
                async with asyncio.timeout(self._timeouts.answer):
                    return await reply.wait()
            except TimeoutError:
                self._give_up(reply)
                return await reply.wait()
            finally:
                self._client.withdraw(reply)

    def _give_up(self, reply: Reply[Any]) -> None:
        """Let a reply fail that has waited too long, with its connection."""
        reason = f"no answer within {self._timeouts.answer} s"
        if self._client.state is not State.OFFLINE:
            self._link.abort(reason)
        if reply.error is None:  # a query, which would wait for the next connection
            reply.fail(ConnectionLost(reason))


def as_it_is(answer: T) -> T:
    """Convert an answer that needs no conversion."""
    return answer


def nothing(_: object) -> None:
    """Convert the answer of a method that tells nothing but success."""
