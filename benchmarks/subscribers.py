"""Subscribers of a book, or readers of a bare server's bytes, in one process.

It reads a ``Subscribers`` as a line of JSON from standard input and prints "ready"
when all have the book's snapshot. When standard input ends, it prints ``Delivered``.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from typing import TYPE_CHECKING, Final, cast

import msgspec
import uvloop

from benchmarks.processes import allow_files
from benchmarks.websocket import Frames, Greeting, Until, framed
from carbonex.wire.codec import JSON


if TYPE_CHECKING:
    from collections.abc import Callable


INTERVAL_MS: Final = 50  # between the book's flushes: the shortest interval
DEPTH: Final = 10
CONNECTING: Final = 100  # concurrent connection attempts


class Subscribers(msgspec.Struct):
    """``count`` clients; ``bare`` ones read bytes from a server without WebSocket."""

    port: int
    count: int
    bare: bool = False


class Delivered(msgspec.Struct):
    """Frames to all clients, the fewest of any client, and the first's frames.

    Only frames after the snapshot count.
    """

    frames: int
    fewest: int
    recorded: list[bytes]


class Subscriber(asyncio.Protocol):
    """A client that opens a WebSocket, follows the book and counts its frames."""

    def __init__(self, port: int, *, records: bool) -> None:
        self._greeting = Greeting(port, Until.STATUS)
        self._frames = Frames()
        self._records = records
        self._follows = False
        self.recorded: list[bytes] = []
        self.count = 0
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._greeting.send())

    def data_received(self, data: bytes) -> None:
        if self._follows and not self._records:
            self.count += self._frames.count(data)
        elif self._greeting.ready:
            self._take(self._frames.split(data))
        else:
            self._greeting.receive(data)
            self._transport.write(self._greeting.send())
            if self._greeting.ready:
                self._transport.write(subscription())

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError("the server hung up"))

    def _take(self, frames: list[bytes]) -> None:
        for frame in frames:
            if self._follows:
                self.count += 1
                self.recorded.append(frame)
            elif b'"snapshot"' in frame:
                self._follows = True
                self.ready.set_result(None)


class Reader(asyncio.Protocol):
    """A client that counts frames from the first byte on."""

    def __init__(self) -> None:
        self._frames = Frames()
        self.recorded: list[bytes] = []
        self.count = 0
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, _transport: asyncio.BaseTransport) -> None:
        self.ready.set_result(None)

    def data_received(self, data: bytes) -> None:
        self.count += self._frames.count(data)


def subscription() -> bytes:
    """Return the masked request for the book."""
    params = {
        "channel": "book",
        "instrument": "CEA25",
        "depth": DEPTH,
        "interval_ms": INTERVAL_MS,
    }
    return framed(JSON.encode({"method": "subscribe", "params": params}))


async def run(asked: Subscribers) -> Delivered:
    """Connect all clients, print "ready", and count until standard input ends."""
    loop = asyncio.get_running_loop()
    clients: list[Subscriber | Reader] = []

    def make() -> Subscriber | Reader:
        client: Subscriber | Reader = (
            Reader() if asked.bare else Subscriber(asked.port, records=not clients)
        )
        clients.append(client)
        return client

    for start in range(0, asked.count, CONNECTING):
        await _connect(make, asked.port, min(CONNECTING, asked.count - start))
        await asyncio.gather(*(client.ready for client in clients))
    gc.disable()
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.buffer.read)
    counts = [client.count for client in clients]
    recorded = clients[0].recorded if clients else []
    return Delivered(sum(counts), min(counts, default=0), recorded)


async def _connect(
    make: Callable[[], Subscriber | Reader], port: int, count: int
) -> None:
    loop = asyncio.get_running_loop()
    await asyncio.gather(
        *(loop.create_connection(make, "127.0.0.1", port) for _ in range(count))
    )


if __name__ == "__main__":
    what = msgspec.json.decode(sys.stdin.buffer.readline(), type=Subscribers)
    allow_files(what.count)
    print(msgspec.json.encode(uvloop.run(run(what))).decode())
