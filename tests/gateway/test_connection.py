"""One connection without a network: cycles, garbage bytes, and where reads end."""

from __future__ import annotations

import asyncio
import gc
import json
import tracemalloc
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given, strategies as st
from websockets.client import ClientProtocol
from websockets.frames import BINARY, CLOSE, CONT, PING, PONG, TEXT, Close, Frame
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from carbonex.engine import VENUE_KEY, BeginDay, Exchange
from carbonex.gateway.feed import Feed
from carbonex.gateway.server.clients import SPARE_CONNECTIONS, Clients
from carbonex.gateway.server.clock import Clock
from carbonex.gateway.server.handshake import Handshake
from carbonex.gateway.server.messages import AT_ONCE
from carbonex.gateway.server.metrics import Metrics
from carbonex.gateway.server.pages import Pages, Readiness
from carbonex.gateway.venue import Venue
from carbonex.wire.login import login_text, sign
from gateway.session_house import Library
from market import CEA, config, market_commands
from stranger import private_key


if TYPE_CHECKING:
    from collections.abc import Callable


class Wire(asyncio.Transport):
    """A transport that keeps what is written, and whose other end is the test."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()
        self.protocol: asyncio.Protocol
        self.ended = False
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
        return False

    def set_write_buffer_limits(
        self, high: int | None = None, low: int | None = None
    ) -> None: ...

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
        for command in (*market_commands(), BeginDay(VENUE_KEY, 20261124, 2**62)):
            self.venue.submit(None, 0, command)
        metrics = Metrics()
        state = Readiness(ready=True, text="online")
        clock = Clock(lambda: 1, lambda: 1)
        self.clients = Clients(chosen, clock, metrics, lambda: state)
        self.pages = Pages("test", metrics, lambda: state)
        feed = Feed(self.venue)
        self.venue.readers.append(feed)
        self.clients.open(self.venue, feed, Library(), lambda: None)
        self.turn()

    def turn(self) -> None:
        """Commit what waits, and write what there is to say."""
        while (batch := self.venue.take_batch(1)) is not None:
            self.venue.committed(batch, self.venue.position + 1, b"")
            self.clients.resume()
        self.clients.flush()

    def connect(self) -> Wire:
        """Return the other end of a new WebSocket."""
        wire = Wire()
        handshake = Handshake(self.clients, self.pages)
        wire.set_protocol(handshake)
        handshake.connection_made(wire)
        wire.protocol.data_received(HANDSHAKE)
        self.turn()
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


async def test_trading_leaves_no_cycles_behind() -> None:
    """So the collector can stay off while the venue is busy."""
    house = House()
    maker, taker = house.connect(), house.connect()
    for wire, name in ((maker, "maker"), (taker, "taker")):
        house.login(wire, name)
        house.call(wire, "subscribe", channel="executions")
        house.call(wire, "subscribe", channel="book", instrument=CEA)
        house.call(wire, "subscribe", channel="trade")

    def trade(count: int) -> None:
        for i in range(count):
            order = {"instrument": CEA, "price": f"{70 + i % 3}", "quantity": 2}
            house.call(maker, "add_order", side="sell", client_order_id=f"{i}", **order)
            house.call(taker, "add_order", side="buy", **{**order, "quantity": 1})
            house.call(maker, "cancel_order", client_order_id=f"{i}")
            house.call(taker, "add_order", side="buy", price="0", nonsense=1)
            house.call(maker, "balances")

    trade(5)
    gc.collect()
    gc.disable()
    try:
        trade(200)
        assert gc.collect() == 0
    finally:
        gc.enable()
    assert house.venue.exchange.accounts["taker"].holdings[CEA].quantity > 10**8


async def test_an_ended_connection_leaves_little_behind() -> None:
    house = House()
    gc.collect()
    gc.disable()
    try:
        wire = Wire()
        for _ in range(50):
            wire = house.connect()
            house.login(wire, "maker")
            house.say(wire, Frame(CLOSE, Close(1000, "").serialize()))
            wire.protocol.connection_lost(None)
            assert wire.ended
        assert house.clients.ended == 50
        assert len(house.clients) == 0
        wire = Wire()  # the last one is not held by us any more
        # The generators of websockets' parser, and nothing of ours.
        assert gc.collect() < 50 * 40
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "frame",
    [request("ping"), Frame(TEXT, b"{"), Frame(PING, b""), Frame(TEXT, b"", fin=False)],
    ids=["calls", "faults", "control frames", "fragments"],
)
async def test_a_flood_takes_turns_with_the_others(frame: Frame) -> None:
    house = House()
    flooder, other = house.connect(), house.connect()
    rest = Frame(CONT, b"") if frame.opcode is TEXT and not frame.fin else frame
    flood = frame.serialize(mask=True) + rest.serialize(mask=True) * 1000
    if rest.opcode is CONT:
        flood = flood.replace(b"\x80\x80", b"\x00\x80")
    flooder.protocol.data_received(flood)
    house.turn()
    assert len(frames_in(flooder)) < 2 + AT_ONCE
    assert not flooder.reading
    house.call(other, "ping")
    assert summary(other)[0][-1] == ("ping", None)

    for _ in range(20):
        await asyncio.sleep(0)
    house.turn()
    assert flooder.reading
    flooder.protocol.data_received(Frame(PING, b"!").serialize(mask=True))
    house.turn()
    messages, control, _ = summary(flooder)
    answers = messages if frame.opcode is TEXT and frame.fin else control
    assert len(answers) >= (1001 if rest is frame else 1)
    assert control[-1] == (PONG, b"!")


async def test_who_goes_in_its_turn_is_forgotten() -> None:
    house = House()
    wire = house.connect()
    wire.protocol.data_received(request("ping").serialize(mask=True) * 1000)
    wire.protocol.connection_lost(None)
    await asyncio.sleep(0)
    assert len(house.clients) == 0
    assert not wire.reading


async def test_the_silent_make_room_for_who_comes_later() -> None:
    house = House(connections=2)
    trader = house.connect()
    silent = [Wire() for _ in range(3 + SPARE_CONNECTIONS)]
    for wire in silent:
        handshake = Handshake(house.clients, house.pages)
        wire.set_protocol(handshake)
        handshake.connection_made(wire)
    assert [wire.ended for wire in silent[:3]] == [True, True, False]
    for wire in silent[:2]:
        wire.protocol.connection_lost(None)
    assert len(house.clients) == 2 + SPARE_CONNECTIONS

    newcomer = house.connect()
    house.call(newcomer, "ping")
    assert summary(newcomer)[0][-1] == ("ping", None)
    assert [wire.ended for wire in silent[2:4]] == [True, False]
    house.call(trader, "ping")
    assert summary(trader)[0][-1] == ("ping", None)


ENDLESS = b"x" * 60_000
UNFINISHED = {
    "frame": Frame(TEXT, ENDLESS).serialize(mask=True)[:-1],
    "message": Frame(TEXT, ENDLESS, fin=False).serialize(mask=True),
    "frame of no limit": Frame(TEXT, ENDLESS * 30).serialize(mask=True)[:60_000],
}


@pytest.mark.parametrize("data", UNFINISHED.values(), ids=UNFINISHED)
async def test_an_ended_connection_holds_nothing_of_what_was_sent(data: bytes) -> None:
    """The collector is off while the venue is busy: cycles wait, by the thousand."""
    house = House()

    def come_and_go(count: int) -> None:
        for _ in range(count):
            wire = house.connect()
            wire.protocol.data_received(bytes(data))
            wire.protocol.connection_lost(None)

    assert kept_by(come_and_go) < 50 * 20_000


async def test_an_ended_handshake_holds_nothing_of_what_was_sent() -> None:
    house = House()

    def come_and_go(count: int) -> None:
        for n in range(count):
            wire = Wire()
            handshake = Handshake(house.clients, house.pages)
            handshake.connection_made(wire)
            handshake.data_received(b"GET / HTTP/1.1\r\n")
            for line in range(100):
                handshake.data_received(f"X-{line}: {n:0600}\r\n".encode())
            handshake.connection_lost(None)

    assert kept_by(come_and_go) < 50 * 20_000


def kept_by(act: Callable[[int], None]) -> int:
    """Return the bytes that doing it 50 times leaves to the collector."""
    act(1)
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        act(50)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    return kept


payloads = st.one_of(
    st.binary(max_size=200),
    st.sampled_from(
        [
            request("ping").data,
            request("subscribe", channel="ticker").data,
            request("add_order", instrument=CEA).data,
            "参数".encode(),
        ]
    ),
)
opcodes = st.sampled_from([TEXT, BINARY, CONT, PING, PONG, CLOSE])


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    """A frame that may be wrong in any way, or not even one."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=30))
    frame = Frame(draw(opcodes), draw(payloads), draw(st.booleans()))
    return serialize(frame, mask=draw(st.integers(0, 9)) > 0)


