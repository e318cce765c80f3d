"""Block trades between two participants, against a real venue."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from carbonex.sdk import (
    BlockStateUnknown,
    ConnectionLost,
    DuplicateRef,
    InsufficientHoldings,
    OrderRejected,
    PriceOutOfBand,
    UnknownBlock,
    connect,
)
from sdk.market import interrupted, until


if TYPE_CHECKING:
    from carbonex.sdk import Venue
    from sdk.market import Market


async def test_a_block_is_agreed_upon(market: Market) -> None:
    async with (
        connect(market.url, market.keys["maker"]) as seller,
        connect(market.url, market.keys["taker"]) as buyer,
    ):
        offers, executions = buyer.block_updates(), buyer.executions()
        prints = buyer.trades("CEA25")
        proposed = await seller.propose_block("taker", "sell", "CEA25", 2_000, "72.00")
        assert (proposed.status, proposed.account) == ("open", "maker")
        assert (await seller.balances()).holding("CEA25").locked == 2_000
        with pytest.raises(InsufficientHoldings):
            await seller.sell("CEA25", 8_001, "80.00")

        offer = await offers.next()
        assert (offer.proposer, offer.side, offer.price) == (
            "maker",
            "sell",
            Decimal("72.00"),
        )
        assert (offer.account, offer.client_ref) == ("", "")  # not for others' eyes
        assert await buyer.blocks() == [offer]
        accepted = await buyer.accept_block(offer)
        assert (accepted.status, accepted.is_open) == ("accepted", False)
        assert (await offers.next()).status == "accepted"

        trade = await executions.next()
        assert (trade.event, trade.method, trade.order_id) == ("trade", "block", "")
        assert (trade.side, trade.last_quantity) == ("buy", 2_000)
        assert trade.source_id == offer.block_id
        assert (await prints.next()).method == "block"
        balances = await buyer.balances()
        assert balances.cash == Decimal("1000000.00") - 2_000 * Decimal("72.00")
        assert balances.holding("CEA25").quantity == 12_000


async def test_a_counter_offer_ends_what_it_answers(market: Market) -> None:
    async with (
        connect(market.url, market.keys["maker"]) as seller,
        connect(market.url, market.keys["taker"]) as buyer,
    ):
        own = seller.block_updates()
        mine = await seller.propose_block("taker", "sell", "CEA25", 2_000, "74.00")
        [offer] = await buyer.blocks()
        counter = await buyer.counter_block(offer, price="72.50")
        assert (counter.side, counter.price) == ("buy", Decimal("72.50"))
        assert (counter.quantity, counter.counters) == (2_000, offer.block_id)
        told = [await own.next() for _ in range(3)]
        assert [(block.proposer, block.status) for block in told] == [
            ("maker", "open"),
            ("maker", "countered"),
            ("taker", "open"),
        ]
        with pytest.raises(UnknownBlock, match=f"proposal {mine.block_id};"):
            await seller.withdraw_block(offer)
        assert (await seller.accept_block(told[2])).status == "accepted"


async def test_proposals_are_declined_and_withdrawn(market: Market) -> None:
    async with (
        connect(market.url, market.keys["maker"]) as seller,
        connect(market.url, market.keys["taker"]) as buyer,
    ):
        first = await seller.propose_block("taker", "sell", "CEA25", 1_000, "74.00")
        second = await seller.propose_block("taker", "sell", "CEA25", 1_000, "73.00")
        assert (await buyer.decline_block(first.block_id)).status == "declined"
        assert (await seller.withdraw_block(second)).status == "withdrawn"
        assert await seller.blocks() == []
        assert (await seller.balances()).holding("CEA25").locked == 0
        with pytest.raises(UnknownBlock):
            await buyer.accept_block(second)


async def test_what_no_block_may_be(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as seller:
        with pytest.raises(PriceOutOfBand, match=r"block limit up of 97\.02"):
            await seller.propose_block("taker", "sell", "CEA25", 1_000, "97.03")
        with pytest.raises(OrderRejected, match=r"QTY_BELOW_BLOCK_MIN.* 1000 t"):
            await seller.propose_block("taker", "sell", "CEA25", 999, "74.00")
        with pytest.raises(OrderRejected, match="COUNTERPARTY_MISMATCH"):
            await seller.propose_block("maker", "sell", "CEA25", 1_000, "74.00")
        with pytest.raises(TypeError, match="is a float"):
            await seller.propose_block("taker", "sell", "CEA25", 1_000, 74.0)  # type: ignore[arg-type]
        proposed = await seller.propose_block("taker", "sell", "CEA25", 1_000, "74.00")
        with pytest.raises(TypeError, match="'prize'"):
            await seller.counter_block(proposed, prize="73.00")  # type: ignore[call-arg]
        with pytest.raises(TypeError, match="'ref'"):
            await seller.accept_block(proposed, ref="b-1")  # type: ignore[call-arg]
        assert await seller.blocks() == [proposed]


async def test_the_same_reference_is_the_same_block(market: Market) -> None:
    async with connect(market.url, market.keys["maker"]) as seller:
        block = ("taker", "sell", "CEA25", 1_000, "74.00")
        first = await seller.propose_block(*block, client_ref="b-1")  # type: ignore[arg-type]
        again = await seller.propose_block(*block, client_ref="b-1")  # type: ignore[arg-type]
        assert (first.block_id, first.duplicate) == (again.block_id, False)
        assert again.duplicate
        with pytest.raises(DuplicateRef):
            await seller.propose_block(
                "taker", "sell", "CEA25", 1_001, "74.00", client_ref="b-1"
            )


async def test_a_proposal_that_arrived_is_found(market: Market) -> None:
    async with connect(market.cable_url, market.keys["maker"]) as seller:
        market.cable.answers_held = True
        error = await unanswered(market, seller)
        block = await error.resolve()
        assert (block.status, block.duplicate) == ("open", True)
        assert block.client_ref == error.client_ref
        assert list(market.exchange.blocks) == [1]


async def test_a_proposal_that_did_not_arrive_is_made(market: Market) -> None:
    async with connect(market.cable_url, market.keys["maker"]) as seller:
        market.cable.requests_held = True
        error = await unanswered(market, seller)
        market.cable.requests_held = False
        block = await error.resolve()
        assert (block.status, block.duplicate) == ("open", False)
        market.cable.deliver_held()  # the copy that was under way does nothing
        await seller.ping()
        assert list(market.exchange.blocks) == [1]


async def test_a_proposal_that_was_answered_meanwhile_is_no_longer_open(
    market: Market,
) -> None:
    async with (
        connect(market.cable_url, market.keys["maker"]) as seller,
        connect(market.url, market.keys["taker"]) as buyer,
    ):
        executions = seller.executions()
        market.cable.answers_held = True
        error = await unanswered(market, seller)
        [offer] = await buyer.blocks()
        await buyer.accept_block(offer)
        block = await error.resolve()
        assert (block.status, block.duplicate) == ("ended", True)
        trade = await executions.next()
        assert (trade.source_id, trade.last_quantity) == (block.block_id, 1_000)


async def test_an_acceptance_is_made_sure_of(market: Market) -> None:
    async with (
        connect(market.url, market.keys["maker"]) as seller,
        connect(market.cable_url, market.keys["taker"]) as buyer,
    ):
        offer = await seller.propose_block("taker", "sell", "CEA25", 1_000, "74.00")
        market.cable.answers_held = True
        accepting = asyncio.ensure_future(buyer.accept_block(offer))
        await until(lambda: not market.exchange.blocks)
        market.cable.cut()
        with pytest.raises(BlockStateUnknown, match="accept_block was sent") as caught:
            await accepting
        accepted = await caught.value.resolve()
        assert (accepted.status, accepted.duplicate) == ("accepted", True)
        assert (await buyer.balances()).holding("CEA25").quantity == 11_000


async def test_a_withdrawal_that_arrived_finds_nothing_more(market: Market) -> None:
    async with connect(market.cable_url, market.keys["maker"]) as seller:
        block = await seller.propose_block("taker", "sell", "CEA25", 1_000, "74.00")
        market.cable.answers_held = True
        withdrawing = asyncio.ensure_future(seller.withdraw_block(block))
        await until(lambda: not market.exchange.blocks)
        market.cable.cut()
        with pytest.raises(BlockStateUnknown) as caught:
            await withdrawing
        with pytest.raises(UnknownBlock):
            await caught.value.resolve()


async def test_what_ended_during_an_interruption_is_told(market: Market) -> None:
    async with (
        connect(market.cable_url, market.keys["maker"]) as seller,
        connect(market.url, market.keys["taker"]) as buyer,
    ):
        own = seller.block_updates()
        first, second = [
            (
                await seller.propose_block("taker", "sell", "CEA25", 1_000, price)
            ).block_id
            for price in ("72.00", "73.00")
        ]
        assert [(await own.next()).block_id for _ in range(2)] == [first, second]
        async with interrupted(market, seller):
            with pytest.raises(ConnectionLost):
                await seller.withdraw_block(second)
            await buyer.decline_block(first)
            block = await buyer.propose_block("maker", "buy", "CEA25", 1_000, "71.00")
        told = [await own.next() for _ in range(2)]
        third = block.block_id
        assert [(b.block_id, b.status) for b in told] == [
            (first, "ended"),
            (third, "open"),
        ]
        late = seller.block_updates()  # begins with those that are open
        assert [(await late.next()).block_id for _ in range(2)] == [second, third]


async def unanswered(market: Market, seller: Venue) -> BlockStateUnknown:
    """Propose a block, and cut the cable when it has left."""
    proposing = asyncio.ensure_future(
        seller.propose_block("taker", "sell", "CEA25", 1_000, "74.00")
    )
    blocks, cable = market.exchange.blocks, market.cable
    await until(lambda: bool(blocks) or cable.holds_something())
    cable.cut()
    with pytest.raises(BlockStateUnknown, match="propose_block was sent") as caught:
        await proposing
    return caught.value
