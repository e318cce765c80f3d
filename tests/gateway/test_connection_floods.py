"""One connection without a network: floods take turns, and leave nothing behind."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from websockets.frames import CLOSE, CONT, PING, PONG, TEXT, Close, Frame

from carbonex.gateway.server.connections.connection import Connection
from carbonex.gateway.server.connections.gate import SPARE_CONNECTIONS
from carbonex.gateway.server.connections.messages import AT_ONCE
from gateway.wired_house import House, frames_in, request, summary
from market import CEA


if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    "frame",
    [request("ping"), Frame(TEXT, b"{"), Frame(PING, b""), Frame(TEXT, b"", fin=False)],
    ids=["calls", "faults", "control frames", "fragments"],
)
async def test_a_flood_takes_turns_with_the_others(frame: Frame) -> None:
    house = House()
    flooder, other = house.connect(), house.connect()
    rest = frame if frame.fin else Frame(CONT, b"", fin=False)
    flood = frame.serialize(mask=True) + rest.serialize(mask=True) * 1000
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


async def test_long_messages_take_turns_too() -> None:
    house = House()
    wire = house.connect()
    wire.protocol.data_received(Frame(TEXT, b"[" * 30_000).serialize(mask=True) * 5)
    house.turn()
    assert summary(wire)[0][1:] == [("", "MALFORMED")] * 2
    assert not wire.reading
    for _ in range(5):
        await asyncio.sleep(0)
    house.turn()
    assert summary(wire)[0][1:] == [("", "MALFORMED")] * 5
    assert wire.reading


async def test_turns_and_the_cap_of_requests_in_flight_go_together() -> None:
    house = House(in_flight=200)
    wire = house.connect()
    house.login(wire, "maker")
    order = request("add_order", instrument=CEA, side="buy", price="9", quantity=1)
    wire.protocol.data_received(order.serialize(mask=True) * 1000)
    for _ in range(30):
        house.turn()
        await asyncio.sleep(0)
    house.call(wire, "ping")
    assert summary(wire)[0][-1001:] == [*[("add_order", None)] * 1000, ("ping", None)]
    assert len(house.venue.exchange.accounts["maker"].orders) == 1000


async def test_a_frame_in_pieces_is_not_copied_with_every_piece() -> None:
    house = House()
    wire = house.connect()
    whole = Frame(TEXT, b"[" * 60_000).serialize(mask=True)
    connection = wire.protocol
    assert isinstance(connection, Connection)
    for at in range(0, len(whole), 16):
        assert len(connection._messages._data) <= 16
        wire.protocol.data_received(whole[at : at + 16])
    house.turn()
    assert summary(wire)[0][-1] == ("", "MALFORMED")


async def test_who_is_closed_is_not_read_any_more() -> None:
    house = House(requests_per_second=50, burst=50)
    wire = house.connect()
    flood = request("ping").serialize(mask=True) * 1000
    wire.protocol.data_received(flood)
    for _ in range(20):
        await asyncio.sleep(0)
    house.turn()
    (closing,) = (frame for frame in frames_in(wire) if frame.opcode is CLOSE)
    assert Close.parse(closing.data).code == 1008
    assert wire.ended  # without waiting for what may come behind a flood

    connection = wire.protocol
    assert isinstance(connection, Connection)
    written = len(wire.written)
    for _ in range(10):
        connection.data_received(flood)
        house.turn()
    assert len(wire.written) == written
    assert not connection._websocket.reader.buffer
    connection.connection_lost(None)
    assert len(house.clients) == 0


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
    silent = [house.knock() for _ in range(3 + SPARE_CONNECTIONS)]
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
            wire = house.knock()
            wire.protocol.data_received(b"GET / HTTP/1.1\r\n")
            for line in range(100):
                wire.protocol.data_received(f"X-{line}: {n:0600}\r\n".encode())
            wire.protocol.connection_lost(None)

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
