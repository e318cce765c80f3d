"""A simulated TCP: bytes in order or a broken connection, with no other promise.

Data arrives late, in arbitrary pieces, and pieces of one connection overtake those of
another. A connection can be reset in the middle of a frame, or fall silent in one or
both directions while its ends still believe in it. An end can stop reading for a while,
so that the other end's writes back up, as behind a full TCP window.
"""

from __future__ import annotations

import asyncio
from asyncio import events
from typing import TYPE_CHECKING, Any, NamedTuple, final

from .link import Link
from .loop import SECOND_NS


if TYPE_CHECKING:
    from collections.abc import Callable

    from .loop import Process, Turns


class Weather(NamedTuple):
    """The network's latencies in ns, and the probability that a write is split."""

    fastest_ns: int = 20_000
    slowest_ns: int = 2_000_000
    cut: float = 0.2


@final
class Network:
    """All hosts' connections; ``links`` holds those with a living end."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.weather = Weather()
        self.links: dict[Link, None] = {}
        # pieces that arrive before an earlier piece of another connection
        self.overtaken = 0
        self.newest_ns = 0  # arrival time of the latest piece
        self._listeners: dict[int, Listener] = {}
        self._ports = 40_000
        turns.network = self

    def listen(
        self,
        process: Process,
        factory: Callable[[], asyncio.Protocol],
        host: str,
        port: int,
    ) -> Listener:
        """Accept connections for a process on a free port."""
        listener = Listener(self, process, factory, (host, port))
        known = self._listeners.get(port)
        if known is not None and known.process.alive:
            raise OSError(98, f"address already in use: {port}")
        self._listeners[port] = listener
        return listener

    async def connect(
        self,
        process: Process,
        factory: Callable[[], asyncio.Protocol],
        host: str,
        port: int,
    ) -> tuple[asyncio.Transport, asyncio.Protocol]:
        """Connect to the listener on ``port``; refuse if there is none."""
        await asyncio.sleep(self.latency_ns() / SECOND_NS)
        listener = self._listeners.get(port)
        if listener is None or not listener.process.alive:
            await asyncio.sleep(self.latency_ns() / SECOND_NS)
            raise ConnectionRefusedError(111, f"connect to {host}:{port} refused")
        self._ports += 1
        link = Link(self, process, listener.process, self._ports, port)
        near, far = link.near, link.far
        far.process.call_soon(far.begin, listener.factory)
        await asyncio.sleep(self.latency_ns() / SECOND_NS)
        if near.closing:
            raise ConnectionResetError(104, "reset while connecting")
        protocol = factory()
        near.begin(lambda: protocol)
        return near, protocol

    def stop_listening(self, listener: Listener) -> None:
        """Refuse connections from now on."""
        port = listener.sockets[0].address[1]
        if self._listeners.get(port) is listener:
            del self._listeners[port]

    def latency_ns(self) -> int:
        """Return a random latency: mostly short, sometimes long."""
        weather, draw = self.weather, self.turns.random.random
        share = draw()
        return weather.fastest_ns + int(
            share * share * share * (weather.slowest_ns - weather.fastest_ns)
        )

    def later(self, process: Process, delay_ns: int, callback: Any, *args: Any) -> None:
        """Call back in a process after a delay."""
        turns = self.turns
        handle = events.Handle(callback, args, process)
        turns.at(turns.now_ns + delay_ns, process, handle)

    def links_of(self, process: Process) -> list[Link]:
        """Return the connections of a process."""
        return [link for link in self.links if process in link.processes]


@final
class Socket(NamedTuple):
    """The part of a listening socket's interface that is used."""

    address: tuple[str, int]

    def getsockname(self) -> tuple[str, int]:
        """Return host and port."""
        return self.address


@final
class Listener:
    """The object that ``create_server`` returns."""

    def __init__(
        self,
        network: Network,
        process: Process,
        factory: Callable[[], asyncio.Protocol],
        address: tuple[str, int],
    ) -> None:
        self.process = process
        self.factory = factory
        self.sockets = [Socket(address)]
        self._network = network

    def close(self) -> None:
        """Accept no more connections."""
        self._network.stop_listening(self)
