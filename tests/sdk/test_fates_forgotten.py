"""The fate of an order whose id the venue has forgotten: two trading days have passed.

That the venue does not know it then says nothing; what the account was told does.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest

from carbonex.sdk import (
    BatchStateUnknown,
    HistoryGone,
    NewOrder,
    OrderForgotten,
    OrderStateUnknown,
    Timeouts,
    connect,
    fate,
)
from carbonex.sdk.executions import Executions, ExecutionStream
from sdk.market import Market, open_market, until


if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable
    from pathlib import Path

    from carbonex.sdk import Venue
    from hours import Hours


SOON = Timeouts(order=0.5)


@pytest.fixture
async def dated(tmp_path: Path, hours: Hours) -> AsyncIterator[Market]:
    """A market on the tests' Wednesday."""
    hours.be("2026-07-29 09:31:00")
    async with open_market(tmp_path) as opened:
        yield opened


@contextlib.asynccontextmanager
async def trader(market: Market) -> AsyncIterator[Venue]:
    """Connect the maker through the cable, with executions that have begun."""
    url, key = market.cable_url, market.keys["maker"]
    async with connect(url, key, timeouts=SOON) as venue:
        venue.executions()
        await venue.ping()
        yield venue


async def lost(market: Market, sending: Awaitable[object]) -> OrderStateUnknown:
    """Return the error of what arrived, and whose answer did not."""
    with pytest.raises(OrderStateUnknown) as caught:
        await lose(market, sending)
    return caught.value


async def lose(market: Market, sending: Awaitable[object]) -> None:
    """Send, let it arrive, and cut the cable before the answer is through."""
    seq = market.exchange.seq
    market.cable.answers_held = True
    sent = asyncio.ensure_future(sending)
    await until(lambda: market.exchange.seq > seq)
    market.cable.target, port = 1, market.cable.target  # where nobody is
    market.cable.cut()
    try:
        await sent
    finally:
        market.cable.target = port


async def two_days_pass(market: Market, hours: Hours) -> None:
    for day in (30, 31):
        hours.be(f"2026-07-{day} 09:31:00")
        await until(lambda: market.exchange.day == 20260700 + day)  # noqa: B023


async def test_one_that_was_filled_is_told_by_the_executions(
    dated: Market, hours: Hours
) -> None:
    async with (
        trader(dated) as maker,
        connect(dated.url, dated.keys["taker"]) as taker,
    ):
        await taker.sell("CEA25", 100, "70.00")
        error = await lost(dated, maker.buy("CEA25", 100, "70.00"))
        await two_days_pass(dated, hours)
        for _ in range(2):
            order = await error.resolve()
            assert order is not None
            assert order.client_order_id == error.client_order_id
            assert (order.status, order.filled) == ("filled", 100)


async def test_one_that_ended_with_its_day_too(dated: Market, hours: Hours) -> None:
    async with trader(dated) as maker:
        error = await lost(dated, maker.buy("CEA25", 100, "70.00"))
        await two_days_pass(dated, hours)
        order = await error.resolve()
        assert order is not None
        assert (order.status, order.filled) == ("cancelled", 0)


async def test_each_of_a_batch(dated: Market, hours: Hours) -> None:
    async with trader(dated) as maker:
        new = [NewOrder("buy", "CEA25", n, "70.00") for n in (1, 2)]
        with pytest.raises(BatchStateUnknown) as caught:
            await lose(dated, maker.add_orders(new))
        await two_days_pass(dated, hours)
        orders = await caught.value.resolve()
        assert [order and order.quantity for order in orders] == [1, 2]


async def test_one_that_never_arrived_is_still_none(
    dated: Market, hours: Hours
) -> None:
    async with trader(dated) as maker:
        dated.cable.requests_held = True
        buying = asyncio.ensure_future(maker.buy("CEA25", 100, "70.00"))
        await until(dated.cable.holds_something)
        dated.cable.cut()
        with pytest.raises(OrderStateUnknown) as caught:
            await buying
        dated.cable.requests_held = False
        await two_days_pass(dated, hours)
        assert await caught.value.resolve() is None


@pytest.mark.parametrize("looks", [1, 1_000])
async def test_what_was_not_followed_is_read_in_the_past(
    dated: Market, hours: Hours, monkeypatch: pytest.MonkeyPatch, looks: int
) -> None:
    """The connection was lost before it had begun to tell of executions."""
    monkeypatch.setattr(fate, "FIRST_LOOK", looks)
    async with connect(dated.url, dated.keys["maker"]) as other:
        for _ in range(5):
            await other.buy("CEA25", 1, "60.00")
    async with connect(dated.cable_url, dated.keys["maker"], timeouts=SOON) as maker:
        error = await lost(dated, maker.buy("CEA25", 100, "70.00"))
        await two_days_pass(dated, hours)
        order = await error.resolve()
        assert order is not None
        assert (order.quantity, order.status) == (100, "cancelled")


async def test_where_nobody_can_know_it_says_so(
    dated: Market, hours: Hours, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connect(dated.cable_url, dated.keys["maker"], timeouts=SOON) as maker:
        error = await lost(dated, maker.buy("CEA25", 100, "70.00"))
        await two_days_pass(dated, hours)
        gone = HistoryGone(4012, "HISTORY_GONE", "the oldest is 7", "from_seq")
        stream_from = Executions.stream_from

        def truncated(executions: Executions, from_seq: int) -> ExecutionStream:
            stream = stream_from(executions, from_seq)
            stream.fail(gone)
            return stream

        monkeypatch.setattr(Executions, "stream_from", truncated)
        with pytest.raises(OrderForgotten, match="may have forgotten it") as caught:
            await error.resolve()
        assert caught.value.__cause__ is gone
