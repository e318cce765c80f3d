"""Trading against a real venue."""

from __future__ import annotations

import asyncio
import textwrap
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import pytest

from carbonex import sdk
from carbonex.sdk import (
    DuplicateOrder,
    InsufficientFunds,
    InsufficientHoldings,
    Level,
    NewOrder,
    Order,
    OrderRejected,
    SelfTradePrevented,
    Unfillable,
    UnknownOrder,
    VenueError,
    WouldTakeLiquidity,
    connect,
)


if TYPE_CHECKING:
    from sdk.market import Market


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_two_traders_meet(
    market: Market, encoding: Literal["json", "msgpack"]
) -> None:
    async with (
        connect(market.url, market.keys["maker"], encoding=encoding) as maker,
        connect(market.url, market.keys["taker"], encoding=encoding) as taker,
    ):
        offer = await maker.sell("CEA25", 500, "74.63")
        assert (offer.status, offer.remaining) == ("open", 500)
        bid = await taker.buy("CEA25", 200, Decimal(75))
        assert (bid.status, bid.filled) == ("filled", 200)
        assert bid.average_price == Decimal("74.63")
        await taker.buy("CEA25", 300, "market")
        assert (await offer.done()).status == "filled"
        fills = [fill async for fill in offer.fills()]
        assert [(f.quantity, f.liquidity) for f in fills] == [
            (200, "maker"),
            (300, "maker"),
        ]
        assert [f.trade_id for f in fills] == ["1", "2"]

        balances = await maker.balances()
        assert balances.cash == Decimal("1000000.00") + 500 * Decimal("74.63")
        assert balances.holding("CEA25").available == 9_500
        assert balances.holding("CEA24").quantity == 0


