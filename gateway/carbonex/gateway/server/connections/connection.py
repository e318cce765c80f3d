"""An open WebSocket: reading, writing, and closing.

The session interprets messages, the outbox queues output. All messages of a read are
handled together, and all output for a client leaves in a single write.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final, final

from websockets.protocol import OPEN, SEND_EOF

from carbonex.gateway.holds import READING
from carbonex.gateway.outbox import SLOW_CONSUMER, Outbox
from carbonex.gateway.server.host.clock import SECOND_NS
from carbonex.gateway.session.mistakes import take
from carbonex.wire.closing import CloseCode
from carbonex.wire.codec import BY_SUBPROTOCOL, JSON

from .gate import peer_address
from .messages import AT_ONCE, Messages


if TYPE_CHECKING:
    from websockets.server import ServerProtocol

    from .host import Host


# Bytes that the transport may buffer, and is given at once, before the outbox is
# paused. Reason: buffered bytes can be neither conflated nor dropped; 256 KiB is a
# flush of about a thousand answers. Clients that are not logged in get less: they
# receive answers to queries only, and there may be thousands of them.
TRANSPORT_BYTES: Final = 256 * 1024
STRANGERS_TRANSPORT_BYTES: Final = 64 * 1024

# Bytes of one client's messages handled before other clients get their turn. Reason:
# diagnosing an invalid message may take 0.1 ms per KB.
BYTES_AT_ONCE: Final = 32 * 1024

# A read of this size has probably not emptied the socket. Policy: other clients get
# their turn first; libuv by itself would read up to 32 times, which was 8 MB and took
# seconds.
FULL_READ: Final = 128 * 1024

# Pending pongs for a client that sends pings and reads nothing. Policy: the connection
# is dropped above this number.
MAX_CONTROL_FRAMES: Final = 1000


@final
class Connection(asyncio.Protocol):
    """A client, from the end of the handshake to the end of the connection."""

    def __init__(
        self, host: Host, transport: asyncio.Transport, websocket: ServerProtocol
    ) -> None:
        self._host = host
        self._metrics = host.metrics
        self._holds = host.holds
        self._transport = transport
        self.address = peer_address(transport)
        self._websocket = websocket
        self._messages = Messages(websocket, host.limits.frame_bytes)
        self._stalled = False  # the session wants a pause, or other clients have a turn
        self._turn: asyncio.Handle | None = None
        self._more = False  # more data is probably waiting in the socket
        self._heard = True
        self._pinged = False
        self._close_timer: asyncio.TimerHandle | None = None
        self._full = False  # the transport's buffer has reached its limit
        self._written_bytes = 0
        self._taken_bytes = 0  # of these, taken by the client at the last look
        self._taken_ns = host.clock.now_ns()  # when that number last grew
        codec = BY_SUBPROTOCOL.get(websocket.subprotocol or "", JSON)
        wake = partial(host.wake, self)
        self.outbox = Outbox(codec, host.budget, wake, self._write)
        self._owner = ""  # the outbox's owner for whom the limits below are set
        self._limit()
        self.session = host.open_session(self)

    def data_received(self, data: bytes) -> None:
        """Pass every complete message to the session."""
        self._heard = True
        self._host.metrics.bytes_in += len(data)
        self._messages.feed(data)
        self._more = len(data) >= FULL_READ
        if not self._stalled:
            self._read()

    def eof_received(self) -> None:
        """Let the transport close: a client that sent EOF awaits no close frame.

        The transport closes when all output is written. A client that reads nothing is
        dropped after ``close_seconds``.
        """
        self._messages.end()
        self._limit_end()

    def pause_writing(self) -> None:
        """Queue all output in the outbox, where it is counted and conflated."""
        self._full = self.outbox.paused = True

    def resume_writing(self) -> None:
        """Write again; a client that lags gets the next piece."""
        self._full = False
        self._heard = True
        if not self.outbox.queued_bytes:
            self._caught_up()
        self._host.wake(self)

    def connection_lost(self, _error: Exception | None) -> None:
        """Notify the session; the client's orders stay in the market."""
        for timer in (self._close_timer, self._turn):
            if timer is not None:
                timer.cancel()
        self.session.closed()
        self._messages.forget()
        self.outbox.forget()
        self._host.lost(self)

    def flush(self) -> None:
        """Write pending output, as far as the transport has room, and close if due."""
        outbox, websocket, transport = self.outbox, self._websocket, self._transport
        ends = outbox.closing is not None or websocket.state is not OPEN
        if self._full and not ends:
            return
        if outbox.owner != self._owner:
            self._limit()
        chunks = outbox.take(0 if ends else self._transport_bytes)
        if ends:
            self._close()
        if websocket.writes:
            chunks += websocket.data_to_send()
        if transport.is_closing():
            return
        data = b"".join(chunks)
        if data:
            self._write(data)
        if ends:
            if websocket.close_expected():
                self._end(half_close=SEND_EOF in chunks)  # it is empty, no frame is
        elif outbox.counted or outbox.paused:
            self._follow_up()

    @property
    def waits(self) -> bool:
        """Whether reading from the client is paused now."""
        return self.session.wants_pause or self._is_overfull()

    def resume(self) -> None:
        """Handle messages already read, as far as the session accepts them."""
        self._stalled = False
        self._transport.resume_reading()
        self._receive()

    def keep_alive(self) -> None:
        """Ping a client that was silent since the last call; drop it at the third.

        A client that is paused or overfull is spared: its pongs are not read.
        """
        pause = self.session.wants_pause and not self.outbox.paused
        if self._heard or pause or self._is_overfull():
            self._heard = self._pinged = False
        elif self._pinged:
            self._transport.abort()
        elif self._websocket.state is OPEN:
            self._pinged = True
            self._websocket.send_ping(b"")
            self._host.wake(self)

    def watch(self, now_ns: int) -> None:
        """Check whether the client reads its pending output; call once a second.

        A client that reads nothing for ``slow_seconds`` is closed as a slow consumer,
        however little is pending. A client that reads slowly may lag.
        """
        outbox = self.outbox
        unsent = self._transport.get_write_buffer_size()
        taken = self._written_bytes - unsent
        outbox.stalled = taken == self._taken_bytes and (
            unsent > 0 or outbox.queued_bytes > 0
        )
        self._taken_bytes = taken
        if not outbox.stalled:
            self._taken_ns = now_ns
        elif now_ns - self._taken_ns >= self._host.limits.slow_seconds * SECOND_NS:
            outbox.evict()

    def abort(self) -> None:
        """Abort the connection at once."""
        self._transport.abort()

    def _write(self, data: bytes) -> None:
        """Write ``data`` unless the transport is closing."""
        transport = self._transport
        if not transport.is_closing():
            size = len(data)
            self._metrics.bytes_out += size
            self._written_bytes += size
            transport.write(data)

    def _limit(self) -> None:
        """Set the limits on pending output: lower for clients not logged in."""
        limits, self._owner = self._host.limits, self.outbox.owner
        most = TRANSPORT_BYTES if self._owner else STRANGERS_TRANSPORT_BYTES
        self._transport_bytes = min(self._host.transport_bytes, most)
        self._transport.set_write_buffer_limits(high=self._transport_bytes)
        self._most_queued = (
            limits.outbox_bytes if self._owner else limits.stranger_outbox_bytes
        )

    def _is_overfull(self) -> bool:
        return self.outbox.queued_bytes > self._most_queued

    def _follow_up(self) -> None:
        """Update the outbox after a write, and check whether the client still lags."""
        outbox = self.outbox
        outbox.sent(self._transport.get_write_buffer_size())
        if outbox.queued_bytes:
            outbox.paused = True
            if not self._full:  # resume_writing will not be called: ask for a flush
                self._host.wake(self)
        elif outbox.paused and not self._full:
            self._caught_up()

    def _caught_up(self) -> None:
        """End the pause of a lagging client, and let the feed catch up."""
        self.outbox.paused = False
        self.outbox.sent(0)
        self._host.resumed(self)

    def _close(self) -> None:
        """Send a close frame as the last frame; nothing may follow it."""
        outbox, websocket = self.outbox, self._websocket
        if websocket.state is not OPEN:
            outbox.close(CloseCode.NORMAL_CLOSURE, "")
        elif outbox.closing is not None:
            # Not ``send_close``: after it the library would parse every frame of a
            # flood, up to 8 MB in one go, to find the client's close frame.
            websocket.fail(*outbox.closing)
            self._host.metrics.evictions += outbox.closing == SLOW_CONSUMER

    def _read(self) -> None:
        """Handle received data, and schedule the answers."""
        self._receive()
        if self.outbox.paused and len(self._websocket.writes) > MAX_CONTROL_FRAMES:
            self._transport.abort()
            return
        self._host.wake(self)

    def _receive(self) -> None:
        """Handle messages; report the time if that held up the loop."""
        self._take_messages(self._holds.begin())
        if held_ns := self._holds.lap():
            self._holds.tell(
                READING,
                held_ns,
                connection_id=self.session.connection_id,
                key_id=self.session.key_id,
                method=self.session.last_method,
            )

    def _take_messages(self, now_ns: int) -> None:
        """Pass messages on until the session wants a pause or other clients are due."""
        session, outbox, messages = self.session, self.outbox, self._messages
        room = BYTES_AT_ONCE
        for _ in range(AT_ONCE):
            if outbox.closing is not None:
                return
            message = messages.next()
            if message is None:
                if messages.interrupted or self._more:
                    break
                return
            take(session, message, now_ns)
            if session.wants_pause:
                self._stall()
                return
            room -= len(message)
            if outbox.queued_bytes > self._transport_bytes:
                self.flush()  # long answers to many queries: write them piece by piece
                if self._is_overfull():
                    self._stall()
                    return
                break
            if room < 0:
                break
        self._let_others()

    def _let_others(self) -> None:
        """Continue after every other socket that is readable now has been read."""
        self._stalled = True
        self._transport.pause_reading()
        self._turn = asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        self._turn = None
        self._more = self._stalled = False
        self._transport.resume_reading()
        self._read()

    def _stall(self) -> None:
        self._stalled = True
        self._transport.pause_reading()
        self._host.stalled(self)

    def _end(self, *, half_close: bool) -> None:
        """Wait a limited time for the client to close.

        Closing TCP at once would reset the connection while the client still sends, and
        the reset would overtake the close frame. So close only our half first. TLS has
        no half-close, but ``close`` comes to the same: when all is written it tells the
        client that nothing follows, drops further input, and closes TCP once the client
        has closed, too.
        """
        self._limit_end()
        if half_close and not self._transport.can_write_eof():
            self._transport.close()
            return
        if half_close:
            self._transport.write_eof()
        self._transport.resume_reading()  # or the client's EOF would go unseen

    def _limit_end(self) -> None:
        """Abort the connection if it does not close within ``close_seconds``."""
        if self._close_timer is None:
            self._close_timer = asyncio.get_running_loop().call_later(
                self._host.limits.close_seconds, self._transport.abort
            )
