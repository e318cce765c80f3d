"""The dead man's switch: renewed while its owner lives, and heard of when it is not."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import pytest

from carbonex.engine import VENUE_KEY, RevokeKey, SetCountdown
from carbonex.sdk import (
    AccessDenied,
    CarbonexError,
    ConnectionLost,
    SwitchLapsed,
    connect,
)
from sdk.market import Market, cut, until


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import Command, Countdown
    from carbonex.sdk.guarding import DeadMansSwitch

SECOND = 10**9


class TroubleError(Exception):
    """Something in the trader's own program."""


def countdown(market: Market) -> Countdown | None:
    return market.exchange.accounts["maker"].countdown


def due(market: Market) -> int:
    armed = countdown(market)
    return 0 if armed is None else armed.due_ns


async def trade_on(switch: DeadMansSwitch, trouble: Callable[[], object]) -> None:
    """Guard a block that has trouble and would go on for ever."""
    async with switch:
        trouble()
        await asyncio.Event().wait()


def submit(market: Market, command: Command) -> None:
    """Let the venue itself do something."""
    assert market.server.venue.submit(None, 0, command)


async def test_it_is_armed_put_off_and_called_off(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        armed = await venue.cancel_all_after(60)
        assert (armed.status, armed.timeout, armed.account) == ("armed", 60, "maker")
        assert armed.due == due(market) // 1_000
        assert (await venue.cancel_all_after(60)).status == "renewed"
        assert (await venue.cancel_all_after(0)).status == "disarmed"
        assert countdown(market) is None
        with pytest.raises(ValueError, match="1 to 86400"):
            await venue.cancel_all_after(86_401)


async def test_what_becomes_of_it_is_streamed(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        countdowns = venue.countdowns()
        assert (await countdowns.next()).status == "disarmed"
        order = await venue.buy("CEA25", 5, "70.00")
        await venue.cancel_all_after(60)
        await venue.cancel_all_after(1)
        told = [await countdowns.next() for _ in range(3)]
        assert [item.status for item in told] == ["armed", "renewed", "fired"]
        assert told[-1].cancelled == 1
        await order.done()
        assert order.reason == "COUNTDOWN"


async def test_a_switch_renews_itself_and_disarms_at_the_end(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        await venue.buy("CEA25", 5, "70.00")
        countdowns = venue.countdowns()
        await countdowns.next()
        async with venue.dead_mans_switch(2):
            told = [(await countdowns.next()).status for _ in range(3)]
        assert told == ["armed", "renewed", "renewed"]
        assert countdown(market) is None
        assert market.open_orders("maker") == 1


async def test_over_a_new_connection_it_is_renewed_at_once(market: Market) -> None:
    async with (
        connect(market.cable_url, market.keys["maker"]) as venue,
        venue.dead_mans_switch(6),
    ):
        before = due(market)
        market.cable.answers_held = True
        await until(lambda: due(market) > before)  # renewed, and not answered
        before = due(market)
        await cut(market, venue)
        await until(lambda: due(market) > before)


async def test_the_block_learns_that_it_could_not_be_renewed(market: Market) -> None:
    async with connect(market.cable_url, market.keys["maker"]) as venue:
        order = await venue.buy("CEA25", 5, "70.00")
        with pytest.raises(SwitchLapsed, match="was not renewed within its 1 s"):
            await trade_on(
                venue.dead_mans_switch(1),
                lambda: setattr(market.cable, "requests_held", True),
            )
        market.cable.deliver_held()
        await order.done()
        assert order.reason == "COUNTDOWN"


async def test_the_block_learns_that_it_was_disarmed_elsewhere(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        with pytest.raises(SwitchLapsed, match="was not armed any more"):
            await trade_on(
                venue.dead_mans_switch(2),
                partial(submit, market, SetCountdown(VENUE_KEY, "maker", 0)),
            )


async def test_the_block_learns_that_it_is_refused(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        with pytest.raises(CarbonexError):
            await trade_on(
                venue.dead_mans_switch(1),
                partial(submit, market, RevokeKey(VENUE_KEY, "maker")),
            )
    assert countdown(market) is not None


async def test_a_block_that_fails_leaves_it_armed(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        with pytest.raises(TroubleError):
            async with venue.dead_mans_switch(60):
                raise TroubleError
        assert due(market) > market.exchange.time_ns


async def test_a_block_that_is_cancelled_from_outside_stays_cancelled(
    market: Market,
) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        armed = asyncio.Event()

        async def guarded() -> None:
            async with venue.dead_mans_switch(60):
                armed.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(guarded())
        await armed.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert countdown(market) is not None


async def test_without_a_connection_it_is_neither_armed_nor_disarmed(
    market: Market,
) -> None:
    async with connect(market.cable_url, market.keys["maker"]) as venue:
        await cut(market, venue)
        with pytest.raises(ConnectionLost):
            async with venue.dead_mans_switch(60):
                raise AssertionError("it is not armed")
        await venue.wait_online()
        with pytest.raises(ConnectionLost):
            async with venue.dead_mans_switch(60):
                await cut(market, venue)
        assert countdown(market) is not None


async def test_it_needs_a_key_that_trades_and_a_time(market: Market) -> None:
    async with connect(market.url) as public:
        with pytest.raises(ValueError, match="accounts need a key"):
            await public.cancel_all_after(5)
    async with connect(market.url, market.keys["operator"]) as operator:
        with pytest.raises(AccessDenied):
            await operator.cancel_all_after(5, account="maker")
    async with connect(market.url, market.keys["maker"]) as venue:
        with pytest.raises(ValueError, match="from 1 to 86,400, not 0"):
            async with venue.dead_mans_switch(0):
                pass
