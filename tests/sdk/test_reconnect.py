"""The cable is cut: what comes back by itself, and what is asked."""

from __future__ import annotations

import asyncio
import contextlib
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from carbonex.gateway.server.server import Server
from carbonex.sdk import (
    BatchStateUnknown,
    ConnectionLost,
    DeadlinePassed,
    LoginFailed,
    NewOrder,
    OrderStateUnknown,
    Timeouts,
    Venue,
    connect,
)
from sdk.market import CONFIG, Cable, Market, cut, set_up, until


if TYPE_CHECKING:
    from pathlib import Path

# For orders that do not arrive: how long until it is certain that they will not.
SOON = Timeouts(order=0.5)


async def test_executions_resume_without_gap_or_repetition(market: Market) -> None:
    async with (
        connect(market.cable_url, market.keys["maker"]) as maker,
        connect(market.url, market.keys["taker"]) as taker,
    ):
        executions = maker.executions()
        offer = await maker.sell("CEA25", 900, "75.00")
        for _ in range(3):
            await taker.buy("CEA25", 100, "75.00")
            await cut(market, maker)
            await taker.buy("CEA25", 200, "75.00")
            await maker.wait_online()
        fills = [fill async for fill in offer.fills()]
        assert [fill.quantity for fill in fills] == [100, 200] * 3
        assert offer.average_price == Decimal("75.00")
        events = [await executions.next() for _ in range(7)]
        assert [event.exec_seq for event in events] == list(range(1, 8))
        assert market.cable.connections == 4


async def test_books_and_prints_are_taken_up_again(market: Market) -> None:
    async with (
        connect(market.cable_url) as public,
        connect(market.url, market.keys["maker"]) as maker,
        connect(market.url, market.keys["taker"]) as taker,
    ):
        book, trades = (
            await public.book("CEA25", interval_ms=50),
            public.trades("CEA25"),
        )
        await maker.sell("CEA25", 100, "75.00")
        await taker.buy("CEA25", 1, "75.00")
        assert (await trades.next()).trade_id == "1"
        await cut(market, public)
        assert book.stale
        await taker.buy("CEA25", 2, "75.00")
        await book.ready()
        assert [level.quantity for level in book.asks] == [97]
        assert (await trades.next()).trade_id == "2"
        await taker.buy("CEA25", 3, "75.00")
        while book.asks[0].quantity != 94:
            await book.changed()


async def test_without_a_connection_queries_wait_and_orders_do_not(
    market: Market,
) -> None:
    async with connect(market.cable_url, market.keys["maker"]) as venue:
        await cut(market, venue)
        with pytest.raises(ConnectionLost) as caught:
            await venue.buy("CEA25", 1, "70.00")
        assert not caught.value.sent
        assert (await venue.balances()).locked == 0
        assert venue.online


async def test_an_order_that_arrived_is_found(market: Market) -> None:
    async with (
        connect(market.cable_url, market.keys["maker"]) as venue,
        connect(market.url, market.keys["taker"]) as taker,
    ):
        market.cable.answers_held = True
        buying = asyncio.ensure_future(venue.buy("CEA25", 100, "70.00"))
        await until(lambda: market.open_orders("maker") == 1)
        await taker.sell("CEA25", 40, "70.00")
        market.cable.cut()
        with pytest.raises(OrderStateUnknown, match="add_order was sent") as caught:
            await buying
        order = await caught.value.resolve()
        assert order is not None
        assert order.client_order_id == caught.value.client_order_id
        assert (order.status, order.filled) == ("open", 40)
        await taker.sell("CEA25", 60, "70.00")
        fills = [fill async for fill in order.fills()]
        assert [fill.quantity for fill in fills] == [40, 60]


