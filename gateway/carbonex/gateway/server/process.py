"""The server process: signals, garbage collection, and the follower process."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from typing import TYPE_CHECKING

import structlog

from carbonex.gateway.holds import COLLECTOR

from .host.descriptors import make_room
from .readers.follower_process import FollowerProcess
from .server import Server
from .starting.recovering import report


if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from carbonex.gateway.config import Config

    from .starting.recovering import Watch


_log = structlog.get_logger("carbonex.gateway")


async def serve(
    directory: Path,
    config: Config,
    *,
    ready: Callable[[Server], None],
    accept_time: bool = False,
    watch: Watch = report,
) -> None:
    """Serve the venue until SIGTERM or SIGINT; run it in its own uvloop.

    The first of these signals starts the shutdown; from then on all signals are
    ignored. SIGHUP reloads the certificate and key; without TLS it does nothing.

    ``watch`` runs during recovery. ``ready`` is called once clients can connect. On
    return, everything that was answered is in the log, and a snapshot is saved beside
    it.

    Raises:
        ServerFailed: If an error ended the venue. Everything that was answered is in
            the log all the same, and the next start restores it.
        LogError, ClockError, OSError: As ``Server.start``.

    """
    warning = make_room(config.limits.connections)
    if warning:
        _log.warning("file descriptors", warning=warning)
    async with (
        _deaf_at_the_end(),
        FollowerProcess(
            directory, config.snapshots
        ) as follower,  # it outlives the server
        _no_collector(),
        Server.start(directory, config, accept_time=accept_time, watch=watch) as server,
        _collecting_when_idle(server),
    ):
        await follower.start()
        server.follower = follower
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.request_stop)
        loop.add_signal_handler(signal.SIGHUP, server.encryption.renew)
        ready(server)
        await server.wait()


@contextlib.asynccontextmanager
async def _deaf_at_the_end() -> AsyncIterator[None]:
    """Ignore signals for good once the block has ended.

    Only the process exit is left then: a repeated signal must not change its exit code.
    """
    loop = asyncio.get_running_loop()
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_IGN)


@contextlib.asynccontextmanager
async def _no_collector() -> AsyncIterator[None]:
    """Keep the garbage collector from interrupting recovery and trading.

    Neither trading nor closed connections create reference cycles (tests count them),
    so memory does not grow without the collector.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextlib.asynccontextmanager
async def _collecting_when_idle(server: Server) -> AsyncIterator[None]:
    """Collect garbage that connections may have left, in idle seconds only.

    Freeze all objects that exist at the start or were scanned once: they are never
    scanned again. A scan takes a second for a million orders, and half a second for
    half a million executions.
    """
    gc.freeze()
    task = asyncio.create_task(_collect(server))
    try:
        yield
    finally:
        task.cancel()
        gc.unfreeze()


async def _collect(server: Server) -> None:
    seq, collected = 0, 0
    while True:
        await asyncio.sleep(1)
        idle = seq == server.venue.exchange.seq
        seq, ended = server.venue.exchange.seq, server.clients.ended
        if idle and ended > collected:
            holds = server.clients.holds
            holds.begin()
            gc.collect()
            gc.freeze()
            if held_ns := holds.lap():
                holds.tell(COLLECTOR, held_ns)
            collected = ended
