"""The server as a process: a clean end, and kill -9 under load."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
from collections import Counter
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from websockets.exceptions import ConnectionClosed

from carbonex.engine import Checkpoint, Exchange, PlaceOrder
from carbonex.gateway.holds import Holds
from carbonex.gateway.server import process
from carbonex.journal import HISTORY_NAME, HistoryReader, LogReader, SnapshotStore
from market import CEA, TRADERS, make_market
from stranger import Stranger, eventually
from venue_process import VenueProcess, write_config


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.gateway.server.server import Server


async def test_sigterm_ends_it_cleanly(tmp_path: Path) -> None:
    make_market(tmp_path, write_config(tmp_path))
    async with VenueProcess(tmp_path) as venue, Stranger(venue.port) as maker:
        await maker.login("maker")
        async with Stranger(venue.port) as taker:
            await taker.login("taker")
            await maker.call(
                "add_order", instrument=CEA, side="sell", price="70", quantity=5
            )
            await taker.call(
                "add_order", instrument=CEA, side="buy", price="70", quantity=2
            )
        stopping = asyncio.create_task(venue.stop())
        await maker.socket.wait_closed()
        assert await stopping == 0
        assert maker.socket.close_code == 1001
        with contextlib.suppress(ConnectionClosed):
            while True:
                await maker.receive()
        assert maker.frames[-1]["data"][0]["state"] == "server_shutdown"

    exchange, position = replayed(tmp_path)
    assert SnapshotStore(tmp_path).load(position).digest == exchange.digest()
    with HistoryReader(tmp_path / HISTORY_NAME) as history:
        (trade,) = history.trades(CEA)
        assert (trade.price, trade.quantity, trade.seller) == (7000, 2, "maker")
        assert history.position == position


async def test_sighup_ends_no_server_without_tls(tmp_path: Path) -> None:
    make_market(tmp_path, write_config(tmp_path))
    async with VenueProcess(tmp_path) as venue, Stranger(venue.port) as maker:
        for _ in range(2):
            venue.process.send_signal(signal.SIGHUP)
            await maker.call("ping")
        assert await venue.stop() == 0


async def test_the_collector_rests_while_the_venue_is_busy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many connections end: it stops everything for as long as it takes."""
    server = SimpleNamespace(
        venue=SimpleNamespace(exchange=SimpleNamespace(seq=0)),
        clients=SimpleNamespace(ended=0, holds=Holds()),
    )
    collected = []
    # After each second: commands so far, and connections that have ended so far.
    seconds = iter([(9, 3), (20, 9_000), (20, 9_000), (20, 9_000), (21, 9_001)])

    async def sleep(_seconds: float) -> None:
        state = next(seconds, None)
        if state is None:
            raise asyncio.CancelledError
        server.venue.exchange.seq, server.clients.ended = state

    collector = SimpleNamespace(
        collect=lambda: collected.append((server.venue.exchange.seq, "collected")),
        freeze=lambda: collected.append((server.venue.exchange.seq, "frozen")),
    )
    monkeypatch.setattr(process, "gc", collector)
    monkeypatch.setattr(process, "asyncio", SimpleNamespace(sleep=sleep))
    with pytest.raises(asyncio.CancelledError):
        await process._collect(cast("Server", server))
    assert collected == [(20, "collected"), (20, "frozen")]


async def test_a_stop_is_clean_even_if_no_snapshot_can_be_kept(tmp_path: Path) -> None:
    make_market(tmp_path, write_config(tmp_path))
    async with VenueProcess(tmp_path) as venue, Stranger(venue.port) as maker:
        await maker.login("maker")
        await maker.call(
            "add_order", instrument=CEA, side="sell", price="70", quantity=5
        )
        (tmp_path / "snapshots").write_bytes(b"no directory, like a full disk")
        stopping = asyncio.create_task(venue.stop())
        await maker.socket.wait_closed()
        assert await stopping == 0
        assert maker.socket.close_code == 1001


async def test_no_answered_order_is_lost_or_doubled_by_kill_9(tmp_path: Path) -> None:
    make_market(tmp_path, write_config(tmp_path))
    answered: list[str] = []
    for round_number in range(3):
        async with VenueProcess(tmp_path) as venue:
            load = asyncio.gather(
                *(trade(venue.port, name, round_number, answered) for name in TRADERS)
            )
            enough = len(answered) + 150 + 97 * round_number
            await eventually(lambda: len(answered) >= enough)  # noqa: B023
            await venue.kill()
            await load
        logged = Counter(
            command.client_order_id
            for row in LogReader(tmp_path).tail(1)
            for command in row.batch().commands
            if type(command) is PlaceOrder
        )
        assert set(answered) <= set(logged)
        assert set(logged.values()) == {1}

    async with VenueProcess(tmp_path) as venue:
        async with Stranger(venue.port) as maker:
            await maker.login("maker")
            await maker.call("subscribe", channel="executions", from_seq=1)
            new = {
                e["client_order_id"]
                for e in await until_the_newest(maker)
                if e["event"] == "new"
            }
            assert {name for name in answered if name.startswith("maker")} <= new
        assert await venue.stop() == 0
    exchange, _ = replayed(tmp_path)
    exchange.check()


async def trade(port: int, name: str, number: int, answered: list[str]) -> None:
    """Send orders, many at a time, until the connection breaks."""
    rng = random.Random(f"{name} {number}")
    with contextlib.suppress(ConnectionClosed, OSError):
        async with Stranger(port) as trader:
            await trader.login(name)
            pending: dict[int, str] = {}
            for i in range(100_000):
                client_order_id = f"{name}-{number}-{i}"
                req_id = await trader.send(
                    "add_order",
                    instrument=CEA,
                    side="sell" if name == "maker" else "buy",
                    price=f"{rng.randrange(69_90, 70_10) / 100:.2f}",
                    quantity=rng.randrange(1, 20),
                    client_order_id=client_order_id,
                )
                pending[req_id] = client_order_id
                while len(pending) > 20:
                    message = await trader.receive()
                    if "req_id" in message:
                        assert message["success"], message
                        answered.append(pending.pop(message["req_id"]))


async def until_the_newest(client: Stranger) -> list[dict[str, object]]:
    """Return all executions up to those that the snapshot says are there."""
    while not (snapshots := client.seen("executions", "snapshot")):
        await client.receive()
    newest = snapshots[0]["exec_seq"]
    return await client.updates("executions", newest)


def replayed(directory: Path) -> tuple[Exchange, int]:
    """Replay the whole log; every digest in it must be what the state was."""
    exchange, position, checkpoints = Exchange(), 0, 0
    for row in LogReader(directory).tail(1):
        batch = row.batch()
        for command in batch.commands:
            if type(command) is Checkpoint:
                assert command.digest == exchange.digest()
                checkpoints += 1
        assert exchange.apply(batch).accepted
        position = row.position
    assert checkpoints == 1
    return exchange, position
