"""How a server starts: what it refuses, what it recovers, what the clock does."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import threading
from typing import TYPE_CHECKING

import msgspec
import pytest
import structlog
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from carbonex.gateway.config import Days
from carbonex.gateway.market import shanghai_date
from carbonex.gateway.server import server as server_module
from carbonex.gateway.server.host.clock import SECOND_NS, Clock
from carbonex.gateway.server.server import Server
from carbonex.gateway.server.starting import opening
from carbonex.gateway.server.starting.opening import bootstrap
from carbonex.journal import LockedError, LogError, SegmentLog
from gateway.http_pages import get
from market import CEA, config, make_market, market_commands
from stranger import Refused, Stranger, eventually


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from carbonex.gateway.server.starting.opening import Opened


ORDER = {"instrument": CEA, "side": "buy", "price": "70", "quantity": 1}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    make_market(tmp_path, config())
    async with Server.start(tmp_path, config()) as server:
        yield server


async def test_a_directory_has_one_server(server: Server, tmp_path: Path) -> None:
    assert server.port
    with pytest.raises(LockedError):
        async with Server.start(tmp_path, config()):
            pytest.fail("two servers at once")


async def test_a_log_belongs_to_its_venue(tmp_path: Path) -> None:
    make_market(tmp_path, config())
    other = msgspec.structs.replace(config(), venue="other")
    with pytest.raises(LogError, match="test"):
        async with Server.start(tmp_path, other):
            pytest.fail("another venue's log was opened")


async def test_a_start_that_fails_leaves_the_directory_free(
    server: Server, tmp_path: Path
) -> None:
    directory = tmp_path / "second"
    directory.mkdir()
    make_market(directory, config())
    taken = msgspec.structs.replace(
        config(), listen=msgspec.structs.replace(config().listen, port=server.port)
    )
    with pytest.raises(OSError, match="in use"):
        async with Server.start(directory, taken):
            pytest.fail("two servers on one port")
    async with Server.start(directory, config()) as second:
        assert second.port != server.port


async def test_a_venue_is_made_once(server: Server, tmp_path: Path) -> None:
    await server.stop()
    directory = tmp_path / "new"
    with pytest.raises(ValueError, match=r"was refused: Rejected.*ALREADY_EXISTS"):
        bootstrap(directory, config(), market_commands("maker", "maker"))
    assert not directory.exists()
    bootstrap(directory, config(), market_commands())
    with pytest.raises(ValueError, match="holds a venue already"):
        bootstrap(directory, config(), market_commands())


async def test_pages_are_served_while_the_log_is_recovered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    def slow(*args: object) -> Opened:
        assert gate.wait(10)
        return opening.open_venue(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(server_module, "open_venue", slow)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    venue = msgspec.structs.replace(
        config(), listen=msgspec.structs.replace(config().listen, port=port)
    )
    make_market(tmp_path, venue)
    stop = asyncio.Event()

    async def run() -> None:
        async with Server.start(tmp_path, venue):
            await stop.wait()

    running = asyncio.create_task(run())
    await eventually(lambda: _connects(port))
    assert (await get(port, "/health"))[0] == 200
    status, _, ready = await get(port, "/ready")
    assert status == 503
    assert ready.endswith(b"recovering from the log\n")
    with pytest.raises(InvalidStatus) as caught:
        await connect(f"ws://127.0.0.1:{port}")
    assert caught.value.response.status_code == 503
    gate.set()
    while b"recovering" in (await get(port, "/ready"))[2]:
        pass
    assert (await get(port, "/ready"))[2].endswith(b"online\n")
    stop.set()
    await running


def _connects(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


# Trading days.


async def test_a_trading_day_is_open_as_soon_as_clients_can_connect(
    server: Server,
) -> None:
    exchange = server.venue.exchange
    today = shanghai_date(exchange.time_ns)
    assert exchange.day == int(f"{today:%Y%m%d}")
    assert shanghai_date(exchange.day_ends_ns) == today + dt.timedelta(days=1)
    seq = exchange.seq
    await asyncio.sleep(0.2)
    assert exchange.seq == seq  # and it is begun once


async def test_the_next_day_begins_when_one_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_market(tmp_path, config())
    async with Server.start(tmp_path, config()) as server, Stranger(server.port) as it:
        exchange = server.venue.exchange
        await it.login("maker")
        await it.call("add_order", **ORDER, time_in_force="day")
        await it.call("add_order", **ORDER, time_in_force="gtc")
        date, ends_ns = exchange.day, exchange.day_ends_ns
        segments = set((tmp_path / "log").glob("*.log"))
        ahead_ns = ends_ns - Clock().now_ns()
        now_ns = Clock.now_ns
        monkeypatch.setattr(Clock, "now_ns", lambda clock: now_ns(clock) + ahead_ns)
        await eventually(lambda: exchange.day > date)
        (order,) = exchange.accounts["maker"].orders.values()
        assert order.command.time_in_force.name == "GTC"
        await it.call("add_order", **ORDER)  # the market was never closed
        await eventually(lambda: set((tmp_path / "log").glob("*.log")) > segments)


async def test_days_are_left_to_operators_where_they_say_so(tmp_path: Path) -> None:
    venue = msgspec.structs.replace(config(), days=Days(mode="manual"))
    make_market(tmp_path, venue)
    async with Server.start(tmp_path, venue) as server:
        async with Stranger(server.port) as it, Stranger(server.port) as operator:
            await it.login("maker")
            await operator.login("operator")
            with pytest.raises(Refused, match="MARKET_CLOSED"):
                await it.call("add_order", **ORDER)
            soon = Clock().now_ns() + SECOND_NS // 2
            await operator.call(
                "begin_day", date=str(shanghai_date(soon)), ends=soon // 1000
            )
            await it.call("add_order", **ORDER)
            # Nobody sends anything: the venue itself lets the day end.
            await eventually(lambda: server.venue.exchange.day == 0)
            with pytest.raises(Refused, match="MARKET_CLOSED"):
                await it.call("add_order", **ORDER)
        assert not server.venue.exchange.accounts["maker"].orders


# What is watched while it runs.


async def test_a_full_disk_stops_new_orders_but_not_cancels(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Stranger(server.port) as maker:
        await maker.login("maker")
        order = await maker.call("add_order", **ORDER)
        monkeypatch.setattr(SegmentLog, "full", True)
        await eventually(lambda: server.venue.log_full)
        with pytest.raises(Refused, match="LOG_FULL"):
            await maker.call("add_order", **ORDER)
        await maker.call("cancel_order", order_id=order["order_id"])
        monkeypatch.setattr(SegmentLog, "full", False)
        await eventually(lambda: not server.venue.log_full)
        await maker.call("add_order", **ORDER)


async def test_a_step_of_the_wall_clock_raises_an_alarm_once(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with structlog.testing.capture_logs() as logs:
        monkeypatch.setattr(Clock, "step_ns", lambda _: 5 * SECOND_NS)
        await asyncio.sleep(2.2)
    assert [line["seconds"] for line in logs if "stepped" in line["event"]] == [5.0]
    assert not server.venue.draining
