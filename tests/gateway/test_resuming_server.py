"""Executions from before the server's start, over sockets and beside the follower."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from carbonex.gateway.server.readers import historian
from carbonex.gateway.server.readers.follower import Follower
from carbonex.gateway.server.server import Server
from carbonex.gateway.session import resuming
from market import CEA, config, make_market
from stranger import Refused, Stranger, eventually


if TYPE_CHECKING:
    from pathlib import Path

ORDERS = 3_000


async def trade(directory: Path, orders: int) -> None:
    """Let ``maker`` place so many orders, and stop the venue cleanly."""
    async with (
        Server.start(directory, config()) as server,
        Stranger(server.port) as maker,
    ):
        await maker.login("maker")
        sent = 0
        for number in range(orders):
            order = {"instrument": CEA, "side": "sell", "quantity": 1 + number % 7}
            sent = await maker.send("add_order", price="70", **order)
        await maker.answer(sent)


async def test_after_a_clean_stop_everything_can_be_had_from_the_history(
    tmp_path: Path,
) -> None:
    make_market(tmp_path, config())
    await trade(tmp_path, ORDERS)
    follower = Follower(tmp_path)
    follower.catch_up()
    async with (
        Server.start(tmp_path, config()) as server,
        Stranger(server.port) as maker,
    ):
        await maker.login("maker")
        asked = await maker.send("subscribe", channel="executions", from_seq=1)
        pinged = await maker.send("ping")
        answer = await maker.receive()
        assert (answer["req_id"], answer["success"]) == (asked, True)
        await maker.answer(pinged)
        told = maker.seen("executions", "update")
        assert [e["exec_seq"] for e in told] == list(range(1, ORDERS + 1))
        assert all(e["replayed"] for e in told)
        pages = maker.seen("executions", "snapshot")
        assert {page["exec_seq"] for page in pages} == {ORDERS}
        assert sum(len(page["orders"]) for page in pages) == ORDERS
        assert [page.get("more", False) for page in pages][-2:] == [True, False]
    follower.close()


async def test_a_client_is_alive_while_it_waits_for_its_past(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pings are answered, others trade, and what it sent waits its turn."""
    monkeypatch.setattr(historian, "PATIENCE_SECONDS", 60)
    make_market(tmp_path, config())
    Follower(tmp_path).close()
    await trade(tmp_path, 10)
    async with (
        Server.start(tmp_path, config()) as server,
        Stranger(server.port) as maker,
        Stranger(server.port) as other,
    ):
        await maker.login("maker")
        await other.login("taker")
        asked = await maker.send("subscribe", channel="executions", from_seq=1)
        sold = await maker.send(
            "add_order", instrument=CEA, side="sell", price="70", quantity=1
        )
        await (await maker.socket.ping())
        await other.call("ping")
        with pytest.raises(Refused, match="UNKNOWN_ORDER"):
            await other.call("order", client_order_id="x")
        follower = Follower(tmp_path)
        follower.catch_up()
        answer = await maker.answer(sold)
        assert answer["success"]
        assert [m.get("req_id") for m in maker.frames if "req_id" in m][1:] == [
            asked,
            sold,
        ]
        told = [e["exec_seq"] for e in maker.seen("executions", "update")]
        assert told == list(range(1, 12))  # its own execution before the answer
        follower.close()


async def test_a_client_that_stops_reading_stops_the_questions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = 0
    real = resuming.Resumption.ask

    def ask(resumption: resuming.Resumption) -> None:
        nonlocal questions
        questions += 1
        real(resumption)

    monkeypatch.setattr(resuming.Resumption, "ask", ask)
    monkeypatch.setattr(resuming, "PAGE_EXECUTIONS", 50)
    make_market(tmp_path, config())
    await trade(tmp_path, 12_000)
    follower = Follower(tmp_path)
    follower.catch_up()
    async with (
        Server.start(tmp_path, config()) as server,
        Stranger(server.port) as maker,
    ):
        await maker.login("maker")
        maker.socket.transport.pause_reading()
        await maker.send("subscribe", channel="executions", from_seq=1)
        connection = next(iter(server.clients._connections))
        await eventually(lambda: connection.outbox.paused)
        await eventually(lambda: connection.outbox.queued_bytes > 0)
        asked = 0
        while questions != asked:  # until nothing more fits on the way
            asked = questions
            await asyncio.sleep(0.2)
        assert questions < 12_000 // 50
        maker.socket.transport.resume_reading()
        pinged = await maker.send("ping")
        await maker.answer(pinged)
        told = maker.seen("executions", "update")
        assert [e["exec_seq"] for e in told] == list(range(1, 12_001))
        assert questions == 12_000 // 50
    follower.close()
