"""Behaviours that would take the others' share of the venue: queue, memory, log."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Final

from market import CEA

from . import frames
from .behaviour import Behaviour
from .peer import Peer
from .silence import abort, many
from .slowness import SLOW, metric


if TYPE_CHECKING:
    from .stage import Stage


BATCH: Final = 50
STRANGERS: Final = 5
CONNECTIONS: Final = 20
OPEN_ORDERS: Final = 450  # within the cap of its account


async def reader_of_a_burst(stage: Stage, size: int) -> str:
    """All its orders end by one command: it reads all of it, and stays connected."""
    read = 0
    async with (
        await Peer.open(stage.port) as reader,
        await Peer.open(stage.port) as trader,
    ):
        await reader.login("fuzz-1")
        await trader.login("fuzz-1")
        await trader.result("cancel_all")
        evicted = await metric(stage, "evictions_total")
        await reader.answered(reader.subscribe("executions", account="fuzz-1"))
        for _ in range(size):
            await _fill(trader, OPEN_ORDERS)
            await trader.result("cancel_all")
            await reader.until(lambda: _cancelled(reader) >= OPEN_ORDERS)
            read += _cancelled(reader)
            reader.messages.clear()
        assert await metric(stage, "evictions_total") == evicted
    return f"{read} orders cancelled by {size} commands, all read, nobody evicted"


async def one_participant_on_many_connections(stage: Stage, size: int) -> str:
    """It keeps the queue full; whoever else trades is never BUSY for it."""
    flood = await many(CONNECTIONS, lambda source: _trader(stage, source))
    orders = [_order("fuzz-1", "0.01") | {"time_in_force": "ioc"}] * BATCH
    told: Counter[str] = Counter()
    sent = 0
    async with await Peer.open(stage.port) as other:
        await other.login("fuzz-2")
        await other.result("cancel_all")
        while sent < size:
            for peer in flood:
                for _ in range(4):
                    peer.call("batch_add", orders=orders)
                    sent += BATCH
            order = await other.result("add_order", **_order("fuzz-2", "0.01"))
            await other.result("cancel_order", order_id=order["order_id"])
            for peer in flood:
                told += peer.errors()
    abort(flood)
    return (
        f"{sent} orders on {CONNECTIONS} connections: {dict(told)}; another: never BUSY"
    )


async def strangers_that_ask_and_never_read(stage: Stage, size: int) -> str:
    """What waits for them is bounded, and they are gone before long."""
    async with await Peer.open(stage.port) as trader:
        await trader.login("fuzz-1")
        await trader.result("cancel_all")
        await _fill(trader, OPEN_ORDERS, different=True)
        peers = await many(STRANGERS, lambda source: _stranger(stage, source))
        evicted = await metric(stage, "evictions_total")
        for peer in peers:
            peer.transport.pause_reading()
        book = {"channel": "book", "instrument": CEA, "depth": 0, "interval_ms": 50}
        data = b"".join(
            frames.message(
                peers[0].codec.encode({"method": method, "params": book}), binary=False
            )
            for method in ("subscribe", "unsubscribe")
        )
        for _ in range(size):
            for peer in peers:
                if peer.transport.get_write_buffer_size() < 2**20:
                    peer.write(data)
            await asyncio.sleep(0)
        most = await metric(stage, "outbox_largest_bytes")
        for _ in range(600):
            if await metric(stage, "evictions_total") >= evicted + STRANGERS:
                break
            await asyncio.sleep(0.1)
        assert await metric(stage, "evictions_total") >= evicted + STRANGERS
        abort(peers)
        await trader.result("cancel_all")
    return f"{STRANGERS} strangers, at most {most / 1e6:.1f} MB waits for one: all gone"


async def cancels_of_nothing(stage: Stage, size: int) -> str:
    """Never limited, they would fill the log: they count, and end the connection."""
    before = await metric(stage, "seq")
    async with await Peer.open(stage.port) as peer:
        await peer.login("fuzz-2")
        orders = [{"client_order_id": f"none-{n}"} for n in range(BATCH)]
        sent = 0
        while sent < size and not peer.lost:
            peer.call("batch_cancel", orders=orders)
            sent += BATCH
            await asyncio.sleep(0)
        code = await peer.gone()
    rows = await metric(stage, "seq") - before
    assert code == 1008
    return f"{sent} cancels of orders that never were, {rows:.0f} logged in all: 1008"


async def bulletins_of_days_that_never_were(stage: Stage, size: int) -> str:
    """Asked by strangers, as fast as they may: each costs twenty requests."""
    peers = await many(CONNECTIONS, lambda source: _stranger(stage, source))
    told: Counter[str] = Counter()
    for number in range(size):
        day = f"{1900 + number % 100}-01-{1 + number % 28:02d}"
        peer = peers[number % len(peers)]
        if not peer.lost:
            peer.call("bulletins", date=day)
        if number % len(peers) == 0:
            await asyncio.sleep(0.001)
    for peer in peers:
        last = peer.call("ping")
        await peer.over(lambda: any(m.get("req_id") == last for m in peer.messages))  # noqa: B023
        told += peer.errors()
    abort(peers)
    assert set(told) <= {"UNKNOWN_DAY", "HISTORY_BEHIND", "RATE_LIMITED", "success"}
    return f"{size} questions: {dict(told)}"


async def _trader(stage: Stage, source: str) -> Peer:
    peer = await _stranger(stage, source)
    await peer.login("fuzz-1")
    return peer


async def _stranger(stage: Stage, source: str) -> Peer:
    return await Peer.open(stage.port, source=source)


async def _fill(peer: Peer, count: int, *, different: bool = False) -> None:
    """Have ``count`` orders of fuzz-1 rest, of one price or each of its own."""
    for start in range(0, count, BATCH):
        prices = [
            f"{(start + n) / 100 + 1:.2f}" if different else "0.01"
            for n in range(BATCH)
        ]
        orders = [_order("fuzz-1", price) for price in prices[: count - start]]
        answer = await peer.result("batch_add", orders=orders)
        assert all(item["success"] for item in answer["orders"]), answer


def _cancelled(peer: Peer) -> int:
    return sum(
        item["event"] == "cancelled"
        for message in peer.messages
        if message.get("channel") == "executions" and message["type"] == "update"
        for item in message["data"]
    )


def _order(account: str, price: str) -> dict[str, object]:
    return {
        "instrument": CEA,
        "side": "buy",
        "price": price,
        "quantity": 1,
        "account": account,
    }


LIMITED: Final = {
    "requests_per_second": 1000,
    "burst": 2000,
    "stranger_requests_per_second": 2000,
    "stranger_burst": 40_000,
}
SMALL_LIMITED: Final = {
    "requests_per_second": 100,
    "burst": 100,
    "stranger_requests_per_second": 100,
    "stranger_burst": 1000,
    "close_seconds": 0.5,
}

BEHAVIOURS: Final = (
    Behaviour(reader_of_a_burst, 50, 3),
    Behaviour(one_participant_on_many_connections, 200_000, 8_000, {"waiting": 2_000}),
    Behaviour(strangers_that_ask_and_never_read, 4_000, 2_000, small_limits=SLOW),
    Behaviour(cancels_of_nothing, 1_000_000, 5_000, LIMITED, SMALL_LIMITED),
    Behaviour(bulletins_of_days_that_never_were, 10_000, 200, LIMITED),
)
