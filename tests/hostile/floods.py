"""Behaviours that keep the server busy: as much as can be sent, and what is heavy."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from market import CEA
from stranger import eventually

from . import frames, handshakes
from .behaviour import Behaviour
from .peer import CODECS, Peer
from .silence import abort, many


if TYPE_CHECKING:
    from .stage import Stage


CHUNK: Final = 100  # messages in one write
FLOODERS: Final = 4  # connections that flood at once
DEPTH: Final = 40_000


async def ping_flood(stage: Stage, size: int) -> str:
    """Control pings at full speed, from those who read the pongs and who do not."""
    data = frames.frame(frames.PING, b"x" * 125) * CHUNK
    peers = await many(FLOODERS, lambda source: Peer.open(stage.port, source=source))
    deaf = peers[: FLOODERS // 2]
    for peer in deaf:
        peer.transport.pause_reading()
    sent = await _pour(peers, data, size)
    await peers[-1].result("ping")
    abort(peers)
    return f"{sent * CHUNK} pings on {FLOODERS} connections, half of them read nothing"


async def subscription_flood(stage: Stage, size: int) -> str:
    """Subscribe to everything there is, to and fro."""
    async with await Peer.open(stage.port) as peer:
        answers: Counter[str] = Counter()
        for _ in range(size // CHUNK):
            for depth, interval in itertools.product((0, 10, 25, 100), (50, 100, 250)):
                params = {"instrument": CEA, "depth": depth, "interval_ms": interval}
                peer.subscribe("book", **params)
                peer.call("unsubscribe", channel="book", **params)
            for channel in ("ticker", "trade", "instrument", "status", "heartbeat"):
                peer.subscribe(channel)
            last = peer.call("ping")
            await peer.answered(last)
            answers += peer.errors()
    return f"{answers.total()} requests: {_told(answers)}"


async def rate_limit_ignored(stage: Stage, size: int) -> str:
    """Sound requests at full speed, deaf to RATE_LIMITED: closed with 1008."""
    told: Counter[str] = Counter()
    for _ in range(size):
        async with await Peer.open(stage.port) as peer:
            await peer.login("fuzz-1")
            order = {"instrument": CEA, "side": "buy", "price": "1.00", "quantity": 1}
            data = frames.message(
                peer.codec.encode({"method": "add_order", "params": order}),
                binary=False,
            )
            while not peer.lost and peer.close_code is None:
                peer.write(data * CHUNK)
                await asyncio.sleep(0)
            assert await peer.gone() == 1008
            told += peer.errors()
    return f"{size} connections: {_told(told)}, then closed with 1008"


async def faults_at_full_speed(stage: Stage, size: int) -> str:
    """Messages that are costly to explain, from nobody: closed with 1008 in the end."""
    codec = CODECS[1]
    worst = b"\x91" * 5000 + b"\x90"  # deep, and within what can be decoded
    data = frames.message(
        b"\x82\xa6method\xaeset_obligation\xa6params\x83\xabparticipant\xa1x\xa4year\x01"
        b"\xa3due" + worst,
        binary=True,
    )
    peers = await many(
        FLOODERS, lambda source: Peer.open(stage.port, codec, source=source)
    )
    sent = await _pour(peers, data, size)
    told = sum((peer.errors() for peer in peers), Counter[str]())
    codes = {peer.close_code for peer in peers}
    abort(peers)
    return f"{sent} messages of 5 KB on {FLOODERS} connections: {_told(told)}, close {codes}"


async def oversized_messages(stage: Stage, size: int) -> str:
    """Beyond ``frame_bytes``, whole, in pieces, or only said to be: 1009."""
    limit = stage.venue.config.limits.frame_bytes
    shapes = (
        frames.frame(frames.TEXT, b"x" * (limit + 1)),
        frames.frame(frames.TEXT, declared=2**62),
        frames.frame(frames.TEXT, b"x" * limit, fin=False)
        + frames.frame(frames.CONT, b"x"),
    )
    for number in range(size):
        async with await Peer.open(stage.port) as peer:
            peer.write(shapes[number % len(shapes)])
            assert await peer.gone() == 1009
    return f"{size} messages: each closed with 1009"


async def messages_in_small_pieces(stage: Stage, size: int) -> str:
    """A message of a byte per frame, and a frame of a few bytes per packet."""
    text = b'{"method":"ping","params":{"x":"%s"}}' % (b"x" * size)
    pieces = [frames.frame(frames.CONT, bytes((b,)), fin=False) for b in text]
    whole = frames.message(text, binary=False)
    async with await Peer.open(stage.port) as peer:
        peer.write(frames.frame(frames.TEXT, fin=False))
        for at in range(0, len(pieces), CHUNK):
            peer.write(b"".join(pieces[at : at + CHUNK]))
            await asyncio.sleep(0)
        peer.write(frames.frame(frames.CONT))
        await peer.until(lambda: peer.messages)
        for at in range(0, len(whole), 16):
            peer.write(whole[at : at + 16])
            await asyncio.sleep(0)
        await peer.until(lambda: len(peer.messages) == 2)
        assert peer.errors() == {"UNKNOWN_MEMBER": 2}
    return (
        f"{len(text)} bytes, in {len(pieces)} frames and in {len(whole) // 16} packets"
    )


async def long_invalid_messages(stage: Stage, size: int) -> str:
    """As long as ``frame_bytes`` allows, and full of small values."""
    told: Counter[str] = Counter()
    room = stage.venue.config.limits.frame_bytes - 100
    for number in range(size):
        codec = CODECS[number % 2]
        items: list[Any] = [[]] * room if codec.binary else [1] * (room // 2)
        text = codec.encode({"method": "batch_add", "params": {"orders": items}})
        async with await Peer.open(stage.port, codec) as peer:
            peer.write(frames.message(text, binary=codec.binary))
            last = peer.call("ping")
            await peer.answered(last)
            told += peer.errors()
    assert told["BAD_TYPE"] == size
    return f"{size} messages of {room:,} bytes: {_told(told)}"


async def compression_bombs(stage: Stage, size: int) -> str:
    """Compression is offered, not agreed to, and used all the same: 1002."""
    head = handshakes.upgrade({"Sec-WebSocket-Extensions": "permessage-deflate"})
    for _ in range(size):
        async with await Peer.connect(stage.port) as peer:
            peer.write(head)
            await peer.until(lambda: peer.messages)
            assert b"extensions" not in (peer.head or b"").lower()
            peer.write(frames.frame(frames.TEXT, BOMB, rsv=4))
            assert await peer.gone() == 1002
    return f"{size} offers not agreed to, {size} compressed frames closed with 1002"


async def deep_nesting(stage: Stage, size: int) -> str:
    """Forty thousand levels, in either encoding: answered, and nothing more."""
    told: Counter[str] = Counter()
    for number in range(size):
        codec = CODECS[number % 2]
        opening, closing = (b"\x91", b"") if codec.binary else (b"[", b"]")
        data = opening * DEPTH + closing * DEPTH
        async with await Peer.open(stage.port, codec) as peer:
            peer.write(frames.message(data, binary=codec.binary))
            last = peer.call("ping")
            await peer.answered(last)
            told += peer.errors()
    return f"{size} messages of {DEPTH} levels: {_told(told)}"


async def _pour(peers: list[Peer], data: bytes, size: int) -> int:
    """Write ``data`` ``size`` times, on all in turn; return how often it was."""
    sent = 0
    for number in range(size):
        peer = peers[number % len(peers)]
        if not peer.lost:
            peer.write(data)
            sent += 1
        if number % len(peers) == 0:
            reading = peers[len(peers) // 2 :]
            await eventually(lambda: all(map(_has_room, reading)))  # noqa: B023
            await asyncio.sleep(0)
    return sent


def _has_room(peer: Peer) -> bool:
    return peer.lost or peer.transport.get_write_buffer_size() < 2**20


def _told(answers: Counter[str]) -> str:
    return ", ".join(f"{count} × {name}" for name, count in answers.most_common(4))


# A gigabyte of zeros, deflated twice over, would be this and somewhat more.
BOMB: Final = b"\xec\xc1\x01\x01\x00\x00\x00\x80\x90\xfe\xaf\xee\x08\n" + b"\0" * 1000

BEHAVIOURS: Final = (
    Behaviour(ping_flood, 20_000, 400),
    Behaviour(subscription_flood, 20_000, 400),
    Behaviour(
        rate_limit_ignored,
        10,
        1,
        {"requests_per_second": 1000, "burst": 2000},
        {"requests_per_second": 100, "burst": 100, "close_seconds": 0.5},
    ),
    Behaviour(
        faults_at_full_speed,
        20_000,
        400,
        {"requests_per_second": 1000, "burst": 2000},
        {"requests_per_second": 100, "burst": 100, "close_seconds": 0.5},
    ),
    Behaviour(oversized_messages, 300, 6),
    Behaviour(messages_in_small_pieces, 90_000, 20_000),
    Behaviour(long_invalid_messages, 100, 4),
    Behaviour(compression_bombs, 1000, 10),
    Behaviour(deep_nesting, 200, 4),
)
