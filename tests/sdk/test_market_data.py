"""Streams and books from a real venue."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

import pytest

from carbonex.sdk import (
    AccessDenied,
    ConnectionLost,
    Level,
    Stream,
    VenueError,
    connect,
)
from sdk.market import until


if TYPE_CHECKING:
    from sdk.market import Market

T = TypeVar("T")


async def test_a_book_is_what_the_engine_has(market: Market) -> None:
    async with (
        connect(market.url) as public,
        connect(market.url, market.keys["maker"]) as maker,
        connect(market.url, market.keys["taker"]) as taker,
    ):
        await maker.buy("CEA25", 100, "74.00")
        book = await public.book("CEA25", interval_ms=50)
        assert book.bids == [Level(Decimal("74.00"), 100, 1)]
        assert await public.book("CEA25", interval_ms=50) is book

        await maker.buy("CEA25", 50, "74.00")
        await maker.sell("CEA25", 70, "75.00")
        await taker.sell("CEA25", 120, "74.00")
        async for seen in book.updates():
            if seen.best_ask and seen.best_bid == Level(Decimal("74.00"), 30, 1):
                break
        assert book.mid == Decimal("74.50")
        await maker.cancel_all()
        while book.bids or book.asks:
            await book.changed()
        assert not book.stale


async def test_prints_and_ticker(market: Market) -> None:
    async with (
        connect(market.url) as public,
        connect(market.url, market.keys["maker"]) as maker,
        connect(market.url, market.keys["taker"]) as taker,
    ):
        trades, tickers = public.trades("CEA25"), public.ticker("CEA25")
        assert (await tickers.next()).last is None
        await maker.sell("CEA25", 100, "75.00")
        await taker.buy("CEA25", 30, "75.00")
        trade = await trades.next()
        assert (trade.trade_id, trade.price) == ("1", Decimal("75.00"))
        assert (trade.quantity, trade.side) == (30, "buy")
        ticker = await tickers.next()
        while ticker.last is None:
            ticker = await tickers.next()
        assert (ticker.vwap, ticker.volume) == (Decimal("75.00"), 30)
        assert ticker.turnover == Decimal("2250.00")


async def test_an_instrument_tells_its_phase(market: Market) -> None:
    async with (
        connect(market.url) as public,
        connect(market.url, market.keys["operator"]) as operator,
    ):
        async with public.instrument("CEA25") as instruments:
            instrument = await instruments.next()
            assert (instrument.phase, instrument.tick) == ("trading", Decimal("0.01"))
            await operator.halt("CEA25")
            assert (await instruments.next()).phase == "halted"
        await operator.resume("CEA25")
        assert (await public.instrument("CEA25").next()).phase == "trading"


async def test_all_instruments_are_followed_at_once(market: Market) -> None:
    async with (
        connect(market.url) as public,
        connect(market.url, market.keys["operator"]) as operator,
        connect(market.url, market.keys["maker"]) as maker,
        connect(market.url, market.keys["taker"]) as taker,
    ):
        everything, one = public.trades(), public.trades("CEA25")
        phases, tickers = public.instrument(), public.ticker()
        assert (await phases.next()).instrument == "CEA25"
        assert (await tickers.next()).last is None
        await operator.list_instrument("CEA26")
        assert (await phases.next()).instrument == "CEA26"
        names = [instrument.instrument for instrument in await public.instruments()]
        assert names == ["CEA25", "CEA26"]
        with pytest.raises(VenueError, match="CEA99"):
            await public.trades("CEA99").next()

        await operator.issue("maker", "CEA26", 10, "i-1")
        for name in ("CEA25", "CEA26"):
            await maker.sell(name, 10, "75.00")
            await taker.buy(name, 10, "75.00")
        prints = [await everything.next() for _ in range(2)]
        assert [trade.instrument for trade in prints] == ["CEA25", "CEA26"]
        assert await one.next() == prints[0]
        traded: set[str] = set()
        while len(traded) < 2:
            ticker = await tickers.next()
            if ticker.last is not None:
                traded.add(ticker.instrument)


async def test_whoever_listens_is_a_witness_of_the_log(market: Market) -> None:
    async with connect(market.url) as public:
        beat = await public.heartbeats().next()
        assert beat.position == market.server.venue.position
        assert beat.hash == market.server.venue.chain.hex()
        assert not public.shutting_down
        held = public.heartbeats()
        await market.server.stop()
        await until(lambda: public.shutting_down)
    with pytest.raises(ConnectionLost):
        await read_to_end(held)
    with pytest.raises(ConnectionLost):
        await public.heartbeats().next()


async def test_executions_and_balances_are_streamed(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        executions, balances = venue.executions(), venue.balance_updates()
        assert (await balances.next()).locked == 0
        order = await venue.buy("CEA25", 100, "70.00")
        await order.cancel()
        events = [await executions.next() for _ in range(2)]
        assert [event.event for event in events] == ["new", "cancelled"]
        assert [event.exec_seq for event in events] == [1, 2]
        assert events[1].reason == "CLIENT"
        changed = await balances.next()
        while changed.locked:
            changed = await balances.next()
        assert changed.available == Decimal("1000000.00")

        past = venue.executions(from_seq=1)
        assert [(await past.next()).replayed for _ in range(2)] == [True, True]
        await venue.buy("CEA25", 100, "70.00")
        assert [(await s.next()).exec_seq for s in (executions, past)] == [3, 3]


async def test_what_the_key_may_not_see_is_refused(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        with pytest.raises(AccessDenied):
            await venue.executions("taker").next()
        with pytest.raises(VenueError):
            await venue.book("CEA99")
        with pytest.raises(VenueError):
            await venue.trades("CEA99").next()
        with pytest.raises(AccessDenied):
            await venue.balances("taker")
    async with connect(market.url) as public:
        with pytest.raises(ValueError, match="need a key"):
            await public.buy("CEA25", 1, "70.00")
        with pytest.raises(AccessDenied):
            await public.halt("CEA25")


async def test_what_was_refused_can_be_asked_for_again(market: Market) -> None:
    async with (
        connect(market.url, market.keys["maker"]) as venue,
        connect(market.url, market.keys["operator"]) as operator,
    ):
        refused = venue.trades("CEA26")
        with pytest.raises(VenueError):
            await refused.next()
        own, foreign = venue.executions(), venue.executions("taker")
        with pytest.raises(AccessDenied):
            await foreign.next()
        with pytest.raises(AccessDenied):
            await venue.executions("taker").next()

        await operator.list_instrument("CEA26")
        await operator.issue("maker", "CEA26", 10, "i-1")
        trades = venue.trades("CEA26")
        await venue.sell("CEA26", 10, "50.00")
        async with connect(market.url, market.keys["taker"]) as taker:
            await taker.buy("CEA26", 10, "50.00")
        assert (await trades.next()).quantity == 10
        assert [(await own.next()).event for _ in range(2)] == ["new", "trade"]


async def test_a_closed_venue_refuses_everything_at_once(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as venue:
        held = venue.trades("CEA25"), await venue.book("CEA25")
    for stream in (*held[:1], venue.trades("CEA25"), venue.executions()):
        with pytest.raises(ConnectionLost, match="this client has closed"):
            await stream.next()
    with pytest.raises(ConnectionLost, match="this client has closed"):
        await venue.book("CEA25")
    with pytest.raises(ConnectionLost, match="this client has closed"):
        await venue.buy("CEA25", 1, "70.00")


async def read_to_end(stream: Stream[T]) -> None:
    """Read a stream to its end."""
    async for _ in stream:
        pass
