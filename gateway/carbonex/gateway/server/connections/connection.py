"""One open WebSocket: what is read, what is written, and how it ends.

What a message means is the session's business, what waits to be sent the
outbox's. All messages of one read are handled together, and what there is for
one client leaves in one write.
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


# What the transport may hold, and what it is given at once, before the outbox is
# paused. Reason: what is in there can be neither conflated nor dropped; 256 KiB is a
# flush of some thousand answers. Strangers, who get no answers but to questions and
# may be thousands, have less.
TRANSPORT_BYTES: Final = 256 * 1024
STRANGERS_TRANSPORT_BYTES: Final = 64 * 1024

# What one client's messages may come to before the others have their turn. Reason:
# to find out what is wrong with one may take 0.1 ms per KB.
BYTES_AT_ONCE: Final = 32 * 1024

# A read that brings this much has not emptied the socket. Policy: the others have
# their turn; libuv by itself reads on 32 times, which was 8 MB and seconds.
FULL_READ: Final = 128 * 1024

# Pongs that may wait for a client that sends pings and reads nothing. Policy:
# the connection is dropped.
MAX_CONTROL_FRAMES: Final = 1000


@final
class Connection(asyncio.Protocol):
    """One client, from the end of the handshake to the end of the connection."""

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
        self._stalled = False  # the session wants a pause, or others have their turn
        self._turn: asyncio.Handle | None = None
        self._more = False  # waits in the socket, as far as is known
        self._heard = True
        self._pinged = False
        self._close_timer: asyncio.TimerHandle | None = None
        self._full = False  # the transport: it takes no more
        self._written_bytes = 0
        self._taken_bytes = 0  # of them by the client, at the last look
        self._taken_ns = host.clock.now_ns()  # when that was seen to grow
        codec = BY_SUBPROTOCOL.get(websocket.subprotocol or "", JSON)
        wake = partial(host.wake, self)
        self.outbox = Outbox(codec, host.budget, wake, self._write)
        self._owner = ""  # as of the outbox, which the limits below are for
        self._limit()
        self.session = host.open_session(self)

    def data_received(self, data: bytes) -> None:
        """Hand every whole message to the session."""
        self._heard = True
        self._host.metrics.bytes_in += len(data)
        self._messages.feed(data)
        self._more = len(data) >= FULL_READ
        if not self._stalled:
            self._read()

    def eof_received(self) -> None:
        """Let the transport close; after EOF nobody waits for a close frame.

        It closes when all is written: a client that reads nothing is dropped.
        """
        self._messages.end()
        self._limit_end()

    def pause_writing(self) -> None:
        """Keep everything in the outbox, where it is counted and conflated."""
        self._full = self.outbox.paused = True

    def resume_writing(self) -> None:
        """Send again; a client that is behind is given the next piece."""
        self._full = False
        self._heard = True
        if not self.outbox.queued_bytes:
            self._caught_up()
        self._host.wake(self)

    def connection_lost(self, _error: Exception | None) -> None:
        """Tell the session; orders that it sent live on."""
        for timer in (self._close_timer, self._turn):
            if timer is not None:
                timer.cancel()
        self.session.closed()
        self._messages.forget()
        self.outbox.forget()
        self._host.lost(self)

    def flush(self) -> None:
        """Write what waits, as far as the transport holds it, and close if due."""
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
        """Whether nothing more is to be read from the client now."""
        return self.session.wants_pause or self._is_overfull()

    def resume(self) -> None:
        """Go on with what was read, as far as the session wants it."""
        self._stalled = False
        self._transport.resume_reading()
        self._receive()

    def keep_alive(self) -> None:
        """Ping a client that was silent since the last call; drop it at the third.

        Not one whose pongs are not read.
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
        """See whether the client takes what there is for it; once a second.

        Who takes nothing for ``slow_seconds`` is closed as a slow consumer, however
        little it is; who takes a little may be behind.
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
        """End the connection at once."""
        self._transport.abort()

    def _write(self, data: bytes) -> None:
        """Write, if it can still reach the client."""
        transport = self._transport
        if not transport.is_closing():
            size = len(data)
            self._metrics.bytes_out += size
            self._written_bytes += size
            transport.write(data)

    def _limit(self) -> None:
        """Set what the client may have waiting: a stranger less than a participant."""
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
        """See what a write has left, and whether the client is still behind."""
        outbox = self.outbox
        outbox.sent(self._transport.get_write_buffer_size())
        if outbox.queued_bytes:
            outbox.paused = True
            if not self._full:  # nobody else calls for the next piece
                self._host.wake(self)
        elif outbox.paused and not self._full:
            self._caught_up()

    def _caught_up(self) -> None:
        """Go on with what a client who was behind did without."""
        self.outbox.paused = False
        self.outbox.sent(0)
        self._host.resumed(self)

    def _close(self) -> None:
        """Have the last frame be a close frame; after it nothing may follow."""
        outbox, websocket = self.outbox, self._websocket
        if websocket.state is not OPEN:
            outbox.close(CloseCode.NORMAL_CLOSURE, "")
        elif outbox.closing is not None:
            # Not ``send_close``: after that every frame of a flood would be parsed
            # to find the client's close frame in it, 8 MB before anybody's turn.
            websocket.fail(*outbox.closing)
            self._host.metrics.evictions += outbox.closing == SLOW_CONSUMER

    def _read(self) -> None:
        """Handle what was received, and see that it is answered."""
        self._receive()
        if self.outbox.paused and len(self._websocket.writes) > MAX_CONTROL_FRAMES:
            self._transport.abort()
            return
        self._host.wake(self)

    def _receive(self) -> None:
        """Hand over messages; say so where that holds everybody up."""
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
        """Hand over messages until the session wants a pause or others have to wait."""
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
                self.flush()  # long answers to many queries: not all at once
                if self._is_overfull():
                    self._stall()
                    return
                break
            if room < 0:
                break
        self._let_others()

    def _let_others(self) -> None:
        """Go on after every other socket that is readable now was read."""
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
        """Wait for the client to close, but not for long.

        Closing TCP at once would reset the connection while the client still
        sends, and the reset would overtake the close frame: first only our half of
        it ends. Where TLS is spoken, which has no half of an end, ``close`` comes to
        the same: when all is written it tells the client that nothing follows, drops
        what still comes, and closes TCP when the client has ended too.
        """
        self._limit_end()
        if half_close and not self._transport.can_write_eof():
            self._transport.close()
            return
        if half_close:
            self._transport.write_eof()
        self._transport.resume_reading()  # or the client's end would not be seen

    def _limit_end(self) -> None:
        """Drop the connection if it does not end by itself before long."""
        if self._close_timer is None:
            self._close_timer = asyncio.get_running_loop().call_later(
                self._host.limits.close_seconds, self._transport.abort
            )
