"""Splits a client's bytes into messages, one at a time and in order.

Nearly all client frames are short and hold a whole message. These are parsed here,
straight from the buffer, in 1 µs. All others (control frames, fragments, long frames,
protocol errors) go to ``ServerProtocol``, which takes 2.2 µs per frame, knows all the
rules and answers by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast, final

from websockets.frames import BINARY, CONT, TEXT
from websockets.protocol import OPEN


if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.frames import Frame
    from websockets.server import ServerProtocol


try:
    from websockets.speedups import apply_mask
except ImportError:  # no wheel for this platform
    from websockets.utils import apply_mask


UNMASK: Final[Callable[[bytes, bytes], bytes]] = apply_mask  # compiled: loaded at once

# First bytes of a frame (RFC 6455 §5.2): a whole text or binary message without
# extensions; then the mask bit and the length, where 126 and 127 announce 2 or 8 more
# length bytes.
WHOLE_TEXT: Final = 0x81
WHOLE_BINARY: Final = 0x82
MASKED: Final = 0x80
TWO_BYTES: Final = 126
EIGHT_BYTES: Final = 127


# Frames or messages of one client handled before other clients get their turn. Reason:
# one read (256 KiB) may hold 40,000 pings, which take 0.5 s. 128 messages take 1 to 5
# ms, and passing the turn less than a hundredth of that.
AT_ONCE: Final = 128


@final
class Messages:
    """The messages of a client.

    ``interrupted`` says that ``next`` returned None after AT_ONCE frames without a
    complete message, and may find one if called again.

    Bytes stay unread until ``next`` is called for them: while a client is paused, its
    later input has no effect. Memory: the bytes of a ``feed`` and a message of at
    most ``max_bytes``.
    """

    def __init__(self, websocket: ServerProtocol, max_bytes: int) -> None:
        self._websocket = websocket
        self._max_bytes = max_bytes
        self.interrupted = False
        self._data = b""
        self._at = 0  # offset of the first unread byte
        # Buffer incomplete frames separately: a byte-at-a-time sender then causes no
        # copies.
        self._begun = bytearray()
        self._missing = 0  # bytes until that frame is complete
        self._partial: bytearray | None = None  # fragmented message so far
        self._partial_is_text = False

    def feed(self, data: bytes) -> None:
        """Append received bytes."""
        if self._missing:
            self._begun += data
            self._missing = max(self._missing - len(data), 0)
            if not self._missing:
                self._data = bytes(self._begun)
                self._begun = bytearray()
        else:
            self._data = self._data[self._at :] + data
            self._at = 0
        if self._websocket.state is not OPEN:
            self._give_up()

    def end(self) -> None:
        """Handle the end of the stream; drop unread bytes."""
        self._websocket.receive_eof()
        self._drop()

    def forget(self) -> None:
        """Release all buffers: the connection is gone."""
        self._drop()
        self._partial = None
        release(self._websocket)

    def next(self) -> str | bytes | None:
        """Return the next message (str if it is text), or None if there is none yet.

        A protocol error fails the WebSocket, and no message follows.
        """
        data, at = self._data, self._at
        if len(data) - at > 8 and self._partial is None:
            # Index, do not use ``struct``: mypyc would treat its results as untyped
            # objects.
            head, length, start = data[at], data[at + 1] - MASKED, at + 6
            if length == TWO_BYTES:
                length, start = 256 * data[at + 2] + data[at + 3], at + 8
            elif length == EIGHT_BYTES:
                return self._next_of_any()
            end = start + length
            if 0 <= length <= self._max_bytes and end <= len(data):
                if head == WHOLE_TEXT:
                    self._at = end
                    return self._text(UNMASK(data[start:end], data[start - 4 : start]))
                if head == WHOLE_BINARY:
                    self._at = end
                    return UNMASK(data[start:end], data[start - 4 : start])
        return self._next_of_any()

    def _next_of_any(self) -> str | bytes | None:
        """Do as ``next``, for frames of every kind."""
        self.interrupted = False
        for _ in range(AT_ONCE):
            end = self._frame_end()
            if end is None:
                return None
            frame = self._data[self._at : end]
            self._at = end
            self._websocket.receive_data(frame)
            message = None
            for event in self._websocket.events_received():
                message = self._message(cast("Frame", event))
            if self._websocket.state is not OPEN:
                self._give_up()
            if message is not None:
                return message
        self.interrupted = True
        return None

    def _frame_end(self) -> int | None:
        """Return the offset of the next frame's end; None while it is incomplete."""
        data, at = self._data, self._at
        left = len(data) - at
        if left < 2:
            return None
        length, size = data[at + 1] - MASKED, 6
        if length in {TWO_BYTES, EIGHT_BYTES}:
            extra = 2 if length == TWO_BYTES else 8
            if left < 2 + extra:
                return None
            length, size = int.from_bytes(data[at + 2 : at + 2 + extra]), 6 + extra
        if not 0 <= length <= self._max_bytes:
            self._give_up()  # unmasked or too long: its header is enough to fail
            return None
        end = at + size + length
        if end <= len(data):
            return end
        self._begun += data[at:]
        self._missing = end - len(data)
        self._data = b""
        self._at = 0
        return None

    def _give_up(self) -> None:
        """Pass unread bytes to ``ServerProtocol``, which ends the connection."""
        self._websocket.receive_data(bytes(self._begun) + self._data[self._at :])
        self._websocket.events_received()
        self._drop()

    def _drop(self) -> None:
        self._data = b""
        self._at = 0
        self._begun = bytearray()
        self._missing = 0

    def _message(self, frame: Frame) -> str | bytes | None:
        """Return the message that ``frame`` completes, or None."""
        opcode = frame.opcode
        if opcode is CONT:
            assert self._partial is not None  # checked by ServerProtocol
            # ServerProtocol limits the sum of the fragments to max_bytes.
            self._partial += frame.data
        elif opcode is TEXT or opcode is BINARY:
            self._partial = bytearray(frame.data)
            self._partial_is_text = opcode is TEXT
        if not frame.fin or self._partial is None or opcode > BINARY:
            return None
        whole, self._partial = bytes(self._partial), None
        return self._text(whole) if self._partial_is_text else whole

    def _text(self, data: bytes) -> str | None:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            self._websocket.fail(1007, f"{error.reason} at position {error.start}")
            self._give_up()
            return None


def release(websocket: ServerProtocol) -> None:
    """Break the reference cycles of a closed connection's protocol. O(1).

    Its parser refers to it, and so do exceptions raised by the parser. Only the garbage
    collector would free them otherwise, and it is off while the venue is busy.
    """
    websocket.parser.close()
    websocket.parser_exc = websocket.handshake_exc = None
    websocket.reader.discard()
    websocket.events_received()
