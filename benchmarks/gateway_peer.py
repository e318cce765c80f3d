"""The gateway of the PyPI package matching-engine, with fsync, as shipped.

Its server runs in its own virtual environment under ``.venv-peers``, created at
first use. The HTTP clients run in a separate process on uvloop. Each sends its next
request after the last answer, because HTTP allows only one request in flight per
connection. Run as a module, this file is the clients: it reads ``Clients`` as JSON from
standard input and prints answers per second.

The peer has no login, balances or client order ids. Like carbonex it writes every
order to disk before its answer.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import random
import socket
import sys
import tempfile
import time
import urllib.request
from typing import TYPE_CHECKING, Final, cast

import msgspec
import uvloop

from benchmarks.engines.environments import MATCHING_ENGINE, MissingError, installed
from benchmarks.load import drawn
from benchmarks.processes import printed, running


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


VERSION: Final = MATCHING_ENGINE.requires.partition("==")[2]
PACKAGE: Final = f"matching-engine[gateway]=={VERSION}"
CLIENTS: Final = (1, 16, 64)
SHARE: Final = 4  # divides the requests: the peer is slower
START_SECONDS: Final = 30
MARKET: Final = "CEA25:0.01:1"
ORDERS: Final = "/markets/CEA25/orders"
HEADERS_END: Final = b"\r\n\r\n"


class Clients(msgspec.Struct):
    """``count`` requests, divided among ``clients`` connections."""

    port: int
    clients: int
    count: int


def find(notes: list[str]) -> Path | None:
    """Return the peer's command, installing it if needed; note why if it fails."""
    try:
        interpreter = installed("matching-engine-gateway", PACKAGE)
    except MissingError as error:
        notes.append(f"matching-engine skipped: {error}")
        return None
    notes.append(f"matching-engine {VERSION} has no login, balances, client order ids")
    return interpreter.with_name("matching-engine")


def rates(command: Path, frames: int) -> dict[int, float]:
    """Return the orders per second by number of clients, each on a new server."""
    return {clients: _rate(command, clients, frames) for clients in CLIENTS}


def _rate(command: Path, clients: int, frames: int) -> float:
    port = _free_port()
    serve = [str(command), "serve", "--host", "127.0.0.1", "--port", str(port)]
    with (
        tempfile.TemporaryDirectory() as name,
        running(serve, ME_DATA_DIR=name, ME_MARKETS=MARKET, ME_FSYNC="1"),
    ):
        _wait_until_ready(port)
        asked = Clients(port, clients, max(frames // SHARE, 64))
        return float(
            printed("benchmarks.gateway_peer", told=msgspec.json.encode(asked))
        )


def _wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz"):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


class Client(asyncio.Protocol):
    """One HTTP connection that sends the mixed flow, one request at a time."""

    def __init__(self, number: int, count: int) -> None:
        self._flow = self._requests(number, count)
        self._resting: list[bytes] = []
        self._buffer = b""
        self._rests = False
        self.answers = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(HEADERS_END)
        if not end or len(body) < content_length(head):
            return
        self._buffer = b""
        self.answers += 1
        if not head.startswith(b"HTTP/1.1 200"):
            self.done.set_exception(ConnectionError(f"the peer refused: {body!r}"))
            return
        if self._rests:
            self._resting.append(body.partition(b'"order_id":')[2].partition(b",")[0])
        self.start()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the peer hung up"))

    def start(self) -> None:
        """Send the next request, if any."""
        request = next(self._flow, None)
        if request is not None:
            self._transport.write(request)
        elif not self.done.done():
            self.done.set_result(None)

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def _requests(self, number: int, count: int) -> Iterator[bytes]:
        """Yield the requests of ``benchmarks.load`` in HTTP form."""
        draw = random.Random(number)
        account = number + 1
        for _ in range(count):
            kind = draw.random()
            if kind < 0.40 and self._resting:
                self._rests = False
                which = draw.randrange(len(self._resting))
                order = self._resting.pop(which).decode()
                yield request("DELETE", f"{ORDERS}/{order}?account={account}")
            else:
                self._rests = kind < 0.95
                side, price, quantity = drawn(draw, number, crosses=not self._rests)
                order = (
                    f'{{"account":{account},"side":"{side}","price":"{price}",'
                    f'"quantity":"{quantity}"}}'
                )
                yield request("POST", ORDERS, order)


def request(method: str, path: str, body: str = "") -> bytes:
    """Return an HTTP/1.1 request that keeps the connection open."""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def content_length(head: bytes) -> int:
    """Return the number of bytes in an answer's body."""
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


async def run(clients: Clients) -> float:
    """Connect all clients, then send; return answers per second."""
    loop = asyncio.get_running_loop()
    each = max(clients.count // clients.clients, 1)
    connected = []
    for number in range(clients.clients):
        make = functools.partial(Client, number, each)
        _, client = await loop.create_connection(make, "127.0.0.1", clients.port)
        connected.append(client)
    started = time.perf_counter()
    for client in connected:
        client.start()
    try:
        await asyncio.gather(*(client.done for client in connected))
        seconds = time.perf_counter() - started
    finally:
        for client in connected:
            client.close()
    return sum(client.answers for client in connected) / seconds


if __name__ == "__main__":
    gc.disable()
    print(uvloop.run(run(msgspec.json.decode(sys.stdin.buffer.read(), type=Clients))))
