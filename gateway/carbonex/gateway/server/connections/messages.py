"""From a client's bytes to its messages, one at a time and in order.

Nearly all that clients send are short frames that are a message each. Those
are read here, straight from the buffer, in 1 µs; whatever else begins (a
control frame, a fragment, a long one, a mistake) goes to ``ServerProtocol``,
which takes 2.2 µs for any frame, knows all the rules and answers by itself.
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
except ImportError:  # a platform for which there is no wheel
    from websockets.utils import apply_mask


UNMASK: Final[Callable[[bytes, bytes], bytes]] = apply_mask  # compiled: loaded at once

# How a frame begins (RFC 6455 §5.2): a whole message of one kind, no extension;
# then its length and the mask's bit, where 126 and 127 stand for more bytes.
WHOLE_TEXT: Final = 0x81
WHOLE_BINARY: Final = 0x82
MASKED: Final = 0x80
TWO_BYTES: Final = 126
EIGHT_BYTES: Final = 127


# Frames, or messages, of one client that are handled before the others have
# their turn. Reason: what one read brings (256 KiB) may be 40,000 pings, which take
# 0.5 s. 128 messages take 1 to 5 ms, and their turn less than a hundredth of it.
AT_ONCE: Final = 128


@final
class Messages:
    """The messages of one client.

    ``interrupted`` tells that ``next`` returned None after AT_ONCE frames, none of
    which completed a message, and may find one if it is called again.

    What was fed and not asked for stays unread: while a client has to wait,
    nothing that it sent later has any effect. It holds no more than was fed at
    once and one message, of ``max_bytes`` at most.
    """

    def __init__(self, websocket: ServerProtocol, max_bytes: int) -> None:
        self._websocket = websocket
        self._max_bytes = max_bytes
        self.interrupted = False
        self._data = b""
        self._at = 0  # what is before it was read
        # A frame that is not all there is kept apart, so that who sends it byte by
        # byte does not have it copied at every byte.
        self._begun = bytearray()
        self._missing = 0  # bytes of it
        self._partial: bytearray | None = None  # a fragmented message so far
        self._partial_is_text = False

    def feed(self, data: bytes) -> None:
        """Take what was received."""
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
        """Take the end of the stream; what is unread will never have an effect."""
        self._websocket.receive_eof()
        self._drop()

    def forget(self) -> None:
        """Let go of what was received: the connection is gone."""
        self._drop()
        self._partial = None
        release(self._websocket)

    def next(self) -> str | bytes | None:
        """Return the next message, a text's as str; None when there is none yet.

        A breach of the protocol fails the WebSocket, which ends the messages.
        """
        data, at = self._data, self._at
        if len(data) - at > 8 and self._partial is None:
            # By index: compiled code takes for anything what ``struct`` unpacks.
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
        """As ``next``, for frames of every kind."""
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
        """Return where the next frame ends; None while it is not all there."""
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
            self._give_up()  # unmasked or too long: its beginning is enough to fail
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
        """Leave what is unread, and what will come, to the protocol's ending."""
        self._websocket.receive_data(bytes(self._begun) + self._data[self._at :])
        self._websocket.events_received()
        self._drop()

    def _drop(self) -> None:
        self._data = b""
        self._at = 0
        self._begun = bytearray()
        self._missing = 0

    def _message(self, frame: Frame) -> str | bytes | None:
        """Return the message that ``frame`` completes; None if it does not."""
        opcode = frame.opcode
        if opcode is CONT:
            assert self._partial is not None  # ServerProtocol saw to it
            # In sum it is held against max_bytes by ServerProtocol.
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
    """Let go of what an ended connection's protocol holds, and of itself.

    Its parser refers to it, and so does what the parser has raised: only the
    collector would end them, which rests while the venue is busy. O(1).
    """
    websocket.parser.close()
    websocket.parser_exc = websocket.handshake_exc = None
    websocket.reader.discard()
    websocket.events_received()
