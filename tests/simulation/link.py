"""One TCP connection and its two ends, as asyncio transports.

Data arrives late, in arbitrary pieces. A connection can be reset in the middle of a
frame, or fall silent while its ends still believe in it. An end can stop reading for a
while, so that the other end's writes back up.
"""

from __future__ import annotations

import asyncio
from asyncio import events
from typing import TYPE_CHECKING, Final, cast, final


if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from .loop import Process
    from .network import Network


# The data in flight to a receiver or unread there. The window is small, so that a
# reader that pauses for a second has an effect.
WINDOW: Final = 4 * 1024
LOW, HIGH = 16 * 1024, 64 * 1024  # asyncio's own limits of a transport's write buffer


@final
class Link:
    """One connection: two ends and the data in flight between them."""

    def __init__(
        self, network: Network, near: Process, far: Process, port: int, to: int
    ) -> None:
        self.network = network
        self.processes = (near, far)
        addresses = (near.address, port), (far.address, to)
        self.near = End(self, near, *addresses)
        self.far = End(self, far, *reversed(addresses))
        self.near.peer, self.far.peer = self.far, self.near
        network.links[self] = None

    @property
    def busy(self) -> bool:
        """Whether data is in flight or waiting to be sent."""
        ends = self.near, self.far
        return any(end._under_way or end._buffer for end in ends)

    def reset(self) -> None:
        """Reset the connection: both ends see an error, and data in flight is lost."""
        error = ConnectionResetError(104, "Connection reset by peer")
        for end in (self.near, self.far):
            end.silence()
            self.network.later(end.process, self.network.latency_ns(), end.lose, error)

    def delay(self, delay_ns: int) -> None:
        """Delay the data sent to the venue from now on."""
        self.near._last_ns = self.network.turns.now_ns + delay_ns

    def sever(self) -> None:
        """Reset the client's end; what it has sent still arrives, later."""
        error = ConnectionResetError(104, "Connection reset by peer")
        network, near, far = self.network, self.near, self.far
        far.silence()
        near.process.call_soon(near.vanish, error)
        arrived_ns = max(0, near._last_ns - network.turns.now_ns)
        network.later(far.process, arrived_ns + network.latency_ns(), far.lose, error)

    def stall(self, *, both: bool) -> None:
        """Lose all further data, towards the client or both ways, without an error."""
        self.far.silence()
        if both:
            self.near.silence()

    def ended(self) -> None:
        """Remove the connection when both ends have ended."""
        if all(end.lost or not end.process.alive for end in (self.near, self.far)):
            self.network.links.pop(self, None)


