"""Hours of what trades beside the sessions: blocks, auction windows and calls."""

from __future__ import annotations

import pytest

from carbonex.engine import (
    SELL,
    AuctionTerms,
    BeginDay,
    BlockTerms,
    ListInstrument,
    OpenAuction,
    PlaceBid,
    PlaceOrder,
    ProposeBlock,
    Reason,
    Rejected,
)
from driver import Driver, admitted
from engine.floors import SESSION_FLOOR
from scenario import check
from speech.market import moment


def test_blocks_have_hours_of_their_own() -> None:
    stage = SESSION_FLOOR.replace(
        "day-only", "day-only blocks 100 block-hours 13:00-15:00"
    )
    proposal = "maker: propose sell 100 @ 70.00 to taker"
    check(
        f"""
        time 20250106T09:30:00               -> CEA trading
        {proposal}                           -> refused MARKET_CLOSED
        time 20250106T12:59:59.999999999     -> CEA break
        {proposal}                           -> refused MARKET_CLOSED
        time 20250106T13:00:00               -> CEA trading with blocks
        {proposal}                           -> block 1 proposed
        {proposal}                           -> block 2 proposed
        time 20250106T14:59:59.999999999     -> nothing
        taker: accept block 1                -> block 1 accepted by taker, block 1 100 @ 70.00 maker to taker
        {proposal}                           -> block 3 proposed
        time 20250106T15:00:00               -> block 2 expired, block 3 expired, CEA closed, ended 20250106
        taker: accept block 3                -> refused NO_SUCH_PROPOSAL
        {proposal}                           -> refused MARKET_CLOSED
        """,
        stage,
    )


def test_blocks_may_trade_after_the_listed_sessions() -> None:
    stage = SESSION_FLOOR.replace("day-only", "blocks 100 block-hours 15:00-15:30")
    proposal = "maker: propose sell 100 @ 70.00 to taker"
    check(
        f"""
        time 20250106T14:59:59.999999999     -> CEA trading, CEA break, CEA trading
        taker: buy #1 1 @ 70.00              -> accepted #1
        {proposal}                           -> refused MARKET_CLOSED
        time 20250106T15:00:00               -> cancelled #1 1 session-close, CEA closed with blocks
        {proposal}                           -> block 1 proposed
        taker: buy 1 @ 70.00                 -> refused MARKET_CLOSED
        time 20250106T15:29:59.999999999     -> nothing
        taker: accept block 1                -> block 1 accepted by taker, block 1 100 @ 70.00 maker to taker
        {proposal}                           -> block 2 proposed
        time 20250106T15:30:00               -> block 2 expired, CEA closed, ended 20250106
        """,
        stage,
    )


def test_a_window_opens_and_closes_to_the_nanosecond() -> None:
    stage = SESSION_FLOOR.replace("day-only", "auctions 0/0")
    check(
        """
        auction of maker sell 10 from 20250106T10:00:00 to 20250106T11:00:00 -> auction 1 opened
        time 20250106T09:59:59.999999999     -> CEA trading
        taker: bid 5 @ 70.00 in 1            -> refused WINDOW_CLOSED
        time 20250106T10:00:00               -> nothing
        taker: bid 5 @ 70.00 in 1            -> bid 1 placed
        time 20250106T10:59:59.999999999     -> nothing
        third: bid 5 @ 69.00 in 1            -> bid 2 placed
        time 20250106T11:00:00               -> auction 1 5 @ 70.00 maker to taker, bid 1 filled, auction 1 5 @ 69.00 maker to third, bid 2 filled, auction 1 closed 10 @ 69.00 for 695.00
        taker: bid 5 @ 70.00 in 1            -> refused WINDOW_CLOSED
        """,
        stage,
    )


def test_a_bid_that_comes_as_the_window_closes_finds_it_closed() -> None:
    driver = Driver()
    driver.do(ListInstrument("", "CEA", auctions=AuctionTerms(allowed=True)))
    driver.apply(*admitted("a", 10**9, 1000), *admitted("b", 10**9, 1000))
    driver.do(BeginDay("", 20250106, 1000))
    driver.do(OpenAuction("", "a", "CEA", SELL, 5, 0, 900, "sale"))
    driver.time_ns = 900
    applied = driver.apply(PlaceBid("", "b", 1, 7000, 5, "bid"))
    assert [type(event).__name__ for event in applied.due] == ["AuctionClosed"]
    (rejected,) = applied.replies[0]
    assert type(rejected) is Rejected
    assert rejected.reason is Reason.WINDOW_CLOSED


