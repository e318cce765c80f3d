"""A load client in a separate process: a window of requests per connection.

It reads a ``Load`` as JSON from standard input and prints a ``Result`` as JSON. It is
a closed loop: every answer allows one more request. Frames are built before the clock
starts, and answers are counted without decoding, so that the client costs less than
any server.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import random
import sys
import time
from pathlib import Path
from typing import cast

import msgspec
import uvloop

from benchmarks.websocket import Frames, Greeting, Until, framed
from carbonex.wire.codec import JSON
from carbonex.wire.keys import load_key


SUCCESS = b'"success":true'


class Load(msgspec.Struct):
    """``frames`` requests per connection; without ``keys`` no connection logs in."""

    port: int
    connections: int
    window: int
    frames: int
    keys: list[str] = []


class Result(msgspec.Struct):
    """Seconds from the first request to the last answer, and the answer counts."""

    seconds: float
    answers: int
    successes: int

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answers / self.seconds


class Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, load: Load, number: int) -> None:
        self._load = load
        self._greeting = greeting(load.port, load.keys, number)
        self._requests = requests(number, load.frames)
        self._frames = Frames()
        self._sent = 0
        self.answers = 0
        self.successes = 0
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = loop.create_future()
        self.done: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._greeting.send())

    def data_received(self, data: bytes) -> None:
        if not self._greeting.ready:
            self._greet(data)
            return
        self.successes += data.count(SUCCESS)
        arrived = self._frames.count(data)
        self.answers += arrived
        self._send(arrived)
        if self.answers == len(self._requests):
            self.done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        for future in (self.ready, self.done):
            if not future.done():
                future.set_exception(exc or ConnectionError("the server hung up"))

    def start(self) -> None:
        """Send the first window."""
        self._send(self._load.window)

    def _send(self, count: int) -> None:
        batch = self._requests[self._sent : self._sent + count]
        self._sent += len(batch)
        if batch:
            self._transport.write(b"".join(batch))

    def _greet(self, data: bytes) -> None:
        self._greeting.receive(data)
        self._transport.write(self._greeting.send())
        if self._greeting.ready:
            self.ready.set_result(None)


def greeting(port: int, keys: list[str], number: int) -> Greeting:
    """Return the greeting of connection ``number``: with a login if there are keys."""
    if keys:
        return Greeting(port, Until.LOGIN, load_key(Path(keys[number])))
    return Greeting(port, Until.OPEN)


def requests(number: int, count: int) -> list[bytes]:
    """Return masked frames: 55 % resting adds, 40 % cancels, 5 % crossing adds."""
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
            side, price, quantity = drawn(draw, number, crosses=kind >= 0.95)
            params = {
                "instrument": "CEA25",
                "side": side,
                "order_type": "limit",
                "time_in_force": "gtc",
                "price": price,
                "quantity": quantity,
                "client_order_id": name,
            }
            request = {"method": "add_order", "params": params}
            if kind < 0.95:
                resting.append(name)
        frames.append(framed(JSON.encode({**request, "req_id": req_id})))
    return frames


def drawn(draw: random.Random, number: int, *, crosses: bool) -> tuple[str, str, int]:
    """Return side, price and tonnes: even connections buy and odd ones sell."""
    away = 0.20 if crosses else -0.01 * int(draw.expovariate(0.1))
    side, price = ("sell", 74.64 - away) if number % 2 else ("buy", 74.63 + away)
    return side, f"{price:.2f}", draw.randint(1, 100)


async def run(load: Load) -> Result:
    """Connect and log in all clients, then run the measurement."""
    loop = asyncio.get_running_loop()
    clients = []
    for number in range(load.connections):
        _, client = await loop.create_connection(
            functools.partial(Client, load, number), "127.0.0.1", load.port
        )
        clients.append(client)
    await asyncio.gather(*(client.ready for client in clients))
    gc.disable()  # no collection may fall into the measurement
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
