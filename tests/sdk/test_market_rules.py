"""The market's rules as a bot meets them: hours, limits, resale, the close."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from carbonex.sdk import (
    MarketClosed,
    OrderRejected,
    PriceOutOfBand,
    ResaleLocked,
    connect,
)
from sdk.market import open_market
from sdk.phases import phase, shanghai


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from hours import Hours
    from sdk.market import Market


@pytest.fixture
async def national(tmp_path: Path, hours: Hours) -> AsyncIterator[Market]:
    """The market of allowances, a minute after it has opened."""
    async with open_market(tmp_path, "cea") as market:
        yield market


async def test_a_bot_knows_the_rules_before_it_trades(national: Market) -> None:
    async with connect(national.url) as public:
        listed = {each.instrument: each for each in await public.instruments()}
        cea = listed["CEA25"]
        assert cea.sessions == (("09:30", "11:30"), ("13:00", "15:00"))
        assert (cea.phase, cea.changes_at) == ("trading", shanghai(11, 30))
        assert (cea.band_permille, cea.take_levels, cea.resale_days) == (100, 5, 1)
        assert cea.date == dt.date(2026, 7, 29)
        assert cea.previous_close == Decimal("74.63")
        assert (cea.limit_down, cea.limit_up) == (Decimal("67.17"), Decimal("82.09"))
        assert (cea.blocks.min_quantity, cea.blocks_open) == (100_000, False)
        assert cea.block_limit_up == Decimal("97.02")


async def test_a_refused_price_names_its_limit(national: Market) -> None:
    async with connect(national.url, national.keys["maker"]) as maker:
        await maker.buy("CEA25", 1, "82.09")
        with pytest.raises(PriceOutOfBand, match=r"82\.10 is above .*82\.09") as caught:
            await maker.buy("CEA25", 1, "82.10")
        assert (caught.value.name, caught.value.param) == ("PRICE_OUT_OF_BAND", "price")
        with pytest.raises(OrderRejected, match="QTY_ABOVE_LISTED_MAX"):
            await maker.buy("CEA25", 100_000, "70.00")
        with pytest.raises(OrderRejected, match="use day"):
            await maker.buy("CEA25", 1, "70.00", time_in_force="gtc")


async def test_a_session_s_end_and_the_close(national: Market, hours: Hours) -> None:
    async with connect(national.url, national.keys["maker"]) as maker:
        resting = await maker.buy("CEA25", 100, "74.00")
        other = await maker.buy("CEA25", 100, "73.00")
        hours.be("2026-07-29 11:30:00")
        noon = await phase("break", maker)
        assert noon.changes_at == shanghai(13)
        with pytest.raises(MarketClosed, match="MARKET_CLOSED"):
            await maker.buy("CEA25", 1, "74.00")
        with pytest.raises(MarketClosed):
            await resting.amend(quantity=50)
        await other.cancel()  # works at any time
        assert resting.is_open

        hours.be("2026-07-29 13:00:00")
        assert (await phase("trading", maker)).blocks_open
        await resting.amend(quantity=50)
        hours.be("2026-07-29 15:00:00")
        assert (await resting.done()).reason == "SESSION_CLOSE"
        assert other.reason == "CLIENT"
        assert (await maker.balances()).locked == 0


async def test_what_was_bought_today_is_sold_tomorrow(
    national: Market, hours: Hours
) -> None:
    async with (
        connect(national.url, national.keys["maker"]) as maker,
        connect(national.url, national.keys["taker"]) as taker,
    ):
        balances = taker.balance_updates()
        assert (await balances.next()).holding("CEA25").resale_locked == 0
        await maker.sell("CEA25", 300, "74.63")
        await taker.buy("CEA25", 300, "74.63")
        held = (await balances.next()).holding("CEA25")
        assert (held.quantity, held.available) == (10_300, 10_000)
        assert (held.resale_locked, held.sellable) == (300, {1: 300})
        await taker.sell("CEA25", 10_000, "80.00")
        with pytest.raises(ResaleLocked, match="RESALE_LOCK"):
            await taker.sell("CEA25", 1, "80.00")

        hours.be("2026-07-29 15:00:00")
        await phase("closed", taker)
        hours.be("2026-07-30 09:31:00")
        await phase("trading", taker)
        await phase("trading", maker)
        held = (await taker.balances()).holding("CEA25")
        assert (held.available, held.resale_locked) == (10_300, 0)
        await taker.sell("CEA25", 10_300, "74.63")
        order = await maker.buy("CEA25", 10_300, "74.63")
        assert order.status == "filled"


async def test_a_day_ends_with_its_bulletin(national: Market, hours: Hours) -> None:
    async with (
        connect(national.url, national.keys["maker"]) as maker,
        connect(national.url, national.keys["taker"]) as taker,
    ):
        tickers = taker.ticker("CEA25")
        await maker.sell("CEA25", 100, "75.00")
        await taker.buy("CEA25", 100, "75.00")
        while (ticker := await tickers.next()).last is None:
            pass
        assert (ticker.previous_close, ticker.change) == (
            Decimal("74.63"),
            Decimal("0.37"),
        )
        assert ticker.change_percent == Decimal("0.50")

        bulletins = taker.bulletins("CEA25")
        hours.be("2026-07-29 15:00:00")
        bulletin = await bulletins.next()
        assert (bulletin.scope, bulletin.date) == ("instrument", dt.date(2026, 7, 29))
        assert (bulletin.close, bulletin.high) == (Decimal("75.00"), Decimal("75.00"))
        assert bulletin.day.listed.quantity == 100
        assert bulletin.day.total.turnover == Decimal("7500.00")

        everything = taker.bulletins()
        count = len(await taker.instruments()) + 2  # the product, and the venue
        news = [await everything.next() for _ in range(count)]
        heard = {(item.scope, item.name): item for item in news}
        assert heard["instrument", "CEA25"] == bulletin
        assert heard["product", "CEA"].close is not None
        assert heard["venue", ""].close is None
