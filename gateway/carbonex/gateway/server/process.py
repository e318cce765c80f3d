"""The server as a process: its signals, its memory, and its follower."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import sys
from typing import TYPE_CHECKING, Final, final

import structlog

from .descriptors import make_room
from .server import Server


if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path
    from typing import Self

    from carbonex.gateway.config import Config


# A closed connection leaves a kilobyte or two of cycles behind. They are
# collected in an idle second, or when there are so many that it has to be.
MANY_ENDED: Final = 2000
FOLLOWER_SECONDS: Final = 10.0  # how long it may take to end

_log = structlog.get_logger("carbonex.gateway")


async def serve(
    directory: Path,
    config: Config,
    *,
    ready: Callable[[Server], None],
    accept_time: bool = False,
) -> None:
    """Serve the venue until SIGTERM or SIGINT; run it in a uvloop of its own.

    The first one decides; from then on, and for good, signals are ignored.

    ``ready`` is called once clients can connect. When it returns, everything
    that was answered is in the log, and a snapshot beside it.

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
        FollowerProcess(directory) as follower,  # it outlives the server
        Server.start(directory, config, accept_time=accept_time) as server,
        _collecting_when_idle(server),
    ):
        await follower.start()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.request_stop)
        if server.tls is not None:
            loop.add_signal_handler(signal.SIGHUP, server.reload_tls)
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
async def _collecting_when_idle(server: Server) -> AsyncIterator[None]:
    """Keep the garbage collector out of the way of trading.

    What exists after the start is frozen and never looked at again. The hot
    path makes no cycles (a test counts), so that nothing grows without the
    collector but what ended connections leave.
    """
    gc.collect()
    gc.freeze()
    gc.disable()
    task = asyncio.create_task(_collect(server))
    try:
        yield
    finally:
        task.cancel()
        gc.enable()
        gc.unfreeze()


async def _collect(server: Server) -> None:
    seq, collected = 0, 0
    while True:
        await asyncio.sleep(1)
        idle = seq == server.venue.exchange.seq
        seq, ended = server.venue.exchange.seq, server.clients.ended
        if ended - collected > (0 if idle else MANY_ENDED):
            gc.collect()
            collected = ended


@final
class FollowerProcess:
    """A follower at work from ``start`` to the block's end, if it lives that long.

    The venue does not depend on it: what it has not done, the next one does.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._process: Process | None = None
        self._watcher: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def start(self) -> None:
        """Start it; it must not be before the log is there and ours."""
        self._process = process = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-m",
                "carbonex.gateway.server.follower",
                str(self._directory),
            ),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # a terminal's Ctrl-C is for the server
        )
        self._watcher = asyncio.create_task(self._watch(process))

    async def __aexit__(self, *_: object) -> None:
        if self._process is None or self._watcher is None:
            return
        self._watcher.cancel()
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), FOLLOWER_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _watch(self, process: Process) -> None:
        code = await process.wait()
        _log.warning("the follower ended; the next start begins another", code=code)
