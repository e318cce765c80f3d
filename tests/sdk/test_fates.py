"""What became of it: the answer is lost, the venue is killed, a night passes.

A real process behind a cable; ``resolve`` must tell the truth, and nothing may
be there twice.
"""

from __future__ import annotations

import asyncio
import contextlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from carbonex.gateway.config import FILE_NAME
from carbonex.sdk import (
    BatchStateUnknown,
    BiddingClosed,
    BidStateUnknown,
    BlockStateUnknown,
    NewOrder,
    OrderStateUnknown,
    Timeouts,
    UnknownBlock,
    Venue,
    connect,
)
from gateway.simulated_days import ns
from hours import Hours
from sdk.hours import shanghai
from sdk.market import Cable, set_up, until
from venue_process import VenueProcess, write_config


if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from carbonex.sdk import Execution

FIRST_DAY, SECOND_DAY = ns("2026-07-29 09:31:00"), ns("2026-07-30 09:31:00")
RESTARTS = {"same day": FIRST_DAY, "next day": SECOND_DAY}


class Stage:
    """A venue's process, a cable to it, and what was done before the accident."""

    def __init__(self, directory: Path, keys: dict[str, Path], cable: Cable) -> None:
        self.directory = directory
        self.keys = keys
        self.cable = cable
        self.stack = contextlib.AsyncExitStack()
        self.process: VenueProcess

    async def start(self, at_ns: int) -> None:
        self.process = await self.stack.enter_async_context(
            VenueProcess(self.directory, at_ns)
        )
        self.cable.target = self.process.port

    def connected(
        self, name: str, *, by_cable: bool = False
    ) -> contextlib.AbstractAsyncContextManager[Venue]:
        port = self.cable.port if by_cable else self.process.port
        return connect(
            f"ws://127.0.0.1:{port}", self.keys[name], timeouts=Timeouts(order=1.0)
        )

    async def accident(
        self,
        doing: Awaitable[Any],
        *,
        arrived: Callable[[], Awaitable[bool]] | None,
        at_ns: int,
    ) -> Any:
        """Lose the answer of ``doing``, kill the venue and start it again.

        ``arrived`` tells whether the venue has done it; without it, it never gets
        there. Return the error.
        """
        cable = self.cable
        if arrived is None:
            cable.requests_held = True
        else:
            cable.answers_held = True
        task = asyncio.ensure_future(doing)
        if arrived is None:
            await until(cable.holds_something)
        else:
            while not await arrived():  # noqa: ASYNC110 - nobody announces it
                await asyncio.sleep(0.005)
        await self.process.kill()
        cable.cut(both_ends=True)
        cable.requests_held = False
        with pytest.raises(
            (OrderStateUnknown, BatchStateUnknown, BlockStateUnknown, BidStateUnknown)
        ) as caught:
            await task
        await self.start(at_ns)
        return caught.value


@pytest.fixture
async def stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    Hours(monkeypatch).be("2026-07-29 09:30:00")
    keys = set_up(tmp_path)
    write_config(tmp_path)
    assert (tmp_path / FILE_NAME).exists()
    async with Cable.laid(0) as cable:
        stage = Stage(tmp_path, keys, cable)
        async with stage.stack:
            await stage.start(FIRST_DAY)
            yield stage


both = pytest.mark.parametrize("arrives", [True, False], ids=["arrived", "lost"])
when = pytest.mark.parametrize("at_ns", RESTARTS.values(), ids=RESTARTS)


async def orders_of(stage: Stage, name: str = "maker") -> list[tuple[Any, ...]]:
    """Return the open orders, as somebody else sees them."""
    async with stage.connected(name) as other:
        return [
            (o.side, o.quantity, o.price, o.filled) for o in await other.open_orders()
        ]


