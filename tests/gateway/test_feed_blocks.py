"""Block proposals: who is told what of them; and what is open off the book."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given, strategies as st

from carbonex.engine import (
    BUY,
    SELL,
    AcceptBlock,
    AdvanceTime,
    DeclineBlock,
    ProposeBlock,
    WithdrawBlock,
)
from carbonex.wire import answers, channels
from feed_flow import let_time_pass, random_flow
from feed_stage import ACCOUNTS, RULED, Client, Stage, follow


def propose(stage: Stage, by: str = "ant", to: str = "bee", **more: Any) -> None:
    stage.do(
        ProposeBlock(
            "", by, RULED, SELL, 6800, 100, to, f"r{stage.exchange.seq}", **more
        )
    )


def statuses(client: Client) -> list[tuple[str, str]]:
    """Return the number and status of the blocks that a client was told of."""
    return [(block.block_id, block.status) for _, block in client.read(answers.Block)]


def test_a_proposal_is_told_to_its_two_parties_only(stage: Stage) -> None:
    ant, bee, cow = (follow(stage, "blocks", account=name) for name in ACCOUNTS)
    stage.do(ProposeBlock("", "ant", RULED, SELL, 6800, 100, "bee", "mine-1"))
    [(kind, own)] = ant.read(answers.Block)
    assert kind == "update"
    assert own == answers.Block(
        block_id="1",
        proposer="ant",
        counterparty="bee",
        instrument=RULED,
        side="sell",
        price="68.00",
        quantity=100,
        status="open",
        account="ant",
        client_ref="mine-1",
    )
    [frame] = bee.frames()
    [theirs] = frame.data
    assert theirs == {
        "block_id": "1",
        "proposer": "ant",
        "counterparty": "bee",
        "instrument": RULED,
        "side": "sell",
        "price": "68.00",
        "quantity": 100,
        "status": "open",
    }
    assert cow.frames() == []
    assert Client(stage).follow("blocks", account="bee").frames()[0].data == [theirs]


def test_how_proposals_end(stage: Stage) -> None:
    ant, bee = (follow(stage, "blocks", account=name) for name in ("ant", "bee"))
    for _ in range(4):
        propose(stage)
    stage.do(AcceptBlock("", "bee", 1, "a"))
    stage.do(DeclineBlock("", "bee", 2))
    stage.do(WithdrawBlock("", "ant", 3))
    stage.do(ProposeBlock("", "bee", RULED, BUY, 6700, 100, "ant", "c", counters=4))
    stage.now_ns = stage.exchange.day_ends_ns
    stage.do(AdvanceTime(""))
    expected = [
        *((number, "open") for number in "1234"),
        ("1", "accepted"),
        ("2", "declined"),
        ("3", "withdrawn"),
        ("4", "countered"),
        ("5", "open"),
        ("5", "expired"),
    ]
    assert statuses(ant) == statuses(bee) == expected


def test_a_counter_offer_names_what_it_answers(stage: Stage) -> None:
    stage.do(ProposeBlock("", "ant", RULED, SELL, 6800, 100, "bee", "mine-1"))
    ant = follow(stage, "blocks", account="ant")
    stage.do(ProposeBlock("", "bee", RULED, BUY, 6700, 90, "ant", "c", counters=1))
    [(_, ended), (_, counter)] = ant.read(answers.Block)
    assert (ended.block_id, ended.status, ended.client_ref) == (
        "1",
        "countered",
        "mine-1",
    )
    assert (counter.block_id, counter.counters, counter.proposer) == ("2", "1", "bee")
    assert (counter.account, counter.client_ref) == ("", "")


def test_a_repeated_proposal_is_not_told_again(stage: Stage) -> None:
    ant = follow(stage, "blocks", account="ant")
    again = ProposeBlock("", "ant", RULED, SELL, 6800, 100, "bee", "mine-1")
    stage.do(again, again)
    assert statuses(ant) == [("1", "open")]


def test_an_accepted_block_is_an_execution_a_print_and_no_price(stage: Stage) -> None:
    ant, bee = (follow(stage, "executions", account=name) for name in ("ant", "bee"))
    prints = follow(stage, "trade", instrument=RULED)
    tickers = follow(stage, "ticker", instrument=RULED)
    balances = follow(stage, "balances", account="bee")
    propose(stage)
    stage.do(AcceptBlock("", "bee", 1, "a"))
    stage.flush(50)
    [(_, sold)] = ant.read(channels.Execution)
    [(_, bought)] = bee.read(channels.Execution)
    assert (sold.order_id, sold.method, sold.source_id) == ("", "block", "1")
    assert (sold.event, sold.status, sold.exec_seq) == ("trade", "filled", 1)
    assert (sold.side, sold.liquidity, bought.side, bought.liquidity) == (
        *("sell", "maker"),
        *("buy", "taker"),
    )
    assert (bought.last_price, bought.last_quantity) == ("68.00", 100)
    assert (sold.fee, bought.fee) == ("0.34", "0.34")  # 50 of 0.01 bp of 6,800.00
    [(_, trade)] = prints.read(channels.Trade)
    assert (trade.method, trade.side, trade.called) == ("block", "buy", False)
    [(_, ticker)] = tickers.read(channels.Ticker)
    assert (ticker.last, ticker.volume) == (None, 0)
    assert (ticker.block_volume, ticker.block_turnover) == (100, "6800.00")
    [(_, held)] = balances.read(answers.Balances)
    ruled = next(each for each in held.holdings if each.instrument == RULED)
    assert (ruled.quantity, ruled.resale_locked, ruled.sellable) == (
        10**6 + 100,
        100,
        {1: 100},
    )


class Followers:
    """Everybody's blocks and bids, and all auctions, as they were told."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.auctions = Client(stage).follow("auction")
        self.clients = {
            (channel, name): Client(stage).follow(channel, account=name)
            for channel in ("blocks", "bids")
            for name in ACCOUNTS
        }
        self.blocks: dict[str, dict[str, answers.Block]] = {n: {} for n in ACCOUNTS}
        self.bids: dict[str, dict[str, answers.Bid]] = {n: {} for n in ACCOUNTS}
        self.open: dict[str, list[channels.AuctionBid]] = {}

    def read(self) -> None:
        for name in ACCOUNTS:
            for _, block in self.clients["blocks", name].read(answers.Block):
                self.blocks[name][block.block_id] = block
                if block.status != "open":
                    del self.blocks[name][block.block_id]
            for _, one in self.clients["bids", name].read(answers.Bid):
                self.bids[name][one.bid_id] = one
                if one.status != "open":
                    del self.bids[name][one.bid_id]
        for _, update in self.auctions.read(channels.AuctionUpdate):
            self.open[update.auction.auction_id] = update.bids
            if update.auction.status in ("closed", "cancelled"):
                del self.open[update.auction.auction_id]

    def check(self) -> None:
        exchange = self.stage.exchange
        for name in ACCOUNTS:
            assert {int(number) for number in self.blocks[name]} == {
                number
                for number, proposal in exchange.blocks.items()
                if name in (proposal.command.account, proposal.command.counterparty)
            }
            for block in self.blocks[name].values():
                assert (block.account == name) is (block.proposer == name)
            assert {int(number) for number in self.bids[name]} == set(
                exchange.accounts[name].bids
            )
        assert {
            number: [] if auction.sealed else [str(b) for b in auction.bids]
            for number, auction in exchange.auctions.items()
        } == {
            int(number): [each.bid_id for each in bids]
            for number, bids in self.open.items()
        }


@given(seed=st.integers(0, 2**32), steps=st.integers(1, 60))
def test_what_is_told_makes_up_what_is_open(seed: int, steps: int) -> None:
    random = Random(seed)
    stage = Stage().set_up()
    followers = Followers(stage)
    for _ in range(steps):
        let_time_pass(random, stage)
        stage.do(*random_flow(random, stage.exchange, most=8))
        followers.read()
        followers.check()
    late = Followers(stage)
    late.read()
    late.check()
