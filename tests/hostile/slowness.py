"""Behaviours of those who do not read, or read too slowly, what they asked for."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, Final

from market import CEA

from . import frames
from .behaviour import Behaviour
from .peer import HEAD_END, PATIENCE, Peer
from .silence import many


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .stage import Stage


READERS: Final = 5
PAUSE_SECONDS: Final = 0.02  # between two readings of a slow reader
READ_BYTES: Final = 4096  # at a time
BATCH: Final = 50

# Small limits of those who must be evicted: no ping that stays unanswered ends them first.
SLOW: Final = {"outbox_bytes": 65_536, "slow_seconds": 1, "ping_seconds": 60}


async def subscriber_that_never_reads(stage: Stage, size: int) -> str:
    """It follows book and executions, which happen: it is evicted with 1013."""
    peers = await many(READERS, lambda source: _follower(stage, source))
    for peer in peers:
        peer.transport.pause_reading()
    before = await metric(stage, "evictions_total")
    orders = 0
    async with asyncio.timeout(PATIENCE):  # who takes nothing goes after ten seconds
        while not await _evicted(stage, before + READERS):
            orders += await _churn(
                stage, size, lambda: _evicted(stage, before + READERS)
            )
    for peer in peers:  # what was under way is still there to be read
        peer.transport.resume_reading()
        assert await peer.gone() in {1013, None}
    return f"{READERS} subscribers, after {orders} orders: all evicted with 1013"


async def subscriber_that_reads_slowly(stage: Stage, size: int) -> str:
    """It reads some KB at a time: of the book it skips deltas, and goes on."""
    async with await Peer.open(stage.port) as peer:
        peer.subscribe("book", instrument=CEA, depth=0, interval_ms=50)
        await peer.until(
            lambda: any(m.get("type") == "snapshot" for m in peer.messages)
        )
        peer.messages.clear()
        slow = asyncio.create_task(_read_slowly(peer))
        orders = await _churn(stage, size, _never)
        slow.cancel()
        peer.transport.resume_reading()
        last = peer.call("ping")
        await peer.answered(last)
        kinds = [m["type"] for m in peer.messages if m.get("channel") == "book"]
        _check_chain(peer.messages)
    return (
        f"{orders} orders reached it as {kinds.count('update')} deltas and"
        f" {kinds.count('snapshot')} snapshots without a gap, still connected"
    )


async def thousands_of_unanswered_requests(stage: Stage, size: int) -> str:
    """Orders without end from one who reads nothing: the server reads no further."""
    async with await Peer.open(stage.port) as peer:
        await peer.login("fuzz-2")
        peer.transport.pause_reading()
        order = _order("fuzz-2", "0.01")
        data = frames.message(
            peer.codec.encode({"method": "add_order", "params": order}), binary=False
        )
        sent = 0
        for _ in range(size // 500):
            peer.write(data * 500)
            sent += 500
            await asyncio.sleep(0.01)
        peer.transport.resume_reading()
        await peer.until(
            lambda: peer.close_code is not None or len(peer.messages) >= sent
        )
        answers = len(peer.messages)
        assert peer.close_code in {None, 1013}
    return f"{sent} requests, nothing read: {answers} answers, close {peer.close_code}"


async def metric(stage: Stage, name: str) -> float:
    """Return one of the venue's figures."""
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.port)
    writer.write(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    _, _, body = (await reader.read()).partition(HEAD_END)
    writer.close()
    found = re.search(rf"^carbonex_{name} (\S+)$", body.decode(), re.MULTILINE)
    assert found is not None
    return float(found[1])


async def _follower(stage: Stage, source: str) -> Peer:
    peer = await Peer.open(stage.port, source=source)
    await peer.login("fuzz-1")
    peer.subscribe("executions", account="fuzz-1")
    last = peer.subscribe("book", instrument=CEA, depth=0, interval_ms=50)
    await peer.answered(last)
    return peer


async def _churn(stage: Stage, size: int, enough: Callable[[], Awaitable[bool]]) -> int:
    """Send batches of orders that rest or vanish; return how many, at most ``size``."""
    sent = 0
    async with await Peer.open(stage.port) as peer:
        await peer.login("fuzz-1")
        while sent < size and not await enough():
            for n in range(4):
                resting = (
                    {"time_in_force": "day"} if n % 2 else {"time_in_force": "ioc"}
                )
                prices = [f"{10 + (sent + i) % 50}.00" for i in range(BATCH)]
                peer.call(
                    "batch_add", orders=[_order("fuzz-1", p) | resting for p in prices]
                )
                sent += BATCH
            last = peer.call("cancel_all", account="fuzz-1")
            await peer.answered(last)
            peer.messages.clear()
    return sent


def _order(account: str, price: str) -> dict[str, object]:
    return {
        "instrument": CEA,
        "side": "buy",
        "price": price,
        "quantity": 1,
        "account": account,
    }


async def _never() -> bool:
    return False


async def _evicted(stage: Stage, wanted: float) -> bool:
    return await metric(stage, "evictions_total") >= wanted


async def _read_slowly(peer: Peer) -> None:
    while True:
        peer.transport.pause_reading()
        await asyncio.sleep(PAUSE_SECONDS)
        wanted = peer.received_bytes + READ_BYTES
        peer.transport.resume_reading()
        await peer.until(lambda: peer.received_bytes >= wanted)  # noqa: B023


def _check_chain(messages: list[Any]) -> None:
    """Assert that each delta follows on what came before it."""
    seq = 0
    for message in messages:
        if message.get("channel") != "book":
            continue
        (data,) = message["data"]
        if message["type"] == "update" and seq:
            assert data["prev_seq"] <= seq < data["seq"]
        seq = data["seq"]


BEHAVIOURS: Final = (
    Behaviour(
        subscriber_that_never_reads,
        200_000,
        20_000,
        small_limits=SLOW,
    ),
    Behaviour(subscriber_that_reads_slowly, 100_000, 2_000),
    Behaviour(thousands_of_unanswered_requests, 100_000, 3_000),
)