@both
@when
async def test_an_order_placed(stage: Stage, at_ns: int, *, arrives: bool) -> None:
    async with (
        stage.connected("maker", by_cable=True) as maker,
        stage.connected("maker") as witness,
    ):

        async def arrived() -> bool:
            return bool(await witness.open_orders())

        error = await stage.accident(
            maker.buy("CEA25", 100, "70.00", time_in_force="gtc"),
            arrived=arrived if arrives else None,
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

        async def arrived() -> bool:
            return bool(await witness.open_orders())

        error = await stage.accident(
            maker.buy("CEA25", 100, "70.00"), arrived=arrived, at_ns=at_ns
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
            arrived=arrived if arrives else None,
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
            order.cancel(), arrived=arrived if arrives else None, at_ns=at_ns
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

        async def arrived() -> bool:
            return bool(await witness.open_orders())

        error = await stage.accident(
            maker.add_orders(new), arrived=arrived if arrives else None, at_ns=at_ns
        )
        found = await error.resolve()
        stage.cable.deliver_held()
        quantities = [1, 2, 3] if arrives else [None] * 3
        assert [order and order.quantity for order in found] == quantities
        assert [quantity for _, quantity, *_ in await orders_of(stage)] == (
            [1, 2, 3] if arrives else []
        )


@both
@when
async def test_a_proposal(stage: Stage, at_ns: int, *, arrives: bool) -> None:
    async with (
        stage.connected("maker", by_cable=True) as maker,
        stage.connected("taker") as taker,
    ):

        async def arrived() -> bool:
            return bool(await taker.blocks())

        error = await stage.accident(
            maker.propose_block("taker", "sell", "CEA25", 1_000, "75.00"),
            arrived=arrived if arrives else None,
            at_ns=at_ns,
        )
        block = await error.resolve()
        over = arrives and at_ns == SECOND_DAY  # it was good for its day
        assert (block.block_id, block.duplicate) == ("1", arrives)
        assert block.status == ("ended" if over else "open")
        async with stage.connected("taker") as other:
            assert [b.block_id for b in await other.blocks()] == ([] if over else ["1"])


@both
@when
async def test_an_acceptance(stage: Stage, at_ns: int, *, arrives: bool) -> None:
    async with (
        stage.connected("maker") as maker,
        stage.connected("taker", by_cable=True) as taker,
    ):
        block = await maker.propose_block("taker", "sell", "CEA25", 1_000, "75.00")

        async def arrived() -> bool:
            return not await maker.blocks()

        error = await stage.accident(
            taker.accept_block(block),
            arrived=arrived if arrives else None,
            at_ns=at_ns,
        )
        outcome: Any
        try:
            outcome = (await error.resolve()).status
        except UnknownBlock:
            outcome = "too late"
        too_late = not arrives and at_ns == SECOND_DAY
        assert outcome == ("too late" if too_late else "accepted")
        assert await tonnes(stage, "taker") == (10_000 if too_late else 11_000)


@both
@when
async def test_a_bid(stage: Stage, at_ns: int, *, arrives: bool) -> None:
    async with (
        stage.connected("operator") as operator,
        stage.connected("maker", by_cable=True) as maker,
        stage.connected("maker") as witness,
    ):
        auction = await operator.open_auction(
            "taker",
            "CEA25",
            "sell",
            500,
            opens=shanghai(9),
            closes=shanghai(15),
            client_ref="o-1",
        )

        async def arrived() -> bool:
            return bool(await witness.bids())

        error = await stage.accident(
            maker.place_bid(auction, 200, "75.00"),
            arrived=arrived if arrives else None,
            at_ns=at_ns,
        )
        outcome: Any
        try:
            bid = await error.resolve()
            outcome = bid.status, bid.duplicate
        except BiddingClosed:
            outcome = "too late"
        if at_ns == FIRST_DAY:
            assert outcome == ("open", arrives)
            async with stage.connected("maker") as other:
                assert [b.quantity for b in await other.bids()] == [200]
        else:
            assert outcome == (("ended", True) if arrives else "too late")
            assert await tonnes(stage, "maker") == (10_200 if arrives else 10_000)


async def tonnes(stage: Stage, name: str) -> int:
    async with stage.connected(name) as venue:
        return (await venue.balances()).holdings[0].quantity


# Executions from yesterday


@pytest.mark.parametrize("ends_well", [True, False], ids=["stopped", "killed"])
async def test_yesterday_s_executions_from_the_first_on(
    stage: Stage, *, ends_well: bool
) -> None:
    """After a clean stop the server itself knows nothing of them."""
    async with (
        stage.connected("maker") as maker,
        stage.connected("taker") as taker,
    ):
        for number in range(20):
            await maker.sell("CEA25", 3, "75.00")
            await taker.buy("CEA25", 1 + number % 2, "75.00")
        stream = maker.executions(from_seq=1)
        told = [await stream.next() for _ in range(40)]
    await (stage.process.stop() if ends_well else stage.process.kill())
    await stage.start(SECOND_DAY)
    async with stage.connected("maker") as maker:
        again = await to_the_newest(maker, 1)
        assert [e.exec_seq for e in again] == list(range(1, len(again) + 1))
        for before, now in zip(told, again, strict=False):
            assert now == structs.replace(before, replayed=True)
        *past, _, _ = again
        assert all(execution.replayed for execution in past)
        assert past[-1].reason == "SESSION_CLOSE"
        # Once more from the middle, while what is followed goes on.
        lived = maker.executions()
        more = await to_the_newest(maker, 17)
        assert [e.exec_seq for e in more] == list(range(17, len(again) + 3))
        assert [(await lived.next()).exec_seq for _ in range(2)] == [
            len(again) + 1,
            len(again) + 2,
        ]


async def to_the_newest(venue: Venue, from_seq: int) -> list[Execution]:
    """Return the executions from ``from_seq`` on, to a new order's end."""
    stream = venue.executions(from_seq=from_seq)
    order = await venue.sell("CEA25", 1, "76.00")  # it waits for the past
    await order.cancel()
    executions = [await stream.next()]
    while executions[-1].client_order_id != order.client_order_id or (
        executions[-1].event != "cancelled"
    ):
        executions.append(await stream.next())
    return executions
