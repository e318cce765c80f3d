"""A bare uvloop server that writes given bytes to every socket at an interval.

It reads a ``Feeding`` as a line of JSON from standard input and prints its port. On
the next input line it starts to write, and it prints "done" at the end.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from typing import cast

import msgspec
import uvloop

from benchmarks.processes import allow_files


class Feeding(msgspec.Struct):
    """The frames to write; each goes to all of the ``count`` sockets at once."""

    count: int
    interval_ms: int
    frames: list[bytes]


class Peer(asyncio.Protocol):
    """One socket."""

    def __init__(self, transports: list[asyncio.Transport]) -> None:
        self._transports = transports

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transports.append(cast("asyncio.Transport", transport))


async def run(feeding: Feeding) -> None:
    """Serve, wait for the start line, write all frames, and print "done"."""
    loop = asyncio.get_running_loop()
    transports: list[asyncio.Transport] = []
    server = await loop.create_server(
        lambda: Peer(transports), "127.0.0.1", 0, backlog=1000
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.buffer.readline)
    while len(transports) < feeding.count:  # noqa: ASYNC110 - not accepted yet
        await asyncio.sleep(0.001)
    gc.collect()
    gc.disable()
    interval = feeding.interval_ms / 1000
    due = loop.time()
    for frame in feeding.frames:
        due += interval
        await asyncio.sleep(due - loop.time())
        for transport in transports:
            transport.write(frame)
    await asyncio.sleep(interval)
    print("done", flush=True)
    await loop.run_in_executor(None, sys.stdin.buffer.readline)


if __name__ == "__main__":
    asked = msgspec.json.decode(sys.stdin.buffer.readline(), type=Feeding)
    allow_files(asked.count)
    uvloop.run(run(asked))
