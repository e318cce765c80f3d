"""What became of an order: the answer is lost, the venue is killed, a night passes.

``resolve`` must tell the truth, and nothing may be there twice.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from carbonex.sdk import NewOrder
from sdk.accidents import FIRST_DAY, both, when


if TYPE_CHECKING:
    from carbonex.sdk import Venue
    from sdk.accidents import Stage


async def orders_of(stage: Stage, name: str = "maker") -> list[tuple[Any, ...]]:
    """Return the open orders, as somebody else sees them."""
    async with stage.connected(name) as other:
        return [
            (o.side, o.quantity, o.price, o.filled) for o in await other.open_orders()
        ]


async def has_orders(venue: Venue) -> bool:
    return bool(await venue.open_orders())


@both
@when
async def test_an_order_placed(stage: Stage, at_ns: int, *, arrives: bool) -> None:
    async with (
        stage.connected("maker", by_cable=True) as maker,
        stage.connected("maker") as witness,
    ):
        error = await stage.accident(
            maker.buy("CEA25", 100, "70.00", time_in_force="gtc"),
            arrived=lambda: has_orders(witness),
            arrives=arrives,
            at_ns=at_ns,
        )
        order = await error.resolve()
        stage.cable.deliver_held()
        assert (order is not None) is arrives
        expected = [("buy", 100, Decimal("70.00"), 0)] if arrives else []
        assert await orders_of(stage) == expected
        if order is not None:
            assert (order.status, order.client_order_id) == (
                "open",
                error.client_order_id,
            )
            await order.cancel()
        assert await orders_of(stage) == []


@when
async def test_an_order_that_the_night_has_cancelled(stage: Stage, at_ns: int) -> None:
    async with (
        stage.connected("maker", by_cable=True) as maker,
        stage.connected("maker") as witness,
    ):
        error = await stage.accident(
            maker.buy("CEA25", 100, "70.00"),
            arrived=lambda: has_orders(witness),
            at_ns=at_ns,
        )
        order = await error.resolve()
        assert order is not None
        assert order.status == ("open" if at_ns == FIRST_DAY else "cancelled")


@both
@when
async def test_an_amendment(stage: Stage, at_ns: int, *, arrives: bool) -> None:
    async with (
        stage.connected("maker", by_cable=True) as maker,
        stage.connected("maker") as witness,
    ):
        order = await maker.buy("CEA25", 100, "70.00", time_in_force="gtc")

        async def arrived() -> bool:
            return (await witness.open_orders())[0].price == Decimal("71.00")

        error = await stage.accident(
            order.amend(price="71.00"),
            arrived=arrived,
            arrives=arrives,
            at_ns=at_ns,
        )
        assert await error.resolve() is order
        stage.cable.deliver_held()
        price = Decimal("71.00" if arrives else "70.00")
        assert order.price == price
        assert await orders_of(stage) == [("buy", 100, price, 0)]


@both
@when
async def test_a_cancellation(stage: Stage, at_ns: int, *, arrives: bool) -> None:
    async with (
        stage.connected("maker", by_cable=True) as maker,
        stage.connected("maker") as witness,
        stage.connected("taker") as taker,
    ):
        order = await maker.buy("CEA25", 100, "70.00", time_in_force="gtc")
        await taker.sell("CEA25", 30, "70.00")

        async def arrived() -> bool:
            return not await witness.open_orders()

        error = await stage.accident(
            order.cancel(), arrived=arrived, arrives=arrives, at_ns=at_ns
        )
        assert await error.resolve() is order
        assert (order.status, order.filled) == ("cancelled", 30)
        assert await orders_of(stage) == []


@both
@when
async def test_a_batch(stage: Stage, at_ns: int, *, arrives: bool) -> None:
    new = [NewOrder("buy", "CEA25", n, "70.00", time_in_force="gtc") for n in (1, 2, 3)]
    async with (
        stage.connected("maker", by_cable=True) as maker,
        stage.connected("maker") as witness,
    ):
        error = await stage.accident(
            maker.add_orders(new),
            arrived=lambda: has_orders(witness),
            arrives=arrives,
            at_ns=at_ns,
        )
        found = await error.resolve()
        stage.cable.deliver_held()
        quantities = [1, 2, 3] if arrives else [None] * 3
        assert [order and order.quantity for order in found] == quantities
        assert [quantity for _, quantity, *_ in await orders_of(stage)] == (
            [1, 2, 3] if arrives else []
        )
