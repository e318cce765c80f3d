"""An attacker in a separate process that respects all limits.

It reads an ``Attack`` as a line of JSON from standard input and prints "ready". It then
sends its requests in turn, at a rate and with a window in flight, until its input ends
or the server disconnects. At the end it prints the counts of its answers as JSON.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final, cast

import msgspec
import uvloop

from benchmarks.load import SUCCESS
from benchmarks.websocket import Frames, Greeting, Until, framed
from carbonex.wire.codec import JSON
from carbonex.wire.keys import load_key


TICK_SECONDS: Final = 0.01
ATTACK_BYTES: Final = 2**20  # an Attack is shorter than this
ERROR: Final = re.compile(rb'"name":"([A-Z_]+)"')
REQ_ID: Final = b'"req_id":'
ENDS: Final = 200  # bytes at either end of an answer that can hold its req_id
HUNG_UP: Final = "closed by the server"


class Attack(msgspec.Struct):
    """``requests`` (method and params) in turn, ``rate`` per second; 0: no limit."""

    port: int
    key: str
    requests: list[tuple[str, dict[str, Any]]]
    rate: float
    window: int


class Attacker(asyncio.Protocol):
    """One connection."""

    def __init__(self, attack: Attack) -> None:
        self._window = attack.window
        self._greeting = Greeting(attack.port, Until.LOGIN, load_key(Path(attack.key)))
        self._requests = [
            framed(JSON.encode({"method": method, "params": params, "req_id": n}))
            for n, (method, params) in enumerate(attack.requests)
        ]
        self._frames = Frames()
        self._in_flight = self._sent = 0
        self.answers: Counter[str] = Counter()
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._greeting.send())

    def data_received(self, data: bytes) -> None:
        if not self._greeting.ready:
            self._greeting.receive(data)
            self._transport.write(self._greeting.send())
            if self._greeting.ready:
                self.ready.set_result(None)
            return
        for frame in self._frames.split(data):
            if frame[0] & 15 == 1 and REQ_ID in frame[:ENDS] + frame[-ENDS:]:
                self._in_flight -= 1
                error = None if SUCCESS in frame else ERROR.search(frame)
                self.answers[error[1].decode() if error else "success"] += 1

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.gone.done():
            self.gone.set_result(None)

    def send(self, most: int) -> int:
        """Send up to ``most`` requests within the window; return the number."""
        count = min(most, self._window - self._in_flight)
        for _ in range(count):
            self._transport.write(self._requests[self._sent % len(self._requests)])
            self._sent += 1
        self._in_flight += max(count, 0)
        return count


async def run() -> None:
    """Attack from "ready" until standard input ends."""
    loop, lines = asyncio.get_running_loop(), asyncio.StreamReader(ATTACK_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    attack = msgspec.json.decode(await lines.readline(), type=Attack)
    over = asyncio.create_task(lines.read())
    _, attacker = await loop.create_connection(
        lambda: Attacker(attack), "127.0.0.1", attack.port
    )
    await attacker.ready
    say(b"ready")
    ends: set[asyncio.Future[Any]] = {over, attacker.gone}
    began, sent = loop.time(), 0
    while not (over.done() or attacker.gone.done()):
        now = loop.time() - began
        due = int(attack.rate * now) - sent if attack.rate else attack.window
        if due > 0:
            attacker.send(due)
            sent += due  # requests that the window did not allow are dropped
        await asyncio.wait(ends, timeout=TICK_SECONDS)
    attacker.answers[HUNG_UP] += attacker.gone.done()
    over.cancel()
    say(msgspec.json.encode(+attacker.answers))


def say(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    uvloop.run(run())
