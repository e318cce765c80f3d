"""The connected traders and the market data they receive."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random
from typing import TYPE_CHECKING, Final

from carbonex.sdk import Timeouts, connect

from .cast import MAKERS, MANDATED, PRODUCTS
from .evidence import listen
from .maker import MarketMaker
from .mandated import Mandated
from .picture import Ladder, Mandate, Picture, percentiles
from .strategy import FairPrice
from .tape import Rates, Sample, Tape


if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from carbonex.sdk import Balances, Book, Key, Venue

    from .evidence import Evidence
    from .trader import Trader


# The venue refuses an order that is two seconds late. After that time a trader
# therefore knows the fate of its order and need not wait longer after the kill.
TIMEOUTS: Final = Timeouts(order=2.0, answer=20.0)
NEWS_SECONDS: Final = 0.03  # between two moves of the fair prices
HEAD_START: Final = 0.5  # of the makers, so that the first buyer finds quotes
SETTLING: Final = 0.2  # time for every client to read what has arrived
RELISTEN_SECONDS: Final = 0.1  # before the listener reconnects


@asynccontextmanager
async def open_stage(
    url: str, keys: Mapping[str, Key], evidence: Evidence, seconds: float
) -> AsyncIterator[Stage]:
    """Connect the cast to the venue at ``url`` and let it trade within the block.

    An error of one trader, or of the block, ends all traders and is raised.
    """
    async with AsyncExitStack() as stack:
        stage = Stage(await _Cast.connected(stack, url, keys, evidence, seconds))
        try:
            async with asyncio.TaskGroup() as tasks:
                stage.start(tasks)
                yield stage
                stage.stop_following()
        except ExceptionGroup as group:
            raise _first(group) from group


class Stage:
    """The traders at work; ``scene`` describes what is happening."""

    def __init__(self, cast: _Cast) -> None:
        self.scene = "the market opens"
        self._cast = cast
        self._began = time.monotonic()
        self._tape = Tape([product.instrument for product in PRODUCTS])
        self._rates = Rates(self._began)
        self._at_work: list[asyncio.Task[None]] = []
        self._following: list[asyncio.Task[None]] = []

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """Start everybody; the makers start a little earlier."""
        cast = self._cast
        for watching in (
            *(trader.follow_executions() for trader in cast.traders),
            *(self._read_tape(product.instrument) for product in PRODUCTS),
            cast.spread_news(),
            cast.keep_listening(),
        ):
            self._following.append(tasks.create_task(watching))
        for working in (
            *(maker.run() for maker in cast.makers),
            *(_later(mandated) for mandated in cast.mandated),
        ):
            self._at_work.append(tasks.create_task(working))

    async def finish(self) -> dict[str, Balances]:
        """End the trading; return every account's balances as the venue states them.

        Resting orders stay in the book. On return every client has received everything,
        because an answer arrives after all data that was sent before it.
        """
        cast = self._cast
        cast.ending.set()
        await asyncio.gather(*self._at_work)
        balances = {}
        for trader in cast.traders:
            balances[trader.account] = await trader.venue.balances()
        await cast.observer.ping()
        await asyncio.sleep(SETTLING)
        return balances

    def stop_following(self) -> None:
        """Cancel the tasks that would follow the venue forever."""
        for task in self._following:
            task.cancel()

    def picture(self) -> Picture:
        """Return the current state for display."""
        cast, tape, evidence = self._cast, self._tape, self._cast.evidence
        now = time.monotonic()
        sample = Sample(now, evidence.commands, tape.trades)
        commands_per_s, trades_per_s = self._rates.update(sample)
        return Picture(
            scene=self.scene,
            elapsed_s=now - self._began,
            seconds=cast.seconds,
            orders=evidence.commands,
            orders_per_s=commands_per_s,
            trades=tape.trades,
            trades_per_s=trades_per_s,
            latency=percentiles(evidence.recent),
            seq=evidence.newest.seq,
            position=evidence.newest.position,
            chain=evidence.newest.hash,
            clients=len(cast.traders) + 2,  # plus the observer and the listener
            ladders=[self._ladder(p.instrument, p.title) for p in PRODUCTS],
            prints=list(tape.recent),
            mandates=[
                Mandate(t.account, t.role.verb, t.role.instrument, t.done, t.wanted)
                for t in cast.mandated
            ],
        )

    def _ladder(self, instrument: str, title: str) -> Ladder:
        book, line = self._cast.books[instrument], self._tape.lines[instrument]
        return Ladder(
            instrument,
            title,
            book.bids,
            book.asks,
            line.last,
            line.opened,
            line.trades,
            line.volume,
            fresh=not book.stale,
        )

    async def _read_tape(self, instrument: str) -> None:
        async for trade in self._cast.observer.trades(instrument):
            self._tape.add(trade)
            self._cast.evidence.printed(trade)


class _Cast:
    """All connected clients, and the fair prices that all makers share."""

    def __init__(self, url: str, evidence: Evidence, seconds: float) -> None:
        self.evidence = evidence
        self.seconds = seconds
        self.ending = asyncio.Event()
        self.observer: Venue
        self.books: dict[str, Book] = {}
        self.makers: list[MarketMaker] = []
        self.mandated: list[Mandated] = []
        self._url = url
        self._random = Random()
        self._fair = {product.instrument: product.reference for product in PRODUCTS}

    @classmethod
    async def connected(
        cls,
        stack: AsyncExitStack,
        url: str,
        keys: Mapping[str, Key],
        evidence: Evidence,
        seconds: float,
    ) -> _Cast:
        """Connect each company with its own key, and an observer without a key."""
        cast = cls(url, evidence, seconds)
        cast.observer = await stack.enter_async_context(connect(url))
        for product in PRODUCTS:
            book = await cast.observer.book(product.instrument)
            cast.books[product.instrument] = book
        shared = evidence, cast._random, cast.ending
        for maker in MAKERS:
            venue = await cast._connect(stack, keys[maker.account])
            cast.makers.append(MarketMaker(venue, *shared, maker, cast._fair))
        for role in MANDATED:
            venue = await cast._connect(stack, keys[role.account])
            cast.mandated.append(Mandated(venue, *shared, role, seconds))
        return cast

    @property
    def traders(self) -> list[Trader]:
        """All companies: makers, then mandated traders."""
        return [*self.makers, *self.mandated]

    async def spread_news(self) -> None:
        """Move the fair prices, forever."""
        prices = {
            product.instrument: FairPrice(product.reference, self._random)
            for product in PRODUCTS
        }
        while True:
            await asyncio.sleep(NEWS_SECONDS)
            for instrument, price in prices.items():
                self._fair[instrument] = price.step()

    async def keep_listening(self) -> None:
        """Record every heartbeat, before and after the kill."""
        while True:
            await listen(self._url, self.evidence)
            await asyncio.sleep(RELISTEN_SECONDS)

    async def _connect(self, stack: AsyncExitStack, key: Key) -> Venue:
        return await stack.enter_async_context(
            connect(self._url, key, timeouts=TIMEOUTS)
        )


async def _later(trader: Mandated) -> None:
    await trader.pause(HEAD_START)
    await trader.run()


def _first(error: Exception) -> Exception:
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error