def serialize(frame: Frame, *, mask: bool) -> bytes:
    """As websockets does, without its checks."""
    data = Frame(BINARY, frame.data).serialize(mask=mask)
    return bytes([(frame.fin << 7) | frame.opcode]) + data[1:]


@given(data=st.lists(frames(), max_size=12).map(b"".join), cut=st.data())
async def test_garbage_ends_one_connection_at_most_and_cuts_change_nothing(
    data: bytes, cut: st.DataObject
) -> None:
    house = House()
    whole, pieces, witness = house.connect(), house.connect(), house.connect()
    whole.protocol.data_received(data)
    house.turn()
    position = 0
    while position < len(data):
        size = cut.draw(st.integers(1, len(data) - position))
        pieces.protocol.data_received(data[position : position + size])
        house.turn()
        position += size
    assert summary(whole) == summary(pieces)

    house.call(witness, "ping")
    assert summary(witness)[0][-1] == ("ping", None)


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


async def test_what_is_unread_when_the_stream_ends_has_no_effect() -> None:
    house = House(in_flight=2)
    wire = house.connect()
    house.login(wire, "maker")
    order = request("add_order", instrument=CEA, side="buy", price="9", quantity=1)
    data = order.serialize(mask=True) * 5 + Frame(PING, b"").serialize(mask=True)
    wire.protocol.data_received(data)
    assert not wire.reading
    wire.protocol.eof_received()
    house.turn()
    assert len(house.venue.exchange.accounts["maker"].orders) == 2
    wire.protocol.connection_lost(None)
    assert len(house.clients) == 0


