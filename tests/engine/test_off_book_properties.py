"""What holds for every stream of blocks, bids and auctions, sound or absurd."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from hypothesis import given, strategies as st

from carbonex.engine import (
    BUY,
    SELL,
    AcceptBlock,
    AdvanceTime,
    AuctionTerms,
    BeginDay,
    BlockTerms,
    CancelBid,
    CloseAuction,
    DeclineBlock,
    Deposit,
    Exchange,
    Fees,
    HaltInstrument,
    Issue,
    ListInstrument,
    OpenAccount,
    OpenAuction,
    PlaceBid,
    PlaceOrder,
    Pricing,
    ProposeBlock,
    RegisterParticipant,
    Restriction,
    RestrictParticipant,
    ResumeInstrument,
    Side,
    TooFewBids,
    Transfer,
    WithdrawBlock,
)
from driver import Driver
from model import Comparison


if TYPE_CHECKING:
    from carbonex.engine import Command

OWNERS = {"a-1": "A", "a-2": "A", "b-1": "B", "c-1": "C"}
DAY = 60  # ns
CASH, TONNES = 6_000, 60  # fen and tonnes of each account


SETUP: tuple[Command, ...] = (
    *(RegisterParticipant("", owner) for owner in "ABC"),
    ListInstrument(
        "",
        "CEA",
        reference=100,
        resale_days=1,
        position_limit=200,
        fees=Fees(0, 0, 33_333, 77_777),
        blocks=BlockTerms(5, 300),
        auctions=AuctionTerms(True, 100, 900, 30),
    ),
    *(OpenAccount("", OWNERS[name], name, max_open_orders=5) for name in OWNERS),
    *(Deposit("", name, CASH, "cash") for name in OWNERS),
    *(Issue("", name, "CEA", TONNES, "tonnes") for name in OWNERS),
    BeginDay("", 20250106, DAY),
)


@given(seed=st.integers(0, 2**32), count=st.integers(1, 80))
def test_the_model_does_the_same(seed: int, count: int) -> None:
    random, driver, model = Random(seed), Driver(), Comparison()
    applied = driver.apply(*SETUP)
    model.read(driver.batches[-1], applied)
    for number in range(count):
        driver.time_ns += random.choice((0, 0, 0, 1, 5))
        command = _command(random, driver.exchange, f"r-{number}")
        applied = driver.apply(command)
        model.read(driver.batches[-1], applied)
        driver.exchange.check()
        model.compare(driver.exchange)
        image = driver.exchange.snapshot()
        assert Exchange.restore(image).snapshot() == image


def _command(random: Random, exchange: Exchange, ref: str) -> Command:
    """Return a command that is mostly sound."""
    if not exchange.day:
        date, ends_ns = exchange.last_day + 1, exchange.time_ns + DAY
        return random.choice((BeginDay("", date, ends_ns), AdvanceTime("")))
    if exchange.instruments["CEA"].halted and random.random() < 0.5:
        return ResumeInstrument("", "CEA")
    makers = (_propose, _answer, _open, _bid, _end_bid, _close, _order, _rare)
    odds = (4, 4 if exchange.blocks else 0, 2, 0, 0, 0, 1, 1)
    if exchange.auctions:
        odds = (2, 2, 0 if len(exchange.auctions) > 2 else 1, 12, 1, 1, 1, 1)
    (make,) = random.choices(makers, odds)
    return make(random, exchange, ref)


def _propose(random: Random, exchange: Exchange, ref: str) -> Command:
    account, counters = random.choice(list(OWNERS)), 0
    side, other = random.choice(list(Side)), random.choice("ABC")
    if exchange.blocks and random.random() < 0.3:
        counters, proposal = random.choice(list(exchange.blocks.items()))
        side = SELL if proposal.command.side is BUY else BUY
        other = proposal.proposer.name
        account = _account_of(random, proposal.command.counterparty)
    price, quantity = random.randint(68, 132), random.randint(4, 30)
    return ProposeBlock("", account, "CEA", side, price, quantity, other, ref, counters)


def _answer(random: Random, exchange: Exchange, ref: str) -> Command:
    if not exchange.blocks:
        return AcceptBlock("", "a-1", 1, ref)
    block_id, proposal = random.choice(list(exchange.blocks.items()))
    command = proposal.command
    account = _account_of(random, command.counterparty)
    if random.random() < 0.1:
        account = random.choice(list(OWNERS))
    kind = random.random()
    if kind < 0.7:
        return AcceptBlock("", account, block_id, ref)
    if kind < 0.85:
        return DeclineBlock("", account, block_id)
    return WithdrawBlock("", command.account, block_id)


def _open(random: Random, exchange: Exchange, ref: str) -> Command:
    opens = exchange.time_ns + random.randint(-5, 2)
    return OpenAuction(
        "",
        random.choice(list(OWNERS)),
        "CEA",
        random.choice(list(Side)),
        random.randint(5, 40),
        opens,
        opens + random.randint(5, 30),
        ref,
        random.choice((None, None, 95, 100)),
        random.choice((None, None, 12)),
        random.choice((None, *Pricing)),
        random.choice((None, *TooFewBids)),
        random.choice((None, True, False)),
    )


def _bid(random: Random, exchange: Exchange, ref: str) -> Command:
    auction_id = random.choice(list(exchange.auctions) or [1])
    account, price = random.choice(list(OWNERS)), random.randint(89, 111)
    return PlaceBid("", account, auction_id, price, random.randint(1, 15), ref)


def _end_bid(random: Random, exchange: Exchange, _: str) -> Command:
    account = random.choice(list(exchange.accounts.values()))
    return CancelBid("", account.name, random.choice(list(account.bids) or [1]))


def _close(random: Random, exchange: Exchange, _: str) -> Command:
    auction_id = random.choice(list(exchange.auctions) or [1])
    return CloseAuction("", auction_id, random.random() < 0.3)


def _order(random: Random, _: Exchange, __: str) -> Command:
    account, side = random.choice(list(OWNERS)), random.choice(list(Side))
    price, quantity = random.randint(95, 105), random.randint(1, 10)
    return PlaceOrder("", account, "CEA", side, price, quantity)


def _rare(random: Random, exchange: Exchange, ref: str) -> Command:
    one, other = random.sample(list(OWNERS), 2)
    free = [Restriction.NONE] * 9
    return random.choice(
        (
            Transfer("", one, other, "CEA", random.randint(1, 20), ref),
            RestrictParticipant(
                "", random.choice("ABC"), random.choice([*Restriction, *free])
            ),
            HaltInstrument("", "CEA"),
        )
    )


def _account_of(random: Random, participant: str) -> str:
    return random.choice([a for a in OWNERS if OWNERS[a] == participant])
