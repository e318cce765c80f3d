"""One connection's outgoing frames, sans-I/O.

The venue puts a client's frames here. The server takes all of them and writes them at
once, because one write per message caps a whole server at about 200,000 messages a
second. A client with at most one frame per flush, such as each of the thousands that
follow a book, is written to directly, without the queue.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, final

from carbonex.wire.closing import CloseCode

from .budget import STEP_BYTES, Budget


if TYPE_CHECKING:
    from collections.abc import Callable

    import msgspec

    from carbonex.wire.codec import Codec


SLOW_CONSUMER: Final = (CloseCode.TRY_AGAIN_LATER, "slow_consumer")


@final
class Outbox:
    """The frames that wait for one client, in order.

    The server sets ``paused`` while the client is behind; the feed then adds no
    conflated updates. Once ``closing`` (code, reason) is set, no more frames are
    accepted; the server writes what ``take`` still returns, then the close frame.
    ``flushed`` is the most frames that one flush of the feed may have for the client;
    the feed maintains it. ``owner`` is the participant that is logged in, or empty.
    ``stalled`` says that the client has taken nothing lately. ``owner`` and
    ``stalled`` decide who is evicted first (``Budget``).
    """

    __slots__ = (
        "_budget",
        "_frames",
        "_room",
        "_unsent",
        "_wake",
        "_write",
        "closing",
        "codec",
        "counted",
        "flushed",
        "owner",
        "paused",
        "queued_bytes",
        "stalled",
    )

    def __init__(
        self,
        codec: Codec,
        budget: Budget | None = None,
        wake: Callable[[], None] | None = None,
        write: Callable[[bytes], None] | None = None,
    ) -> None:
        """Prepare an empty outbox; ``wake`` is called when the first frame waits.

        ``write`` writes a frame directly, see ``send_flushed``.
        """
        self.codec: Final = codec
        self.owner = ""
        self.paused = False
        self.stalled = False
        self.counted = False  # by the budget: ``sent`` must then be called
        self.flushed = 0
        self.queued_bytes = 0
        self.closing: tuple[int, str] | None = None
        self._frames: list[bytes] = []
        self._budget = Budget() if budget is None else budget
        self._room = STEP_BYTES  # bytes that may wait before the next count
        self._unsent = 0  # bytes taken, but still in the transport at the last count
        self._wake = wake
        self._write = write

    def send(self, message: msgspec.Struct) -> None:
        """Encode and add a message for this client alone."""
        self.send_frame(frame(self.codec, message))

    def send_frame(self, data: bytes) -> None:
        """Add an encoded frame; it may be shared by many clients, and is not copied."""
        if self.closing is not None:
            return
        if not self._frames and self._wake is not None:
            self._wake()
        self._frames.append(data)
        self.queued_bytes += len(data)
        if self.queued_bytes > self._room:
            self._count()

    def send_flushed(self, data: bytes) -> None:
        """Send a frame of a flush; write it directly if it is the client's only one.

        The way through the queue (append, wake, take) costs more than twice as much,
        but is paid once for all waiting frames.
        """
        write = self._write
        if (
            write is None
            or self.flushed > 1
            or self._frames
            or self.paused
            or self.closing is not None
        ):
            self.send_frame(data)
        else:
            write(data)

    def close(self, code: int, reason: str) -> None:
        """Close the connection after the waiting frames; the first reason stays."""
        if self.closing is None:
            self.closing = (code, reason)
            if self._wake is not None:
                self._wake()

    def take(self, most: int = 0) -> list[bytes]:
        """Remove and return the waiting frames, for one write.

        With ``most``, stop at the first frame that reaches that many bytes.
        """
        frames = self._frames
        if most and self.queued_bytes > most:
            size = count = 0
            while size < most:
                size += len(frames[count])
                count += 1
            taken = frames[:count]
            del frames[:count]
            self.queued_bytes -= size
            return taken
        self._frames = []
        self.queued_bytes = 0
        return frames

    def sent(self, unsent: int) -> None:
        """Count again after a write that left ``unsent`` bytes in the transport."""
        self._unsent = unsent
        if unsent or self.queued_bytes:
            self._count()
        elif self.counted:
            self._release()

    def evict(self) -> None:
        """Drop the waiting frames and close: they are too many or wait too long."""
        self.take()
        self._release()
        self.close(*SLOW_CONSUMER)

    def forget(self) -> None:
        """Drop the waiting frames and the callbacks: the connection is gone."""
        self.take()
        self._release()
        self._wake = self._write = None
        self.close(CloseCode.NORMAL_CLOSURE, "")

    def _count(self) -> None:
        """Let the budget count the bytes waiting here and in the transport."""
        self.counted = True
        held = self.queued_bytes + self._unsent
        # The budget counts whole steps: the rest of the step may fill up uncounted.
        self._room = -(-held // STEP_BYTES) * STEP_BYTES - self._unsent
        self._budget.settle(self, held)

    def _release(self) -> None:
        self.counted = False
        self._room = STEP_BYTES
        self._budget.release(self)


def frame(codec: Codec, message: msgspec.Struct) -> bytes:
    """Return ``message`` as one WebSocket frame, for any number of clients."""
    payload = codec.encode(message)
    length = len(payload)
    if length < _SHORT:
        return _SHORT_HEADERS[codec.binary][length] + payload
    return _header(codec.binary, length) + payload


# A server's frames are unmasked, and this server never fragments, so a header is an
# opcode and a length (RFC 6455 §5.2). With websockets' Frame.serialize it costs 0.8 µs
# a frame, as much as encoding the message.
_FIN_TEXT: Final = 0x81
_FIN_BINARY: Final = 0x82
_pack16: Final = struct.Struct("!BBH").pack
_pack64: Final = struct.Struct("!BBQ").pack


def _header(binary: bool, length: int) -> bytes:  # noqa: FBT001
    opcode = _FIN_BINARY if binary else _FIN_TEXT
    if length < 126:
        return bytes((opcode, length))
    if length < 65536:
        return _pack16(opcode, 126, length)
    return _pack64(opcode, 127, length)


# Precomputed headers for nearly all answers.
_SHORT: Final = 1024
_SHORT_HEADERS: Final = [
    [_header(binary, length) for length in range(_SHORT)] for binary in (False, True)
]
