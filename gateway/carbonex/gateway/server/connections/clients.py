"""Everybody who is connected: admission, sessions, and who has something to write."""

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
    """The connections of one server; the host of each."""

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
        self._connections: dict[Connection, str] = {}  # with their ids
        self._awake: dict[Connection, None] = {}  # in order; each once
        self._stalled: dict[Connection, None] = {}
        self._all_gone: asyncio.Future[None] | None = None
        self.ended = 0  # connections, so far

    # What the server does.

    def open(
        self,
        venue: Venue,
        feed: Feed,
        historian: Historian,
        schedule: Callable[[], None],
    ) -> None:
        """Let WebSockets in; ``schedule`` has the venue turn before long."""
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
        """Read on from clients whose requests were answered.

        They take turns: who has to wait again waits behind the others.
        """
        for connection in tuple(self._stalled):
            self._read_on(connection)

    def flush(self) -> int:
        """Write to everybody for whom something waits, one write each; count them."""
        awake, self._awake = self._awake, {}
        for connection in awake:
            connection.flush()
            if connection in self._stalled:  # it may have been for what now is written
                self._read_on(connection)
        return len(awake)

    def watch(self) -> None:
        """Close those who take nothing of what waits for them; once a second."""
        now_ns = self.clock.now_ns()
        for connection in tuple(self._connections):
            connection.watch(now_ns)

    def keep_alive(self) -> None:
        """Ping the silent ones, drop those that stay silent."""
        for connection in tuple(self._connections):
            connection.keep_alive()

    def announce_shutdown(self) -> None:
        """Tell everybody, on the status channel, that the venue shuts down."""
        if self._services is None:
            return  # stopped while it was starting: nobody has been let in yet
        for connection, connection_id in self._connections.items():
            status = status_of(self._services.venue, connection_id)
            connection.outbox.send(Frame("status", "update", [status]))

    def close_all(self, code: int, reason: str) -> None:
        """Close every connection after what waits for it."""
        for connection in self._connections:
            connection.outbox.close(code, reason)
        self.flush()

    async def gone(self, seconds: float) -> None:
        """Wait until nobody is connected any more, but not longer than that."""
        if len(self):
            self._all_gone = asyncio.get_running_loop().create_future()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._all_gone, seconds)

    def abort_all(self) -> None:
        """End every connection at once."""
        for connection in tuple(self._connections):
            connection.abort()
        for guest in tuple(self._guests):
            guest.abort()

    def connections(self) -> Iterable[Connection]:
        """Return those that speak WebSocket."""
        return self._connections

    def __len__(self) -> int:
        """Return how many TCP connections there are."""
        return len(self._connections) + len(self._guests)

    # What connections and handshakes ask for.

    def arrived(self, guest: Guest) -> bool:
        """Count a new TCP connection; False if its address has far too many.

        For one too many of all addresses the guest that came first has to go.
        """
        self._guests[guest] = None
        few = self.gate.entered(guest.address)
        if few and len(self) > self.limits.connections + SPARE_CONNECTIONS:
            oldest = next(iter(self._guests))
            self.departed(oldest)
            oldest.abort()
        return few

    def departed(self, guest: Guest) -> None:
        """Forget one that ended, or went on as something else."""
        if guest in self._guests:
            del self._guests[guest]
            self.gate.left(guest.address)
        self._count()

    def requested(self, guest: Guest) -> Refusal | None:
        """Count a handshake; return why it is refused, if it is."""
        return self.gate.request(guest.address, self.clock.now_ns())

    def refusal(self, guest: Guest, headers: Headers) -> Refusal | None:
        """Return why this request cannot open a WebSocket now, if so."""
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
        """Return the session that speaks through ``connection.outbox``."""
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
        """Have ``connection.flush`` called, and the venue turned, before long."""
        awake = self._awake
        if not awake:  # or a turn is coming, which flushes all that are
            self._schedule()
        awake[connection] = None

    def stalled(self, connection: Connection) -> None:
        """Have ``connection.resume`` called when requests have been answered."""
        self._stalled[connection] = None

    def resumed(self, connection: Connection) -> None:
        """Let the feed catch up with a client that reads again."""
        if self._services is not None:
            self._services.feed.resumed(connection.outbox, self.clock.now_ns())
            connection.session.resumed()

    def lost(self, connection: Connection) -> None:
        """Forget a connection that ended; the log may have to hear of it."""
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
    """Turn nothing: there is no venue yet."""
