"""What became of a block or a bid: as for orders, see ``test_fates``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carbonex.sdk import BiddingClosed, UnknownBlock
from sdk.accidents import FIRST_DAY, SECOND_DAY, both, when
from sdk.phases import shanghai


if TYPE_CHECKING:
    from sdk.accidents import Stage


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
            arrived=arrived,
            arrives=arrives,
            at_ns=at_ns,
        )
        block = await error.resolve()
        over = arrives and at_ns == SECOND_DAY  # it was good for its day
        assert block.duplicate is arrives
        assert block.status == ("ended" if over else "open")
        there = [] if over else [block.block_id]
        async with stage.connected("taker") as other:
            assert [b.block_id for b in await other.blocks()] == there


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
            arrived=arrived,
            arrives=arrives,
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
            arrived=arrived,
            arrives=arrives,
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
