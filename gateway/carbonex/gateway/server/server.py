"""The server: a venue's log, pipeline, clients and timers, from start to stop."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING, Final, final

import structlog

from carbonex.engine import Rejected
from carbonex.gateway.feed.premium import pairs_of
from carbonex.gateway.market import load_market
from carbonex.journal import (
    HISTORY_NAME,
    SnapshotStore,
    UnappliableRowError,
    open_to_others,
)
from carbonex.wire.closing import CloseCode

from .connections.clients import Clients
from .connections.handshake import Handshake
from .connections.origins import Origins
from .connections.pages import Pages, Readiness
from .connections.tls import Encryption
from .connections.tls_handshake import TlsHandshake
from .days import TradingDays
from .figures import figures
from .host.clock import Clock
from .host.machine import Machine
from .housekeeping import Housekeeping
from .metrics import Metrics
from .pipeline import Pipeline
from .readers.historian import FileHistorian
from .starting.listing import follow_market
from .starting.modes import tighten
from .starting.opening import (
    clock_file,
    open_log,
    open_venue,
    take_snapshot,
)
from .starting.recovering import Recovery, report
from .starting.timing import StartTime


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from carbonex.gateway.config import Config
    from carbonex.gateway.market import Market
    from carbonex.journal import SegmentLog

    from .readers.follower_process import FollowerProcess
    from .starting.recovering import Watch


# Connections that the kernel queues while the loop is busy.
BACKLOG: Final = 1024

# Readiness text after a failure. The error itself may name files: only the log has it.
FAILED: Final = "failed; the server's log says why"

_log = structlog.get_logger("carbonex.gateway")


class ServerFailed(Exception):  # noqa: N818 - it says what happened
    """The venue had to stop. All answered commands are in the log: restart it."""


@final
class Server:
    """One venue on one port, in the running event loop.

    Created by ``start``. ``market`` holds the trading rules, ``port`` is the listening
    port, ``venue`` is the pipeline onto the exchange, ``failure`` is the error that
    ended the server, or None.
    """

    def __init__(
        self,
        directory: Path,
        config: Config,
        market: Market,
        log: SegmentLog,
        machine: Machine,
        encryption: Encryption,
    ) -> None:
        self.config = config
        self.encryption: Final = encryption
        self.market = market
        self.port = 0
        self.failure: Exception | None = None
        self.log = log
        self._machine = machine
        self.snapshots = SnapshotStore(directory, machine.disk)
        self.clock = Clock(machine.wall_ns, machine.monotonic_ns)
        self.recovery = Recovery()
        self.follower: FollowerProcess | None = None
        self._clock_file = clock_file(directory, machine)
        self._metrics = Metrics(partial(figures, self))
        self.clients = Clients(
            config.limits,
            self.clock,
            self._metrics,
            self.readiness,
            Origins(config.listen, "https" if encryption.on else "http"),
            machine.secret,
        )
        self.historian = FileHistorian(directory / HISTORY_NAME, log, self._resume)
        self._state = Readiness(ready=False, text="")
        self._ticking: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()
        self._stopped = False

    @classmethod
    @contextlib.asynccontextmanager
    async def start(
        cls,
        directory: Path,
        config: Config,
        *,
        accept_time: bool = False,
        machine: Machine | None = None,
        watch: Watch = report,
    ) -> AsyncIterator[Server]:
        """Recover the venue, serve it until the block ends, then stop it.

        The port answers /health and /ready from the beginning. WebSockets are accepted
        once the venue is recovered and the block begins. ``watch`` runs during recovery
        and is then cancelled.

        Raises:
            ConfigError: If the market file or a TLS file is unusable, or this venue
                cannot follow the market file.
            LogError: If the log belongs to another venue, or is locked, damaged or
                unreadable.
            ClockError: If an operator must confirm the clock; see ``check_jump``.
            OSError: If the address cannot be bound.
            ServerFailed: If the log fails at once.

        """
        market = load_market(config.market, directory)
        encryption = Encryption(directory, config)
        for warning in (*tighten(directory), *open_to_others(directory)):
            _log.warning("files", warning=warning)
        machine = machine or Machine()
        log = await asyncio.to_thread(open_log, directory, config, machine.disk)
        with contextlib.closing(log):
            server = cls(directory, config, market, log, machine, encryption)
            encryption.report_weaknesses()
            # The clock must be set before the first client is rate-limited by it.
            known = server._clock_file.known()
            time = StartTime(server.clock, known, accept_time=accept_time)
            async with server._listening():
                await server._recover(watch)
                time.check(server.venue.exchange)
                try:
                    await server._open()
                    yield server
                finally:
                    await server.stop()

    async def wait(self) -> None:
        """Wait until ``request_stop`` is called.

        Raises:
            ServerFailed: If an error ends the venue.

        """
        await self._ended.wait()
        if self.failure is not None:
            raise ServerFailed(str(self.failure)) from self.failure

    def readiness(self) -> Readiness:
        """Return whether commands are accepted, and the reason if not."""
        if self._state.text:
            return self._state
        return Readiness(ready=False, text=str(self.recovery))

    def request_stop(self) -> None:
        """Make ``wait`` return; for signal handlers."""
        self._ended.set()

    async def stop(self) -> None:
        """Answer accepted commands, save a snapshot and close all connections.

        After a failure, only close the connections: the next start reads from the log
        which commands are durable.

        Raises:
            OSError: If the snapshot cannot be written; the log is complete.

        """
        if self._stopped:
            return
        self._stopped = True
        try:
            if self.failure is None:
                await self._finish()
        finally:
            if self._ticking is not None:
                self._ticking.cancel()
            self._pipeline.stop()
            self.historian.stop()
        if self.failure is None:
            await self._keep_snapshot()
            self.clients.close_all(CloseCode.GOING_AWAY, "server shutdown")
        await self.clients.gone(self.config.limits.close_seconds)
        _log.info("stopped", seq=self.venue.exchange.seq, position=self.venue.position)

    async def _keep_snapshot(self) -> None:
        """Save a snapshot; without it the next start only takes longer."""
        try:
            path = await asyncio.to_thread(take_snapshot, self.venue, self.snapshots)
        except OSError as error:
            _log.warning("no snapshot", reason=str(error))
        else:
            _log.info("snapshot kept", path=str(path), position=self.venue.position)

    @contextlib.asynccontextmanager
    async def _listening(self) -> AsyncIterator[None]:
        """Accept connections; abort the remaining ones when the block ends."""
        pages = Pages(self.config.venue, self._metrics, self.readiness)
        listen, tls = self.config.listen, self.encryption.context

        def greet() -> Handshake | TlsHandshake:
            if tls is None:
                return Handshake(self.clients, pages)
            return TlsHandshake(self.clients, pages, tls)

        listener = await asyncio.get_running_loop().create_server(
            greet,
            listen.host,
            listen.port,
            backlog=BACKLOG,
        )
        self.port = listener.sockets[0].getsockname()[1]
        _log.info("listening", host=listen.host, port=self.port)
        try:
            yield
        finally:
            listener.close()
            self.clients.abort_all()

    async def _recover(self, watch: Watch) -> None:
        """Recover the venue in a thread, so that HTTP pages are served meanwhile."""
        async with self.recovery.watched(watch):
            opened = await asyncio.to_thread(
                open_venue,
                self.log,
                self.snapshots,
                self.config,
                pairs_of(self.market),
                self.recovery,
            )
        self.venue, self._feed = opened.venue, opened.feed
        for warning in (*self.log.warnings, *opened.warnings):
            _log.warning("recovery", warning=warning)
        _log.info(
            "recovered",
            snapshot=self.recovery.snapshot,
            commands=self.recovery.commands,
            seconds=round(self.recovery.seconds, 3),
            seq=self.venue.exchange.seq,
            position=self.venue.position,
            digest=opened.digest.hex(),
        )

    async def _open(self) -> None:
        """Begin a new epoch, apply the market file, and begin the trading day."""
        venue, feed = self.venue, self._feed
        day = venue.exchange.day
        self._pipeline = pipeline = Pipeline(
            venue,
            self.log,
            self.clients,
            self._machine,
            self._fail,
        )
        pipeline.pump()
        await pipeline.drain()
        venue.watchers[Rejected] = self._metrics.rejected
        self.clients.open(venue, feed, self.historian, pipeline.schedule)
        await follow_market(self.market, venue, pipeline.drain)
        if self.config.days.mode == "calendar":
            days = TradingDays(self.market)
            pipeline.day_to_begin = days.to_begin
            pipeline.pump()
            await pipeline.drain()
            days.announce(venue.exchange, self.clock.now_ns())
        housekeeping = Housekeeping(
            venue,
            feed,
            self.clients,
            pipeline,
            self._clock_file,
            self.log,
        )
        housekeeping.day = day
        self._ticking = asyncio.create_task(housekeeping.run())
        self._ticking.add_done_callback(self._ticked_out)
        if self.failure is not None:
            raise ServerFailed(str(self.failure)) from self.failure
        self._state = Readiness(ready=True, text="online")
        _log.info("online", venue=venue.name, epoch=venue.epoch, day=venue.exchange.day)

    def _resume(self) -> None:
        """Read again from paused clients, and process their commands."""
        self.clients.resume()
        self._pipeline.schedule()

    async def _finish(self) -> None:
        """Answer accepted commands, and log the resulting state digest."""
        self._state = Readiness(ready=False, text="shutting down")
        _log.info("shutting down", connections=len(self.clients))
        self.venue.draining = True
        self.clients.announce_shutdown()
        self.venue.state_digest()
        await self._pipeline.drain()

    def _fail(self, error: Exception) -> None:
        """Stop at once; answer nothing: batches in flight may or may not be durable."""
        if self.failure is None:
            self.failure = error
            self._state = Readiness(ready=False, text=FAILED)
            seq = self.venue.exchange.seq
            figures = error.figures if isinstance(error, UnappliableRowError) else {}
            _log.critical("failed", exc_info=error, seq=seq, **figures)
            self.clients.close_all(CloseCode.INTERNAL_ERROR, "internal error")
            self._ended.set()

    def _ticked_out(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            assert isinstance(error, Exception)
            self._fail(error)
