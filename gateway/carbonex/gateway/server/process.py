"""The server as a process: its signals, its memory, and its follower."""

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
    """Serve the venue until SIGTERM or SIGINT; run it in a uvloop of its own.

    The first one decides; from then on, and for good, signals are ignored. SIGHUP
    renews the certificate, and without one does nothing.

    ``watch`` runs while it recovers, ``ready`` is called once clients can
    connect. When it returns, everything that was answered is in the log, and a
    snapshot beside it.

    Raises:
        ServerFailed: If something else ended it. What was answered is in the
            log all the same, and the next start brings it back.
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
    """Ignore signals once the block is over, for good.

    All that is left of the process then is its exit: who asks for it again must
    not spoil its code.
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
    """Keep the garbage collector out of the way of recovery and trading.

    Neither trading nor ended connections make cycles (tests count), so that
    nothing grows without the collector.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextlib.asynccontextmanager
async def _collecting_when_idle(server: Server) -> AsyncIterator[None]:
    """Collect what connections and their ends may have left, in idle seconds only.

    What was there at the start, or was looked at once, is frozen and never looked
    at again: a million orders take a second, half a million executions half of one.
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
