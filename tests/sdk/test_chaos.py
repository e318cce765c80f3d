"""A trader works on while the cable is cut again and again: the books agree."""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import TYPE_CHECKING

import pytest

from carbonex.sdk import (
    Block,
    BlockStateUnknown,
    ConnectionLost,
    DeadlinePassed,
    Execution,
    Order,
    OrderStateUnknown,
    Timeouts,
    UnknownBlock,
    Venue,
    connect,
)


if TYPE_CHECKING:
    from sdk.market import Cable, Market

CUTS = 12
WORKERS = 4


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_order_is_accounted_for(
    market: Market, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each order that was tried exists in the engine, or is known not to."""
    monkeypatch.setattr("carbonex.sdk.backoff.LONGEST", 0.05)
    orders: list[Order] = []
    executions: list[Execution] = []
    async with (
        connect(
            market.cable_url, market.keys["maker"], timeouts=Timeouts(order=1.0)
        ) as maker,
        connect(market.url, market.keys["taker"]) as taker,
    ):
        ended = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            noting = tasks.create_task(note(maker, executions))
            taking = tasks.create_task(take(taker))
            working = [
                tasks.create_task(work(maker, ended, orders)) for _ in range(WORKERS)
            ]
            await cut_again_and_again(market.cable, seed)
            ended.set()
            await asyncio.wait(working)
            taking.cancel()
            await asyncio.wait([taking])
            account = market.server.venue.exchange.accounts["maker"]
            await maker.wait_online()
            await maker.ping()  # what it followed is here before this answer
            while len(executions) < account.exec_seq:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            noting.cancel()
        assert market.cable.connections > CUTS // 2
        numbers = [execution.exec_seq for execution in executions]
        assert numbers == list(range(1, account.exec_seq + 1))
        placed = {e.order_id: e.client_order_id for e in executions if e.event == "new"}
        assert {order.order_id: order.client_order_id for order in orders} == placed
        shown = market.server.venue.ids.shown
        resting = {shown(o.order_id): o.filled for o in account.orders.values()}
        assert {o.order_id: o.filled for o in orders if o.is_open} == resting
        traded = {
            order.order_id: sum([fill.quantity async for fill in order.fills()])
            for order in orders
            if not order.is_open
        }
        assert traded == {o.order_id: o.filled for o in orders if not o.is_open}


@pytest.mark.parametrize("seed", [3, 4])
async def test_every_block_is_proposed_once(
    market: Market, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each proposal that was tried is one block, however often it was sent."""
    monkeypatch.setattr("carbonex.sdk.backoff.LONGEST", 0.05)
    blocks: list[Block] = []
    async with connect(market.cable_url, market.keys["maker"]) as maker:
        ended = asyncio.Event()
        working = [
            asyncio.ensure_future(propose(maker, ended, blocks)) for _ in range(WORKERS)
        ]
        await cut_again_and_again(market.cable, seed)
        ended.set()
        await asyncio.gather(*working)
        assert await maker.blocks() == []
    assert market.cable.connections > CUTS // 2
    ids = market.server.venue.ids.blocks
    numbers = sorted(ids.meant(block.block_id) for block in blocks)
    assert numbers == list(range(1, market.exchange.last_block_id + 1))
    assert market.exchange.accounts["maker"].holdings["CEA25"].locked == 0


async def cut_again_and_again(cable: Cable, seed: int) -> None:
    """Cut the cable now and then, with or without answers that were under way."""
    draw = random.Random(seed)
    for _ in range(CUTS):
        await asyncio.sleep(draw.uniform(0.0, 0.1))
        cable.answers_held = draw.random() < 0.5
        await asyncio.sleep(draw.uniform(0.0, 0.02))
        cable.cut(both_ends=draw.random() < 0.5)


async def propose(venue: Venue, ended: asyncio.Event, blocks: list[Block]) -> None:
    """Propose and withdraw until the end, and keep every block."""
    while not ended.is_set():
        try:
            block = await venue.propose_block("taker", "sell", "CEA25", 1_000, "75.00")
        except BlockStateUnknown as error:
            block = await error.resolve()
        except ConnectionLost:
            await venue.wait_online()
            continue
        blocks.append(block)
        await withdraw(venue, block)


async def withdraw(venue: Venue, block: Block) -> None:
    """Take a proposal back, whatever it takes."""
    while True:
        try:
            await venue.withdraw_block(block)
        except UnknownBlock:
            return  # it was withdrawn, and the answer lost
        except ConnectionLost:
            await venue.wait_online()
        else:
            return


async def work(venue: Venue, ended: asyncio.Event, orders: list[Order]) -> None:
    """Offer until the end, and keep what came of every single attempt."""
    while not ended.is_set():
        try:
            orders.append(await venue.sell("CEA25", 2, "75.00"))
        except OrderStateUnknown as error:
            order = await error.resolve()
            if order is not None:
                orders.append(order)
        except ConnectionLost:
            await venue.wait_online()
        except DeadlinePassed:
            continue


async def take(venue: Venue) -> None:
    """Buy whatever is offered, in pieces that leave orders half filled."""
    while True:
        await venue.buy("CEA25", 3, "75.00", time_in_force="ioc")
        await asyncio.sleep(0.003)


async def note(venue: Venue, executions: list[Execution]) -> None:
    """Keep every execution from the account's first on."""
    with contextlib.suppress(asyncio.CancelledError):
        async for execution in venue.executions(from_seq=1):
            executions.append(execution)  # noqa: PERF401
