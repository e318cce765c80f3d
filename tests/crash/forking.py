"""The parent of the servers: it has everything imported and forks one on demand.

A fresh Python takes half a second until it can open a log, a fork a few
milliseconds; the rest, from ``serve`` on, is the same process with the same
threads, sockets and files. ``main`` takes the line ``start`` on stdin and says
on stdout ``started PID``, ``ready PID`` once clients can connect, and ``ended
PID CODE``.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog
import uvloop

from carbonex.gateway.config import FILE_NAME, load_config
from carbonex.gateway.server.process import serve


if TYPE_CHECKING:
    from carbonex.gateway.config import Config


LOG_NAME: Final = "server.log"


def main() -> None:
    """Fork a server for each line of stdin, one at a time."""
    directory = Path(sys.argv[1])
    config = load_config(directory / FILE_NAME)
    gc.collect()
    gc.freeze()
    while sys.stdin.readline():
        pid = os.fork()
        if pid == 0:
            os._exit(_live(directory, config))
        _say(f"started {pid}")
        _, status = os.waitpid(pid, 0)
        _say(f"ended {pid} {os.waitstatus_to_exitcode(status)}")


def _live(directory: Path, config: Config) -> int:
    """Be the server; return the exit code."""
    log = os.open(directory / LOG_NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(log, 2)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(
                serve(directory, config, ready=lambda _: _say(f"ready {os.getpid()}"))
            )
    except BaseException:  # noqa: BLE001 - whatever it is, it must not fork on
        traceback.print_exc()
        return 1
    return 0


def _say(what: str) -> None:
    os.write(1, f"{what}\n".encode())  # one write: parent and child do not mix
