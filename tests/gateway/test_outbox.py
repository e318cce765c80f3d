"""An outbox: framing, order, and what becomes of a client who does not read."""

from __future__ import annotations

from functools import partial

import msgspec
import pytest
from websockets.frames import Frame, Opcode

from carbonex.gateway.budget import STEP_BYTES, Budget
from carbonex.gateway.outbox import Outbox, frame
from carbonex.wire.codec import JSON, MSGPACK, Codec


class Text(msgspec.Struct, array_like=True):
    text: str


def text_of_payload(codec: Codec, size: int) -> Text:
    """Return the message whose encoding has exactly ``size`` bytes, 7 or more."""
    short = next(
        length
        for length in range(size, -1, -1)
        if len(codec.encode(Text("x" * length))) <= size
    )
    return Text("x" * short)


@pytest.mark.parametrize("size", [7, 125, 126, 1023, 1024, 65535, 65536])
@pytest.mark.parametrize(
    ("codec", "opcode"), [(JSON, Opcode.TEXT), (MSGPACK, Opcode.BINARY)], ids=repr
)
def test_frames_equal_those_of_websockets(
    codec: Codec, opcode: Opcode, size: int
) -> None:
    message = text_of_payload(codec, size)
    payload = codec.encode(message)
    assert len(payload) == size
    assert frame(codec, message) == Frame(opcode, payload).serialize(mask=False)


def test_an_empty_payload_is_framed_too() -> None:
    nothing = Codec("raw", binary=True, encode=lambda _: b"", make_decoder=repr)
    expected = Frame(Opcode.BINARY, b"").serialize(mask=False)
    assert frame(nothing, Text("")) == expected


def test_frames_are_taken_once_in_order() -> None:
    outbox = Outbox(JSON)
    outbox.send(Text("a"))
    outbox.send_frame(b"shared")
    first = frame(JSON, Text("a"))
    assert outbox.queued_bytes == len(first) + len(b"shared")
    assert outbox.take() == [first, b"shared"]
    assert outbox.queued_bytes == 0
    assert outbox.take() == []


def test_a_shared_frame_is_not_copied() -> None:
    shared = frame(JSON, Text("for all"))
    outboxes = [Outbox(JSON), Outbox(JSON)]
    for outbox in outboxes:
        outbox.send_frame(shared)
    assert all(outbox.take()[0] is shared for outbox in outboxes)


def test_no_burst_closes_an_outbox_while_there_is_room_for_all() -> None:
    outbox = Outbox(JSON, Budget(4 * STEP_BYTES))
    for _ in range(4):
        outbox.send_frame(b"x" * STEP_BYTES)
    assert outbox.closing is None
    outbox.send_frame(b"y")
    assert outbox.closing == (1013, "slow_consumer")
    assert outbox.queued_bytes == 0
    assert outbox.take() == []


def test_what_is_taken_in_pieces_comes_in_order() -> None:
    outbox = Outbox(JSON)
    for frame_of in (b"aaaa", b"bb", b"cccccc", b"d"):
        outbox.send_frame(frame_of)
    assert outbox.take(5) == [b"aaaa", b"bb"]
    assert outbox.queued_bytes == 7
    assert outbox.take(1) == [b"cccccc"]
    assert outbox.take(5) == [b"d"]
    assert outbox.queued_bytes == 0


def test_a_close_comes_after_what_waits_and_before_nothing() -> None:
    outbox = Outbox(JSON)
    outbox.send_frame(b"last words")
    outbox.close(1001, "server_shutdown")
    outbox.close(1008, "later reason")
    outbox.send_frame(b"too late")
    assert outbox.closing == (1001, "server_shutdown")
    assert outbox.take() == [b"last words"]


def test_whoever_writes_is_woken_by_the_first_thing_that_waits() -> None:
    woken: list[None] = []
    outbox = Outbox(JSON, wake=partial(woken.append, None))
    outbox.send_frame(b"a")
    outbox.send_frame(b"b")
    assert len(woken) == 1
    outbox.take()
    outbox.send_frame(b"c")
    outbox.close(1000, "")
    assert len(woken) == 3


class Written:
    """An outbox, and what was written without waiting in it."""

    def __init__(self) -> None:
        self.data: list[bytes] = []
        self.outbox = Outbox(JSON, write=self.data.append)
        self.outbox.flushed = 1


def test_the_only_frame_of_a_flush_does_not_wait() -> None:
    shell = Written()
    shared = b"a frame for many"
    shell.outbox.send_flushed(shared)
    assert shell.data[0] is shared
    assert shell.outbox.take() == []


def test_several_frames_of_a_flush_wait_for_one_write() -> None:
    shell = Written()
    shell.outbox.flushed = 2
    shell.outbox.send_flushed(b"book")
    shell.outbox.send_flushed(b"ticker")
    assert shell.data == []
    assert shell.outbox.take() == [b"book", b"ticker"]


def test_the_frame_of_a_flush_overtakes_nothing() -> None:
    shell = Written()
    shell.outbox.send_frame(b"answer")
    shell.outbox.send_flushed(b"book")
    assert shell.data == []
    assert shell.outbox.take() == [b"answer", b"book"]


def test_the_frame_of_a_flush_waits_where_the_transport_is_full() -> None:
    shell = Written()
    shell.outbox.paused = True
    shell.outbox.send_flushed(b"book")
    assert shell.data == []
    assert shell.outbox.queued_bytes == len(b"book")


def test_no_frame_of_a_flush_follows_the_close() -> None:
    shell = Written()
    shell.outbox.close(1001, "server_shutdown")
    shell.outbox.send_flushed(b"book")
    assert shell.data == shell.outbox.take() == []
