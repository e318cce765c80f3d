"""Traders on the real SDK: they trade, follow what they trade, and lose connections."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Final, final

from carbonex.sdk import (
    SHANGHAI,
    BatchStateUnknown,
    BidStateUnknown,
    BlockStateUnknown,
    CarbonexError,
    ConnectionLost,
    HistoryGone,
    LoginFailed,
    NewOrder,
    Order,
    OrderStateUnknown,
    Timeouts,
    Venue,
    VenueError,
    VenueRestored,
    connect,
)

from .host import ADDRESS, PORT
from .record import Fated


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from .loop import Process
    from .world import World


URL: Final = f"ws://{ADDRESS}:{PORT}"
TIMEOUTS: Final = Timeouts(order=1.5, answer=3.0)
INSTRUMENTS: Final = ("CEA25", "CCER24")
KEPT: Final = 40  # orders that a trader may still amend or cancel


@final
class Trader:
    """One trader; its memory outlives its processes.

    ``next_seq`` is the execution it wants next, ``idle`` whether it has come to
    the end of what it was doing, once the world is calm.
    """

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.next_seq = 1
        self.idle = False
        self.done = 0  # requests answered
        self._encoding: Any = "msgpack" if name.startswith("pack") else "json"
        # One has its orders cancelled when it is gone, if not for long.
        self._options: Any = {}
        if name == "pack-1":
            self._options = {
                "session": "maker",
                "cancel_on_disconnect": True,
                "grace": 0.5,
            }
        self._orders: list[Order] = []
        self._numbers = 0

    def start(self) -> None:
        """Begin, or begin anew after a crash."""
        self._orders.clear()
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
            except VenueRestored as error:  # the SDK has noticed what was lost
                self.world.record.fail("what was told stands", error)
                return
            except ConnectionLost:
                await asyncio.sleep(self._draw(0.05, 0.4))
            self._orders.clear()

    async def _trade(self, venue: Venue) -> None:
        """Trade over one client's life, then leave."""
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
        """Wait until everything that happened has been told."""
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
        """Keep every execution from the account's first on."""
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
            except HistoryGone as gone:  # nothing here is ever archived or deleted
                record.fail("executions without a gap", gone)
                return
            except VenueRestored as error:
                record.fail("what was told stands", error)
                return
            except ConnectionLost:
                return

    async def _watch(self, venue: Venue) -> None:
        """Follow what there is to follow, for as long as the task lives."""
        with contextlib.suppress(ConnectionLost):
            held: list[Any] = [await venue.book(name, 10, 50) for name in INSTRUMENTS]
            held += [venue.trades(), venue.ticker(), venue.bulletins()]
            held += [venue.heartbeats(), venue.balance_updates(), venue.countdowns()]
            held += [venue.block_updates(), venue.bid_updates()]
            await asyncio.get_running_loop().create_future()

    async def _work(self, venue: Venue) -> None:
        while not self.world.calm and self._draw(0, 1) > 0.003:
            await asyncio.sleep(self._draw(0, 0.03))
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
        """Do one thing or another."""
        if not self._orders:
            await self._place(venue)
            return
        draw = self._draw(0, 1)
        for upto, act in _ACTS:
            if draw < upto:
                await act(self, venue)
                return

    async def _cancel(self, _venue: Venue) -> None:
        await self._chosen().cancel()

    async def _cancel_some(self, venue: Venue) -> None:
        await venue.cancel_orders([self._chosen() for _ in range(4)])

    async def _cancel_all(self, venue: Venue) -> None:
        await venue.cancel_all(self._instrument())

    async def _count_down(self, venue: Venue) -> None:
        """Arm or disarm the dead man's switch; one trader does."""
        if self.name == "json-2":
            await venue.cancel_all_after(int(self._draw(0, 4)))

    async def _ask(self, venue: Venue) -> None:
        await venue.balances()

    async def _bid(self, venue: Venue) -> None:
        """Bid in whatever auction there is, or take a bid back."""
        for auction in await venue.auctions():
            await venue.place_bid(auction, 1 + int(self._draw(0, 60)), "75.00")
        bids = await venue.bids()
        if bids and self._draw(0, 1) < 0.3:
            await venue.cancel_bid(bids[0])

    async def _adopt(self, venue: Venue) -> None:
        for order in await venue.open_orders():
            self._keep(order)

    async def _place(self, venue: Venue) -> None:
        new = self._new()
        place = venue.buy if new.side == "buy" else venue.sell
        options: Any = {
            name: getattr(new, name)
            for name in (
                *("time_in_force", "post_only", "display_quantity", "stop_price"),
                "expires",
            )
        }
        self._keep(await place(new.instrument, new.quantity, new.price, **options))

    async def _place_many(self, venue: Venue) -> None:
        number = int(self._draw(2, 30))
        for order in await venue.add_orders([self._new() for _ in range(number)]):
            if isinstance(order, Order):
                self._keep(order)

    async def _amend(self, _venue: Venue) -> None:
        order = self._chosen()
        if self._draw(0, 1) < 0.5:
            await order.amend(
                quantity=max(1, order.quantity + int(self._draw(-20, 20)))
            )
        else:
            await order.amend(price=self._price(order.side))

    async def _block(self, venue: Venue) -> None:
        """Propose a block to somebody, or answer one."""
        blocks = await venue.blocks()
        if blocks and self._draw(0, 1) < 0.7:
            block = blocks[int(self._draw(0, len(blocks)))]
            if block.proposer == self.name:
                await venue.withdraw_block(block)
            elif self._draw(0, 1) < 0.6:
                await venue.accept_block(block)
            else:
                await venue.decline_block(block)
        else:
            other = "json-2" if self.name == "json-1" else "json-1"
            await venue.propose_block(other, "sell", "CEA25", 10_000, "74.00")

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

    def _new(self) -> NewOrder:
        draw = self._draw(0, 1)
        side: Any = "buy" if self._draw(0, 1) < 0.5 else "sell"
        price: Any = self._price(side)
        quantity = 1 + int(self._draw(0, 60))
        options: dict[str, Any] = {}
        if draw < 0.1:
            options["time_in_force"] = "ioc"
        elif draw < 0.15:
            options["post_only"] = "reject"
        elif draw < 0.2:
            options["display_quantity"] = 1 + quantity // 5
        elif draw < 0.24:
            options["stop_price"] = price
        elif draw < 0.28:
            options["expires"] = self._moment(1 + self._draw(0, 4))
        elif draw < 0.32:
            price = "market"
        elif draw < 0.4:
            options["time_in_force"] = "gtc"
        return NewOrder(side, self._instrument(), quantity, price, **options)

    def _moment(self, seconds: float) -> dt.datetime:
        """Return when so many seconds will have passed."""
        time_ns = self.world.host.wall() + int(seconds * 1e9)
        return dt.datetime.fromtimestamp(time_ns / 1e9, SHANGHAI)

    def _price(self, side: str) -> Decimal:
        """Around 74, sellers a little higher, so that some rest and some trade."""
        away = int(self._draw(-4, 9))
        return Decimal(7400 + (away if side == "sell" else -away)) / 100

    def _instrument(self) -> str:
        return INSTRUMENTS[self._draw(0, 1) < 0.3]

    def _chosen(self) -> Order:
        return self._orders[int(self._draw(0, len(self._orders)))]

    def _keep(self, order: Order) -> None:
        if order.is_open:
            self._orders.append(order)
            if len(self._orders) > KEPT:
                self._orders.pop(0)

    def _draw(self, low: float, high: float) -> float:
        return low + self.world.random.random() * (high - low)


# What a trader does, each with the draw below which it does it.
_ACTS: Final[tuple[tuple[float, Callable[[Trader, Venue], Awaitable[None]]], ...]] = (
    (0.45, Trader._place),
    (0.62, Trader._place_many),
    (0.74, Trader._cancel),
    (0.84, Trader._amend),
    (0.88, Trader._cancel_some),
    (0.9, Trader._cancel_all),
    (0.91, Trader._count_down),
    (0.93, Trader._ask),
    (0.94, Trader._adopt),
    (0.97, Trader._bid),
    (1.0, Trader._block),
)
