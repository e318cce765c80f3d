"""Traders on the real SDK: they trade, follow channels and lose connections."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final, final

from carbonex.sdk import (
    BatchStateUnknown,
    BidStateUnknown,
    BlockStateUnknown,
    CarbonexError,
    ConnectionLost,
    HistoryGone,
    LoginFailed,
    Order,
    OrderStateUnknown,
    Timeouts,
    Venue,
    VenueError,
    VenueRestored,
    connect,
)

from .acts import INSTRUMENTS, Acts
from .host import ADDRESS, PORT
from .record import Fated


if TYPE_CHECKING:
    from typing import Any

    from .loop import Process
    from .world import World


URL: Final = f"ws://{ADDRESS}:{PORT}"
TIMEOUTS: Final = Timeouts(order=1.5, answer=3.0)
KEPT: Final = 40  # orders that a trader may still amend or cancel


@final
class Trader:
    """One trader; its memory outlives its processes.

    ``next_seq`` is the next execution that it wants. ``idle`` is set once the world is
    calm and the trader has received everything.
    """

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.next_seq = 1
        self.idle = False
        self.done = 0  # requests answered
        self._encoding: Any = "msgpack" if name.startswith("pack") else "json"
        # One trader has its orders cancelled when it is disconnected for too long.
        self._options: Any = {}
        if name == "pack-1":
            self._options = {
                "session": "maker",
                "cancel_on_disconnect": True,
                "grace": 0.5,
            }
        self.orders: list[Order] = []
        self.acts = Acts(self)

    def start(self) -> None:
        """Start, or restart after a crash."""
        self.orders.clear()
        self.process = self.world.process(self.name, self._live)

    async def _live(self, _process: Process) -> None:
        while not self.idle:
            try:
                async with connect(
                    URL,
                    self.world.keys[self.name],
                    encoding=self._encoding,
                    timeouts=TIMEOUTS,
                    **self._options,
                ) as venue:
                    await self._trade(venue)
            except LoginFailed as error:
                self.world.record.fail("who has a key gets in", error)
                return
            except VenueRestored as error:  # the SDK noticed that the venue lost data
                self.world.record.fail("what was told stands", error)
                return
            except ConnectionLost:
                await asyncio.sleep(self._draw(0.05, 0.4))
            self.orders.clear()

    async def _trade(self, venue: Venue) -> None:
        """Trade during one client's life, then leave."""
        followers = [
            asyncio.ensure_future(self._follow(venue)),
            asyncio.ensure_future(self._watch(venue)),
        ]
        workers = [asyncio.ensure_future(self._work(venue)) for _ in range(3)]
        await asyncio.wait(workers)
        for worker in workers:
            worker.result()
        if self.world.calm:
            await self._settle(venue)
        for follower in followers:
            follower.cancel()
        await asyncio.wait(followers)

    async def _settle(self, venue: Venue) -> None:
        """Wait until all executions have arrived."""
        while True:
            await venue.wait_online()
            server = self.world.host.server
            if server is not None:
                account = server.venue.exchange.accounts[self.name]
                if self.next_seq == account.exec_seq + 1:
                    self.idle = True
                    return
            await asyncio.sleep(0.1)

    async def _follow(self, venue: Venue) -> None:
        """Record every execution from the account's first."""
        record = self.world.record
        while True:
            first = self.next_seq
            told: list[int] = []
            record.streams.append((self.name, first, told))
            try:
                async for execution in venue.executions(from_seq=first):
                    told.append(execution.exec_seq)
                    self.next_seq = execution.exec_seq + 1
                    record.trace.update(execution.exec_seq.to_bytes(8))
            except HistoryGone as gone:  # the simulation never deletes history
                record.fail("executions without a gap", gone)
                return
            except VenueRestored as error:
                record.fail("what was told stands", error)
                return
            except ConnectionLost:
                return

    async def _watch(self, venue: Venue) -> None:
        """Follow all other channels for as long as the task lives."""
        with contextlib.suppress(ConnectionLost):
            held: list[Any] = [await venue.book(name, 10, 50) for name in INSTRUMENTS]
            held += [venue.ticker(), venue.bulletins()]
            held += [venue.heartbeats(), venue.balance_updates(), venue.countdowns()]
            held += [venue.block_updates(), venue.bid_updates()]
            newest: dict[str, int] = {}
            async for trade in venue.trades():
                number = int(trade.trade_id)
                if number <= newest.get(trade.instrument, 0):
                    self.world.record.fail("prints are told once", trade)
                newest[trade.instrument] = number

    async def _work(self, venue: Venue) -> None:
        while not self.world.calm and self._draw(0, 1) > 0.003:
            await asyncio.sleep(self._draw(0, 0.1))
            if self.world.lull:
                continue
            try:
                await self._act(venue)
                self.done += 1
            except OrderStateUnknown as unknown:
                await self._resolve(unknown)
            except BatchStateUnknown as unknown:
                await self._resolve_batch(unknown)
            except (BlockStateUnknown, BidStateUnknown) as unknown:
                with contextlib.suppress(VenueError):
                    await unknown.resolve()
            except VenueError:
                self.done += 1
            except ConnectionLost:
                await venue.wait_online()

    async def _act(self, venue: Venue) -> None:
        """Perform one action."""
        if self.orders:
            await self.acts.next(venue)
        else:
            await self.acts.place(venue)

    async def _resolve(self, unknown: OrderStateUnknown) -> None:
        record = self.world.record
        record.count("unknown fates")
        try:
            order = await unknown.resolve()
        except CarbonexError:
            return
        self._note(unknown.client_order_id, order)

    async def _resolve_batch(self, unknown: BatchStateUnknown) -> None:
        record = self.world.record
        record.count("unknown fates", len(unknown.client_order_ids))
        try:
            orders = await unknown.resolve()
        except CarbonexError:
            return
        for name, order in zip(unknown.client_order_ids, orders, strict=True):
            self._note(name, order)

    def _note(self, client_order_id: str, order: Order | None) -> None:
        server = self.world.host.server
        if server is not None:
            day = server.venue.exchange.day_number
            found = order is not None
            fated = Fated(self.name, client_order_id, found, day)
            self.world.record.fates.append(fated)

    def keep(self, order: Order) -> None:
        """Keep an order that may still be amended or cancelled."""
        if order.is_open:
            self.orders.append(order)
            if len(self.orders) > KEPT:
                self.orders.pop(0)

    def _draw(self, low: float, high: float) -> float:
        return low + self.world.random.random() * (high - low)
