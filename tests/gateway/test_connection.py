"""One connection without a network: cycles, garbage bytes, and where reads end."""

from __future__ import annotations

import asyncio
import gc
import json
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given, strategies as st
from websockets.frames import BINARY, CLOSE, CONT, PING, PONG, TEXT, Close, Frame

from carbonex.engine import Permission
from carbonex.gateway.feed.topic import Topic
from carbonex.gateway.outbox import Outbox
from carbonex.gateway.server.connections.connection import Connection
from carbonex.gateway.server.connections.messages import Messages
from carbonex.gateway.session import Session
from carbonex.gateway.session.kinds import QueryMethod
from carbonex.gateway.session.methods import METHODS
from carbonex.gateway.session.pending import Pending
from carbonex.gateway.session.throttle import Throttle
from gateway.wired_house import HANDSHAKE, House, Wire, frames_in, request, summary
from market import CEA


if TYPE_CHECKING:
    from collections.abc import Callable

PARTS = (Connection, Messages, Outbox, Pending, Session, Throttle, Topic)


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


async def test_an_ended_connection_leaves_nothing_behind() -> None:
    """Its parts refer to each other: the collector has to see through all of them."""

    def left() -> int:
        gc.collect()
        return sum(isinstance(each, PARTS) for each in gc.get_objects())

    house = House()
    before = left()
    for _ in range(3):
        wire = house.connect()
        house.login(wire, "maker")
        house.call(wire, "subscribe", channel="book", instrument=CEA)
        house.call(wire, "add_order", instrument=CEA, side="buy", price="9", quantity=1)
        assert left() > before
        wire.protocol.connection_lost(None)
        del wire
    assert left() == before


def traded(house: House) -> Wire:
    """A connection that has done much of what one may do."""
    wire = house.connect()
    house.login(wire, "maker")
    for channel in ("executions", "balances", "trade", "ticker"):
        house.call(wire, "subscribe", channel=channel)
    house.call(wire, "subscribe", channel="book", instrument=CEA)
    house.call(wire, "add_order", instrument=CEA, side="buy", price="9", quantity=1)
    house.call(wire, "add_order", instrument=CEA, side="buy", price="0", nonsense=1)
    house.call(wire, "open_orders")
    house.call(wire, "cancel_all")
    return wire


def closed(house: House) -> Wire:
    wire = traded(house)
    house.say(wire, Frame(CLOSE, Close(1000, "").serialize()))
    assert wire.ended
    return wire


def cut_off(house: House) -> Wire:
    return traded(house)


def ended_amid_a_frame(house: House) -> Wire:
    wire = traded(house)
    wire.protocol.data_received(request("ping").serialize(mask=True)[:-1])
    wire.protocol.eof_received()
    return wire


def broken_off(house: House) -> Wire:
    wire = traded(house)
    house.say(wire, Frame(TEXT, b"\xff"))
    return wire


def amid_questions(house: House) -> Wire:
    wire = traded(house)
    house.say(wire, request("trades"), request("ping"), request("open_orders"))
    return wire


def no_request(house: House) -> Wire:
    wire = house.knock()
    wire.protocol.data_received(b"NONSENSE\r\n\r\n")
    return wire


def half_a_request(house: House) -> Wire:
    wire = house.knock()
    wire.protocol.data_received(HANDSHAKE[:30])
    wire.protocol.eof_received()
    return wire


@pytest.mark.parametrize(
    "visit",
    [
        *(closed, cut_off, ended_amid_a_frame, broken_off, amid_questions),
        *(no_request, half_a_request),
    ],
)
async def test_an_ended_connection_leaves_nothing_to_the_collector(
    visit: Callable[[House], Wire],
) -> None:
    """It would stop trading for half a second, after some thousand connections."""
    house = House()
    opened = 0

    def visited(times: int) -> None:
        nonlocal opened
        for _ in range(times):
            wire = visit(house)
            opened += type(wire.protocol) is Connection
            wire.protocol.connection_lost(None)
            house.library.answer()  # which comes too late
            wire.protocol = asyncio.Protocol()  # uvloop lets go of it as well

    visited(1)  # msgspec looks at each type once
    await asyncio.sleep(0)
    gc.collect()
    gc.disable()
    try:
        visited(10)
        await asyncio.sleep(0)
        assert gc.collect() == 0
        assert house.clients.ended == opened
        assert len(house.clients) == 0
    finally:
        gc.enable()


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
        wire = house.knock()
        data = HANDSHAKE + early
        wire.protocol.data_received(data[:cut])
        wire.protocol.data_received(data[cut:])
        house.turn()
        assert summary(wire)[0][-1] == ("ping", None)


async def test_a_client_that_ends_its_stream_and_reads_nothing_is_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A transport that closes waits for what is unsent, however long."""
    house = House(close_seconds=0.05)
    wire = house.connect()
    dropped = asyncio.Event()
    monkeypatch.setattr(wire, "abort", dropped.set)
    wire.protocol.pause_writing()
    assert wire.protocol.eof_received() is None  # the transport closes by itself
    await dropped.wait()


async def test_a_client_that_stops_reading_amid_its_past_is_dropped() -> None:
    """It waits for itself alone, not for the venue."""
    house = House()
    wire = house.connect()
    assert isinstance(wire.protocol, Connection)
    wire.protocol.session.waiting = True
    for _ in range(4):
        house.clients.keep_alive()
    assert not wire.ended
    wire.protocol.pause_writing()
    for _ in range(4):
        house.clients.keep_alive()
    assert wire.ended


async def test_a_mistake_of_ours_costs_one_connection_now_or_when_it_was_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def mistake(*_: object) -> None:
        raise ZeroDivisionError

    broken = QueryMethod("balances", Permission.READ, 1, mistake)
    monkeypatch.setitem(cast("dict[str, object]", METHODS), "balances", broken)
    house = House()
    at_once, held, witness = house.connect(), house.connect(), house.connect()
    house.login(at_once, "maker")
    house.login(held, "maker")
    order = {"instrument": CEA, "side": "buy", "price": "9", "quantity": 1}
    house.call(at_once, "balances")
    add = request("add_order", **order)
    house.say(held, add, request("balances"), add)
    for wire in (at_once, held):
        assert Close.parse(bytes(frames_in(wire)[-1].data)).code == 1011
    assert len(house.venue.exchange.accounts["maker"].orders) == 1
    house.call(witness, "ping")
    assert summary(witness)[0][-1] == ("ping", None)


async def test_one_frame_of_a_flush_is_written_at_once_and_several_together() -> None:
    house = House()
    one, several, closed = house.connect(), house.connect(), house.connect()
    for wire in (one, several, closed):
        house.call(wire, "subscribe", channel="book", instrument=CEA)
    house.call(several, "subscribe", channel="ticker")
    house.login(maker := house.connect(), "maker")
    order = {"instrument": CEA, "side": "sell", "price": "70", "quantity": 1}
    house.call(maker, "add_order", **order)
    wires = one, several, closed
    closed.closing = True
    before = [len(wire.written) for wire in wires]
    sent = house.clients.metrics.bytes_out
    house.feed.flush(10**12)
    grown = [len(wire.written) - size for wire, size in zip(wires, before, strict=True)]
    assert grown[0] == house.clients.metrics.bytes_out - sent > 0
    assert grown[1:] == [0, 0]
    house.turn()
    told = [json.loads(bytes(f.data)).get("channel") for f in frames_in(several)]
    assert told[-2:] == ["book", "ticker"]
    assert json.loads(bytes(frames_in(one)[-1].data))["type"] == "update"
    assert len(closed.written) == before[2]
