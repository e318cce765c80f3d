"""A client without the SDK that repeats requests, disconnects and misbehaves.

It repeats whole batches of orders unchanged, on the same and later connections, at once
and days later. Each order may take effect once only. In between it sends invalid
requests, invalid frames, and partial frames.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, final

import msgspec
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from carbonex.wire import requests
from carbonex.wire.answers import Error
from carbonex.wire.codec import JSON

from .host import ADDRESS, PORT
from .record import Sent


if TYPE_CHECKING:
    from collections.abc import Callable

    from .loop import Process
    from .world import World


NAME: Final = "raw"
PATIENCE: Final = 2.0  # seconds until it gives up a connection
REMEMBERED: Final = 60  # batches that it may repeat
MISCHIEF: Final = (
    b"{",
    b"[]",
    b'{"method":"add_order","params":{},"req_id":1.5}',
    b'{"method":"add_order","method":"ping"}',
    b'{"method":"shutdown"}',
    b'{"method":"add_order","params":{"instrument":"CEA25","side":"buy","price":74.63}}',
    b"\xff\xfe",
    b"[" * 300,
)

encode: Final = msgspec.json.Encoder().encode
decode: Final = msgspec.json.Decoder(dict[str, Any]).decode


@final
class Line(asyncio.Protocol):
    """One WebSocket; ``take`` gets each text message, ``ended`` is set at its end."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._websocket = ClientProtocol(parse_uri(f"ws://{ADDRESS}:{PORT}"))
        self.ended = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._websocket.send_request(self._websocket.connect())
        self._flush()

    def data_received(self, data: bytes) -> None:
        self._websocket.receive_data(data)
        for event in self._websocket.events_received():
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self._take(bytes(event.data))
        self._flush()

    def connection_lost(self, _error: Exception | None) -> None:
        self.ended.set()

    def send(self, data: bytes) -> None:
        """Send a text message with any content."""
        if not self.ended.is_set() and self._websocket.state.name == "OPEN":
            self._websocket.send_text(data)
            self._flush()

    def break_off(self, data: bytes) -> None:
        """Send a part of a frame and disconnect."""
        frame = bytes(4)  # a mask of zeros is valid
        head = bytes((0x81, 0x80 | 126)) + len(data).to_bytes(2) + frame
        whole = head + data
        self.transport.write(whole[: len(whole) * 2 // 3])
        self.transport.abort()

    def _flush(self) -> None:
        for data in self._websocket.data_to_send():
            if data:
                self.transport.write(data)
            else:
                self.transport.close()


@final
class Raw:
    """The client; its requests and answers go into the world's record."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.idle = False
        self._batches: list[requests.BatchAdd] = []
        self._orders = 0
        self._waiting: dict[int, Sent] = {}
        self._req_id = 0
        self._online = asyncio.Event()

    def start(self) -> None:
        """Start the client."""
        self.process = self.world.process(NAME, self._live)

    async def _live(self, process: Process) -> None:
        while not self.world.calm:
            self._waiting.clear()
            self._online = asyncio.Event()
            self._line = Line(self._take)
            try:
                await process.create_connection(lambda: self._line, ADDRESS, PORT)
            except OSError:
                await asyncio.sleep(0.3)
                continue
            self.world.record.count("raw connections")
            await self._talk()
            self._line.transport.abort()
            await asyncio.sleep(self._draw(0, 0.2))
        self.idle = True

    async def _talk(self) -> None:
        """Trade until the connection ends, or until a random stop."""
        line = self._line
        try:
            async with asyncio.timeout(PATIENCE):
                await self._online.wait()
        except TimeoutError:
            return
        while not line.ended.is_set() and not self.world.calm:
            await asyncio.sleep(self._draw(0.01, 0.12))
            if self.world.lull:
                continue
            draw = self._draw(0, 1)
            if draw < 0.7:
                self._send_batch()
            elif draw < 0.78:
                self._cancel_all()
            elif draw < 0.82:
                self._ask_for_some()
            elif draw < 0.95:
                self.world.record.count("mischief")
                line.send(MISCHIEF[int(self._draw(0, len(MISCHIEF)))])
            elif draw < 0.98:
                self.world.record.count("frames broken off")
                line.break_off(self._encoded("batch_add", self._batch()))
            else:
                return

    def _send_batch(self) -> None:
        """Send a new or old batch, up to three times."""
        batch = self._batch()
        for _ in range(1 + int(self._draw(0, 3))):
            self._request("batch_add", batch)

    def _batch(self) -> requests.BatchAdd:
        """Return a batch that was sent before, or a new one."""
        if self._batches and self._draw(0, 1) < 0.5:
            return self._batches[int(self._draw(0, len(self._batches)))]
        batch = requests.BatchAdd(
            [self._order() for _ in range(int(self._draw(2, 40)))]
        )
        self._batches.append(batch)
        if len(self._batches) > REMEMBERED:
            self._batches.pop(int(self._draw(0, REMEMBERED)))
        return batch

    def _order(self) -> requests.AddOrder:
        self._orders += 1
        buys = self._draw(0, 1) < 0.5
        away = int(self._draw(-2, 20))
        price = 7400 - away if buys else 7400 + away
        return requests.AddOrder(
            "CEA25",
            "buy" if buys else "sell",
            1 + int(self._draw(0, 30)),
            price=f"{price // 100}.{price % 100:02}",
            client_order_id=f"raw-{self._orders}",
            account=NAME,
        )

    def _cancel_all(self) -> None:
        self._request("cancel_all", requests.CancelAll(account=NAME))

    def _ask_for_some(self) -> None:
        """Query some of its open orders, with a random limit."""
        limit = 1 + int(self._draw(0, 20))
        self._request("open_orders", requests.OpenOrders(account=NAME, limit=limit))

    def _request(self, method: str, params: requests.Params) -> None:
        data = self._encoded(method, params)
        sent = Sent(NAME, method, params, JSON, sent=True)
        sent.since = self.world.record.position()
        self.world.record.sent.append(sent)
        self._waiting[self._req_id] = sent
        self._line.send(data)

    def _encoded(self, method: str, params: requests.Params) -> bytes:
        self._req_id += 1
        return encode({"method": method, "params": params, "req_id": self._req_id})

    def _take(self, data: bytes) -> None:
        self.world.record.trace.update(data)
        message = decode(data)
        if message.get("channel") == "status" and "method" not in message:
            self._log_in(message["data"][0])
        elif message.get("method") == "login":
            self._online.set()
        else:
            sent = self._waiting.pop(message.get("req_id") or 0, None)
            if sent is not None:
                sent.answered = True
                sent.result = msgspec.json.encode(message.get("result"))
                problem = message.get("error")
                sent.error = msgspec.convert(problem, Error) if problem else None
                self.world.record.note_answer(sent)

    def _log_in(self, status: dict[str, Any]) -> None:
        if not status["challenge"]:
            return
        key = self.world.keys[NAME]
        signature = key.login_signature(
            status["venue"], status["connection_id"], status["challenge"]
        )
        self._line.send(self._encoded("login", requests.Login(NAME, signature)))

    def _draw(self, low: float, high: float) -> float:
        return low + self.world.random.random() * (high - low)
