"""A client made of bytes: it sends what it is told and reads what comes.

Nothing here follows the protocol by itself but that pings are answered, where
``answers_pings`` is not taken back: no close frame is returned, and reading can stop.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, cast

import msgspec

from carbonex.wire.codec import BY_SUBPROTOCOL, JSON, Codec
from carbonex.wire.login import login_text, sign
from stranger import private_key

from .frames import BINARY, CLOSE, PING, PONG, TEXT, frame, message
from .handshakes import opening


if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


HEAD_END: Final = b"\r\n\r\n"
PATIENCE: Final = 60.0  # seconds without what must come: then a run has failed


class Peer(asyncio.Protocol):
    """One connection. ``messages`` holds what was received and not taken yet.

    ``close_code`` is the server's, 1005 if its close frame had none, None as long
    as there was none. ``lost`` is set when the connection is gone. ``connected`` holds
    all whose connection lasts.
    """

    connected: ClassVar[set[Peer]] = set()

    def __init__(self, codec: Codec = JSON) -> None:
        self.codec = codec
        self.head: bytes | None = None  # the server's answer to the handshake
        self.messages: list[Any] = []
        self.close_code: int | None = None
        self.received_bytes = 0
        self.answers_pings = True
        self.lost = False
        self.status: Any = None  # what the greeting said
        self._data = b""
        self._changed = asyncio.Event()
        self._req_id = 0

    @classmethod
    async def connect(
        cls, port: int, codec: Codec = JSON, *, source: str = "127.0.0.1"
    ) -> Self:
        """Return one that is connected, but has sent nothing."""
        loop = asyncio.get_running_loop()
        _, peer = await loop.create_connection(
            lambda: cls(codec), "127.0.0.1", port, local_addr=(source, 0)
        )
        return peer

    @classmethod
    async def open(
        cls, port: int, codec: Codec = JSON, *, source: str = "127.0.0.1"
    ) -> Self:
        """Return one that has been greeted."""
        peer = await cls.connect(port, codec, source=source)
        peer.write(opening(codec.subprotocol))
        await peer.until(lambda: bool(peer.messages))
        peer.status = peer.messages.pop(0)["data"][0]
        return peer

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.abort()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.connected.add(self)

    def data_received(self, data: bytes) -> None:
        self.received_bytes += len(data)
        self._data += data
        if self.head is None:
            head, end, rest = self._data.partition(HEAD_END)
            if end:
                self.head, self._data = head, rest
        if self.head is not None and self.head.startswith(b"HTTP/1.1 101 "):
            self._read_frames()
        self._changed.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        self.connected.discard(self)
        self._changed.set()

    # What a test calls.

    @property
    def http_status(self) -> int:
        """The answer to the handshake; 0 as long as there is none."""
        return int(self.head[9:12]) if self.head else 0

    def write(self, data: bytes) -> None:
        """Send bytes, whatever they are."""
        self.transport.write(data)

    def call(self, method: str, **params: object) -> int:
        """Send a request; return its req_id."""
        self._req_id += 1
        request = {"method": method, "params": params, "req_id": self._req_id}
        self.write(message(self.codec.encode(request), binary=self.codec.binary))
        return self._req_id

    async def result(self, method: str, **params: object) -> Any:
        """Send a request; return its answer's result, and forget what came before."""
        req_id = self.call(method, **params)
        await self.answered(req_id)
        (answer,) = (m for m in self.messages if m.get("req_id") == req_id)
        self.messages.clear()
        assert answer["success"], answer
        return answer.get("result")

    async def answered(self, req_id: int) -> None:
        """Wait for the answer to a request; it is among ``messages`` then."""
        await self.until(lambda: any(m.get("req_id") == req_id for m in self.messages))

    async def login(self, name: str, **session: object) -> None:
        """Log in with the key of that name, and what is asked of its session."""
        status = self.status
        text = login_text(
            status["venue"], status["connection_id"], status["challenge"], name
        )
        signature = sign(private_key(name), text)
        await self.result("login", key_id=name, signature=signature, **session)

    async def until(
        self, condition: Callable[[], object], seconds: float = PATIENCE
    ) -> None:
        """Wait until ``condition`` holds, looking whenever something came.

        Raises:
            TimeoutError: If it does not within ``seconds``.
            ConnectionError: If the connection ends first.

        """
        async with asyncio.timeout(seconds):
            while not condition():
                if self.lost:
                    raise ConnectionError(f"the server hung up: {self.close_code}")
                self._changed.clear()
                await self._changed.wait()

    def subscribe(self, channel: str, **params: object) -> int:
        """Ask to follow a channel; return the request's req_id."""
        return self.call("subscribe", channel=channel, **params)

    def errors(self) -> Counter[str]:
        """Count the answers received, by the error's name; forget all messages."""
        answers = [m for m in self.messages if "channel" not in m]
        self.messages.clear()
        return Counter(m.get("error", {}).get("name", "success") for m in answers)

    async def over(
        self, condition: Callable[[], object], seconds: float = PATIENCE
    ) -> None:
        """Wait until ``condition`` holds, or the server closes or hangs up.

        Raises:
            TimeoutError: If nothing of that happens within ``seconds``.

        """
        async with asyncio.timeout(seconds):
            while not condition() and self.close_code is None and not self.lost:
                self._changed.clear()
                await self._changed.wait()

    async def gone(self, seconds: float = PATIENCE) -> int | None:
        """Wait for the end of the connection; return the server's close code."""
        async with asyncio.timeout(seconds):
            while not self.lost:
                self._changed.clear()
                await self._changed.wait()
        return self.close_code

    def abort(self) -> None:
        """Vanish."""
        self.transport.abort()

    def _read_frames(self) -> None:
        data, at = self._data, 0
        while len(data) - at >= 2:
            size, start = data[at + 1], at + 2
            if size == 126:
                size, start = int.from_bytes(data[at + 2 : at + 4]), at + 4
            elif size == 127:
                size, start = int.from_bytes(data[at + 2 : at + 10]), at + 10
            if start + size > len(data):
                break
            self._frame(data[at] & 15, data[start : start + size])
            at = start + size
        self._data = data[at:]

    def _frame(self, opcode: int, payload: bytes) -> None:
        if opcode in {TEXT, BINARY}:
            decoder = msgspec.msgpack if opcode == BINARY else msgspec.json
            self.messages.append(decoder.decode(payload))
        elif opcode == PING and self.answers_pings:
            self.write(frame(PONG, payload))
        elif opcode == CLOSE:
            self.close_code = int.from_bytes(payload[:2]) if payload else 1005


CODECS: Final = tuple(BY_SUBPROTOCOL.values())
