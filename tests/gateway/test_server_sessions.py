"""Sessions over real sockets: whatever ends a connection, the log hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from carbonex.engine import CancelReason
from market import CEA
from stranger import Stranger, eventually


if TYPE_CHECKING:
    from carbonex.gateway.server.server import Server

STRICT: dict[str, Any] = {"session": "mm", "cancel_on_disconnect": True}
ORDER: dict[str, Any] = {
    "instrument": CEA,
    "side": "sell",
    "price": "70",
    "quantity": 5,
}


def resting(server: Server) -> int:
    return len(server.venue.exchange.accounts["maker"].orders)


@pytest.mark.parametrize("way", ["reset", "goodbye", "nonsense"])
async def test_a_connection_that_ends_cancels_its_orders(
    server: Server, way: str
) -> None:
    async with Stranger(server.port) as watcher, Stranger(server.port) as maker:
        await watcher.login("maker")
        await watcher.call("subscribe", channel="executions")
        await maker.login("maker", **STRICT)
        await maker.call("add_order", **ORDER)
        assert resting(server) == 1
        if way == "reset":
            maker.socket.transport.abort()
        elif way == "goodbye":
            await maker.socket.close()
        else:
            maker.socket.transport.write(b"\xff" * 20)
        await eventually(lambda: resting(server) == 0)
        _, cancelled = await watcher.updates("executions", 2)
        assert cancelled["reason"] == CancelReason.DISCONNECTED.name


async def test_a_revoked_key_loses_its_session(server: Server) -> None:
    async with Stranger(server.port) as operator, Stranger(server.port) as maker:
        await operator.login("operator")
        await maker.login("maker", **STRICT)
        await maker.call("add_order", **ORDER)
        await operator.call("revoke_key", key_id="maker")
        await maker.socket.wait_closed()
        assert maker.socket.close_reason == "key revoked"
        await eventually(lambda: resting(server) == 0)


async def test_the_older_connection_is_told_that_it_was_taken_over_from(
    server: Server,
) -> None:
    async with Stranger(server.port) as first, Stranger(server.port) as second:
        await first.login("maker", **STRICT)
        await first.call("add_order", **ORDER)
        await second.login("maker", **STRICT)
        await first.socket.wait_closed()
        closed = first.socket.close_code, first.socket.close_reason
        assert closed == (1008, "session taken over")
        await second.call("add_order", **ORDER)
        assert resting(server) == 2


async def test_a_grace_ends_by_itself_on_an_idle_venue(server: Server) -> None:
    async with Stranger(server.port) as maker:
        await maker.login("maker", **STRICT, grace_ms=100)
        await maker.call("add_order", **ORDER)
    await eventually(lambda: resting(server) == 0)