async def test_an_order_that_never_arrived_never_will(market: Market) -> None:
    async with connect(market.cable_url, market.keys["maker"], timeouts=SOON) as venue:
        error = await lost_on_the_way(market, venue)
        assert await error.resolve() is None
        # The copy that was under way arrives now, and is refused.
        market.cable.deliver_held()
        assert await venue.ping() > 0
        assert market.open_orders("maker") == 0
        assert await error.resolve() is None


async def test_an_order_that_arrives_while_its_fate_is_asked_is_found(
    market: Market,
) -> None:
    """The venue does not know the order at first; saying "never" would be wrong."""
    async with connect(
        market.cable_url, market.keys["maker"], timeouts=Timeouts(order=30.0)
    ) as venue:
        error = await lost_on_the_way(market, venue)
        resolving = asyncio.ensure_future(error.resolve())
        await venue.wait_online()
        for _ in range(3):
            await venue.ping()
        assert not resolving.done()
        market.cable.deliver_held()
        await until(lambda: market.open_orders("maker") == 1)
        resolving.cancel()  # it would wait for the deadline before it asks again
        order = await error.resolve()
        assert order is not None
        assert order.is_open


async def test_an_amendment_that_arrived_is_found(market: Market) -> None:
    async with connect(market.cable_url, market.keys["maker"]) as venue:
        order = await venue.buy("CEA25", 100, "70.00")
        market.cable.answers_held = True
        amending = asyncio.ensure_future(order.amend(price="71.00"))
        resting = market.server.venue.exchange.accounts["maker"].orders
        await until(lambda: resting[1].price == 7100)
        market.cable.cut()
        with pytest.raises(OrderStateUnknown) as caught:
            await amending
        assert await caught.value.resolve() is order
        assert order.price == Decimal("71.00")


async def test_an_amendment_that_never_arrived_never_will(market: Market) -> None:
    async with connect(market.cable_url, market.keys["maker"], timeouts=SOON) as venue:
        order = await venue.buy("CEA25", 100, "70.00")
        market.cable.requests_held = True
        amending = asyncio.ensure_future(order.amend(price="72.00"))
        await until(market.cable.holds_something)
        market.cable.cut()
        with pytest.raises(OrderStateUnknown) as caught:
            await amending
        market.cable.requests_held = False
        assert await caught.value.resolve() is order
        market.cable.deliver_held()
        await venue.ping()
        assert (await venue.open_orders())[0].price == Decimal("70.00")


async def test_a_cancellation_that_arrived_is_found(market: Market) -> None:
    async with connect(market.cable_url, market.keys["maker"]) as venue:
        order = await venue.buy("CEA25", 100, "70.00")
        market.cable.answers_held = True
        cancelling = asyncio.ensure_future(order.cancel())
        await until(lambda: market.open_orders("maker") == 0)
        market.cable.cut()
        with pytest.raises(OrderStateUnknown) as caught:
            await cancelling
        assert await caught.value.resolve() is order
        assert order.status == "cancelled"


async def test_a_cancellation_that_did_not_arrive_is_repeated(market: Market) -> None:
    async with connect(market.cable_url, market.keys["maker"]) as venue:
        order = await venue.buy("CEA25", 100, "70.00")
        market.cable.requests_held = True
        cancelling = asyncio.ensure_future(order.cancel())
        await until(market.cable.holds_something)
        market.cable.cut()
        with pytest.raises(OrderStateUnknown) as caught:
            await cancelling
        market.cable.requests_held = False
        assert await caught.value.resolve() is order
        assert order.status == "cancelled"
        assert market.open_orders("maker") == 0


async def test_a_batch_is_resolved_order_by_order(market: Market) -> None:
    async with connect(
        market.cable_url, market.keys["maker"], timeouts=Timeouts(order=2.0)
    ) as venue:
        market.cable.answers_held = True
        adding = asyncio.ensure_future(
            venue.add_orders(
                [
                    NewOrder("buy", "CEA25", 100, "70.00"),
                    NewOrder("buy", "CEA25", 1_000_000, "70.00"),
                ]
            )
        )
        await until(lambda: market.open_orders("maker") == 1)
        market.cable.cut()
        with pytest.raises(BatchStateUnknown) as caught:
            await adding
        good, refused = await caught.value.resolve()
        assert good is not None
        assert good.is_open
        assert refused is None


