"""Send requests to the venue and await the answers; shared by all its parts."""

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

# The venue stops reading from a connection with about this many unanswered requests.
# Policy: further callers wait for their turn.
MAX_IN_FLIGHT: Final = 1_000


class Link(Protocol):
    """The carrier of a client's frames: a WebSocket, or a simulation of one."""

    def flush(self) -> None:
        """Send the client's pending frames."""

    def abort(self, reason: str) -> None:
        """Drop the connection and notify the client."""


class Timeouts(NamedTuple):
    """Time limits in seconds.

    ``order``: the deadline of an order or amendment, counted from sending. The venue
    refuses it after that (DEADLINE_PASSED). A stalled connection therefore cannot make
    it trade at an outdated price, and the outcome of a request whose answer was lost is
    certain after that time.

    ``answer``: a connection that leaves a request unanswered for this long is treated
    as lost. A query also waits this long for a connection.
    """

    order: float = 5.0
    answer: float = 10.0


class Requester:
    """Sends requests through a client and a link, and awaits their answers."""

    def __init__(self, client: Client, link: Link, timeouts: Timeouts) -> None:
        self._client = client
        self._link = link
        self._timeouts = timeouts
        self._slots = asyncio.Semaphore(MAX_IN_FLIGHT)

    async def wait_online(self) -> None:
        """Return once the venue accepts requests.

        Raises:
            CarbonexError: If the connection was given up for good.

        """
        client = self._client
        while client.state is not State.ONLINE:
            if client.error is not None:
                raise client.error
            await client.changed.wait()

    async def _ask(self, params: Params, convert: Callable[[Any], T]) -> T:
        """Send a request and return its answer, converted by ``convert``.

        Raises:
            VenueError: If the request was refused.
            ConnectionLost: If no answer arrived.

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
        """Fail a reply that has waited too long, and drop its connection."""
        reason = f"no answer within {self._timeouts.answer} s"
        if self._client.state is not State.OFFLINE:
            self._link.abort(reason)
        if reply.error is None:  # a query would wait for the next connection
            reply.fail(ConnectionLost(reason))


def as_it_is(answer: T) -> T:
    """Return the answer unchanged."""
    return answer


def nothing(_: object) -> None:
    """Discard the answer of a method that returns only success."""
