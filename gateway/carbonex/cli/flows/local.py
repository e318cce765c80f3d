"""A venue of one's own for a flow: its directory, its keys, its process."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Final

from carbonex.cli.demo.server import Server
from carbonex.engine import AddKey, Permission
from carbonex.gateway.config import FILE_NAME, load_config
from carbonex.gateway.server.starting.opening import bootstrap
from carbonex.journal import LogReader
from carbonex.wire.keys import generate_key

from .flow import account_of, long_day, opening


if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from carbonex.engine import Batch
    from carbonex.wire.keys import Key

    from .flow import Flow


# The flow's day never ends, and nothing keeps its sender from being fast.
CONFIG: Final = """\
venue = "recorded"

[listen]
port = 0

[limits]
requests_per_second = 1_000_000_000
burst = 1_000_000_000
in_flight = 10_000  # above the sender's own window

[days]
mode = "manual"
"""


def found(directory: Path, flow: Flow) -> list[Key]:
    """Make a venue that is ready for the flow; return the desks' keys.

    Raises:
        LogError: If the directory cannot be used.
        ValueError: If there is a venue in it already.

    """
    path = directory / FILE_NAME
    path.write_text(CONFIG, encoding="utf-8")
    keys = [generate_key(account_of(desk)) for desk in range(flow.desks)]
    logins = [
        AddKey(
            "",
            key.key_id,
            key.key_id,
            key.private_key.public_key().public_bytes_raw(),
            Permission.READ | Permission.TRADE,
        )
        for key in keys
    ]
    bootstrap(
        directory,
        load_config(path),
        [*opening(flow, long_day(time.time_ns())), *logins],
    )
    return keys


@contextlib.asynccontextmanager
async def running(directory: Path) -> AsyncIterator[str]:
    """Serve the directory's venue in a process of its own; yield its URL.

    Raises:
        ServerError: If it does not start, or not stop, as it should.

    """
    server = Server(directory)
    await server.start()
    try:
        yield server.url
        await server.stop()
    finally:
        await server.kill()


def logged(directory: Path) -> Iterator[Batch]:
    """Yield everything that the venue took, from its log.

    Raises:
        LogError: If the log is not as it was written.

    """
    reader = LogReader(directory)
    first, _ = reader.bounds()
    return (row.batch() for row in reader.tail(first))
