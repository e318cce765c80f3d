"""``carbonex serve`` in a process of its own, with something done to it beforehand."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from typing import TYPE_CHECKING, Final, Self

from carbonex.gateway.config import FILE_NAME, MIN_RESERVE
from carbonex.journal.disk import FILE_MODE
from market import make_market
from sources import SOURCES
from venue_process import write_config


if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from pathlib import Path
    from types import TracebackType


PATIENCE: Final = 60.0
_MAIN: Final = "\nfrom carbonex.cli import main\nmain()\n"
_PORT: Final = re.compile(rb"ws://127\.0\.0\.1:(\d+)")


def make_venue(directory: Path, segment_bytes: int) -> None:
    """Make a venue with an operator, ``maker`` and ``taker``, which trades all day."""
    (directory / FILE_NAME).touch(mode=FILE_MODE)
    config = write_config(
        directory,
        segment_bytes=segment_bytes,
        reserve_bytes=MIN_RESERVE,
        requests_per_second=1_000_000,
        burst=1_000_000,
    )
    make_market(directory, config)


class Serving:
    """``carbonex serve DIR``, from when clients can connect, or it has ended.

    ``before`` is Python that runs in it first; ``wrapped`` is a command that
    runs it. What it writes to stderr is in ``errors``.
    """

    def __init__(
        self, directory: Path, before: str = "", wrapped: tuple[str, ...] = ()
    ) -> None:
        self._directory = directory
        self._before = before
        self._wrapped = wrapped
        self._stderr = directory.parent / f"{directory.name}.stderr"
        self._process: Process
        self._port = 0

    async def __aenter__(self) -> Self:
        with self._stderr.open("wb") as stderr:
            self._process = await asyncio.create_subprocess_exec(
                *(*self._wrapped, sys.executable, "-c", self._before + _MAIN),
                *("serve", str(self._directory)),
                stdout=asyncio.subprocess.PIPE,
                stderr=stderr,
                env={**os.environ, "PYTHONPATH": SOURCES},
            )
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            said = _PORT.search(await self._process.stdout.readline())
        self._port = int(said[1]) if said else 0
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process.returncode is None:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGKILL)
            await self._process.wait()

    @property
    def port(self) -> int:
        """Where it listens; it has to have started."""
        assert self._port, self.errors
        return self._port

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.returncode is None

    @property
    def errors(self) -> str:
        """What it has written to stderr."""
        return self._stderr.read_text(encoding="utf-8")

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; it must not have ended.

        Not by the process's own ``send_signal``: on Python 3.11 that may take the
        exit code, which then is lost to whoever waits for the end.
        """
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, number)

    async def ended(self) -> int:
        """Wait for its end; return the exit code, negative for a signal."""
        async with asyncio.timeout(PATIENCE):
            return await self._process.wait()

    async def kill(self) -> None:
        """Kill -9."""
        self.signal(signal.SIGKILL)
        await self._process.wait()
