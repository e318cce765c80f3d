"""A load client in a process of its own: a window of requests per connection.

Reads a ``Load`` as JSON from standard input and prints a ``Result`` as JSON. It
is a closed loop: as many frames go out as came back. Frames are made before
the clock starts; what comes back is counted, not decoded, so that the client
costs less than any server.
"""

from __future__ import annotations

import asyncio
import functools
import random
import sys
import time
from pathlib import Path
from typing import cast

import msgspec
import uvloop
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from carbonex.wire.codec import JSON
from carbonex.wire.keys import load_key


SUCCESS = b'"success":true'


class Load(msgspec.Struct):
    """``frames`` requests on each connection; without ``keys`` nobody logs in."""

    port: int
    connections: int
    window: int
    frames: int
    keys: list[str] = []


class Result(msgspec.Struct):
    """Seconds from the first request to the last answer, and what came back."""

    seconds: float
    answers: int
    successes: int


class Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, load: Load, number: int) -> None:
        self._load = load
        self._key = Path(load.keys[number]) if load.keys else None
        self._frames = requests(number, load.frames)
        self._protocol = ClientProtocol(parse_uri(f"ws://127.0.0.1:{load.port}/"))
        self._tail = b""
        self._sent = 0
        self._running = False
        self.answers = 0
        self.successes = 0
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = loop.create_future()
        self.done: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._protocol.send_request(self._protocol.connect())
        self._flush()

    def data_received(self, data: bytes) -> None:
        if not self._running:
            self._prepare(data)
            return
        self.successes += data.count(SUCCESS)
        arrived = self._count(data)
        self.answers += arrived
        self._send(arrived)
        if self.answers == len(self._frames):
            self.done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        for future in (self.ready, self.done):
            if not future.done():
                future.set_exception(exc or ConnectionError("the server hung up"))

    def start(self) -> None:
        """Send the first window."""
        self._running = True
        self._send(self._load.window)

    def _send(self, count: int) -> None:
        batch = self._frames[self._sent : self._sent + count]
        self._sent += len(batch)
        if batch:
            self._transport.write(b"".join(batch))

    def _prepare(self, data: bytes) -> None:
        """Shake hands and log in."""
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._greeted(bytes(event.data))
            elif self._key is None:
                self.ready.set_result(None)
        self._flush()

    def _greeted(self, message: bytes) -> None:
        decoded = msgspec.json.decode(message)
        if decoded.get("method") == "login":
            assert decoded["success"], decoded
            self.ready.set_result(None)
        elif decoded.get("channel") == "status":
            assert self._key is not None
            key = load_key(self._key)
            status = decoded["data"][0]
            signature = key.login_signature(
                status["venue"], status["connection_id"], status["challenge"]
            )
            params = {"key_id": key.key_id, "signature": signature}
            request = {"method": "login", "params": params}
            self._protocol.send_text(JSON.encode(request))

    def _flush(self) -> None:
        self._transport.write(b"".join(self._protocol.data_to_send()))

    def _count(self, data: bytes) -> int:
        """Count whole frames: servers do not mask, so only lengths are read."""
        data = self._tail + data
        at, count, end = 0, 0, len(data)
        while at + 2 <= end:
            size, header = data[at + 1], 2
            if size == 126:
                size, header = int.from_bytes(data[at + 2 : at + 4], "big"), 4
            elif size == 127:
                size, header = int.from_bytes(data[at + 2 : at + 10], "big"), 10
            if at + header + size > end:
                break
            at += header + size
            count += 1
        self._tail = data[at:]
        return count


def requests(number: int, count: int) -> list[bytes]:
    """Return masked frames: 55 % adds that rest, 40 % cancels, 5 % that cross.

    Even connections buy and odd ones sell.
    """
    draw = random.Random(number)
    resting: list[str] = []
    frames = []
    for req_id in range(count):
        kind = draw.random()
        if kind < 0.40 and resting:
            chosen = resting.pop(draw.randrange(len(resting)))
            request = {"method": "cancel_order", "params": {"client_order_id": chosen}}
        else:
            name = f"c{number}-{req_id:07d}"
            away = 0.20 if kind >= 0.95 else -0.01 * int(draw.expovariate(0.1))
            price = 74.63 + away if number % 2 == 0 else 74.64 - away
            params = {
                "instrument": "CEA25",
                "side": "sell" if number % 2 else "buy",
                "order_type": "limit",
                "time_in_force": "gtc",
                "price": f"{price:.2f}",
                "quantity": draw.randint(1, 100),
                "client_order_id": name,
            }
            request = {"method": "add_order", "params": params}
            if kind < 0.95:
                resting.append(name)
        payload = JSON.encode({**request, "req_id": req_id})
        frames.append(Frame(Opcode.TEXT, payload).serialize(mask=True))
    return frames


async def run(load: Load) -> Result:
    """Connect and log in everybody, then run the clock."""
    loop = asyncio.get_running_loop()
    clients = []
    for number in range(load.connections):
        _, client = await loop.create_connection(
            functools.partial(Client, load, number), "127.0.0.1", load.port
        )
        clients.append(client)
    await asyncio.gather(*(client.ready for client in clients))
    started = time.perf_counter()
    for client in clients:
        client.start()
    await asyncio.gather(*(client.done for client in clients))
    return Result(
        time.perf_counter() - started,
        sum(client.answers for client in clients),
        sum(client.successes for client in clients),
    )


if __name__ == "__main__":
    result = uvloop.run(run(msgspec.json.decode(sys.stdin.buffer.read(), type=Load)))
    sys.stdout.buffer.write(msgspec.json.encode(result))
