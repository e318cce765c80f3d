"""The duplicate rule on a real server that is killed, stopped, and lives through days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from carbonex.engine import BeginDay
from carbonex.gateway.server.server import Server
from carbonex.gateway.server.starting.opening import bootstrap
from gateway.session_house import CEA
from gateway.simulated_days import ns
from gateway.value_moves import REF, REQUESTS, STAGE, timed
from hours import Hours
from market import config, make_market
from stranger import Refused, Stranger
from venue_process import VenueProcess, write_config


if TYPE_CHECKING:
    from pathlib import Path

    from gateway.session_house import Json
    from stranger import Message

FIRST_DAY, SECOND_DAY, THIRD_DAY = (
    ns(f"2026-07-{date} 09:31:00") for date in (29, 30, 31)
)
ENDS = ns("2026-07-29 15:00:00") // 1000
NOW = FIRST_DAY // 1000

ORDERS: dict[str, Json] = {
    "filled": {"price": "70.00"},
    "open": {"price": "75.00", "time_in_force": "gtc"},
    "closed": {"price": "76.00"},
}


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A venue that was founded on the first day."""
    Hours(monkeypatch).be("2026-07-29 09:30:00")
    commands = [command for command in STAGE if not isinstance(command, BeginDay)]
    bootstrap(tmp_path, write_config(tmp_path), commands)
    return tmp_path


def own(method: str, params: Json) -> Json:
    """Return a request with a ref of its own."""
    return timed(method, {**params, **REF, "client_ref": f"own-{method}"}, NOW, ENDS)


async def ask(port: int, key: str, method: str, params: Json) -> Message:
    """Do a request on a connection of its own, and return the answer."""
    async with Stranger(port) as client:
        await client.login(key)
        return await client.answer(await client.send(method, **params))


async def send_all(port: int, block_id: str) -> dict[str, Any]:
    """Send each request, and each of the orders; return the results."""
    results: dict[str, Any] = {}
    for method, request in REQUESTS.items():
        params = own(method, request.params)
        if "block_id" in params:
            params["block_id"] = block_id
        answer = await ask(port, request.key, method, params)
        results[method] = answer.get("result", answer.get("error"))
    for name, order in ORDERS.items():
        answer = await ask(port, "acme-key", "add_order", placed(name, order))
        results[name] = answer.get("result", answer.get("error"))
    return results


def placed(name: str, order: Json) -> Json:
    return {
        "instrument": CEA,
        "side": "sell",
        "quantity": 10,
        "client_order_id": name,
        "account": "acme-1",
        **order,
    }


async def possessions(port: int) -> Json:
    """Return what everybody has."""
    return {
        account: (await ask(port, key, "balances", {"account": account}))["result"]
        for key, account in (
            ("acme-key", "acme-1"),
            ("beta-key", "beta-1"),
            ("beta-key", "beta-2"),
        )
    }


async def test_everything_is_done_once_over_kills_stops_and_a_day_change(
    directory: Path,
) -> None:
    async with VenueProcess(directory, FIRST_DAY) as venue:
        made: dict[str, Any] = {}
        for key, method, params in (
            ("acme-key", "propose_block", REQUESTS["accept_block"].before[0][2]),
            ("house-key", "open_auction", REQUESTS["place_bid"].before[0][2]),
        ):
            answer = await ask(
                venue.port, key, method, timed(method, params, NOW, ENDS)
            )
            assert answer["success"], answer
            made |= answer["result"]
        block_id = made["block_id"]
        first = await send_all(venue.port, block_id)
        assert first["accept_block"]["status"] == "accepted"
        buy = {"instrument": CEA, "side": "buy", "price": "70.00", "quantity": 10}
        bought = await ask(
            venue.port, "beta-key", "add_order", {**buy, "account": "beta-1"}
        )
        assert bought["result"]["filled"] == 10
        have = await possessions(venue.port)
        await venue.kill()
    expected = {name: {**result, "duplicate": True} for name, result in first.items()}
    expected["filled"] |= {"status": "filled", "filled": 10}
    for at_ns, ends_well in ((FIRST_DAY, True), (FIRST_DAY, False)):
        async with VenueProcess(directory, at_ns) as venue:
            assert await send_all(venue.port, block_id) == expected
            assert await possessions(venue.port) == have
            await (venue.stop() if ends_well else venue.kill())
    # In the night the auction closes, and what was good for the day is cancelled.
    expected["closed"] |= {"status": "cancelled", "reason": "SESSION_CLOSE"}
    have = {}
    for ends_well in (False, True, False):
        async with VenueProcess(directory, SECOND_DAY) as venue:
            assert _orders(await send_all(venue.port, block_id)) == _orders(expected)
            now = await possessions(venue.port)
            assert have in ({}, now)
            have = now
            await (venue.stop() if ends_well else venue.kill())
    async with VenueProcess(directory, THIRD_DAY) as venue:
        results = await send_all(venue.port, block_id)
        assert results["open"] == expected["open"]
        for name in ("deposit", "issue", "surrender", "filled", "closed"):
            assert not results[name].get("duplicate", False), name


def _orders(results: dict[str, Any]) -> dict[str, Any]:
    """Return the results; a duplicate's reason of its end is not told."""
    return {
        name: {member: value for member, value in result.items() if member != "reason"}
        for name, result in results.items()
    }


async def test_around_the_clock_an_id_is_good_for_a_day_at_least(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours = Hours(monkeypatch)
    hours.be("2026-07-28 00:00:00")
    make_market(tmp_path, config())
    order = {
        "instrument": CEA,
        "side": "buy",
        "price": "70.00",
        "quantity": 1,
        "client_order_id": "late",
    }
    kept = {**order, "client_order_id": "open", "time_in_force": "gtc"}
    async with Server.start(tmp_path, config(), accept_time=True) as server:
        hours.be("2026-07-28 23:59:58")
        assert "duplicate" not in await again(server, order)
        assert "duplicate" not in await again(server, kept)
        hours.be("2026-07-29 00:00:02")
        assert (await again(server, order))["duplicate"]
        hours.be("2026-07-29 23:59:58")
        assert (await again(server, order))["duplicate"]
        hours.be("2026-07-30 00:00:02")
        assert "duplicate" not in await again(server, order)
        assert (await again(server, kept))["duplicate"]


async def again(server: Server, order: Json) -> Any:
    async with Stranger(server.port) as client:
        await client.login("maker")
        try:
            return await client.call("add_order", **order)
        except Refused as refused:
            return refused.error
