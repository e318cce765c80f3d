"""Behaviours that take up room and say little: slow, idle, gone, or never there."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Final

from carbonex.gateway.server.connections.gate import SPARE_CONNECTIONS
from stranger import eventually

from . import frames, handshakes
from .behaviour import Behaviour
from .peer import Peer


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .stage import Stage


NEWCOMERS: Final = 20
AT_ONCE: Final = 50  # connections that are made at the same time
MAX_PER_ADDRESS: Final = 2000  # of 127.0.0.x, well within the ports that it has


async def many(count: int, make: Callable[[str], Awaitable[Peer]]) -> list[Peer]:
    """Return ``count`` peers, spread over local addresses."""
    peers: list[Peer] = []
    numbers = iter(range(count))

    async def work() -> None:
        for number in numbers:
            peer = await make(f"127.0.0.{number // MAX_PER_ADDRESS + 1}")
            peers.append(peer)

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return peers


def abort(peers: list[Peer]) -> None:
    """Have all vanish."""
    for peer in peers:
        peer.abort()


async def drip(peers: list[Peer], data: bytes, pause_seconds: float) -> int:
    """Send ``data`` byte by byte to everybody; return after how many all had gone."""
    for peer in peers:
        peer.answers_pings = False  # a pong would be a part of it
    for sent, byte in enumerate(data):
        if all(peer.lost for peer in peers):
            return sent
        for peer in peers:
            if not peer.lost:
                peer.write(bytes((byte,)))
        await asyncio.sleep(pause_seconds)
    return len(data)


async def slow_loris_of_handshakes(stage: Stage, size: int) -> str:
    """A byte of the handshake a while: after ``handshake_seconds`` it is over."""
    patience = stage.venue.config.limits.handshake_seconds
    peers = await many(size, lambda source: Peer.connect(stage.port, source=source))
    pause = min(1.0, patience / 5)
    bytes_sent = await drip(peers, handshakes.opening("carbonex.v1.json"), pause)
    assert all(peer.lost and not peer.http_status for peer in peers)
    return f"{size} connections, a byte per {pause:g} s: all dropped after {bytes_sent} bytes"


async def slow_loris_of_frames(stage: Stage, size: int) -> str:
    """A byte of a request a while: it is waited for, and answered when it is whole."""
    peers = await many(size, lambda source: Peer.open(stage.port, source=source))
    seconds = 15.0 if size > 100 else 1.0
    data = frames.message(frames.PING_CALL, binary=False)
    await drip(peers, data, seconds / len(data))
    for peer in peers:
        await peer.until(lambda: peer.messages)  # noqa: B023
        assert peer.messages[0]["success"]
    abort(peers)
    return f"{size} connections, a frame within {seconds:g} s: all answered"


async def idle_connections(stage: Stage, size: int) -> str:
    """They say nothing. What one costs is told."""
    before = stage.venue.rss_mb
    peers = await many(size, lambda source: Peer.open(stage.port, source=source))
    await asyncio.sleep(1)
    each = (stage.venue.rss_mb - before) / size
    assert not any(peer.lost for peer in peers)
    one = peers[size // 2]
    await one.result("ping")
    abort(peers)
    return f"{size} connections open at once, {each * 1000:.1f} KB each"


async def half_open_connections(stage: Stage, size: int) -> str:
    """The other end is gone without a word: no ping is answered."""
    peers = await many(size, lambda source: Peer.open(stage.port, source=source))
    for peer in peers:
        peer.transport.pause_reading()
    before = stage.venue.descriptors
    wanted = before - size
    patience = 10 * stage.venue.config.limits.ping_seconds + 10
    await eventually(lambda: stage.venue.descriptors <= wanted, patience)
    abort(peers)
    return f"{size} connections that answer no ping: all dropped"


async def connect_and_nothing(stage: Stage, size: int) -> str:
    """More TCP connections than are allowed, that say nothing; newcomers get in."""
    allowed = stage.venue.config.limits.connections
    peers = await many(size, lambda source: Peer.connect(stage.port, source=source))
    for _ in range(NEWCOMERS):
        async with await Peer.open(stage.port) as newcomer:
            await newcomer.result("ping")
    kept = sum(not peer.lost for peer in peers)
    assert kept <= allowed + SPARE_CONNECTIONS
    abort(peers)
    return (
        f"{size} TCP connections and nothing more, {allowed} allowed: {kept} kept,"
        f" {NEWCOMERS} of {NEWCOMERS} newcomers served"
    )


async def reconnect_storm(stage: Stage, size: int) -> str:
    """Log in, subscribe, vanish: again and again."""
    descriptors = stage.venue.descriptors
    names = itertools.cycle(("fuzz-1", "fuzz-2"))
    numbers = iter(range(size))

    async def work(name: str) -> None:
        for number in numbers:
            peer = await Peer.open(stage.port, source=f"127.0.0.{number % 100 + 1}")
            async with peer:
                await peer.login(name)
                peer.subscribe("executions", account=name)
                last = peer.subscribe("book", instrument="CEA25", depth=0)
                await peer.answered(last)

    began = asyncio.get_running_loop().time()
    await asyncio.gather(*(work(next(names)) for _ in range(20)))
    seconds = asyncio.get_running_loop().time() - began
    await asyncio.sleep(0.5)
    assert stage.venue.descriptors == descriptors
    return f"{size} logins, subscriptions and drops, {size / seconds:.0f} a second"


BEHAVIOURS: Final = (
    Behaviour(slow_loris_of_handshakes, 500, 30),
    Behaviour(slow_loris_of_frames, 500, 30),
    Behaviour(
        idle_connections,
        10_000,
        200,
        {"connections": 11_000},
        connects=True,
    ),
    Behaviour(half_open_connections, 500, 30, {"ping_seconds": 2}),
    Behaviour(connect_and_nothing, 5_000, 500, {"connections": 1_000}),
    Behaviour(reconnect_storm, 5_000, 100),
)
