"""Clients who read slowly, or not at all, and those who only have much to read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from carbonex.gateway.server.connections.connection import (
    STRANGERS_TRANSPORT_BYTES,
    TRANSPORT_BYTES,
    Connection,
)
from carbonex.gateway.session.mistakes import take
from gateway.wired_house import House, Wire, frames_in, request
from market import CEA


if TYPE_CHECKING:
    from carbonex.gateway.outbox import Outbox

SECOND: Final = 10**9
SLOW_SECONDS: Final = 10


class SlowWire(Wire):
    """A transport whose client takes only what the test has it take."""

    def __init__(self) -> None:
        super().__init__()
        self.unsent = 0
        self.paused = False
        self.high = 0

    def set_write_buffer_limits(
        self, high: int | None = None, low: int | None = None
    ) -> None:
        assert high is not None
        assert low is None
        self.high = high

    def write(self, data: bytes | bytearray | memoryview) -> None:
        super().write(data)
        self.unsent += len(data)
        if self.unsent > self.high and not self.paused:
            self.paused = True
            self.protocol.pause_writing()

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def take(self, size: int) -> int:
        """Have the client take so many bytes, or what there is; return how many."""
        taken = min(size, self.unsent)
        self.unsent -= taken
        if self.paused and self.unsent <= self.high // 4:
            self.paused = False
            self.protocol.resume_writing()
        return taken


def slow(house: House, name: str = "") -> tuple[SlowWire, Connection]:
    """Return a client who has read everything so far."""
    wire = SlowWire()
    house.connect(wire)
    if name:
        house.login(wire, name)
    wire.take(10**9)
    house.turn()
    assert isinstance(wire.protocol, Connection)
    return wire, wire.protocol


def fill(outbox: Outbox, size: int) -> list[bytes]:
    """Put ``size`` bytes in an outbox, as a burst of executions would."""
    frames = [
        b"\x81\x7e\x03\xe8" + b"%06d" % i + b"x" * 994 for i in range(size // 1004)
    ]
    for frame in frames:
        outbox.send_frame(frame)
    return frames


async def test_a_burst_reaches_one_who_reads_and_it_stays_open() -> None:
    house = House()
    wire, connection = slow(house, "maker")
    before = len(frames_in(wire))
    frames = fill(connection.outbox, 20_000_000)
    house.turn()
    assert wire.unsent <= TRANSPORT_BYTES + len(frames[0])
    assert connection.outbox.paused
    while wire.take(TRANSPORT_BYTES):
        house.turn()
    assert connection.outbox.closing is None
    assert not connection.outbox.paused
    got = [b"\x81\x7e\x03\xe8" + bytes(f.data) for f in frames_in(wire)[before:]]
    assert got == frames
    assert house.clients.budget.used_bytes == 0


async def test_the_market_goes_on_for_one_who_was_behind_once_it_has_all() -> None:
    house = House()
    wire, connection = slow(house, "maker")
    house.call(wire, "subscribe", channel="book", instrument=CEA)
    wire.take(10**9)
    fill(connection.outbox, 2_000_000)
    house.turn()
    order = {"instrument": CEA, "side": "buy", "price": "9", "quantity": 1}
    house.call(wire, "add_order", **order)
    house.feed.flush(SECOND)
    while wire.take(TRANSPORT_BYTES):
        house.turn()
    house.turn()
    last = bytes(frames_in(wire)[-1].data)
    assert b'"channel":"book","type":"snapshot"' in last
    assert b'"9.00"' in last


async def test_who_takes_nothing_for_ten_seconds_is_closed() -> None:
    for name in ("maker", ""):
        house = House(slow_seconds=SLOW_SECONDS)
        wire, connection = slow(house, name)
        connection.watch(0)
        connection.outbox.send_frame(b"\x81\x01x")
        house.turn()
        connection.watch(1 * SECOND)
        for second in range(2, 10):
            connection.watch(second * SECOND)
            assert connection.outbox.stalled
            assert connection.outbox.closing is None
        connection.watch(10 * SECOND)
        assert connection.outbox.closing == (1013, "slow_consumer")
        house.turn()
        assert wire.ended


async def test_who_takes_a_little_now_and_then_may_be_behind() -> None:
    house = House(slow_seconds=SLOW_SECONDS)
    wire, connection = slow(house, "maker")
    fill(connection.outbox, 2_000_000)
    house.turn()
    for second in range(0, 100, 9):
        connection.watch(second * SECOND)
        wire.take(1)
        house.turn()
    assert connection.outbox.closing is None


async def test_who_has_nothing_to_read_may_be_silent() -> None:
    house = House(slow_seconds=SLOW_SECONDS)
    _, connection = slow(house)
    for second in range(100):
        connection.watch(second * SECOND)
    assert connection.outbox.closing is None


async def test_one_who_asks_and_does_not_read_is_not_read_either() -> None:
    """What a stranger can have the venue keep is bounded, whatever it asks for."""
    house = House(stranger_outbox_bytes=100_000)
    wire, connection = slow(house)
    ask = (
        request("subscribe", channel="instrument"),
        request("unsubscribe", channel="instrument"),
    )
    answers = 0
    for _ in range(2_000):
        if connection.waits:
            break
        house.say(wire, *ask)
        await asyncio.sleep(0)
        answers += 2
    assert not wire.reading
    longest = max(len(f.data) for f in frames_in(wire)) + 14
    held = connection.outbox.queued_bytes + wire.unsent
    assert held <= 100_000 + STRANGERS_TRANSPORT_BYTES + 2 * longest
    while wire.take(STRANGERS_TRANSPORT_BYTES) or not wire.reading:
        house.turn()
        await asyncio.sleep(0)
    house.call(wire, "ping")
    assert b'"method":"ping","success":true' in wire.written


async def test_a_trader_who_is_behind_can_still_cancel() -> None:
    house = House()
    wire, connection = slow(house, "maker")
    order = {"instrument": CEA, "side": "buy", "price": "9", "quantity": 1}
    house.call(wire, "add_order", **order)
    fill(connection.outbox, 2_000_000)
    house.turn()
    house.call(wire, "cancel_all")
    assert not house.venue.exchange.accounts["maker"].orders


async def test_those_who_have_to_wait_take_turns() -> None:
    """Who has to wait again goes behind the others: nobody is passed over for ever."""
    house = House(in_flight=1)
    wires = [house.connect() for _ in range(3)]
    for wire in wires:
        house.login(wire, "maker")
    order = {"instrument": CEA, "side": "buy", "price": "9", "quantity": 1}
    placed = []

    def place(wire: Wire) -> None:
        assert isinstance(wire.protocol, Connection)
        take(
            wire.protocol.session, bytes(request("add_order", **order).data).decode(), 1
        )

    for wire in wires:
        place(wire)
        house.clients.stalled(wire.protocol)  # type: ignore[arg-type]
    stalled = list(house.clients._stalled)
    assert [c.waits for c in stalled] == [True] * 3
    batch = house.venue.take_batch(1)
    assert batch is not None
    house.venue.committed(batch, house.venue.position + 1, b"")
    place(wires[0])  # the first has more to ask
    house.clients.resume()
    placed = list(house.clients._stalled)
    assert placed == stalled[:1]