async def test_a_venue_that_falls_silent_is_left(market: Market) -> None:
    timeouts = Timeouts(order=1.0, answer=0.3)
    async with connect(
        market.cable_url, market.keys["maker"], timeouts=timeouts
    ) as venue:
        market.cable.answers_held = True
        with pytest.raises(OrderStateUnknown, match=r"no answer within 0\.3 s") as lost:
            await venue.buy("CEA25", 100, "70.00")
        assert not venue.online
        market.cable.answers_held = False
        order = await lost.value.resolve()
        assert order is not None
        assert order.is_open


async def test_an_order_that_comes_too_late_is_not_wanted(market: Market) -> None:
    timeouts = Timeouts(order=0.05)
    async with connect(
        market.cable_url, market.keys["maker"], timeouts=timeouts
    ) as venue:
        market.cable.requests_held = True
        buying = asyncio.ensure_future(venue.buy("CEA25", 100, "70.00"))
        await asyncio.sleep(0.2)
        market.cable.deliver_held()
        with pytest.raises(DeadlinePassed):
            await buying


async def test_a_restarted_venue_is_found_again(tmp_path: Path) -> None:
    keys = set_up(tmp_path)
    async with contextlib.AsyncExitStack() as stack:
        async with Server.start(tmp_path, CONFIG) as server:
            cable = await stack.enter_async_context(Cable.laid(server.port))
            venue = await stack.enter_async_context(
                connect(f"ws://127.0.0.1:{cable.port}", keys["maker"])
            )
            executions = venue.executions()
            order = await venue.buy("CEA25", 100, "70.00", time_in_force="gtc")
        await until(lambda: not venue.online)
        server = await stack.enter_async_context(Server.start(tmp_path, CONFIG))
        cable.target = server.port
        taker = await stack.enter_async_context(
            connect(f"ws://127.0.0.1:{server.port}", keys["taker"])
        )
        await taker.sell("CEA25", 100, "70.00")
        assert (await order.done()).average_price == Decimal("70.00")
        assert [(await executions.next()).event for _ in range(2)] == ["new", "trade"]


async def test_a_key_that_is_revoked_ends_it_for_good(market: Market) -> None:
    async with (
        connect(market.url, market.keys["operator"]) as operator,
        connect(market.cable_url, market.keys["maker"]) as venue,
    ):
        order = await venue.buy("CEA25", 100, "70.00")
        executions = venue.executions()
        await operator.revoke_key("maker")
        market.cable.cut()
        with pytest.raises(LoginFailed):
            await executions.next()
        with pytest.raises(LoginFailed):
            await order.done()
        with pytest.raises(LoginFailed):
            await venue.ping()


async def test_leaving_the_block_wakes_everybody(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        order = await venue.buy("CEA25", 100, "70.00")
        book = await venue.book("CEA25")
        doomed = [
            asyncio.ensure_future(waiting)
            for waiting in (order.done(), book.changed(), venue.executions().next())
        ]
        await asyncio.sleep(0)
    for waiting in doomed:
        with pytest.raises(ConnectionLost, match="this client has closed"):
            await waiting
    assert order.is_open  # orders stay in the market
    assert market.open_orders("maker") == 1
    assert book.stale


async def lost_on_the_way(market: Market, venue: Venue) -> OrderStateUnknown:
    """Send an order that the cable holds back, cut it, and return the error."""
    market.cable.requests_held = True
    buying = asyncio.ensure_future(venue.buy("CEA25", 100, "70.00"))
    await until(market.cable.holds_something)
    market.cable.cut()
    with pytest.raises(OrderStateUnknown) as caught:
        await buying
    market.cable.requests_held = False
    return caught.value
