"""Operators and the registry, against a real venue."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from carbonex.sdk import (
    AccessDenied,
    LoginFailed,
    MarketClosed,
    RegistryRefused,
    connect,
    generate_key,
)
from carbonex.wire import requests


if TYPE_CHECKING:
    from sdk.market import Market


async def test_a_participant_from_admission_to_its_first_trade(market: Market) -> None:
    key = generate_key("newcomer-1")
    async with connect(market.url, market.keys["operator"]) as registry:
        await registry.list_instrument("CCER1", tick="0.05", product="CCER")
        await registry.register_participant("newcomer")
        await registry.open_account("newcomer", "newcomer", max_open_orders=1)
        await registry.add_key(
            "newcomer", "newcomer-1", key.public_text, ["read", "trade"]
        )
        moved = await registry.deposit("newcomer", "1000.00", "d-1")
        assert not moved.duplicate
        assert (await registry.deposit("newcomer", "1000.00", "d-1")).duplicate
        await registry.withdraw("newcomer", Decimal("250.5"), "w-1")
        await registry.issue("newcomer", "CEA25", 10, "i-1")
        await registry.transfer("newcomer", "maker", "CEA25", 4, "t-1")

    async with connect(market.url, key) as venue:
        assert (venue.name, venue.participant) == ("test", "newcomer")
        assert venue.accounts == ("newcomer",)
        assert venue.permissions == ("read", "trade")
        balances = await venue.balances()
        assert balances.cash == Decimal("749.50")
        assert balances.holding("CEA25").quantity == 6
        assert (await venue.instrument("CCER1").next()).tick == Decimal("0.05")
        order = await venue.sell("CEA25", 6, "74.00")
        assert order.is_open


async def test_a_halt_is_felt_and_lifted(market: Market) -> None:
    async with (
        connect(market.url, market.keys["operator"]) as operator,
        connect(market.url, market.keys["maker"]) as maker,
    ):
        order = await maker.buy("CEA25", 1, "70.00")
        await operator.halt("CEA25")
        with pytest.raises(MarketClosed):
            await maker.buy("CEA25", 1, "70.00")
        await order.cancel()
        await operator.resume("CEA25")
        await maker.buy("CEA25", 1, "70.00")


async def test_a_revoked_key_cannot_log_in(market: Market) -> None:
    async with connect(market.url, market.keys["operator"]) as registry:
        await registry.revoke_key("taker")
    with pytest.raises(LoginFailed):
        async with connect(market.url, market.keys["taker"]):
            pass


async def test_what_the_registry_refuses(market: Market) -> None:
    async with connect(market.url, market.keys["operator"]) as registry:
        with pytest.raises(RegistryRefused, match="ALREADY_EXISTS"):
            await registry.register_participant("maker")
        with pytest.raises(TypeError, match="is a float"):
            await registry.deposit("maker", 100.0, "d-9")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="no time zone"):
            await registry.begin_day(dt.date(2030, 1, 2), dt.datetime(2030, 1, 2, 15))  # noqa: DTZ001
    async with connect(market.url, market.keys["maker"]) as maker:
        with pytest.raises(AccessDenied):
            await maker.register_participant("friend")


async def test_a_day_is_sent_in_microseconds(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The venue opens its days itself here, so the request is what is looked at."""
    shanghai = dt.timezone(dt.timedelta(hours=8))
    async with connect(market.url, market.keys["operator"]) as operator:
        asked: list[requests.Params] = []

        async def ask(params: requests.Params, _: object) -> None:
            asked.append(params)

        monkeypatch.setattr(operator, "_ask", ask)
        ends = dt.datetime(2030, 1, 2, 15, 0, 0, 250_000, tzinfo=shanghai)
        await operator.begin_day(dt.date(2030, 1, 2), ends)
        assert asked == [requests.BeginDay("2030-01-02", 1_893_567_600_250_000)]