def test_an_opening_call_lasts_to_the_nanosecond() -> None:
    stage = SESSION_FLOOR.replace("day-only", "call-open 300")
    check(
        """
        time 20250106T09:29:59.999999999     -> nothing
        maker: sell 5 @ 70.00                -> refused MARKET_CLOSED
        time 20250106T09:30:00               -> CEA call
        maker: sell #1 5 @ 70.00             -> accepted #1
        taker: buy #2 5 @ 70.00              -> accepted #2
        time 20250106T09:34:59.999999999     -> nothing
        third: buy #3 5 @ 71.00              -> accepted #3
        time 20250106T09:35:00               -> CEA uncrossed 5 @ 70.01, traded #1 #3 5 @ 70.01, CEA trading
        """,
        stage,
    )


def test_a_halt_before_the_open_does_not_cost_the_opening_call() -> None:
    stage = SESSION_FLOOR.replace("day-only", "call-open 300")
    check(
        """
        halt CEA                             -> CEA halted
        resume CEA                           -> CEA pre-open
        time 20250106T09:30:00               -> CEA call
        time 20250106T09:35:00               -> CEA uncrossed nothing, CEA trading
        """,
        stage,
    )


def test_a_call_ends_with_its_session_at_the_latest() -> None:
    """At that instant it matches first; then the break, or the close, begins."""
    stage = SESSION_FLOOR.replace("day-only", "call-resume 3600")
    check(
        """
        time 20250106T11:00:00               -> CEA trading
        halt CEA                             -> CEA halted
        resume CEA                           -> CEA call
        maker: sell #1 5 @ 70.00             -> accepted #1
        taker: buy #2 7 @ 70.00              -> accepted #2
        time 20250106T11:29:59.999999999     -> nothing
        time 20250106T11:30:00               -> CEA uncrossed 5 @ 70.00 with 2 left to buy, traded #1 #2 5 @ 70.00, CEA break
        time 20250106T14:30:00               -> CEA trading
        halt CEA                             -> CEA halted
        resume CEA                           -> CEA call
        maker: sell #3 1 @ 69.00             -> accepted #3
        time 20250106T15:00:00               -> CEA uncrossed 1 @ 70.00 with 1 left to buy, traded #2 #3 1 @ 70.00, cancelled #2 1 session-close, CEA closed, ended 20250106
        """,
        stage,
    )


@pytest.mark.parametrize(
    ("time", "orders_from", "blocks_from"),
    [
        ("09:00:00", "09:30:00", "13:00:00"),
        ("10:00:00", None, "13:00:00"),
        ("11:30:00", "13:00:00", "13:00:00"),
        ("12:59:59.999999999", "13:00:00", "13:00:00"),
        ("15:00:00", "", "15:10:00"),
        ("15:30:00", "", ""),
    ],
)
def test_what_comes_outside_the_hours_is_told_when_they_begin(
    time: str, orders_from: str | None, blocks_from: str
) -> None:
    """An empty text stands for no more on this trading day, None for an acceptance."""
    hours = ((9 * 3600 + 1800, 11 * 3600 + 1800), (13 * 3600, 15 * 3600))
    block_hours = ((13 * 3600, 15 * 3600), (15 * 3600 + 600, 15 * 3600 + 1800))
    driver = Driver(time_ns=moment("20250106T08:00:00"))
    terms = ListInstrument(
        "", "CEA", sessions=hours, blocks=BlockTerms(1, 0, block_hours)
    )
    driver.apply(terms, *admitted("maker", 100, 10), *admitted("taker", 100, 10))
    driver.do(BeginDay("", 20250106))
    driver.time_ns = moment(f"20250106T{time}")
    refusals = [
        driver.do(PlaceOrder("", "maker", "CEA", SELL, 7000, 1))[-1],
        driver.do(ProposeBlock("", "maker", "CEA", SELL, 7000, 1, "taker", "b"))[-1],
    ]
    for refused, begins in zip(refusals, (orders_from, blocks_from), strict=True):
        if begins is None:
            assert type(refused) is not Rejected
            continue
        begins_ns = moment(f"20250106T{begins}") if begins else 0
        told = "instrument", driver.time_ns, begins_ns
        assert refused == Rejected(Reason.MARKET_CLOSED, *told)
