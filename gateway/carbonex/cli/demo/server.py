"""The venue's process: started by the CLI, ended by SIGKILL or SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
from typing import TYPE_CHECKING, Final

from carbonex.journal.disk import FILE_MODE


if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from pathlib import Path


START_SECONDS: Final = 60.0  # a minute's trading is recovered within a minute
STOP_SECONDS: Final = 20.0
_ADDRESS: Final = re.compile(rb"ws://\S+:(\d+)")


class ServerError(Exception):
    """The venue's process did not obey; the message says why."""


class Server:
    """``carbonex serve DIR`` in its own session.

    The terminal's Ctrl-C then reaches only the demo, which ends the trading first.
    The server's stderr goes to ``DIR/server.log``.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = 0  # chosen by the system at the first start, then fixed
        self._process: Process | None = None

    @property
    def url(self) -> str:
        """The address that clients connect to."""
        return f"ws://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start the venue and wait until clients can connect.

        Raises:
            ServerError: If it exits, or announces no port within START_SECONDS.

        """
        assert self._process is None
        self._log_path.touch(FILE_MODE)
        with self._log_path.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "carbonex.cli", "serve", str(self.directory)),
                *("--host", "127.0.0.1", "--port", str(self.port)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(START_SECONDS):
                self.port = await self._announced_port(self._process)
        except TimeoutError:
            raise ServerError(self._complaint("was not ready in time")) from None

    async def kill(self) -> None:
        """Kill the venue without warning, as a power cut or the OOM killer would."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()
            self._process = None

    async def stop(self) -> None:
        """Ask the venue to stop, and wait until it has written everything.

        Raises:
            ServerError: If it exits with an error or does not exit in time.

        """
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):  # the exit code says why
            self._process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                code = await self._process.wait()
        except TimeoutError:
            raise ServerError(self._complaint("did not stop in time")) from None
        self._process = None
        if code != 0:
            raise ServerError(self._complaint(f"stopped with exit code {code}"))

    def recovered(self) -> list[str]:
        """Return the digests of the recovered states, as logged at each start."""
        lines = self._log_path.read_text(encoding="utf-8").splitlines()
        said = [json.loads(line) for line in lines if '"recovered"' in line]
        return [line["digest"] for line in said if line["event"] == "recovered"]

    async def _announced_port(self, process: Process) -> int:
        assert process.stdout is not None
        async for line in process.stdout:
            found = _ADDRESS.search(line)
            if found:
                return int(found[1])
        code = await process.wait()
        self._process = None
        raise ServerError(self._complaint(f"ended at its start with exit code {code}"))

    def _complaint(self, what: str) -> str:
        said = self._log_path.read_text(encoding="utf-8", errors="replace")
        return f"the venue's process {what}; it said:\n{said[-2000:].strip()}"

    @property
    def _log_path(self) -> Path:
        return self.directory / "server.log"
