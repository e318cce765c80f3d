"""Stop orders, icebergs, orders that expire or choose whom they take, and fees."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from carbonex.sdk import (
    SHANGHAI,
    Fees,
    NewOrder,
    Order,
    OrderRejected,
    PickRefused,
    Terms,
    connect,
)


if TYPE_CHECKING:
    from sdk.market import Market


async def test_a_stop_order_waits_for_its_price(market: Market) -> None:
    async with (
        connect(market.url, market.keys["maker"]) as maker,
        connect(market.url, market.keys["taker"]) as taker,
    ):
        stop = await taker.sell("CEA25", 100, "73.00", stop_price="74.00")
        assert (stop.order_type, stop.waiting, stop.shown) == ("stop_limit", True, 0)
        assert stop.stop_price == Decimal("74.00")
        await stop.amend(stop_price="73.50", quantity=80)
        assert (stop.stop_price, stop.quantity) == (Decimal("73.50"), 80)

        await maker.buy("CEA25", 1, "73.50")
        executions = taker.executions()
        await taker.sell("CEA25", 1, "73.50")
        events = [(await executions.next()).event for _ in range(3)]
        assert events == ["new", "trade", "triggered"]
        assert (stop.waiting, stop.is_open, stop.shown) == (False, True, 80)
        again = await taker.order(stop.order_id)
        assert (again is stop, stop.waiting) == (True, False)

        bid = await maker.buy("CEA25", 80, "73.00")
        assert (stop.status, bid.average_price) == ("filled", Decimal("73.00"))


async def test_a_stop_order_that_is_not_followed_is_known_from_a_query(
    market: Market,
) -> None:
    async with connect(market.url, market.keys["taker"]) as taker:
        await taker.buy("CEA25", 100, "market", stop_price="76.00")
    async with connect(market.url, market.keys["taker"]) as taker:
        [stop] = await taker.open_orders()
        assert (stop.order_type, stop.waiting) == ("stop", True)
        assert stop.stop_price == Decimal("76.00")
        await stop.cancel()
        assert not stop.waiting


async def test_an_iceberg_shows_a_part_of_itself(market: Market) -> None:
    async with (
        connect(market.url, market.keys["maker"]) as maker,
        connect(market.url, market.keys["taker"]) as taker,
    ):
        iceberg = await maker.sell("CEA25", 250, "75.00", display_quantity=100)
        assert (iceberg.remaining, iceberg.shown) == (250, 100)
        book = await taker.book("CEA25", interval_ms=50)
        assert [level.quantity for level in book.asks] == [100]
        await taker.buy("CEA25", 30, "75.00")
        await maker.ping()
        assert (iceberg.remaining, iceberg.shown) == (220, 70)
        await taker.buy("CEA25", 80, "75.00")
        await maker.ping()
        assert (iceberg.remaining, iceberg.shown) == (140, 90)
        await iceberg.amend(quantity=200)
        assert (iceberg.remaining, iceberg.shown) == (90, 90)
        await iceberg.amend(price="75.10", quantity=300)
        assert (iceberg.remaining, iceberg.shown) == (190, 100)

        async with connect(market.url, market.keys["maker"]) as elsewhere:
            [other] = await elsewhere.open_orders()
            assert (other.display_quantity, other.shown) == (100, None)
            await taker.buy("CEA25", 100, "75.10")
            await elsewhere.ping()
            assert (other.remaining, other.shown) == (90, 90)


async def test_an_order_expires_when_it_says(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        soon = dt.datetime.now(SHANGHAI) + dt.timedelta(seconds=0.3)
        order = await venue.buy("CEA25", 100, "70.00", expires=soon)
        assert (order.time_in_force, order.is_open) == ("gtd", True)
        assert order.expires == int(soon.timestamp() * 1_000_000)
        assert (await order.done()).reason == "EXPIRED"
        with pytest.raises(OrderRejected, match="must be later"):
            await venue.buy("CEA25", 100, "70.00", expires=soon)
        naive = soon.replace(tzinfo=None)
        with pytest.raises(ValueError, match="give expires a tzinfo"):
            await venue.buy("CEA25", 100, "70.00", expires=naive)


async def test_an_order_may_choose_whom_it_takes(market: Market) -> None:
    async with (
        connect(market.url, market.keys["maker"]) as maker,
        connect(market.url, market.keys["taker"]) as taker,
    ):
        first, second = await maker.add_orders(
            [NewOrder("sell", "CEA25", 100, price) for price in ("75.00", "75.00")]
        )
        assert isinstance(first, Order)
        assert isinstance(second, Order)
        listed = await maker.own_listings("CEA25")
        (number,) = [number for number, order in listed.items() if order is second]
        await taker.buy("CEA25", 60, "75.00", pick=[number])
        await maker.ping()
        assert (first.filled, second.filled) == (0, 60)
        await second.cancel()
        with pytest.raises(PickRefused, match="STALE_PICK"):
            await taker.buy("CEA25", 60, "75.00", pick=[number])


async def test_fills_tell_what_they_cost(market: Market) -> None:
    async with (
        connect(market.url, market.keys["operator"]) as operator,
        connect(market.url, market.keys["maker"]) as maker,
        connect(market.url, market.keys["taker"]) as taker,
    ):
        # 1 bp and 3 bp of 7,463.00 CNY, rounded up.
        await operator.list_instrument(
            "CEA26", Terms(fees=Fees(maker=100, taker=300)), reference="74.63"
        )
        await operator.issue("maker", "CEA26", 1_000, "i-1")
        offer = await maker.sell("CEA26", 100, "74.63")
        bid = await taker.buy("CEA26", 100, "74.63")
        await maker.ping()
        assert (offer.fees, bid.fees) == (Decimal("0.75"), Decimal("2.24"))
        assert [fill.fee async for fill in bid.fills()] == [Decimal("2.24")]
        balances = await taker.balances()
        assert balances.cash == Decimal("1000000.00") - Decimal("7465.24")


async def test_a_stop_price_is_no_float(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        order = await venue.buy("CEA25", 1, "70.00")
        with pytest.raises(TypeError, match="is a float"):
            await order.amend(stop_price=70.5)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="is a float"):
            await venue.buy("CEA25", 1, "70.00", stop_price=70.5)  # type: ignore[arg-type]
