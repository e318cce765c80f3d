"""Sessions: what becomes of the orders of a client that goes, or is gone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from carbonex.sdk import ConnectionLost, SessionTakenOver, connect
from carbonex.sdk.client import State
from carbonex.sdk.presence import Presence
from carbonex.wire.keys import generate_key
from sdk.market import Market, cut, until
from sdk.script import Script


if TYPE_CHECKING:
    from carbonex.sdk.options import Options

STRICT: Options = {"session": "mm-1", "cancel_on_disconnect": True}
PATIENT: Options = {**STRICT, "grace": 3_600}


class TroubleError(Exception):
    """Something in the trader's own program."""


async def buy_and_fail(market: Market, session: Options) -> None:
    async with connect(market.url, market.keys["maker"], **session) as venue:
        await venue.buy("CEA25", 5, "70.00")
        raise TroubleError


async def buy_and_be_cut_off(market: Market) -> None:
    session: Options = {**PATIENT, "cancel_at_exit": True}
    async with connect(market.cable_url, market.keys["maker"], **session) as venue:
        await venue.buy("CEA25", 5, "70.00")
        await cut(market, venue)


async def test_orders_go_with_the_connection(market: Market) -> None:
    async with connect(market.cable_url, market.keys["maker"], **STRICT) as venue:
        executions = venue.executions()
        order = await venue.buy("CEA25", 5, "70.00")
        await cut(market, venue)
        await order.done()
        assert (order.status, order.reason) == ("cancelled", "DISCONNECTED")
        assert [(await executions.next()).event for _ in range(2)] == [
            "new",
            "cancelled",
        ]


async def test_who_is_back_within_the_grace_keeps_them(market: Market) -> None:
    async with connect(market.cable_url, market.keys["maker"], **PATIENT) as venue:
        await venue.buy("CEA25", 5, "70.00")
        for connections in (2, 3):
            await cut(market, venue)
            await venue.wait_online()
            assert market.cable.connections == connections
        (session,) = market.exchange.sessions.values()
        assert (session.name, session.ends_ns) == ("mm-1", 0)
        assert market.open_orders("maker") == 1


async def test_the_end_of_the_block_is_a_clean_logout(market: Market) -> None:
    async with connect(market.url, market.keys["maker"], **STRICT) as venue:
        await venue.buy("CEA25", 5, "70.00")
    assert market.exchange.sessions == {}
    await until(lambda: len(market.server.clients) == 0)
    assert market.open_orders("maker") == 1


@pytest.mark.parametrize("session", [PATIENT, {"session": "mm-1"}])
async def test_it_may_cancel_what_the_session_has_open(
    market: Market, session: Any
) -> None:
    async with connect(market.url, market.keys["maker"]) as other:
        await other.buy("CEA25", 5, "69.00")
        session = {**session, "cancel_at_exit": True}
        async with connect(market.url, market.keys["maker"], **session) as venue:
            await venue.buy("CEA25", 5, "70.00")
        (left,) = await other.open_orders()
        assert left.price == 69


async def test_a_block_that_fails_is_no_clean_logout(market: Market) -> None:
    with pytest.raises(TroubleError):
        await buy_and_fail(market, STRICT)
    await until(lambda: market.open_orders("maker") == 0)


async def test_a_block_that_fails_may_cancel_at_once(market: Market) -> None:
    session: Options = {**PATIENT, "cancel_at_exit": True}
    with pytest.raises(TroubleError):
        await buy_and_fail(market, session)
    assert market.open_orders("maker") == 0
    assert market.exchange.sessions == {}


async def test_what_could_not_be_cancelled_at_the_end_is_told(market: Market) -> None:
    with pytest.raises(ConnectionLost, match="logout was not sent"):
        await buy_and_be_cut_off(market)
    assert market.open_orders("maker") == 1


async def test_another_client_of_the_same_name_takes_over_for_good(
    market: Market, caplog: pytest.LogCaptureFixture
) -> None:
    async with connect(market.url, market.keys["maker"], **PATIENT) as first:
        await first.buy("CEA25", 5, "70.00")
        waiting = asyncio.create_task(first.executions().next())
        async with connect(market.url, market.keys["maker"], **PATIENT) as second:
            with pytest.raises(SessionTakenOver, match="logged in as mm-1"):
                await waiting
            with pytest.raises(SessionTakenOver):
                await first.balances()
            assert len(await second.open_orders()) == 1
    assert market.open_orders("maker") == 1
    assert caplog.messages == [
        "taken over, orders are the other's now: another client has logged in as mm-1"
    ]


async def test_a_logout_that_could_not_be_said_is_logged(
    market: Market, caplog: pytest.LogCaptureFixture
) -> None:
    async with connect(market.cable_url, market.keys["maker"], **PATIENT) as venue:
        await venue.buy("CEA25", 5, "70.00")
        await cut(market, venue)
    (told,) = caplog.messages
    assert told.startswith("no clean logout, orders may be cancelled: ")


def test_every_login_says_the_same() -> None:
    script = Script(generate_key("maker"), presence=Presence("mm-1", True, 2.5))
    for _ in range(2):
        script.greet()
        [login] = script.hear()
        assert login["params"]["session"] == "mm-1"
        assert login["params"]["cancel_on_disconnect"] is True
        assert login["params"]["grace_ms"] == 2_500
        script.client.connection_lost("the cable was cut")


def test_only_a_take_over_ends_it_for_good() -> None:
    script = Script(generate_key("maker"), presence=Presence("mm-1"))
    script.log_in()
    script.client.connection_closed(1008, "key revoked")
    script.client.connection_closed(1001, "session taken over")
    assert script.client.state is State.ONLINE
    script.client.connection_closed(1008, "session taken over")
    assert isinstance(script.client.error, SessionTakenOver)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cancel_on_disconnect": True}, "cancel_on_disconnect needs session=…"),
        ({"cancel_at_exit": True}, "cancel_at_exit needs session=…"),
        (
            {"session": "mm-1", "grace": 5},
            "a grace needs cancel_on_disconnect=True",
        ),
    ],
)
async def test_options_that_do_not_go_together_are_refused(
    options: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        async with connect("ws://127.0.0.1:1", **options):
            pass