async def test_amending_and_cancelling(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        order = await venue.buy("CEA25", 500, "70.00", client_order_id="mine")
        kept = await order.amend(quantity=400)
        assert kept.priority_kept
        assert (order.quantity, order.priority_kept) == (400, True)
        lost = await venue.amend(client_order_id="mine", price="70.01")
        assert (lost.priority_kept, lost.price) == (False, Decimal("70.01"))
        assert order.price == Decimal("70.01")

        cancelled = await venue.cancel(order.order_id)
        assert (cancelled.quantity, cancelled.client_order_id) == (400, "mine")
        assert (order.status, order.reason) == ("cancelled", "CLIENT")
        with pytest.raises(UnknownOrder):
            await order.cancel()
        with pytest.raises(UnknownOrder):
            await order.amend(quantity=1)
        with pytest.raises(ValueError, match="say which order"):
            await venue.cancel()
        with pytest.raises(ValueError, match="cancel it"):
            await order.amend(quantity=0)


async def test_open_orders_are_followed(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        first = await venue.buy("CEA25", 100, "70.00")
        await venue.sell("CEA25", 100, "80.00", client_order_id="s")
        open_orders = await venue.open_orders()
        assert [order.side for order in open_orders] == ["buy", "sell"]
        assert open_orders[0] is first
        assert await venue.order(first.order_id) is first
        assert (await venue.order(client_order_id="s")).side == "sell"
        with pytest.raises(UnknownOrder):
            await venue.order("999")
    async with connect(market.url, market.keys["maker"]) as venue:
        again = await venue.open_orders("CEA25")
        assert [order.quantity for order in again] == [100, 100]
        cancelled = (await venue.cancel_all(side="sell")).orders
        assert [one.client_order_id for one in cancelled] == ["s"]
        assert [order.status for order in again] == ["open", "cancelled"]


async def test_what_befell_an_order_of_a_batch_later_stands(market: Market) -> None:
    """The answer tells how each order was left by its own turn."""
    async with connect(market.url, market.keys["maker"]) as venue:
        new = NewOrder("sell", "CEA25", 100, "80.00")
        taker = NewOrder("buy", "CEA25", 100, "80.00", self_trade="cancel_oldest")
        first, second = await venue.add_orders([new, taker])
        assert isinstance(first, Order)
        assert isinstance(second, Order)
        assert (first.status, first.reason) == ("cancelled", "SELF_TRADE")
        assert second.is_open


async def test_a_batch_succeeds_or_fails_item_by_item(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        good, poor, also_good = await venue.add_orders(
            [
                NewOrder("buy", "CEA25", 100, "70.00"),
                NewOrder("buy", "CEA25", 1_000_000, "70.00"),
                NewOrder("sell", "CEA25", 100, "80.00", post_only="reject"),
            ]
        )
        assert isinstance(good, Order)
        assert isinstance(poor, InsufficientFunds)
        assert isinstance(also_good, Order)
        assert await venue.open_orders() == [good, also_good]

        outcomes = await venue.cancel_orders([good, "999", also_good.order_id])
        assert [isinstance(outcome, VenueError) for outcome in outcomes] == [
            False,
            True,
            False,
        ]
        assert isinstance(outcomes[1], UnknownOrder)
        assert (good.status, also_good.status) == ("cancelled", "cancelled")
        with pytest.raises(ValueError, match="a list of 1 to 50 orders, not of 0"):
            await venue.add_orders([])


async def test_every_kind_of_refusal_has_its_exception(market: Market) -> None:
    async with (
        connect(market.url, market.keys["maker"]) as maker,
        connect(market.url, market.keys["taker"]) as taker,
    ):
        await maker.sell("CEA25", 100, "75.00", client_order_id="a")
        with pytest.raises(InsufficientFunds):
            await taker.buy("CEA25", 1_000_000, "75.00")
        with pytest.raises(InsufficientHoldings):
            await taker.sell("CEA25", 10_001, "80.00")
        with pytest.raises(WouldTakeLiquidity):
            await taker.buy("CEA25", 1, "75.00", post_only="reject")
        with pytest.raises(Unfillable):
            await taker.buy("CEA25", 101, "75.00", time_in_force="fok")
        with pytest.raises(SelfTradePrevented):
            await maker.buy("CEA25", 1, "75.00")
        with pytest.raises(DuplicateOrder):
            await maker.sell("CEA25", 99, "75.00", client_order_id="a")
        with pytest.raises(OrderRejected) as caught:
            await taker.buy("CEA99", 1, "75.00")
        assert (caught.value.name, caught.value.code) == ("UNKNOWN_INSTRUMENT", 3001)
        assert caught.value.param == "instrument"


async def test_the_same_order_twice_is_one_order(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        first = await venue.buy("CEA25", 100, "70.00", client_order_id="once")
        again = await venue.buy("CEA25", 100, "70.00", client_order_id="once")
        assert again is first
        assert again.duplicate
        assert market.open_orders("maker") == 1


async def test_a_price_that_is_not_exact_never_leaves(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        with pytest.raises(TypeError, match="is a float"):
            await venue.buy("CEA25", 100, 74.63)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match=r"74\.631"):
            await venue.sell("CEA25", 100, "74.631")
        order = await venue.buy("CEA25", 100, "70.00")
        with pytest.raises(TypeError, match="is a float"):
            await order.amend(price=70.5)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="'qty'"):
            await order.amend(price="71.00", qty=50)  # type: ignore[call-arg]
        assert (await venue.order(order.order_id)).price == Decimal("70.00")
        assert market.numbers([order]) == [1]


async def test_the_first_example_of_the_documentation_runs(
    market: Market, capsys: pytest.CaptureFixture[str]
) -> None:
    text = sdk.__doc__ or ""
    example = text[text.index("    import asyncio") : text.index("**Prices**")]
    source = (
        textwrap.dedent(example)
        .replace("ws://127.0.0.1:8080", market.url)
        .replace("maker.pem", str(market.keys["maker"]))
    )
    async with connect(market.url, market.keys["taker"]) as taker:
        await taker.sell("CEA25", 200, "74.60")
        running = asyncio.create_task(asyncio.to_thread(exec, source, {}))
        executions = taker.executions()
        assert (await executions.next()).last_quantity == 200
        await taker.sell("CEA25", 300, "74.63")
        await running
        printed = capsys.readouterr().out.splitlines()
        assert [line for line in printed if line.startswith("bought")] == [
            "bought 200 t at 74.60",
            "bought 300 t at 74.63",
        ]
        assert (await taker.book("CEA25")).best_ask == Level(Decimal("76.00"), 500, 1)


async def test_many_requests_at_once_are_answered_in_order(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        orders = await asyncio.gather(
            *(venue.buy("CEA25", 1, f"{50 + n % 20}.00") for n in range(300))
        )
        assert market.numbers(orders) == list(range(1, 301))
        assert len((await venue.cancel_all()).orders) == 300
        assert not any(order.is_open for order in orders)
        assert await venue.ping() > 0


async def test_more_open_orders_than_one_page_holds(market: Market) -> None:
    """The client asks page by page, and so follows each of them."""
    async with connect(market.url, market.keys["maker"]) as maker:
        for _ in range(21):
            await maker.add_orders([NewOrder("buy", "CEA25", 1, "1.00")] * 50)
        found = await maker.open_orders()
        assert market.numbers(found) == list(range(1, 1051))
        await maker.cancel_all()
        assert {(await order.done()).status for order in found} == {"cancelled"}


async def test_a_client_comes_back_to_more_orders_than_one_page_holds(
    market: Market,
) -> None:
    async with connect(market.url, market.keys["maker"]) as maker:
        for _ in range(21):
            await maker.add_orders([NewOrder("buy", "CEA25", 1, "1.00")] * 50)
    async with connect(market.url, market.keys["maker"]) as maker:
        stream = maker.executions()
        one = await maker.buy("CEA25", 1, "1.00")
        async for execution in stream:
            assert execution.order_id == one.order_id
            break
        assert len(await maker.open_orders()) == 1051
