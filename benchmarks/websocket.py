"""A client's side of a WebSocket, sans I/O, cheaper than any server.

A server does not mask its frames, so the client only reads lengths and searches bytes.
It decodes only the greeting.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

import msgspec
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from carbonex.wire.codec import JSON


if TYPE_CHECKING:
    from carbonex.wire.keys import Key


LONG_HEADERS: Final = {126: 4, 127: 10}  # header bytes, by the first length byte


class Until(Enum):
    """The end of a greeting: for a bare server, a follower or a trader."""

    OPEN = 0
    STATUS = 1
    LOGIN = 2


class Greeting:
    """Opens the WebSocket and, with a key, logs in; ``ready`` is then True."""

    def __init__(self, port: int, until: Until, key: Key | None = None) -> None:
        self._protocol = ClientProtocol(parse_uri(f"ws://127.0.0.1:{port}/"))
        self._protocol.send_request(self._protocol.connect())
        self._until = until
        self._key = key
        self.ready = False

    def send(self) -> bytes:
        """Return the data to send now; the first call returns the handshake."""
        return b"".join(self._protocol.data_to_send())

    def receive(self, data: bytes) -> None:
        """Process received data.

        Raises:
            InvalidHandshake: If the server does not open a WebSocket.
            ConnectionError: If the login is rejected.

        """
        self._protocol.receive_data(data)
        if self._protocol.handshake_exc is not None:
            raise self._protocol.handshake_exc
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._greeted(bytes(event.data))
            elif self._until is Until.OPEN:
                self.ready = True

    def _greeted(self, message: bytes) -> None:
        decoded = msgspec.json.decode(message)
        if decoded.get("method") == "login":
            if not decoded["success"]:
                raise ConnectionError(f"the login was refused: {decoded['error']}")
            self.ready = True
        elif decoded.get("channel") == "status":
            if self._until is Until.LOGIN:
                self._log_in(decoded["data"][0])
            else:
                self.ready = True

    def _log_in(self, status: dict[str, str]) -> None:
        key = self._key
        assert key is not None
        signature = key.login_signature(
            status["venue"], status["connection_id"], status["challenge"]
        )
        params = {"key_id": key.key_id, "signature": signature}
        self._protocol.send_text(JSON.encode({"method": "login", "params": params}))


def framed(payload: bytes) -> bytes:
    """Return a client's masked text frame."""
    return bytes(Frame(Opcode.TEXT, payload).serialize(mask=True))


class Frames:
    """Splits a server's byte stream into frames."""

    def __init__(self) -> None:
        self._tail = b""

    def count(self, data: bytes) -> int:
        """Return the number of frames that ``data`` completes."""
        return len(self._ends(data)[1])

    def split(self, data: bytes) -> list[bytes]:
        """Return the frames that ``data`` completes, with their headers."""
        data, ends = self._ends(data)
        return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]

    def messages(self, data: bytes) -> list[tuple[int, bytes]]:
        """Return first byte and payload of each frame that ``data`` completes."""
        return [
            (frame[0], frame[LONG_HEADERS.get(frame[1], 2) :])
            for frame in self.split(data)
        ]

    def _ends(self, data: bytes) -> tuple[bytes, list[int]]:
        if self._tail:
            data = self._tail + data
        at, total, ends = 0, len(data), []
        while at + 2 <= total:
            size, header = data[at + 1], 2
            if size in LONG_HEADERS:
                header = LONG_HEADERS[size]
                size = int.from_bytes(data[at + 2 : at + header], "big")
            if at + header + size > total:
                break
            at += header + size
            ends.append(at)
        self._tail = data[at:]
        return data, ends
