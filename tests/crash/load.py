"""Traders at work while their venue dies again and again."""

from __future__ import annotations

import asyncio
import itertools
import random
from typing import TYPE_CHECKING, Final, final

from carbonex.sdk import (
    BatchStateUnknown,
    Block,
    BlockStateUnknown,
    ConnectionLost,
    NewOrder,
    Order,
    OrderStateUnknown,
    UnknownBlock,
    VenueError,
)
from market import CEA

from .house import MIN_BLOCK, REFERENCE, TRADERS


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from carbonex.sdk import Venue
    from carbonex.sdk.new_order import OrderOptions
    from carbonex.wire.requests import SideName

    from .told import Told


PAUSE: Final = 0.005  # seconds at most between two requests of one worker
WORKERS: Final = 4  # for each trader
KEPT: Final = 40  # open orders that a trader amends and cancels
BATCH: Final = 12


def price_at(ticks: int) -> str:
    """Return the price so many fen from the reference, as the SDK takes it."""
    return f"{(REFERENCE + ticks) / 100:.2f}"


@final
class Trader:
    """One trader on one connection, for all rounds.

    What it does is drawn from the seed and its name; when it comes to do it is
    the machine's choice.
    """

    def __init__(self, name: str, venue: Venue, told: Told, seed: int) -> None:
        self._name = name
        self._venue = venue
        self._told = told
        self._draw = random.Random(f"{seed} {name}")
        self._numbers = itertools.count(1)
        self._orders: list[Order] = []
        self._fates: set[asyncio.Task[None]] = set()
        self._actions: dict[Callable[[], Awaitable[None]], int] = {
            self._place: 50,
            self._amend: 15,
            self._cancel: 20,
            self._place_batch: 4,
            self._propose: 3,
            self._answer_blocks: 6,
            self._cancel_all: 1,
        }

    async def work(self) -> None:
        """Do one thing after the other until cancelled."""
        while True:
            await self._venue.wait_online()
            (act,) = self._draw.choices(
                list(self._actions), list(self._actions.values())
            )
            try:
                with self._told.remembered():
                    await act()
            except VenueError:
                self._told.refused += 1
                self._told.answered += 1
            except ConnectionLost:
                continue
            else:
                self._told.answered += 1
            await asyncio.sleep(self._draw.uniform(0, PAUSE))

    async def note(self) -> None:
        """Keep every execution from the account's first on."""
        async for execution in self._venue.executions(from_seq=1):
            self._told.executed(execution)

    async def settle(self) -> None:
        """Wait until every unknown fate is known."""
        while self._fates:
            await asyncio.gather(*self._fates)

    def stop(self) -> None:
        """Give up finding out."""
        for task in self._fates:
            task.cancel()

    def _new(self) -> NewOrder:
        side: SideName = "buy" if self._draw.random() < 0.5 else "sell"
        ticks = self._draw.randrange(-12, 9) * (1 if side == "buy" else -1)
        quantity = self._draw.randrange(1, 40)
        iceberg = quantity > 5 and self._draw.random() < 0.1
        stop = not iceberg and self._draw.random() < 0.05
        beyond = 5 if side == "buy" else -5
        name = f"{self._name}-{next(self._numbers)}"
        self._told.sent.add((self._name, name))
        return NewOrder(
            side,
            CEA,
            quantity,
            price_at(ticks),
            time_in_force="day" if self._draw.random() < 0.3 else "gtc",
            client_order_id=name,
            display_quantity=5 if iceberg else 0,
            stop_price=price_at(ticks + beyond) if stop else None,
        )

    async def _place(self) -> None:
        new = self._new()
        place = self._venue.buy if new.side == "buy" else self._venue.sell
        options: OrderOptions = {
            "time_in_force": new.time_in_force,
            "client_order_id": new.client_order_id,
            "display_quantity": new.display_quantity,
        }
        if new.stop_price is not None:
            options["stop_price"] = new.stop_price
        try:
            order = await place(CEA, new.quantity, new.price, **options)
        except OrderStateUnknown as unknown:
            self._find_out(self._fate(unknown))
            raise
        except (VenueError, ConnectionLost):
            self._told.absent.add((self._name, new.client_order_id))
            raise
        self._keep(order)

    async def _place_batch(self) -> None:
        new = [self._new() for _ in range(self._draw.randrange(1, BATCH))]
        try:
            placed = await self._venue.add_orders(new)
        except BatchStateUnknown as unknown:
            self._find_out(self._fates_of(unknown))
            raise
        except (VenueError, ConnectionLost):
            self._told.absent.update((self._name, one.client_order_id) for one in new)
            raise
        for one, what in zip(new, placed, strict=True):
            if isinstance(what, Order):
                self._keep(what)
            else:
                self._told.absent.add((self._name, one.client_order_id))

    async def _amend(self) -> None:
        order = self._one_of_mine()
        if order is None:
            return
        order_id = int(order.order_id)
        self._told.amends_sent[order_id] += 1
        ticks = self._draw.randrange(-9, 9)
        quantity = order.filled + self._draw.randrange(6, 40)
        try:
            if order.waiting or self._draw.random() < 0.5:
                await order.amend(quantity=quantity)
            else:
                await order.amend(price=price_at(ticks))
        except OrderStateUnknown as unknown:
            self._find_out(_until_known(unknown))
            raise
        self._told.amended[order_id] += 1

    async def _cancel(self) -> None:
        order = self._one_of_mine()
        if order is None:
            return
        try:
            await order.cancel()
        except OrderStateUnknown as unknown:
            self._find_out(_until_known(unknown))
            raise
        self._told.cancelled.append(int(order.order_id))

    async def _cancel_all(self) -> None:
        for cancelled in (await self._venue.cancel_all()).orders:
            self._told.cancelled.append(int(cancelled.order_id))

    async def _propose(self) -> None:
        other = self._draw.choice([name for name in TRADERS if name != self._name])
        side: SideName = self._draw.choice(["buy", "sell"])
        ref = f"{self._name}-block-{next(self._numbers)}"
        try:
            block = await self._venue.propose_block(
                other, side, CEA, MIN_BLOCK, price_at(0), client_ref=ref
            )
        except BlockStateUnknown as unknown:
            self._find_out(self._proposed(ref, unknown))
            raise
        self._told.proposed.append((ref, int(block.block_id)))

    async def _answer_blocks(self) -> None:
        """Accept what others propose, decline some, take back some of one's own."""
        for block in await self._venue.blocks():
            chance = self._draw.random()
            if block.proposer == self._name:
                if chance < 0.1:
                    await self._certainly(self._venue.withdraw_block(block))
            elif chance < 0.7:
                await self._accept(block)
            elif chance < 0.8:
                await self._certainly(self._venue.decline_block(block))

    async def _accept(self, block: Block) -> None:
        ref = f"{self._name}-accept-{next(self._numbers)}"
        try:
            await self._venue.accept_block(block, client_ref=ref)
        except BlockStateUnknown as unknown:
            self._find_out(self._accepted(ref, unknown))
            raise
        self._told.accepted.append((ref, int(block.block_id)))

    async def _certainly(self, asked: Coroutine[object, object, Block]) -> None:
        try:
            await asked
        except BlockStateUnknown as unknown:
            self._find_out(_until_known(unknown))
            raise

    def _keep(self, order: Order) -> None:
        self._told.placed_as(order)
        self._orders.append(order)
        del self._orders[:-KEPT]

    def _one_of_mine(self) -> Order | None:
        self._orders = [order for order in self._orders if order.is_open]
        return self._draw.choice(self._orders) if self._orders else None

    # What became of what was under way when the venue died.

    def _find_out(self, fate: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(self._remembered(fate))
        self._fates.add(task)
        task.add_done_callback(self._fates.discard)

    async def _remembered(self, fate: Coroutine[object, object, None]) -> None:
        with self._told.remembered():
            await fate

    async def _fate(self, unknown: OrderStateUnknown) -> None:
        self._resolved(unknown.client_order_id, await unknown.resolve())

    async def _fates_of(self, unknown: BatchStateUnknown) -> None:
        names = unknown.client_order_ids
        for name, order in zip(names, await unknown.resolve(), strict=True):
            self._resolved(name, order)

    def _resolved(self, client_order_id: str, order: Order | None) -> None:
        if order is None:
            self._told.absent.add((self._name, client_order_id))
            self._told.never += 1
        else:
            self._keep(order)
            self._told.happened += 1

    async def _proposed(self, ref: str, unknown: BlockStateUnknown) -> None:
        try:
            block = await unknown.resolve()
        except VenueError:
            return
        self._told.proposed.append((ref, int(block.block_id)))

    async def _accepted(self, ref: str, unknown: BlockStateUnknown) -> None:
        try:
            block = await unknown.resolve()
        except VenueError:
            return
        self._told.accepted.append((ref, int(block.block_id)))


async def _until_known(unknown: OrderStateUnknown | BlockStateUnknown) -> None:
    try:
        await unknown.resolve()
    except UnknownBlock:
        return  # it is not open, in any case
    except VenueError:
        return  # it was not done before, and cannot be any more
