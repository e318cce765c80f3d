"""Cancel on disconnect and countdowns where the server itself dies: kill -9, SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from carbonex.engine import (
    Applied,
    Batch,
    CancelReason,
    CountdownFired,
    Event,
    Exchange,
    GatewayOpened,
    OrderCancelled,
    SessionClosed,
)
from carbonex.journal import LogReader
from market import CEA, make_market
from stranger import Stranger
from venue_process import VenueProcess, write_config


if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

HOUR_MS = 3_600_000
SOON_MS = 200


def session(name: str, grace_ms: int) -> dict[str, Any]:
    return {"session": name, "cancel_on_disconnect": True, "grace_ms": grace_ms}


@contextlib.asynccontextmanager
async def entered(port: int, order: str, **login: Any) -> AsyncIterator[Stranger]:
    """Log in as maker, and place an order of that name."""
    async with Stranger(port) as client:
        await client.login("maker", **login)
        await client.call(
            "add_order",
            instrument=CEA,
            side="sell",
            price="70",
            quantity=5,
            client_order_id=order,
        )
        yield client


async def until_open(client: Stranger, *names: str) -> None:
    """Wait until these orders are open and no other."""
    await client.call("subscribe", channel="executions")
    while await open_orders(client) != list(names):
        await client.receive()


async def open_orders(client: Stranger) -> list[str]:
    orders = (await client.call("open_orders"))["orders"]
    return [order["client_order_id"] for order in orders]


def replayed(directory: Path) -> Iterator[tuple[Batch, Applied]]:
    """Replay the log: each batch, and what it did."""
    exchange = Exchange()
    for row in LogReader(directory).tail(1):
        batch = row.batch()
        yield batch, exchange.apply(batch)
    exchange.check()


def cancelled(directory: Path) -> list[tuple[str, CancelReason]]:
    """Return which orders were cancelled by what is due, and why."""
    return [
        (event.order.client_order_id, event.reason)
        for _, applied in replayed(directory)
        for event in applied.due
        if isinstance(event, OrderCancelled)
    ]


def openings(directory: Path) -> list[list[Event]]:
    """Return what was due when the gateway opened, each time."""
    return [
        applied.due
        for batch, applied in replayed(directory)
        if type(batch.commands[0]) is GatewayOpened
    ]


async def test_orders_of_who_does_not_come_back_go_after_kill_9(tmp_path: Path) -> None:
    """Those of the same session that is back, and all others, stay."""
    make_market(tmp_path, write_config(tmp_path))
    async with (
        VenueProcess(tmp_path) as venue,
        entered(venue.port, "gone", **session("gone", SOON_MS)),
        entered(venue.port, "back", **session("back", HOUR_MS)),
        entered(venue.port, "left", **session("left", SOON_MS)) as left,
        entered(venue.port, "named", session="named"),
        entered(venue.port, "plain"),
    ):
        await left.call("logout")
        await venue.kill()
    kinds = [
        type(command)
        for row in LogReader(tmp_path).tail(1)
        for command in row.batch().commands
    ]
    assert kinds.count(SessionClosed) == 1  # the one that left

    async with VenueProcess(tmp_path) as venue, Stranger(venue.port) as client:
        await client.login("maker", **session("back", HOUR_MS))
        await until_open(client, "back", "left", "named", "plain")
        assert await venue.stop() == 0
    assert cancelled(tmp_path) == [("gone", CancelReason.DISCONNECTED)]


async def test_without_any_grace_they_are_gone_when_the_venue_is_back(
    tmp_path: Path,
) -> None:
    make_market(tmp_path, write_config(tmp_path))
    async with (
        VenueProcess(tmp_path) as venue,
        entered(venue.port, "strict", **session("strict", 0)),
    ):
        await venue.kill()
    async with VenueProcess(tmp_path) as venue, Stranger(venue.port) as client:
        await client.login("maker")
        assert await open_orders(client) == []
        assert await venue.stop() == 0
    assert cancelled(tmp_path) == [("strict", CancelReason.DISCONNECTED)]
    assert len(openings(tmp_path)[-1]) == 1


async def test_a_clean_stop_of_the_server_is_no_clean_logout_of_its_clients(
    tmp_path: Path,
) -> None:
    make_market(tmp_path, write_config(tmp_path))
    async with (
        VenueProcess(tmp_path) as venue,
        entered(venue.port, "gone", **session("gone", SOON_MS)),
        entered(venue.port, "back", **session("back", HOUR_MS)),
    ):
        assert await venue.stop() == 0
    async with VenueProcess(tmp_path) as venue, Stranger(venue.port) as client:
        await client.login("maker", **session("back", HOUR_MS))
        await until_open(client, "back")
        assert await venue.stop() == 0
    assert cancelled(tmp_path) == [("gone", CancelReason.DISCONNECTED)]


async def test_a_countdown_that_ran_out_while_the_venue_was_down_fires_at_once(
    tmp_path: Path,
) -> None:
    make_market(tmp_path, write_config(tmp_path))
    async with (
        VenueProcess(tmp_path) as venue,
        entered(venue.port, "a-1") as client,
    ):
        await client.call("cancel_all_orders_after", timeout=1)
        await venue.kill()
    await asyncio.sleep(1)
    async with VenueProcess(tmp_path) as venue, Stranger(venue.port) as client:
        await client.login("maker")
        assert await open_orders(client) == []
        await client.call("subscribe", channel="countdown")
        while not (seen := client.seen("countdown", "snapshot")):
            await client.receive()
        assert seen[0]["status"] == "disarmed"
    fired, *_ = openings(tmp_path)[-1]
    assert fired == CountdownFired("maker", 1)
    assert cancelled(tmp_path) == [("a-1", CancelReason.COUNTDOWN)]
