"""Rules that change while the venue goes on: announced, and in force from a day on."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from carbonex.journal import verify
from carbonex.sdk import Fees, PriceOutOfBand, ResaleLocked, connect
from sdk.market import open_market
from sdk.phases import phase


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.sdk import Instrument, Venue
    from hours import Hours


HOURS = (("10:00", "11:30"), ("13:00", "14:00"))


async def test_a_venue_s_rules_change_day_by_day_in_one_log(
    tmp_path: Path, hours: Hours
) -> None:
    """A band, hours, a resale lag, fees, the composite: each told before."""
    async with (
        open_market(tmp_path, "cea") as market,
        connect(market.url, market.keys["operator"]) as operator,
        connect(market.url, market.keys["maker"]) as maker,
        connect(market.url, market.keys["taker"]) as taker,
    ):
        venues = operator, maker, taker
        assert (await phase("trading", taker)).band_permille == 100
        await _trade(maker, taker, "79.00")
        await _announce(operator, taker, band_permille=50)
        await _trade(maker, taker, "79.00")  # by the band of 10 % until the close

        today = await _next_day(hours, venues, "2026-07-30", opens="09:30")
        assert (today.previous_close, today.limit_up) == (
            Decimal("79.00"),
            Decimal("82.95"),
        )
        with pytest.raises(PriceOutOfBand, match=r"limit up of 82\.95"):
            await maker.sell("CEA25", 1, "82.96")
        await _trade(maker, taker, "79.00")
        await _announce(operator, taker, sessions=HOURS)

        today = await _next_day(hours, venues, "2026-07-31", opens="10:00")
        assert (today.sessions, today.band_permille) == (HOURS, 50)
        await _trade(maker, taker, "79.00")
        await _announce(operator, taker, resale_days=2)

        await _next_day(hours, venues, "2026-08-03", opens="10:00")
        assert (await taker.balances()).holding("CEA25").resale_locked == 0
        await _trade(maker, taker, "79.00")
        fees = Fees(maker=1_000, taker=2_000)
        await _announce(operator, taker, dt.date(2026, 8, 5), fees=fees)

        await _next_day(hours, venues, "2026-08-04", opens="10:00")
        held = (await taker.balances()).holding("CEA25")
        assert held.sellable == {1: 100}  # bought yesterday, sold tomorrow
        with pytest.raises(ResaleLocked):
            await taker.sell("CEA25", held.quantity, "79.00")
        assert await _trade(maker, taker, "79.00") == (Decimal(0), Decimal(0))
        await operator.set_composite("CEA", "mean")
        told = await taker.instrument("CEA24").next()
        assert (told.composite, told.next_composite) == ("newest", "mean")

        today = await _next_day(hours, venues, "2026-08-05", opens="10:00")
        assert (today.composite, today.next_composite) == ("mean", None)
        paid = await _trade(maker, taker, "79.00")
        assert paid == (Decimal("7.90"), Decimal("15.80"))
    report = verify(tmp_path, deep=True)  # a replay of the one log comes to the same
    assert report.fault is None
    assert report.digest == market.exchange.digest().hex()


async def _announce(
    operator: Venue,
    client: Venue,
    effective_date: dt.date | None = None,
    **changes: Any,
) -> None:
    """Let the operator change terms; a client sees them, and what holds till then."""
    before = await client.instrument("CEA25").next()
    await operator.update_instrument("CEA25", before, effective_date, **changes)
    told = await client.instrument("CEA25").next()
    assert told.next_terms is not None
    assert told.next_terms_date == effective_date
    for name, value in changes.items():
        assert getattr(told.next_terms, name) == value
        assert getattr(told, name) == getattr(before, name)


async def _next_day(
    hours: Hours, venues: tuple[Venue, ...], date: str, *, opens: str
) -> Instrument:
    """End the day with its blocks, and let the next one come to its opening."""
    instrument = await venues[0].instrument("CEA25").next()
    hours.be(f"{instrument.date} 15:00:00")
    for venue in venues:
        await phase("closed", venue)
    hours.be(f"{date} {opens}:01")
    for venue in venues:
        instrument = await phase("trading", venue)
    assert str(instrument.date) == date
    return instrument


async def _trade(maker: Venue, taker: Venue, price: str) -> tuple[Decimal, Decimal]:
    """Trade 100 t; return what the two paid in fees."""
    resting = await maker.sell("CEA25", 100, price)
    order = await taker.buy("CEA25", 100, price)
    assert order.status == "filled"
    made, taken = await anext(resting.fills()), await anext(order.fills())
    return made.fee, taken.fee
