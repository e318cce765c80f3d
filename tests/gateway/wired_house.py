"""A venue with connections but without a network: a test holds the other end."""

from __future__ import annotations

import asyncio
import json
from typing import cast

from websockets.client import ClientProtocol
from websockets.frames import TEXT, Frame
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from carbonex.engine import VENUE_KEY, BeginDay, Exchange
from carbonex.gateway.feed import Feed
from carbonex.gateway.server.connections.clients import Clients
from carbonex.gateway.server.connections.handshake import Handshake
from carbonex.gateway.server.connections.pages import Pages, Readiness
from carbonex.gateway.server.host.clock import Clock
from carbonex.gateway.server.metrics import Metrics
from carbonex.gateway.venue import Venue
from carbonex.wire.login import login_text, sign
from gateway.session_house import Library
from market import config, market_commands
from stranger import private_key


class Wire(asyncio.Transport):
    """A transport that keeps what is written, and whose other end is the test."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()
        self.protocol: asyncio.Protocol
        self.ended = False
        self.closing = False
        self.reading = True

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        assert isinstance(protocol, asyncio.Protocol)
        self.protocol = protocol

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.ended
        self.written += data

    def write_eof(self) -> None:
        self.ended = True

    def can_write_eof(self) -> bool:
        return True

    def is_closing(self) -> bool:
        return self.closing

    def set_write_buffer_limits(
        self, high: int | None = None, low: int | None = None
    ) -> None: ...

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def abort(self) -> None:
        self.ended = True


class House:
    """A venue with clients but without a log: batches are durable at once."""

    def __init__(self, **limits: float) -> None:
        chosen = config(**limits).limits
        self.venue = Venue(Exchange(), "test", 1, 1, 10**6, 1000)
        for command in (*market_commands(), BeginDay(VENUE_KEY, 20261124, 10**15)):
            self.venue.submit(None, 0, command)
        metrics = Metrics()
        state = Readiness(ready=True, text="online")
        self.now_ns = 1
        clock = Clock(lambda: 1, lambda: self.now_ns)
        self.clients = Clients(chosen, clock, metrics, lambda: state)
        self.pages = Pages("test", metrics, lambda: state)
        self.feed = Feed(self.venue)
        self.venue.readers.append(self.feed)
        self.library = Library()
        self.clients.open(self.venue, self.feed, self.library, lambda: None)
        self.turn()

    def turn(self) -> None:
        """Commit what waits, and write what there is to say."""
        while (batch := self.venue.take_batch(1)) is not None:
            self.venue.committed(batch, self.venue.position + 1, b"")
            self.clients.resume()
        self.clients.flush()

    def connect(self, wire: Wire | None = None) -> Wire:
        """Return the other end of a new WebSocket."""
        wire = self.knock(wire)
        wire.protocol.data_received(HANDSHAKE)
        self.turn()
        return wire

    def knock(self, wire: Wire | None = None) -> Wire:
        """Return the other end of a new connection that has said nothing yet."""
        wire = wire or Wire()
        handshake = Handshake(self.clients, self.pages)
        wire.set_protocol(handshake)
        handshake.connection_made(wire)
        return wire

    def say(self, wire: Wire, *frames: Frame) -> None:
        data = b"".join(frame.serialize(mask=True) for frame in frames)
        wire.protocol.data_received(data)
        self.turn()

    def call(self, wire: Wire, method: str, **params: object) -> None:
        self.say(wire, request(method, **params))

    def login(self, wire: Wire, name: str) -> None:
        status = json.loads(bytes(frames_in(wire)[0].data))["data"][0]
        text = login_text("test", status["connection_id"], status["challenge"], name)
        signature = sign(private_key(name), text)
        self.call(wire, "login", key_id=name, signature=signature)


def request(method: str, **params: object) -> Frame:
    return Frame(TEXT, json.dumps({"method": method, "params": params}).encode())


def frames_in(wire: Wire) -> list[Frame]:
    """Return what a client would read; it must be whole frames after one head."""
    head, _, data = bytes(wire.written).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 ")
    client = ClientProtocol(parse_uri("ws://x/"), state=OPEN, max_size=None)
    client.receive_data(data)
    assert client.parser_exc is None
    assert not client.reader.buffer
    return cast("list[Frame]", client.events_received())


HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Version: 13\r\n\r\n"
)


def summary(wire: Wire) -> tuple[list[object], list[object], bool]:
    """What a client was sent, without what differs by connection.

    Messages and control frames are each in order; how the two mix is free.
    """
    messages: list[object] = []
    control: list[object] = []
    for frame in frames_in(wire):
        if frame.opcode is TEXT:
            message = json.loads(bytes(frame.data))
            error = message.get("error") or {}
            messages.append((message.get("method"), error.get("name")))
        else:
            control.append((frame.opcode, bytes(frame.data)))
    return messages, control, wire.ended
