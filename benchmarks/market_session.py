"""One session of the market: a light WebSocket client that times its answers.

After the greeting it tells frames apart by their first bytes and does not decode them,
so that four thousand sessions cost less than the server.
"""

from __future__ import annotations

import asyncio
import re
import time
from array import array
from collections import Counter, deque
from typing import Final, cast

import msgspec
from websockets.frames import Frame, Opcode

from benchmarks.market_plan import key_of
from benchmarks.websocket import Frames, Greeting, Until, framed
from carbonex.wire.codec import JSON


PING: Final = 0x89
TEXT: Final = 0x81
_PONG: Final = Frame(Opcode.PONG, b"").serialize(mask=True)
_ANSWER: Final = b'{"method"'
_PRINT: Final = b'{"channel":"trade","type":"update"'
_REFUSED: Final = b'"success":false'
_NAME: Final = re.compile(rb'"name":"([A-Z_]+)"')
_TIME: Final = re.compile(rb'"time":(\d+)')


class Records:
    """A role's events: due time (ns from the start), duration (ns) and session.

    ``done`` is 1 for an accepted request and 0 for a rejected one.
    """

    def __init__(self) -> None:
        self.when = array("q")
        self.took = array("q")
        self.who = array("q")
        self.done = array("q")
        self.sent = 0
        self.frames = 0  # received
        self.lost = 0  # connections that the server ended
        self.refused: Counter[str] = Counter()
        self.started_ns = 0  # on the monotonic clock
        self.started_wall_ns = 0

    def add(self, when_ns: int, took_ns: int, who: int, *, done: bool) -> None:
        self.when.append(when_ns)
        self.took.append(took_ns)
        self.who.append(who)
        self.done.append(done)


class Session(asyncio.Protocol):
    """A participant's connection; each reconnection is a new object.

    After the login it subscribes to ``subscriptions``. ``ready`` is done when all
    subscriptions are answered, ``gone`` when the connection has ended.
    """

    def __init__(
        self,
        port: int,
        name: str,
        number: int,
        subscriptions: list[dict[str, str]],
        records: Records,
    ) -> None:
        self._number = number
        self._subscriptions = subscriptions
        self._records = records
        self._greeting: Greeting | None = Greeting(port, Until.LOGIN, key_of(name))
        self._frames = Frames()
        self._pending: deque[int] = deque()  # due times, ns from the start
        self._unready = len(subscriptions)  # subscriptions without an answer
        self._leaving = False
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[None] = loop.create_future()

    @property
    def present(self) -> bool:
        """Return whether the session accepts requests."""
        return self.ready.done() and not self._leaving

    @property
    def unanswered(self) -> int:
        return len(self._pending)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        assert self._greeting is not None
        self._transport.write(self._greeting.send())

    def data_received(self, data: bytes) -> None:
        if self._greeting is not None:
            self._greet(self._greeting, data)
            return
        for first, payload in self._frames.messages(data):
            if first == PING:
                self._transport.write(_PONG)
            elif first == TEXT:
                self._records.frames += 1
                self._told(payload)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError("the server hung up"))
        elif not self._leaving:
            self._records.lost += 1
        self._leaving = True
        self.gone.set_result(None)

    def send(self, at_ns: int, requests: list[bytes]) -> None:
        """Send requests with due time ``at_ns`` from the start."""
        self._pending.extend([at_ns] * len(requests))
        self._records.sent += len(requests)
        self._transport.write(b"".join(framed(request) for request in requests))

    def leave(self) -> None:
        """Send no more requests; close the connection after the last answer."""
        self._leaving = True
        if not self._pending:
            self._transport.close()

    def _greet(self, greeting: Greeting, data: bytes) -> None:
        """Log in, then subscribe."""
        greeting.receive(data)
        self._transport.write(greeting.send())
        if greeting.ready:
            self._greeting = None
            for params in self._subscriptions:
                request = {"method": "subscribe", "params": params}
                self._transport.write(framed(JSON.encode(request)))

    def _told(self, payload: bytes) -> None:
        if self._unready:
            self._subscribed(payload)
        elif payload.startswith(_ANSWER):
            self._answered(payload)
        elif payload.startswith(_PRINT):
            self._print(payload)

    def _subscribed(self, payload: bytes) -> None:
        """Become ready when every subscription is answered."""
        message = msgspec.json.decode(payload)
        if "method" in message:
            assert message["success"], message
            self._unready -= 1
            # cancelled at shutdown
            if not self._unready and not self.ready.cancelled():
                self.ready.set_result(None)

    def _answered(self, payload: bytes) -> None:
        """Record an answer; answers arrive in the order of the requests."""
        records = self._records
        at_ns = self._pending.popleft()
        took_ns = time.monotonic_ns() - records.started_ns - at_ns
        done = _REFUSED not in payload
        records.add(at_ns, took_ns, self._number, done=done)
        if not done:
            names = _NAME.findall(payload)
            records.refused.update(name.decode() for name in names)
        if self._leaving and not self._pending:
            self._transport.close()

    def _print(self, payload: bytes) -> None:
        """Record a print's age; the venue's clock is this machine's clock."""
        found = _TIME.search(payload)
        assert found is not None
        now_ns = time.time_ns()
        records = self._records
        took_ns = now_ns - int(found[1]) * 1000
        at_ns = now_ns - took_ns - records.started_wall_ns
        records.add(at_ns, took_ns, self._number, done=True)
