"""All client connections: admission, sessions, and the queue of pending writes."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, final

from carbonex.engine import KeyRevoked
from carbonex.gateway.budget import Budget
from carbonex.gateway.feed.rendering import status_of
from carbonex.gateway.holds import Holds
from carbonex.gateway.session import Services, Session
from carbonex.gateway.session.limits import SessionLimits
from carbonex.gateway.session.revocations import Revocations
from carbonex.wire.channels import Frame

from .connection import TRANSPORT_BYTES
from .gate import SPARE_CONNECTIONS, Gate, Refusal


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from websockets.datastructures import Headers

    from carbonex.gateway.config import Limits
    from carbonex.gateway.feed import Feed
    from carbonex.gateway.historian import Historian
    from carbonex.gateway.server.host.clock import Clock
    from carbonex.gateway.server.metrics import Metrics
    from carbonex.gateway.venue import Venue

    from .connection import Connection
    from .handshake import Guest
    from .origins import Origins
    from .pages import Readiness


@final
class Clients:
    """All connections of a server; implements ``Host`` for them."""

    def __init__(
        self,
        limits: Limits,
        clock: Clock,
        metrics: Metrics,
        readiness: Callable[[], Readiness],
        origins: Origins | None = None,
        secret: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self.limits = limits
        self.clock = clock
        self.metrics = metrics
        self.holds = Holds(clock.now_ns)
        self.budget = Budget(limits.outboxes_bytes)
        self.transport_bytes = TRANSPORT_BYTES
        self.gate: Final = Gate(limits, origins)
        self._readiness = readiness
        self._secret = secret
        self._services: Services | None = None  # until the log is recovered
        self._schedule: Callable[[], None] = _nothing
        self._guests: dict[Guest, None] = {}  # oldest first
        self._connections: dict[Connection, str] = {}  # by connection: its id
        self._awake: dict[Connection, None] = {}  # ordered set: each once
        self._stalled: dict[Connection, None] = {}
        self._all_gone: asyncio.Future[None] | None = None
        self.ended = 0  # connections closed so far

    # Called by the server.

    def open(
        self,
        venue: Venue,
        feed: Feed,
        historian: Historian,
        schedule: Callable[[], None],
    ) -> None:
        """Accept WebSockets; ``schedule`` requests a pipeline turn."""
        limits = self.limits
        self._services = Services(
            venue,
            feed,
            SessionLimits(
                requests_per_second=limits.requests_per_second,
                burst=limits.burst,
                in_flight=limits.in_flight,
                participant_multiple=limits.participant_multiple,
                participant_in_flight=limits.participant_in_flight,
                stranger_requests_per_second=limits.stranger_requests_per_second,
                stranger_burst=limits.stranger_burst,
            ),
            historian,
            self.clock.now_ns,
            partial(self._secret, 32),
            self.gate.logins,
            errors=self.metrics.errors,
            holds=self.holds,
        )
        self._schedule = schedule
        revocations = Revocations(lambda: (each.session for each in self._connections))
        venue.watchers[KeyRevoked] = revocations.revoked

    def resume(self) -> None:
        """Read again from clients whose requests were answered.

        Round robin: a client that is paused again goes behind the others.
        """
        for connection in tuple(self._stalled):
            self._read_on(connection)

    def flush(self) -> int:
        """Write to every client with pending output, once each; return their number."""
        awake, self._awake = self._awake, {}
        for connection in awake:
            connection.flush()
            if connection in self._stalled:  # the output just written may be why
                self._read_on(connection)
        return len(awake)

    def watch(self) -> None:
        """Close clients that read none of their pending output; call once a second."""
        now_ns = self.clock.now_ns()
        for connection in tuple(self._connections):
            connection.watch(now_ns)

    def keep_alive(self) -> None:
        """Ping silent clients; drop those that stay silent."""
        for connection in tuple(self._connections):
            connection.keep_alive()

    def announce_shutdown(self) -> None:
        """Announce on the status channel that the venue shuts down."""
        if self._services is None:
            return  # stopped during the start: there are no clients yet
        for connection, connection_id in self._connections.items():
            status = status_of(self._services.venue, connection_id)
            connection.outbox.send(Frame("status", "update", [status]))

    def close_all(self, code: int, reason: str) -> None:
        """Close every connection after its pending output."""
        for connection in self._connections:
            connection.outbox.close(code, reason)
        self.flush()

    async def gone(self, seconds: float) -> None:
        """Wait until all connections are gone, at most ``seconds``."""
        if len(self):
            self._all_gone = asyncio.get_running_loop().create_future()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._all_gone, seconds)

    def abort_all(self) -> None:
        """Abort every connection at once."""
        for connection in tuple(self._connections):
            connection.abort()
        for guest in tuple(self._guests):
            guest.abort()

    def connections(self) -> Iterable[Connection]:
        """Return the WebSocket connections."""
        return self._connections

    def __len__(self) -> int:
        """Return the number of TCP connections."""
        return len(self._connections) + len(self._guests)

    # Called by connections and handshakes.

    def arrived(self, guest: Guest) -> bool:
        """Count a new TCP connection; return False if its address has far too many.

        Above the limit over all addresses, drop the oldest guest.
        """
        self._guests[guest] = None
        few = self.gate.entered(guest.address)
        if few and len(self) > self.limits.connections + SPARE_CONNECTIONS:
            oldest = next(iter(self._guests))
            self.departed(oldest)
            oldest.abort()
        return few

    def departed(self, guest: Guest) -> None:
        """Forget a guest that disconnected or became a ``Connection``."""
        if guest in self._guests:
            del self._guests[guest]
            self.gate.left(guest.address)
        self._count()

    def requested(self, guest: Guest) -> Refusal | None:
        """Count a handshake; return the refusal, or None."""
        return self.gate.request(guest.address, self.clock.now_ns())

    def refusal(self, guest: Guest, headers: Headers) -> Refusal | None:
        """Return why this request cannot open a WebSocket now, or None."""
        unwelcome = self.gate.websocket(guest.address, headers)
        if unwelcome is not None:
            return unwelcome
        ready, text = self._readiness()
        if not ready or self._services is None:
            return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, text)
        if len(self._connections) >= self.limits.connections:
            self.metrics.refused += 1
            text = f"all {self.limits.connections} connections are taken; try later"
            return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, text)
        return None

    def open_session(self, connection: Connection) -> Session:
        """Create the session that answers through ``connection.outbox``."""
        assert self._services is not None
        connection_id = self._secret(8).hex()
        self._connections[connection] = connection_id
        self.gate.entered(connection.address)
        self.metrics.connections_total += 1
        self.metrics.connections = len(self._connections)
        return Session(
            self._services, connection.outbox, connection_id, connection.address
        )

    def wake(self, connection: Connection) -> None:
        """Schedule ``connection.flush`` and a pipeline turn."""
        awake = self._awake
        if not awake:  # otherwise a turn is pending already, which flushes all of them
            self._schedule()
        awake[connection] = None

    def stalled(self, connection: Connection) -> None:
        """Schedule ``connection.resume`` for when requests have been answered."""
        self._stalled[connection] = None

    def resumed(self, connection: Connection) -> None:
        """Let the feed catch up with a client that reads again."""
        if self._services is not None:
            self._services.feed.resumed(connection.outbox, self.clock.now_ns())
            connection.session.resumed()

    def lost(self, connection: Connection) -> None:
        """Forget a closed connection; its end may create commands for the log."""
        self._schedule()
        del self._connections[connection]
        self.gate.left(connection.address)
        self._awake.pop(connection, None)
        self._stalled.pop(connection, None)
        self.metrics.connections = len(self._connections)
        self.ended += 1
        self._count()

    def _read_on(self, connection: Connection) -> None:
        if not connection.waits:
            del self._stalled[connection]
            connection.resume()

    def _count(self) -> None:
        waiter = self._all_gone
        if waiter is not None and not len(self) and not waiter.done():
            waiter.set_result(None)


def _nothing() -> None:
    """Do nothing: there is no venue yet."""
