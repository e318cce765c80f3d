"""A local venue for a flow: its directory, keys and process."""

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


# The trading day must not end, and rate limits must not slow the sender.
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
    """Make a venue with the flow's setup; return the desks' keys.

    Raises:
        LogError: If the directory cannot be used.
        ValueError: If the directory already holds a venue.

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
    """Serve the directory's venue in a separate process; yield its URL.

    Raises:
        ServerError: If it does not start or does not stop properly.

    """
    server = Server(directory)
    await server.start()
    try:
        yield server.url
        await server.stop()
    finally:
        await server.kill()


def logged(directory: Path) -> Iterator[Batch]:
    """Yield all batches of the venue's log.

    Raises:
        LogError: If the log is damaged.

    """
    reader = LogReader(directory)
    first, _ = reader.bounds()
    return (row.batch() for row in reader.tail(first))
