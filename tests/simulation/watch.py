"""Checks the live server against true time, which only the simulation knows."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Final, final

from carbonex.gateway.server.connections.connection import Connection
from carbonex.gateway.session.states import CLOSED

from .host import CONFIG
from .link import End
from .loop import SECOND_NS


if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sized

    from carbonex.gateway.server.server import Server
    from carbonex.gateway.session.session import Session

    from .loop import Process
    from .world import World

    # What is wrong, its check, and how long it may last.
    Wrongs = tuple[Hashable, tuple[str, int]]


LOOK_SECONDS: Final = 0.1

# How long each condition may last, by true time, before it is a finding. A commit may
# take a second. The venue pings a connection that was silent between two looks, and
# drops it at the look after that. It evicts a connection that takes nothing of the
# data waiting for it.
LATE_NS: Final = 2 * SECOND_NS
SILENT_NS: Final = int(2 * CONFIG.limits.ping_seconds * SECOND_NS) + LATE_NS // 2
SLOW_NS: Final = int((CONFIG.limits.slow_seconds + 1.5) * SECOND_NS)

# Tolerance for a clock that is read in whole microseconds.
UNEVEN_NS: Final = 2_000


def _sessions(server: Server) -> list[Session]:
    return [connection.session for connection in server.clients._connections]


def _is_unheard(end: End) -> bool:
    """Return whether the venue reads a connection but hears nothing from it."""
    connection = end.get_protocol()
    if not isinstance(connection, Connection):
        return True  # not open yet: the handshake's limit is shorter
    is_read = not (connection.session.wants_pause or connection._is_overfull())
    return is_read and not connection._heard


@final
class Watch:
    """Looks ten times a second; a condition that lasts too long is a finding."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._server: Server | None = None
        self._ahead_ns = 0  # the server clock's lead over true time
        self._since: dict[Hashable, int] = {}

    def start(self) -> None:
        """Start to look."""
        self._world.process("watch", self._look_on)

    async def _look_on(self, _process: Process) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            server = self._world.host.server
            if server is not self._server:
                self._begin(server)
            elif server is not None:
                self._look(server)

    def _begin(self, server: Server | None) -> None:
        """Start over with a new server, whose clock may have an error of its own."""
        self._server, self._since = server, {}
        if server is not None:
            host = self._world.host
            self._ahead_ns = server.clock.now_ns() - self._world.turns.now_ns
            if abs(self._ahead_ns - host.true_ns) > SECOND_NS:
                self._world.record.count("lives by a wrong clock")

    def _look(self, server: Server) -> None:
        fail, now_ns = self._world.record.fail, self._world.turns.now_ns
        ahead_ns = server.clock.now_ns() - now_ns
        if abs(ahead_ns - self._ahead_ns) > UNEVEN_NS:
            fail("the clock goes evenly", f"{ahead_ns} and {self._ahead_ns} ahead")
        wrong_now = dict(self._wrong(server))
        self._since = {what: self._since.get(what, now_ns) for what in wrong_now}
        for what, since_ns in self._since.items():
            check, most_ns = wrong_now[what]
            if now_ns - since_ns >= most_ns:
                fail(check, f"{what} for {(now_ns - since_ns) / SECOND_NS:.1f} s")

    def _wrong(self, server: Server) -> Iterator[Wrongs]:
        """Yield conditions that must not last, with their check and time limit."""
        exchange = server.venue.exchange
        due_ns = exchange.next_due()
        if due_ns is not None and due_ns <= server.clock.now_ns():
            yield ("due", due_ns), ("timers fire by true time", LATE_NS)
        if exchange.goes_on:
            at = "slices", exchange.seq
            yield at, ("slices go on by themselves", LATE_NS)
        yield from self._wrong_keys(server)
        yield from self._wrong_shares(server)
        yield from self._wrong_readers(server)
        there = set(server.clients._connections.values())
        for session in exchange.sessions.values():
            if not session.ends_ns and session.connection not in there:
                who = "gone", session.connection
                yield who, ("who is gone is noticed", LATE_NS)
        for link in self._world.network.links:
            near, far = link.near, link.far
            ours = far.process is self._world.host.process and not far.lost
            gone = near.lost or near._silent or not near.process.alive
            if ours and gone and _is_unheard(far):
                yield link, ("silent connections end", SILENT_NS)

    def _wrong_keys(self, server: Server) -> Iterator[Wrongs]:
        """Check that a revoked key's session ends once its commands are answered."""
        for session in _sessions(server):
            key = session.who.key
            if key is None or not key.revoked or session.pending.requests:
                continue
            if session.outbox.closing is None and session.state is not CLOSED:
                yield ("key", key.key_id), ("a revoked key's line ends", 0)

    def _wrong_readers(self, server: Server) -> Iterator[Wrongs]:
        """Check that a client that reads none of its messages is evicted."""
        for connection in server.clients._connections:
            end = connection._transport
            waits = end.get_write_buffer_size()
            if waits and connection.outbox.closing is None and not end.is_closing():
                assert isinstance(end, End)
                slow = "slow", end, end.written - waits
                yield slow, ("who takes nothing is evicted", SLOW_NS)

    def _wrong_shares(self, server: Server) -> Iterator[Wrongs]:
        """Check a participant's count of commands in flight against its connections."""
        services = server.clients._services
        assert services is not None
        held: Counter[str] = Counter()
        for session in _sessions(server):
            held[session.outbox.owner] += sum(
                1 for request in session.pending.requests if isinstance(request, tuple)
            )
        for name, share in services.shares._participants.items():
            if share.in_flight != held[name]:
                what = "share", name, share.in_flight, held[name]
                yield what, ("in flight is what connections have", 0)


def left_behind(server: Server) -> list[str]:
    """Return what a server still holds of clients that are all gone."""
    clients, venue = server.clients, server.venue
    services = clients._services
    assert services is not None
    shares = services.shares._participants.values()
    kept: dict[str, Sized] = {
        "connections": clients._connections,
        "guests": clients._guests,
        "awake": clients._awake,
        "stalled": clients._stalled,
        "addresses": clients.gate._open,
        "subscriptions": server._feed._followed,
        "session names": services.roster._holders,
        "unsettled names": services.roster._unsettled,
        "questions": range(server.historian.waiting),
        "commands": range(venue.waiting),
        "commands in flight": range(sum(share.in_flight for share in shares)),
    }
    return [f"{name}: {len(things)}" for name, things in kept.items() if things]
