"""Credits and allowances traded side by side, and what the one cost more than the other."""

from __future__ import annotations

import contextlib
import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pytest
from msgspec.structs import replace

from carbonex.gateway.config import Days
from carbonex.gateway.market import load_market
from carbonex.gateway.server.server import Server
from carbonex.sdk import Venue, connect
from sdk.market import CONFIG, set_up
from sdk.phases import shanghai


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from carbonex.sdk import Premium, Stream
    from hours import Hours


CEA24, CEA25, FOREST, WIND = "CEA24", "CEA25", "CCER-FOREST24", "CCER-WIND24"
COMPOSITE = "composite:CEA"
TODAY = dt.date(2026, 7, 29)

MARKET = """\
[product.CEA]
band_permille = 100

[product.CCER]
band_permille = 100

[[instrument]]
name = "CEA24"
product = "CEA"
vintage = 2024
reference = "88.00"

[[instrument]]
name = "CEA25"
product = "CEA"
vintage = 2025
reference = "90.00"

[[instrument]]
name = "CCER-WIND24"
product = "CCER"
project_type = "offshore wind"
vintage = 2024
reference = "100.00"

[[instrument]]
name = "CCER-FOREST24"
product = "CCER"
project_type = "afforestation"
vintage = 2024
reference = "110.00"

[[premium]]
ccer = "CCER-WIND24"
cea = "CEA25"

[[premium]]
ccer = "CCER-WIND24"
cea = "composite"

[daily_premium]
ccer = "CCER"
cea = "CEA"
"""


class Traders(NamedTuple):
    """Four clients of one venue: an operator, two traders, and one who has no key."""

    operator: Venue
    maker: Venue
    taker: Venue
    public: Venue

    async def trade(self, instrument: str, price: str, quantity: int = 1) -> None:
        """Let the maker sell to the taker."""
        reference = f"{instrument}@{price}"
        await self.operator.issue("maker", instrument, quantity, reference)
        await self.maker.sell(instrument, quantity, price)
        bought = await self.taker.buy(instrument, quantity, price)
        assert bought.filled == quantity


@pytest.fixture
async def traders(tmp_path: Path, hours: Hours) -> AsyncIterator[Traders]:
    """A venue by the market file above, whose operators begin its days."""
    file = tmp_path / "market.toml"
    file.write_text(MARKET)
    terms = {
        each.terms.instrument: each.terms for each in load_market(str(file)).listings
    }
    keys = set_up(tmp_path, terms[CEA25])
    config = replace(CONFIG, market=file.name, days=Days("manual"))
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(Server.start(tmp_path, config))
        url = f"ws://127.0.0.1:{server.port}"
        names = "operator", "maker", "taker"
        yield Traders(
            *[
                await stack.enter_async_context(connect(url, keys.get(name)))
                for name in (*names, "public")
            ]
        )


async def told(
    premiums: Stream[Premium], kind: str, cea: str, ccer_price: str, cea_price: str
) -> Premium:
    """Wait for a premium over ``cea`` between these two prices."""
    wanted = kind, cea, Decimal(ccer_price), Decimal(cea_price)
    async for each in premiums:
        if (each.kind, each.cea, each.ccer_price, each.cea_price) == wanted:
            return each
    raise AssertionError("the stream has ended")


async def test_a_live_premium_says_between_what(traders: Traders) -> None:
    await traders.operator.begin_day(TODAY, shanghai(15))
    of_wind = traders.public.premium(WIND)
    p0 = [await of_wind.next() for _ in range(2)]
    assert [(p.ccer, p.cea, p.ccer_price, p.cea_price) for p in p0] == [
        (WIND, CEA25, Decimal("100.00"), Decimal("90.00")),
        (WIND, COMPOSITE, Decimal("100.00"), Decimal("89.00")),
    ]
    await traders.trade(CEA25, "89.74")
    await traders.trade(WIND, "104.72")
    between = await told(of_wind, "live", CEA25, "104.72", "89.74")
    assert (between.ccer, between.date) == (WIND, None)
    assert (between.spread, between.percent) == (Decimal("14.98"), Decimal("16.69"))
    mean = await told(of_wind, "live", COMPOSITE, "104.72", "88.87")
    assert (mean.spread, mean.percent) == (Decimal("15.85"), Decimal("17.84"))

    await traders.trade(CEA24, "87.00")  # the composite alone follows
    mean = await told(of_wind, "live", COMPOSITE, "104.72", "88.37")
    assert mean.spread == Decimal("16.35")


async def test_a_day_that_ends_tells_its_premiums(
    traders: Traders, hours: Hours
) -> None:
    """The figures are those of 2025-03-10: 107.36 over 88.87 is +20.8 %."""
    await traders.operator.begin_day(TODAY, shanghai(15))
    premiums = traders.public.premium()
    for instrument, price in (
        (CEA24, "88.00"),
        (CEA25, "89.74"),
        (WIND, "104.72"),
        (FOREST, "110.00"),
    ):
        await traders.trade(instrument, price)
    hours.be("2026-07-29 15:00:00")
    close = await told(premiums, "close", CEA25, "104.72", "89.74")
    assert (close.ccer, close.date) == (WIND, TODAY)
    assert (close.spread, close.percent) == (Decimal("14.98"), Decimal("16.69"))
    await told(premiums, "close", COMPOSITE, "104.72", "88.87")
    daily = await told(premiums, "daily", COMPOSITE, "107.36", "88.87")
    assert (daily.ccer, daily.date) == ("CCER", TODAY)
    assert (daily.spread, daily.percent) == (Decimal("18.49"), Decimal("20.81"))

    late = traders.taker.premium()  # who comes later is told as well
    assert await told(late, "daily", COMPOSITE, "107.36", "88.87") == daily
