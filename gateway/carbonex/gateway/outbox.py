"""One connection's frames on their way out, sans-I/O.

Whoever has something to say to a client puts it here; the shell takes it all
and writes it at once, because one write per message caps a whole server at
about 200,000 messages a second. Who is sent one frame at a flush, like the
thousands that follow a book, is written to without the way through the queue.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, final

from carbonex.wire.closing import CloseCode


if TYPE_CHECKING:
    from collections.abc import Callable

    import msgspec

    from carbonex.wire.codec import Codec


# What waits for one client, in bytes. Reason: memory that a client who does not
# read takes from all others; 8 MiB is about 20,000 executions. Policy: the
# connection is closed (SLOW_CONSUMER) and what waits is dropped, as the client can
# resume by sequence number. The limit is judged before a frame is added, so
# that one answer larger than it reaches a client who does read.
MAX_QUEUED_BYTES: Final = 8 * 1024 * 1024

SLOW_CONSUMER: Final = (CloseCode.TRY_AGAIN_LATER, "slow_consumer")


@final
class Outbox:
    """The frames that wait for one client, in order.

    ``paused`` is set by the shell while the transport's buffer is full: the
    shell then takes nothing, and the feed adds no book deltas. Once ``closing``
    (code, reason) is set nothing more is accepted: the shell writes what
    ``take`` still gives, then the close frame. ``flushed`` is how many frames one
    flush of the feed may have for the client; the feed counts what it follows.
    """

    __slots__ = (
        "_frames",
        "_wake",
        "_write",
        "closing",
        "codec",
        "flushed",
        "max_bytes",
        "paused",
        "queued_bytes",
    )

    def __init__(
        self,
        codec: Codec,
        max_bytes: int = MAX_QUEUED_BYTES,
        wake: Callable[[], None] | None = None,
        write: Callable[[bytes], None] | None = None,
    ) -> None:
        """Prepare an empty outbox; ``wake`` hears of the first thing to wait.

        ``write`` writes what is before nothing else, see ``send_flushed``.
        """
        self.codec: Final = codec
        self.max_bytes: Final = max_bytes
        self.paused = False
        self.flushed = 0
        self.queued_bytes = 0
        self.closing: tuple[int, str] | None = None
        self._frames: list[bytes] = []
        self._wake = wake
        self._write = write

    def send(self, message: msgspec.Struct) -> None:
        """Add a message for this client alone."""
        self.send_frame(frame(self.codec, message))

    def send_frame(self, data: bytes) -> None:
        """Add what is framed already; shared by many clients, it is not copied."""
        if self.closing is not None:
            return
        if self.queued_bytes > self.max_bytes:
            self._frames.clear()
            self.queued_bytes = 0
            self.close(*SLOW_CONSUMER)
            return
        if not self._frames and self._wake is not None:
            self._wake()
        self._frames.append(data)
        self.queued_bytes += len(data)

    def send_flushed(self, data: bytes) -> None:
        """Send a frame of a flush: written at once if it is this client's only one.

        To be queued, woken for and taken out again costs more than twice as much,
        but once for all frames that wait.
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
        """Close the connection after what waits; the first reason given stays."""
        if self.closing is None:
            self.closing = (code, reason)
            if self._wake is not None:
                self._wake()

    def take(self) -> list[bytes]:
        """Return what waits, for one write, and forget it."""
        frames = self._frames
        self._frames = []
        self.queued_bytes = 0
        return frames

    def forget(self) -> None:
        """Let go of what waits and of who writes it: the connection is gone."""
        self.take()
        self._wake = self._write = None


def frame(codec: Codec, message: msgspec.Struct) -> bytes:
    """Return ``message`` as one WebSocket frame, for any number of clients."""
    payload = codec.encode(message)
    length = len(payload)
    if length < _SHORT:
        return _SHORT_HEADERS[codec.binary][length] + payload
    return _header(codec.binary, length) + payload


# A server's frames are unmasked and ours are never fragmented, so a header is
# an opcode and a length (RFC 6455 §5.2). Through websockets' Frame.serialize it
# costs 0.8 µs a frame, as much as encoding the message.
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


# Those of nearly all answers, made once.
_SHORT: Final = 1024
_SHORT_HEADERS: Final = [
    [_header(binary, length) for length in range(_SHORT)] for binary in (False, True)
]