async def test_reading_stops_at_the_cap_and_goes_on_in_order() -> None:
    house = House(in_flight=2)
    wire = house.connect()
    house.login(wire, "maker")
    order = request("add_order", instrument=CEA, side="buy", price="9", quantity=1)
    frames = [order] * 5 + [Frame(PING, b"!"), request("ping")]
    wire.protocol.data_received(b"".join(f.serialize(mask=True) for f in frames))
    assert house.venue.waiting == 2
    assert not wire.reading
    house.turn()
    assert wire.reading
    messages, control, _ = summary(wire)
    assert messages[-6:] == [*[("add_order", None)] * 5, ("ping", None)]
    assert control == [(PONG, b"!")]


async def test_what_comes_right_behind_the_handshake_is_read() -> None:
    house = House()
    early = Frame(TEXT, b'{"method":"ping"}').serialize(mask=True)
    for cut in range(len(HANDSHAKE) - 5, len(HANDSHAKE) + len(early)):
        wire = Wire()
        handshake = Handshake(house.clients, house.pages)
        wire.set_protocol(handshake)
        handshake.connection_made(wire)
        data = HANDSHAKE + early
        wire.protocol.data_received(data[:cut])
        wire.protocol.data_received(data[cut:])
        house.turn()
        assert summary(wire)[0][-1] == ("ping", None)
