"""The cheap client cuts a stream where the library would."""

from __future__ import annotations

from hypothesis import given, strategies as st
from websockets.frames import Frame, Opcode

from benchmarks.websocket import Frames


SIZES = st.lists(st.sampled_from([0, 1, 125, 126, 300, 65_535, 65_536]), max_size=6)


@given(SIZES, st.integers(1, 70_000))
def test_frames_are_cut_however_their_bytes_arrive(sizes: list[int], step: int) -> None:
    sent = [Frame(Opcode.TEXT, b"x" * size).serialize(mask=False) for size in sizes]
    stream = b"".join(sent)
    counting, splitting = Frames(), Frames()
    count = 0
    received: list[bytes] = []
    for at in range(0, len(stream), step):
        count += counting.count(stream[at : at + step])
        received += splitting.split(stream[at : at + step])
    assert received == sent
    assert count == len(sent)
