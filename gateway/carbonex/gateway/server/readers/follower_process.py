"""The follower process as seen by the server: started, watched, replaced."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from typing import TYPE_CHECKING, Final, final

import structlog

from carbonex.gateway.config import Snapshots

from .server_watch import FINISH


if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from pathlib import Path
    from typing import Self


END_SECONDS: Final = 10.0  # how long it may take to end

# A dead follower is replaced after a pause that doubles from the first to the longest,
# so that a follower that cannot run (a full disk, a damaged row) costs little. After
# STEADY_SECONDS of running, the pause is the first again.
FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 60.0
STEADY_SECONDS: Final = 60.0

MAX_REASON: Final = 200  # characters in a log line; unexpected output may be long
PIPE_BYTES: Final = 64 * 1024

DEFAULT: Final = Snapshots()

_log = structlog.get_logger("carbonex.gateway")


@final
class FollowerProcess:
    """A follower that runs from ``start`` to the block's end.

    The venue does not depend on it: the next follower finishes the work of a dead one.
    ``position`` is the last row in the history as the follower reports it, 0
    before the first report. ``alive`` says whether it runs. ``restarts`` counts
    replaced followers.
    """

    def __init__(self, directory: Path, cadence: Snapshots = DEFAULT) -> None:
        self._command: tuple[str, ...] = (
            *(sys.executable, "-m", "carbonex.gateway.server.readers.follower"),
            *(str(directory), str(cadence.commands), str(cadence.seconds)),
        )
        self._process: Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self.position = 0
        self.restarts = 0

    @property
    def alive(self) -> bool:
        """Whether a follower is running now."""
        return self._process is not None and self._process.returncode is None

    async def __aenter__(self) -> Self:
        return self

    async def start(self) -> None:
        """Start the follower; call it only once the log exists and is locked by us."""
        try:
            self._process = await self._spawn()
        except OSError as error:
            _log.warning("follower not started", reason=str(error))
        self._keeper = asyncio.create_task(self._keep(self._process))

    async def __aexit__(self, *_: object) -> None:
        if self._keeper is None:
            return
        self._keeper.cancel()
        await asyncio.wait([self._keeper])
        process = self._process
        if process is None:
            return
        assert process.stdin is not None
        if not process.stdin.is_closing():
            process.stdin.write(FINISH)
        process.stdin.close()
        reading = asyncio.create_task(self._read(process))
        try:
            await asyncio.wait_for(process.wait(), END_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
        await reading

    async def _spawn(self) -> Process:
        return await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # a terminal's Ctrl-C is for the server
        )

    async def _keep(self, process: Process | None) -> None:
        """Watch the follower and its replacements, until cancelled."""
        pause = FIRST_PAUSE_SECONDS
        process = process or await self._replace(pause)
        while True:
            began = time.monotonic()
            await self._read(process)
            code = await process.wait()
            if time.monotonic() - began >= STEADY_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            _log.warning("follower ended", code=code, restart_seconds=pause)
            process = await self._replace(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _replace(self, pause: float) -> Process:
        while True:
            await asyncio.sleep(pause)
            try:
                self._process = process = await self._spawn()
            except OSError as error:  # no memory, or too many processes
                _log.warning("follower not started", reason=str(error))
                continue
            self.restarts += 1
            _log.info("follower restarted", pid=process.pid, restarts=self.restarts)
            return process

    async def _read(self, process: Process) -> None:
        """Record the positions that the follower reports, until its output ends.

        A follower that writes anything but positions is broken, and is killed.
        """
        lines = process.stdout
        assert lines is not None
        try:
            while line := await lines.readline():
                self.position = int(line)
        except (ValueError, OSError) as error:  # not a number, or an endless line
            _log.error("follower confused", reason=str(error)[:MAX_REASON])
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            with contextlib.suppress(OSError):
                while await lines.read(PIPE_BYTES):  # unread output would hide its exit
                    pass
