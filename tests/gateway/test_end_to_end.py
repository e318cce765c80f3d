"""The whole gateway over real sockets, with a client that knows only the API."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from carbonex.engine import BUY
from carbonex.gateway.server.server import Server
from carbonex.gateway.server.starting.opening import (
    OPERATOR,
    bootstrap,
    operator_commands,
)
from market import CEA, config, make_market
from stranger import JSON, MSGPACK, Refused, Stranger, public_bytes, public_text


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    make_market(tmp_path, config())
    async with Server.start(tmp_path, config()) as server:
        yield server


async def test_an_operator_sets_up_a_market_from_nothing(tmp_path: Path) -> None:
    bootstrap(tmp_path, config(), operator_commands("op", public_bytes("op")))
    async with Server.start(tmp_path, config()) as server:
        async with Stranger(server.port) as operator:
            await operator.login("op")
            await operator.call("list_instrument", instrument=CEA)
            for name, cash in (("seller", "0.01"), ("buyer", "1000000")):
                await operator.call("register_participant", participant=name)
                await operator.call(
                    "add_key",
                    participant=name,
                    key_id=name,
                    public_key=public_text(name),
                    permissions=["read", "trade"],
                )
                await operator.call("open_account", participant=name, account=name)
                await operator.call(
                    "deposit", account=name, amount=cash, client_ref=f"{name}-1"
                )
            await operator.call(
                "issue", account="seller", instrument=CEA, quantity=500, client_ref="i"
            )
        async with Stranger(server.port) as seller, Stranger(server.port) as buyer:
            await seller.login("seller")
            await buyer.login("buyer")
            await seller.call(
                "add_order", instrument=CEA, side="sell", price="74.63", quantity=500
            )
            bought = await buyer.call(
                "add_order", instrument=CEA, side="buy", price="75", quantity=200
            )
            assert (bought["status"], bought["filled"]) == ("filled", 200)
            balances = await seller.call("balances")
            assert balances["cash"] == "14926.01"  # 0.01 + 200 × 74.63
            assert balances["holdings"][0]["quantity"] == 300


@pytest.mark.parametrize("subprotocol", [None, JSON, MSGPACK])
async def test_executions_come_before_answers(
    server: Server, subprotocol: str | None
) -> None:
    async with (
        Stranger(server.port, subprotocol) as maker,
        Stranger(server.port, subprotocol) as taker,
    ):
        assert maker.socket.subprotocol == subprotocol
        for trader in (maker, taker):
            await trader.login("maker" if trader is maker else "taker")
            await trader.call("subscribe", channel="executions")
        await maker.call(
            "add_order", instrument=CEA, side="sell", price="74.63", quantity=10
        )
        await taker.call(
            "add_order", instrument=CEA, side="buy", price="74.63", quantity=4
        )
        answered = len(taker.frames) - 1
        events = [e["event"] for e in taker.seen("executions", "update")]
        assert events == ["new", "trade"]
        assert taker.frames[answered]["method"] == "add_order"

        new, trade = await maker.updates("executions", 2)
        assert (new["event"], trade["event"]) == ("new", "trade")
        assert (trade["last_price"], trade["last_quantity"]) == ("74.63", 4)
        assert (trade["liquidity"], trade["remaining"]) == ("maker", 6)


async def test_many_requests_in_flight_are_answered_in_order(server: Server) -> None:
    async with Stranger(server.port) as maker:
        await maker.login("maker")
        wanted = [
            await maker.send(
                "add_order", instrument=CEA, side="buy", price=f"{50 + i}", quantity=1
            )
            for i in range(20)
        ]
        wanted += [await maker.send("ping"), await maker.send("cancel_all")]
        cancelled = await maker.answer(wanted[-1])
        assert len(cancelled["result"]["orders"]) == 20
        answers = [frame["req_id"] for frame in maker.frames if "req_id" in frame]
        assert answers[-len(wanted) :] == wanted


async def test_a_client_that_sends_beyond_its_cap_is_read_later(tmp_path: Path) -> None:
    venue = config(in_flight=3)
    make_market(tmp_path, venue)
    async with Server.start(tmp_path, venue) as server, Stranger(server.port) as maker:
        await maker.login("maker")
        order = maker.encode(
            "add_order", instrument=CEA, side="buy", price="70", quantity=1
        )
        for _ in range(500):
            await maker.socket.send(order)
        last = await maker.send("ping")
        await maker.answer(last)
        assert sum(f.get("method") == "add_order" for f in maker.frames) == 500
        assert server.venue.exchange.instruments[CEA].book.depth(BUY, 1) == [
            (7000, 500, 500)
        ]


async def test_fragments_are_joined_and_pings_may_come_between(server: Server) -> None:
    async with Stranger(server.port) as client:
        message = client.encode("ping")
        assert isinstance(message, str)

        async def pieces() -> AsyncIterator[str]:
            for piece in (message[:5], "", message[5:9], message[9:]):
                yield piece
                await client.socket.ping()

        await client.socket.send(pieces())
        answer = await client.receive()
        assert answer["method"] == "ping"
        assert answer["success"]


async def test_market_data_follows_what_happens(server: Server) -> None:
    async with Stranger(server.port) as watcher, Stranger(server.port) as maker:
        await watcher.call("subscribe", channel="book", instrument=CEA)
        await watcher.call("subscribe", channel="trade")
        await maker.login("maker")
        await maker.call(
            "add_order", instrument=CEA, side="sell", price="74.63", quantity=10
        )
        (update,) = await watcher.updates("book", 1)
        assert update["asks"] == [["74.63", 10, 1]]
        async with Stranger(server.port) as taker:
            await taker.login("taker")
            await taker.call(
                "add_order",
                instrument=CEA,
                side="buy",
                order_type="market",
                quantity=3,
            )
        (trade,) = await watcher.updates("trade", 1)
        assert (trade["price"], trade["quantity"], trade["side"]) == ("74.63", 3, "buy")


async def test_a_revoked_key_ends_its_sessions(server: Server) -> None:
    async with Stranger(server.port) as operator, Stranger(server.port) as maker:
        await operator.login("operator")
        await maker.login("maker")
        await operator.call("revoke_key", key_id="maker")
        await maker.socket.wait_closed()
        assert (maker.socket.close_code, maker.socket.close_reason) == (
            1008,
            "key revoked",
        )
        await operator.call("ping")
        async with Stranger(server.port) as again:
            with pytest.raises(Refused, match="LOGIN_FAILED"):
                await again.login("maker")


async def test_an_operator_who_revokes_the_own_key_is_answered_first(
    server: Server,
) -> None:
    async with Stranger(server.port) as operator:
        await operator.login("operator")
        with pytest.raises(Refused, match="LAST_REGISTRY_KEY"):
            await operator.call("revoke_key", key_id="operator")
        await operator.call(
            "add_key",
            participant=OPERATOR,
            key_id="spare",
            public_key=public_text("spare"),
            permissions=["registry"],
        )
        await operator.call("revoke_key", key_id="operator")
        await operator.socket.wait_closed()
        assert operator.socket.close_code == 1008


async def test_everything_is_there_again_after_a_stop(tmp_path: Path) -> None:
    make_market(tmp_path, config())
    async with Server.start(tmp_path, config()) as server:
        async with Stranger(server.port) as maker:
            await maker.login("maker")
            await maker.call(
                "add_order",
                instrument=CEA,
                side="buy",
                price="70",
                quantity=7,
                client_order_id="mine",
                time_in_force="gtc",
            )
        epoch = server.venue.epoch
    digest, seq = server.venue.exchange.digest(), server.venue.exchange.seq

    async with Server.start(tmp_path, config()) as server:
        assert server.venue.epoch == epoch + 1
        assert server.venue.exchange.seq == seq + 1  # GatewayOpened
        async with Stranger(server.port) as maker:
            await maker.login("maker")
            order = await maker.call("order", client_order_id="mine")
            assert (order["quantity"], order["status"]) == (7, "open")
    assert server.venue.exchange.digest() != digest


async def test_a_clean_stop_tells_everybody_and_closes_with_1001(
    tmp_path: Path,
) -> None:
    make_market(tmp_path, config())
    async with Server.start(tmp_path, config()) as server, Stranger(server.port) as it:
        stopping = asyncio.create_task(server.stop())
        status = await it.receive()
        assert status["channel"] == "status"
        assert status["data"][0]["state"] == "server_shutdown"
        await it.socket.wait_closed()
        assert it.socket.close_code == 1001
        await stopping
    assert server.failure is None
