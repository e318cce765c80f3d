"""A venue in a separate process, which a test may stop or kill."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
from typing import TYPE_CHECKING, Self

from carbonex.gateway.config import FILE_NAME, Config, default_config_text, load_config
from sources import SOURCES


if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from pathlib import Path
    from types import TracebackType


SCRIPT = """
import asyncio, structlog, sys, time, uvloop
from pathlib import Path
from carbonex.gateway.config import load_config
from carbonex.gateway.server.host.clock import Clock
from carbonex.gateway.server.process import serve
starts_ns = int(sys.argv[2])
if starts_ns:
    ahead_ns, now_ns = starts_ns - time.time_ns(), Clock.now_ns
    Clock.now_ns = lambda clock: now_ns(clock) + ahead_ns
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
directory = Path(sys.argv[1])
config = load_config(directory / "venue.toml")
with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(
        serve(
            directory,
            config,
            ready=lambda s: print(s.port, flush=True),
            accept_time=bool(starts_ns),
        )
    )
"""


def write_config(directory: Path, **settings: float | str) -> Config:
    """Write a new venue's configuration with these settings, and load it.

    The default ``port`` is 0: the system chooses one.
    """
    text = default_config_text("test")
    for name, value in {"port": 0, **settings}.items():
        line = f"{name} = {json.dumps(value)}"  # JSON scalars are valid TOML
        text, found = re.subn(rf"(?m)^{name} = .*$", line, text)
        assert found == 1, name
    (directory / FILE_NAME).write_text(text)
    return load_config(directory / FILE_NAME)


class VenueProcess:
    """``serve`` in a process, entered when clients can connect.

    ``at_ns``, if given, is the start time of its clock. The process's log lines go to
    the file ``log`` if given, otherwise to our stderr.
    """

    def __init__(
        self, directory: Path, at_ns: int = 0, log: Path | None = None
    ) -> None:
        self.directory = directory
        self.at_ns = at_ns
        self.log = log
        self.port = 0
        self.process: Process

    async def __aenter__(self) -> Self:
        with contextlib.ExitStack() as files:
            log = None
            if self.log is not None:
                log = files.enter_context(self.log.open("ab"))
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", SCRIPT, str(self.directory), str(self.at_ns)),
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env={**os.environ, "PYTHONPATH": SOURCES},
            )
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), 30)
        self.port = int(line)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.process.returncode is None:
            await self.kill()
        assert self.process.stdout is not None
        await self.process.stdout.read()  # read to the end, so that the pipe is closed

    async def stop(self) -> int:
        """Send SIGTERM; return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), 30)

    async def kill(self) -> None:
        """Send SIGKILL; return when the follower, its child process, has ended too."""
        self.process.kill()
        await self.process.wait()
        assert self.process.stdout is not None
        await asyncio.wait_for(self.process.stdout.read(), 30)
