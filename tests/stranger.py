"""A client that uses only the API's description: plain websockets and JSON."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Self

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.client import ClientConnection, connect
from websockets.protocol import State

from carbonex.wire.login import encode_bytes, login_text, sign


if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from types import TracebackType


Message = dict[str, Any]

JSON = "carbonex.v1.json"
MSGPACK = "carbonex.v1.msgpack"


def private_key(name: str) -> Ed25519PrivateKey:
    """Return a key that depends on the name only."""
    return Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b"\0"))


def public_text(name: str) -> str:
    """Return the public key in the form that ``add_key`` takes."""
    return encode_bytes(public_bytes(name))


def public_bytes(name: str) -> bytes:
    """Return the raw public key."""
    return private_key(name).public_key().public_bytes_raw()


class Refused(Exception):  # noqa: N818 - a client's request, not an error of ours
    """A request was refused; ``error`` is the answer's error."""

    def __init__(self, error: Message) -> None:
        super().__init__(f"{error['name']}: {error['message']}")
        self.error = error


class Stranger:
    """One connection; ``frames`` holds every message received, in order."""

    def __init__(
        self,
        port: int,
        subprotocol: str | None = JSON,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.port = port
        self.subprotocol = subprotocol
        self.tls = tls
        self.frames: list[Message] = []
        self._req_id = 0

    async def __aenter__(self) -> Self:
        self.socket: ClientConnection = await connect(
            f"{'wss' if self.tls else 'ws'}://127.0.0.1:{self.port}",
            ssl=self.tls,
            subprotocols=[self.subprotocol] if self.subprotocol else None,  # type: ignore[list-item]
            compression=None,
            max_size=None,
            ping_interval=None,
        )
        self.status = (await self.receive())["data"][0]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.socket.state is not State.CLOSED:
            await self.socket.close()

    async def receive(self) -> Message:
        """Return the next message."""
        data = await self.socket.recv()
        message: Message
        if isinstance(data, bytes):
            message = msgspec.msgpack.decode(data)
        else:
            message = json.loads(data)
        self.frames.append(message)
        return message

    def encode(self, method: str, **params: object) -> str | bytes:
        """Return an encoded request with the next req_id."""
        self._req_id += 1
        request = {"method": method, "params": params, "req_id": self._req_id}
        if self.subprotocol == MSGPACK:
            return msgspec.msgpack.encode(request)
        return json.dumps(request)

    async def send(self, method: str, **params: object) -> int:
        """Send a request without waiting; return its req_id."""
        await self.socket.send(self.encode(method, **params))
        return self._req_id

    async def answer(self, req_id: int) -> Message:
        """Return the answer to ``req_id``; other messages go to ``frames``."""
        while True:
            message = await self.receive()
            if message.get("req_id") == req_id and "channel" not in message:
                return message

    async def call(self, method: str, **params: object) -> Any:
        """Send a request and return its result.

        Raises:
            Refused: If the request is refused.

        """
        answer = await self.answer(await self.send(method, **params))
        if not answer["success"]:
            raise Refused(answer["error"])
        return answer.get("result")

    async def login(self, name: str, **session: object) -> Any:
        """Log in with the key of that name."""
        text = login_text(
            self.status["venue"],
            self.status["connection_id"],
            self.status["challenge"],
            name,
        )
        signature = sign(private_key(name), text)
        return await self.call("login", key_id=name, signature=signature, **session)

    async def updates(self, channel: str, count: int) -> list[Message]:
        """Wait for ``count`` updates of ``channel``; return the first ones."""
        while len(found := self.seen(channel, "update")) < count:
            await self.receive()
        return found[:count]

    def seen(self, channel: str, kind: str) -> list[Message]:
        """Return the data of every frame of that channel and kind so far."""
        return [
            item
            for frame in self.frames
            if frame.get("channel") == channel and frame["type"] == kind
            for item in frame["data"]
        ]


async def eventually(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until ``condition`` holds, checking every millisecond.

    Raises:
        TimeoutError: If it does not hold within ``seconds``.

    """
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.001)