class End(asyncio.Transport):
    """One end of a connection: an asyncio transport."""

    peer: End

    def __init__(
        self, link: Link, process: Process, own: tuple[str, int], other: tuple[str, int]
    ) -> None:
        super().__init__({"sockname": own, "peername": other})
        self.link = link
        self.process = process
        self.closing = False
        self.lost = False
        self.written = 0
        self._silent = False  # written data is lost
        self._network = link.network
        self._random: random.Random = link.network.turns.random
        self._protocol: asyncio.Protocol | None = None
        self._buffer = bytearray()  # written, not in flight yet
        self._under_way = 0  # in flight to the peer, or unread there
        self._last_ns = 0  # arrival time of the last piece
        self._arrived = bytearray()  # unread
        self._eof_written = False
        self._eof_sent = False
        self._eof_arrived = False
        self._reading = True
        self._asleep = False  # the process does not read, whatever asyncio asks
        self._paused = False
        self._low, self._high = LOW, HIGH

    def begin(self, factory: Callable[[], asyncio.Protocol]) -> None:
        """Connect the protocol to its transport."""
        self._protocol = factory()
        self._protocol.connection_made(self)
        self._read()

    # The transport's interface for protocols.

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self.closing or not self.process.alive:
            return
        self.written += len(data)
        if not self._silent:
            self._buffer += data
            self._push()
        if len(self._buffer) > self._high and not self._paused:
            self._paused = True
            self._told().pause_writing()

    def write_eof(self) -> None:
        self._eof_written = True
        self._push()

    def can_write_eof(self) -> bool:
        return True

    def close(self) -> None:
        """Send the written data, then an EOF."""
        if self.closing:
            return
        self.closing = True
        self._eof_written = True
        self._push()
        if self._eof_sent or self._silent:
            self.process.call_soon(self.lose, None)

    def abort(self) -> None:
        """Drop everything and reset the peer."""
        if self.lost:
            return
        self.closing = True
        was_silent = self._silent
        self.silence()
        self.process.call_soon(self.lose, None)
        if not was_silent:
            error = ConnectionResetError(104, "Connection reset by peer")
            network, peer = self._network, self.peer
            network.later(peer.process, network.latency_ns(), peer.lose, error)

    def is_closing(self) -> bool:
        return self.closing

    def pause_reading(self) -> None:
        self._reading = False

    def resume_reading(self) -> None:
        if not self._reading:
            self._reading = True
            self.process.call_soon(self._read)

    def is_reading(self) -> bool:
        return self._reading

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = cast("asyncio.Protocol", protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._told()

    def set_write_buffer_limits(
        self, high: int | None = None, low: int | None = None
    ) -> None:
        self._high = HIGH if high is None else high
        self._low = self._high // 4 if low is None else low

    def get_write_buffer_size(self) -> int:
        return len(self._buffer)

    # The network's actions.

    def silence(self) -> None:
        """Lose the data in flight from here, and all that is written later."""
        self._silent = True
        self._buffer.clear()

    def sleep(self, delay_ns: int) -> None:
        """Stop reading for a while, like a stopped or overloaded process."""
        if not self._asleep:
            self._asleep = True
            self._network.later(self.process, delay_ns, self._wake)

    def vanish(self, error: Exception) -> None:
        """End here, but let sent data arrive."""
        if not self.lost:
            self.lost = self.closing = True
            self.link.ended()
            if self._protocol is not None:
                self._protocol.connection_lost(error)

    def lose(self, error: Exception | None) -> None:
        """End; the protocol receives the reason."""
        if self.lost:
            return
        self.lost = self.closing = True
        self.silence()
        self.link.ended()
        if self._protocol is not None:
            self._protocol.connection_lost(error)

    def arrive(self, data: bytes) -> None:
        """Receive data from the peer."""
        if not self.lost and not self.peer._silent:
            self._arrived += data
            self._read()

    def end_arrives(self) -> None:
        """Receive the peer's EOF, after all its data."""
        if not self.lost and not self.peer._silent:
            self._eof_arrived = True
            self._read()

    def _told(self) -> asyncio.Protocol:
        assert self._protocol is not None
        return self._protocol

    def _wake(self) -> None:
        self._asleep = False
        self._read()

    def _read(self) -> None:
        """Pass arrived data to the protocol, unless reading is paused."""
        if not self._reading or self._asleep or self._protocol is None or self.lost:
            return
        if self._arrived:
            data = bytes(self._arrived)
            self._arrived.clear()
            self.peer.taken(len(data))
            if not self.closing:
                self._protocol.data_received(data)
        elif self._eof_arrived:
            self._eof_arrived = False
            if not self._protocol.eof_received():
                self.close()
            return
        if self._eof_arrived:
            self.process.call_soon(self._read)

    def taken(self, size: int) -> None:
        """Note that the peer has read ``size`` bytes; the window has room again."""
        self._under_way -= size
        if not self._silent:
            self._network.later(self.process, self._network.latency_ns(), self._push)

    def _push(self) -> None:
        """Send as much as the window allows, in pieces."""
        buffer = self._buffer
        while buffer and self._under_way < WINDOW:
            size = min(len(buffer), WINDOW - self._under_way)
            if size > 1 and self._random.random() < self._network.weather.cut:
                size = 1 + int(self._random.random() * size)
            piece = bytes(buffer[:size])
            del buffer[:size]
            self._under_way += size
            self._send(self.peer.arrive, piece)
        if self._eof_written and not self._eof_sent and not buffer:
            self._eof_sent = True
            self._send(self.peer.end_arrives)
            if self.closing and not self.lost:
                self.process.call_soon(self.lose_quietly)
        if self._paused and len(buffer) <= self._low and not self.lost:
            self._paused = False
            self._told().resume_writing()

    def lose_quietly(self) -> None:
        """End after an EOF: data in flight still arrives."""
        if not self.lost:
            self.lost = True
            self.link.ended()
            self._told().connection_lost(None)

    def _send(self, arrive: Callable[..., None], *data: bytes) -> None:
        network = self._network
        # Later than the piece before: a connection keeps its order.
        self._last_ns = max(
            self._last_ns + 1, network.turns.now_ns + network.latency_ns()
        )
        if self._last_ns < network.newest_ns:
            network.overtaken += 1
        network.newest_ns = max(network.newest_ns, self._last_ns)
        peer = self.peer.process
        network.turns.at(self._last_ns, peer, events.Handle(arrive, data, peer))
