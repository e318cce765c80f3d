"""What Prometheus gets: every metric that the document lists, and no others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from carbonex.gateway.server.readers.follower_process import FollowerProcess
from carbonex.gateway.server.server import Server
from gateway.http_pages import get
from market import CEA, config, make_market
from operations import section
from stranger import Refused, Stranger, eventually


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

DOCUMENTED = set(re.findall(r"`(carbonex_\w+)`", section("Monitoring")))
ORDER = {"instrument": CEA, "side": "buy", "price": "70", "quantity": 1}

Samples = dict[tuple[str, str], float]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """Run a server with its follower."""
    venue = config()
    make_market(tmp_path, venue)
    async with (
        FollowerProcess(tmp_path) as follower,
        Server.start(tmp_path, venue) as server,
    ):
        await follower.start()
        server.follower = follower
        yield server


async def text(port: int) -> str:
    _, head, body = await get(port, "/metrics")
    assert "Content-Type: text/plain; version=0.0.4" in head
    return body.decode()


async def scrape(port: int) -> Samples:
    """Return each sample's value, by its name and its first label."""
    families = list(text_string_to_metric_families(await text(port)))
    assert len({family.name for family in families}) == len(families)
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in families
        for sample in family.samples
    }


async def test_all_that_is_documented_is_there_and_nothing_else(server: Server) -> None:
    assert server.follower is not None
    follower = server.follower
    await server._keep_snapshot()
    async with Stranger(server.port) as maker:
        with pytest.raises(Refused):
            await maker.call("add_order", **ORDER)
        await maker.login("maker")
        with pytest.raises(Refused):
            await maker.call("add_order", **{**ORDER, "quantity": 0})
        await eventually(lambda: follower.position > 0)
        found = await scrape(server.port)
    names = {
        re.sub(r"_(bucket|sum|count|created)$", "", name)
        for name, _ in found
        if name.startswith("carbonex_")
    }
    assert names == DOCUMENTED
    assert ("process_resident_memory_bytes", "") in found


async def test_they_tell_what_is_so(server: Server) -> None:
    async with Stranger(server.port) as maker, Stranger(server.port) as nobody:
        await maker.login("maker")
        await maker.call("add_order", **ORDER)
        for _ in range(2):
            with pytest.raises(Refused, match="BAD_QTY"):
                await maker.call("add_order", **{**ORDER, "quantity": 0})
        with pytest.raises(Refused, match="LOGIN_REQUIRED"):
            await nobody.call("add_order", **ORDER)
        venue = server.venue
        found = await scrape(server.port)
        assert found["carbonex_ready", ""] == 1
        assert found["carbonex_connections", ""] == 2
        assert found["carbonex_sessions", ""] == 1
        assert found["carbonex_rejects_total", "BAD_QTY"] == 2
        errors = re.findall(
            r"carbonex_errors_total{(.*)} (\S+)", await text(server.port)
        )
        assert ('code="2001",name="LOGIN_REQUIRED"', "1.0") in errors
        assert sum(float(value) for _, value in errors) == 3
        assert found["carbonex_seq", ""] == venue.exchange.seq
        assert found["carbonex_position", ""] == venue.position
        assert found["carbonex_epoch", ""] == venue.epoch
        assert found["carbonex_trading_day", ""] == venue.exchange.day
        assert found["carbonex_instruments", "trading"] == 1
        assert found["carbonex_instruments", "halted"] == 0
        assert found["carbonex_commit_seconds_count", ""] >= 3
        assert found["carbonex_log_full", ""] == 0
        assert found["carbonex_log_free_bytes", ""] > 0
        assert found["carbonex_recovery_commands", ""] == 15
        assert found["carbonex_recovery_seconds", ""] > 0
        assert found["carbonex_snapshot_position", ""] == 0
        assert ("carbonex_snapshot_age_seconds", "") not in found


async def test_what_waits_for_a_client_who_does_not_read(server: Server) -> None:
    async with Stranger(server.port) as slow:
        await slow.login("maker")
        (connection,) = server.clients.connections()
        connection.pause_writing()
        connection.outbox.send_frame(bytes(1_000))
        found = await scrape(server.port)
        assert found["carbonex_outbox_bytes", ""] == 1_000
        assert found["carbonex_outbox_largest_bytes", ""] == 1_000
        connection.outbox.take()


async def test_how_far_the_history_is(server: Server) -> None:
    assert server.follower is not None
    follower = server.follower
    await eventually(lambda: follower.position == server.venue.position)
    found = await scrape(server.port)
    assert found["carbonex_follower_up", ""] == 1
    assert found["carbonex_history_position", ""] == server.venue.position
    assert found["carbonex_history_lag_rows", ""] == 0


async def test_the_age_of_a_snapshot(server: Server) -> None:
    await server._keep_snapshot()
    found = await scrape(server.port)
    assert found["carbonex_snapshot_position", ""] == server.venue.position
    assert 0 <= found["carbonex_snapshot_age_seconds", ""] < 60
