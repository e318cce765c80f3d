"""Run the examples as a reader of the README would."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import signal
import sys
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from carbonex.sdk import SHANGHAI, Book, Level, connect
from sdk.market import Market, open_market, until
from sources import ROOT, SOURCES


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def market(tmp_path: Path) -> AsyncIterator[Market]:
    """A venue with two traders."""
    async with open_market(tmp_path) as opened:
        yield opened


async def test_the_taker_buys_at_the_market(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as maker:
        await maker.sell("CEA25", 200, "74.00")
        await maker.sell("CEA25", 300, "74.50")
        async with running(
            "taker.py", market.url, str(market.keys["taker"]), "CEA25", "400"
        ) as taker:
            assert await lines(taker, 3) == [
                "bought 200 t at 74.00",
                "bought 200 t at 74.50",
                "400 t at 74.25 on average, filled",
            ]
            assert await taker.wait() == 0


async def test_the_picker_takes_one_listing_that_is_large_enough(
    market: Market,
) -> None:
    async with connect(market.url, market.keys["maker"]) as maker:
        for tonnes in (10, 20, 500):
            await maker.sell("CEA25", tonnes, "74.00")
        *_, (number, order) = (await maker.own_listings("CEA25")).items()
        async with running(
            "picker.py", market.url, str(market.keys["taker"]), "CEA25", "300"
        ) as picker:
            assert await lines(picker, 1) == [
                f"bought 300 t at 74.00 of listing {number}"
            ]
            assert await picker.wait() == 0
        await until(lambda: order.filled == 300)


async def test_the_depth_watcher_draws_every_change(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as maker:
        await maker.sell("CEA25", 300, "75.00")
        async with running("depth_watcher.py", market.url, "CEA25") as watcher:
            title, ask, blank = await lines(watcher, 3)
            assert title.startswith("CEA25  seq ")
            assert ask.split() == ["ask", "75.00", "300", "t", "1", "█" * 30]
            assert blank == ""
            await maker.buy("CEA25", 100, "74.00")
            _, _, bid, _ = await lines(watcher, 4)
            assert bid.split() == ["bid", "74.00", "100", "t", "1", "█" * 10]
            watcher.send_signal(signal.SIGINT)
            assert await watcher.wait() == 0


async def test_the_market_maker_leans_against_its_inventory(market: Market) -> None:
    async with (
        running(
            "market_maker.py",
            market.url,
            str(market.keys["maker"]),
            "CEA25",
            "--reference=74.63",
            "--size=100",
        ) as maker,
        connect(market.url, market.keys["taker"]) as taker,
    ):
        assert await lines(maker, 1) == ["+0 t: 74.53 / 74.73"]
        book = await taker.book("CEA25", interval_ms=50)
        await shows(book, "74.53", 100, "74.73", 100)
        await taker.sell("CEA25", 100, "74.53")
        assert await lines(maker, 1) == ["+100 t: 74.48 / 74.68"]
        await shows(book, "74.48", 100, "74.68", 100)
        await taker.buy("CEA25", 60, "74.68")
        assert await lines(maker, 1) == ["+40 t: 74.51 / 74.71"]
        await shows(book, "74.51", 100, "74.71", 100)
        maker.send_signal(signal.SIGINT)
        assert await maker.wait() == 0
        assert market.open_orders("maker") == 0


@pytest.mark.parametrize(
    ("counter", "outcome"),
    [
        ("73.00", "sold 2000 t at 73.00 to taker"),
        ("71.00", "taker offers 71.00: declined"),
    ],
)
async def test_the_block_is_haggled_over(
    market: Market, counter: str, outcome: str
) -> None:
    async with (
        connect(market.url, market.keys["taker"]) as taker,
        running("block_trade.py", *block_trade(market)) as seller,
    ):
        offers = taker.block_updates()
        await taker.counter_block(await offers.next(), price=counter)
        assert await lines(seller, 4) == [
            "offered 2000 t at 75.00 to taker",
            "the offer is open",
            "the offer is countered",
            outcome,
        ]
        assert await seller.wait() == 0


async def test_the_block_is_taken_as_it_is_offered(market: Market) -> None:
    async with (
        connect(market.url, market.keys["taker"]) as taker,
        running("block_trade.py", *block_trade(market)) as seller,
    ):
        offers = taker.block_updates()
        await taker.accept_block(await offers.next())
        assert (await lines(seller, 3))[-1] == "the offer is accepted"
        assert await seller.wait() == 0


def block_trade(market: Market) -> list[str]:
    """Return the arguments to sell 2,000 t to taker at 75.00, at least 72.00."""
    key = str(market.keys["maker"])
    deal = ["CEA25", "2000", "taker", "--ask=75.00", "--least=72.00"]
    return [market.url, key, *deal]


async def test_the_bidder_takes_part_in_every_auction(market: Market) -> None:
    now = dt.datetime.now(SHANGHAI)
    bidder_key = str(market.keys["taker"])
    async with (
        connect(market.url, market.keys["operator"]) as operator,
        running(
            "bidder.py", market.url, bidder_key, "CEA25", "--price=75.00"
        ) as bidder,
    ):
        for quantity, opens in ((400, now), (900, now + dt.timedelta(seconds=1))):
            auction = await operator.open_auction(
                "maker",
                "CEA25",
                "sell",
                quantity,
                opens=opens,
                closes=now + dt.timedelta(seconds=60),
                client_ref=f"a-{quantity}",
            )
            number = f"auction {auction.auction_id}"
            assert await lines(bidder, 1) == [f"{number}: bid 500 t at 75.00"]
            await operator.close_auction(auction)
            status = "filled" if quantity > 500 else "partly_filled"
            got = f"{min(quantity, 500)} of 500 t"
            assert await lines(bidder, 1) == [f"{number}: {status}, {got}"]
        bidder.send_signal(signal.SIGINT)
        assert await bidder.wait() == 0


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
async def test_the_guarded_order_goes_with_its_owner(
    market: Market, end: signal.Signals
) -> None:
    arguments = (market.url, str(market.keys["maker"]), "CEA25", "500", "70.00")
    async with running("guarded_order.py", *arguments) as owner:
        assert await lines(owner, 1) == ["500 t rest at 70.00"]
        assert market.open_orders("maker") == 1
        owner.send_signal(end)
        await owner.wait()
        await until(lambda: market.open_orders("maker") == 0)


async def test_the_guarded_order_may_be_filled(market: Market) -> None:
    arguments = (market.url, str(market.keys["maker"]), "CEA25", "500", "70.00")
    async with (
        connect(market.url, market.keys["taker"]) as taker,
        running("guarded_order.py", *arguments) as owner,
    ):
        assert await lines(owner, 1) == ["500 t rest at 70.00"]
        await taker.sell("CEA25", 500, "70.00")
        assert await lines(owner, 1) == ["filled, 500 t bought"]
        assert await owner.wait() == 0
        assert market.exchange.accounts["maker"].countdown is None


@contextlib.asynccontextmanager
async def running(
    script: str, *arguments: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run an example in a separate process, which ends with the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "examples" / script),
        *arguments,
        env={**os.environ, "PYTHONPATH": SOURCES, "PYTHONIOENCODING": "utf-8"},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def lines(process: asyncio.subprocess.Process, count: int) -> list[str]:
    """Return the next lines of the process's output."""
    assert process.stdout is not None
    async with asyncio.timeout(30):
        return [
            (await process.stdout.readline()).decode().rstrip("\n")
            for _ in range(count)
        ]


async def shows(book: Book, bid: str, bid_size: int, ask: str, ask_size: int) -> None:
    """Wait until the book has exactly these two levels."""
    wanted = (
        [Level(Decimal(bid), bid_size, 1)],
        [Level(Decimal(ask), ask_size, 1)],
    )
    async with asyncio.timeout(30):
        while (book.bids, book.asks) != wanted:
            await book.changed()
