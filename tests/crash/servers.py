"""The venue's processes, one after the other, as the rounds start and end them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from sources import WITH_TESTS


if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from types import TracebackType


PATIENCE: Final = 60.0  # seconds: then something hangs
_MAIN: Final = "\nfrom crash.forking import main\nmain()\n"


class Servers:
    """Starts servers in ``directory`` by forking; at most one lives at a time."""

    def __init__(self, directory: Path, mistake: str = "") -> None:
        self._directory = directory
        self._mistake = mistake  # Python that spoils them
        self._parent: Process
        self.pid = 0
        self.code: int | None = None  # of the newest one, once it has ended
        self.ready_seconds = 0.0  # of the last one that came so far
        self._began = 0.0
        self._ready = asyncio.Event()
        self._ended = asyncio.Event()
        self._reading: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        self._parent = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", self._mistake + _MAIN, str(self._directory)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": WITH_TESTS},
        )
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.signal(signal.SIGKILL)
        assert self._parent.stdin is not None
        self._parent.stdin.close()
        await self._parent.wait()
        await self._reading

    @property
    def alive(self) -> bool:
        """Whether the newest one has not ended, as far as is known."""
        return bool(self.pid) and self.code is None

    async def start(self) -> None:
        """Fork one, and return as soon as it exists."""
        self.pid, self.code = 0, None
        self._ready.clear()
        self._ended.clear()
        assert self._parent.stdin is not None
        self._began = time.perf_counter()
        self._parent.stdin.write(b"start\n")
        async with asyncio.timeout(PATIENCE):
            while not self.pid:  # noqa: ASYNC110 - a matter of one millisecond
                await asyncio.sleep(0.0005)

    async def ready(self) -> bool:
        """Wait until clients can connect; False if it ended before."""
        waiting = [
            asyncio.ensure_future(event.wait()) for event in (self._ready, self._ended)
        ]
        async with asyncio.timeout(PATIENCE):
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        return self._ready.is_set()

    async def ended(self) -> int:
        """Wait until it has ended; return its exit code, negative for a signal."""
        async with asyncio.timeout(PATIENCE):
            await self._ended.wait()
        assert self.code is not None
        return self.code

    def signal(self, number: signal.Signals) -> None:
        """Send the living one a signal."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def followers(self) -> list[int]:
        """Return the pids of the living one's children."""
        return children(self.pid) if self.alive else []

    async def _read(self) -> None:
        assert self._parent.stdout is not None
        async for line in self._parent.stdout:
            word, pid, *rest = line.decode().split()
            if word == "started":
                self.pid = int(pid)
            elif word == "ready":
                self.ready_seconds = time.perf_counter() - self._began
                self._ready.set()
            else:
                self.code = int(rest[0])
                self._ended.set()


def children(pid: int) -> list[int]:
    """Return the pids of a process's children, none if it is gone."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        found = [(task / "children").read_text().split() for task in tasks]
    except OSError:
        return []
    return [int(child) for each in found for child in each]


def kill(pids: list[int]) -> None:
    """Send SIGKILL to whichever of them still live."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def gone(pids: list[int], directory: Path) -> None:
    """Wait until none of the processes that work on ``directory`` exists any more."""
    async with asyncio.timeout(PATIENCE):
        while any(_works(pid, directory) for pid in pids):  # noqa: ASYNC110 - not ours
            await asyncio.sleep(0.01)


def _works(pid: int, directory: Path) -> bool:
    """Tell whether it lives and is not another one that has got its number."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return os.fsencode(directory) in command.split(b"\0")
