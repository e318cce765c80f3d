"""The past, asked from a real venue whose log a follower has read."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from carbonex.sdk import (
    CashColumn,
    NoSuchDay,
    Statement,
    StatementLine,
    UnknownOrder,
    connect,
)
from carbonex.sdk.models import AccountTrades
from carbonex.wire import requests
from sdk.market import open_market
from sdk.phases import phase


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from hours import Hours
    from sdk.market import Market


WEDNESDAY = dt.date(2026, 7, 29)


@pytest.fixture
async def ended(tmp_path: Path, hours: Hours) -> AsyncIterator[Market]:
    """The market of allowances after a day on which 300 t and 200 t were traded."""
    async with (
        open_market(tmp_path, "cea") as market,
        connect(market.url, market.keys["maker"]) as maker,
        connect(market.url, market.keys["taker"]) as taker,
    ):
        await maker.sell("CEA25", 500, "75.00")
        await taker.buy("CEA25", 300, "75.00")
        await taker.buy("CEA25", 200, "75.00")
        hours.be("2026-07-29 15:00:00")
        await phase("closed", taker)
        yield market


async def test_a_day_s_statement(ended: Market) -> None:
    async with connect(ended.url, ended.keys["taker"]) as taker:
        statement = await taker.statement(WEDNESDAY)
        assert (statement.account, statement.date) == ("taker", WEDNESDAY)
        assert statement.cash.traded == Decimal("-37500.00")
        assert statement.cash.closing == Decimal("962500.00")
        tonnes = {column.instrument: column.closing for column in statement.holdings}
        assert tonnes == {"CEA25": 10_500}
        trades = [line for line in statement.lines if line.kind == "trade"]
        assert [(t.quantity, t.price, t.cash) for t in trades] == [
            (300, Decimal("75.00"), Decimal("-22500.00")),
            (200, Decimal("75.00"), Decimal("-15000.00")),
        ]
        text = await taker.statement_csv(WEDNESDAY)
        assert text.startswith("account,date,time,kind,")
        assert text.count(",trade,") == 2


async def test_an_order_that_has_ended_may_be_asked_about(tmp_path: Path) -> None:
    """By its order id, whoever placed it, and not only by who still follows it."""
    async with open_market(tmp_path) as market:
        key = market.keys["maker"]
        async with connect(market.url, key, session="mm-1") as venue:
            placed = await venue.buy("CEA25", 100, "70.00")
            (found,) = await venue.open_orders()
            assert found.session == "mm-1"
            await placed.cancel()
        async with connect(market.url, key) as venue:
            ended = await venue.order(placed.order_id)
            assert (ended.status, ended.quantity, ended.filled) == ("cancelled", 100, 0)
            assert (ended.session, ended.is_open) == ("mm-1", False)


async def test_an_order_of_long_ago_is_told_from_the_history(
    ended: Market, hours: Hours
) -> None:
    """The venue itself forgets it after the next trading day; its history does not."""
    async with connect(ended.url, ended.keys["maker"]) as maker:
        (first, *_) = [trade async for trade in maker.account_trades(WEDNESDAY)]
        for day in (30, 31):
            hours.be(f"2026-07-{day} 09:31:00")
            await phase("trading", maker)
            hours.be(f"2026-07-{day} 15:00:00")
            await phase("closed", maker)
        found = await maker.order(first.order_id)
        assert (found.side, found.instrument, found.price) == (
            "sell",
            "CEA25",
            Decimal("75.00"),
        )
        assert (found.status, found.quantity, found.filled) == ("filled", 500, 500)
        with pytest.raises(UnknownOrder):
            await maker.order("999999999999999")


async def test_trades_and_bulletins_of_the_past(ended: Market) -> None:
    async with connect(ended.url, ended.keys["maker"]) as maker:
        trades = [trade async for trade in maker.account_trades(WEDNESDAY, "CEA25")]
        assert [(t.side, t.quantity, t.liquidity) for t in trades] == [
            ("sell", 300, "maker"),
            ("sell", 200, "maker"),
        ]
        later = maker.account_trades(from_seq=trades[1].exec_seq)
        assert [trade async for trade in later] == trades[1:]
    async with connect(ended.url) as public:
        [bulletin] = await public.bulletins_of(WEDNESDAY, "CEA25")
        assert (bulletin.close, bulletin.day.total.quantity) == (Decimal("75.00"), 500)


async def test_a_day_that_has_not_ended_has_no_statement(ended: Market) -> None:
    async with connect(ended.url, ended.keys["taker"]) as taker:
        with pytest.raises(NoSuchDay, match="2026-07-30"):
            await taker.statement(dt.date(2026, 7, 30))
        with pytest.raises(NoSuchDay, match="2026-07-28"):
            await taker.bulletins_of(dt.date(2026, 7, 28))


async def test_what_the_venue_tells_in_pages_is_one_here(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = CashColumn(*[Decimal(0)] * 5)

    async def ask(params: Any, _: object) -> Any:
        if isinstance(params, requests.Trades):
            trades: list[Any] = [f"from {params.from_seq}"]
            return AccountTrades("maker", trades, {0: 7, 7: 9}.get(params.from_seq, 0))
        lines = [StatementLine(params.page, "trade")]
        text = f"{params.page}\n"
        return Statement(
            "maker", WEDNESDAY, params.page, 3, nothing, [], lines, csv=text
        )

    async with connect(market.url, market.keys["maker"]) as maker:
        monkeypatch.setattr(maker, "_ask", ask)
        statement = await maker.statement(WEDNESDAY)
        assert (statement.page, statement.pages) == (1, 1)
        assert [line.time for line in statement.lines] == [1, 2, 3]
        assert await maker.statement_csv(WEDNESDAY) == "1\n2\n3\n"
        told: list[Any] = [trade async for trade in maker.account_trades()]
        assert told == ["from 0", "from 7", "from 9"]
