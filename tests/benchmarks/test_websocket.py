"""The cheap client cuts a stream where the library would."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from websockets.exceptions import InvalidHandshake
from websockets.frames import Frame, Opcode

from benchmarks.websocket import Frames, Greeting, Until


SIZES = st.lists(st.sampled_from([0, 1, 125, 126, 300, 65_535, 65_536]), max_size=6)


@given(SIZES, st.integers(1, 70_000))
def test_frames_are_cut_however_their_bytes_arrive(sizes: list[int], step: int) -> None:
    sent = [Frame(Opcode.TEXT, b"x" * size).serialize(mask=False) for size in sizes]
    stream = b"".join(sent)
    counting, splitting, reading = Frames(), Frames(), Frames()
    count = 0
    received: list[bytes] = []
    messages: list[tuple[int, bytes]] = []
    for at in range(0, len(stream), step):
        count += counting.count(stream[at : at + step])
        received += splitting.split(stream[at : at + step])
        messages += reading.messages(stream[at : at + step])
    assert received == sent
    assert count == len(sent)
    assert messages == [(0x81, b"x" * size) for size in sizes]


def test_a_server_that_opens_no_websocket_is_told() -> None:
    greeting = Greeting(1, Until.OPEN)
    refusal = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(InvalidHandshake, match="503"):
        greeting.receive(refusal)
    assert not greeting.ready
