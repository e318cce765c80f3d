"""Fees: exact over all fills of an order, rounded up, and always paid from the lock."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from hypothesis import given, strategies as st

from carbonex.engine import (
    BUY,
    FEE_UNIT,
    MAX_FEE,
    SELL,
    BeginDay,
    Deposit,
    Fees,
    Issue,
    ListInstrument,
    OpenAccount,
    PlaceOrder,
    RegisterParticipant,
    Side,
    Trade,
)
from driver import Driver
from scenario import STAGE, check


# 1 per mille for makers, 2 for takers; 3 for blocks and 4 in auctions.
FEES = STAGE.replace(
    "list CEA", "list CEA blocks 100/0 auctions 0/0 fees 1000/2000/3000/4000"
)


def test_makers_and_takers_pay_their_rates_on_both_sides() -> None:
    check(
        """
        maker: sell #1 10 @ 70.00                -> accepted #1
        taker: buy #2 10 @ 70.00                 -> accepted #2, traded #1 #2 10 @ 70.00
        -- 700.00 less 0.70, and 700.00 with 1.40
        balance maker                            -> cash 10699.30, CEA 90
        balance taker                            -> cash 9298.60, CEA 110
        taker: buy #3 1 @ 69.00                  -> accepted #3
        maker: sell #4 1 @ 69.00                 -> accepted #4, traded #3 #4 1 @ 69.00
        balance maker                            -> cash 10768.16, CEA 89   -- 68.862 rounded down
        balance taker                            -> cash 9229.53, CEA 111   -- 69.069 rounded up
        """,
        FEES,
    )


def test_a_buy_locks_for_the_higher_rate_and_a_fen_more() -> None:
    """2 per mille of 700.00 are 1.40; for a sell the tonnes are enough."""
    check(
        """
        maker: buy #1 10 @ 70.00                 -> accepted #1
        balance maker                            -> cash 10000.00 (701.41 locked), CEA 100
        maker: sell #2 10 @ 71.00                -> accepted #2
        balance maker                            -> cash 10000.00 (701.41 locked), CEA 100 (10 locked)
        taker: sell #3 4 @ 70.00                 -> accepted #3, traded #1 #3 4 @ 70.00
        -- 280.00 and 0.28 are paid; 420.00, 0.84 and the one fen are locked.
        balance maker                            -> cash 9719.72 (420.85 locked), CEA 104 (10 locked)
        maker: amend #1 to 6                     -> amended #1 to 6 @ 70.00 keeping priority
        balance maker                            -> cash 9719.72 (140.29 locked), CEA 104 (10 locked)
        maker: cancel all                        -> cancelled #1 2, cancelled #2 10
        balance maker                            -> cash 9719.72, CEA 104
        """,
        FEES,
    )


def test_what_an_improvement_saves_is_free_at_once() -> None:
    check(
        """
        maker: sell #1 5 @ 60.00                 -> accepted #1
        taker: buy #2 10 @ 70.00                 -> accepted #2, traded #1 #2 5 @ 60.00
        -- 300.00 and 0.60 are paid; 350.00, 0.70 and a fen are locked.
        balance taker                            -> cash 9699.40 (350.71 locked), CEA 105
        """,
        FEES,
    )


def test_what_is_locked_for_fees_falls_with_each_fen_that_is_paid() -> None:
    """At 0.43 bp a tonne makes 0.301 fen due, and two tonnes still only one fen."""
    check(
        """
        maker: buy #1 3 @ 70.00                  -> accepted #1
        balance maker                            -> cash 10000.00 (210.02 locked), CEA 100
        taker: sell #2 1 @ 70.00                 -> accepted #2, traded #1 #2 1 @ 70.00
        -- A fen is paid, and one of the two is left: all that can still come due.
        balance maker                            -> cash 9929.99 (140.01 locked), CEA 101
        taker: sell #3 1 @ 70.00                 -> accepted #3, traded #1 #3 1 @ 70.00
        balance maker                            -> cash 9859.99 (70.01 locked), CEA 102
        maker: cancel #1                         -> cancelled #1 1
        balance maker                            -> cash 9859.99, CEA 102
        """,
        STAGE.replace("list CEA", "list CEA fees 43/43"),
    )


def test_what_an_order_has_locked_for_fees_is_its_own_when_it_is_amended() -> None:
    """All the cash is locked: 700.00, 1.40 for fees, and the one fen."""
    check(
        """
        account poor cash 701.41
        poor: buy #1 10 @ 70.00                  -> accepted #1
        balance poor                             -> cash 701.41 (701.41 locked)
        poor: amend #1 @ 69.99                   -> amended #1 to 10 @ 69.99 losing priority
        balance poor                             -> cash 701.41 (701.31 locked)
        poor: amend #1 @ 70.00                   -> amended #1 to 10 @ 70.00 losing priority
        balance poor                             -> cash 701.41 (701.41 locked)
        poor: amend #1 @ 70.01                   -> refused INSUFFICIENT_FUNDS
        poor: buy 1 @ 0.01                       -> refused INSUFFICIENT_FUNDS
        """,
        FEES,
    )


def test_nobody_orders_what_leaves_nothing_for_the_fee() -> None:
    check(
        """
        account poor cash 70.14
        poor: buy 1 @ 70.00                      -> refused INSUFFICIENT_FUNDS
        poor: deposit 0.01                       -> done
        poor: buy #1 1 @ 70.00                   -> accepted #1
        balance poor                             -> cash 70.15 (70.15 locked)
        poor: amend #1 @ 70.01                   -> refused INSUFFICIENT_FUNDS
        """,
        FEES,
    )


def test_five_hundred_fills_of_a_tonne_do_not_overdraw() -> None:
    """Each alone would be charged a whole fen: 5.00 in all, where 0.04 are due.

    At 1 in a million, 500 t at 70.00 make 0.035.
    """
    driver = _market(Fees(1, 1))
    cash = 500 * 7000 + 4 + 1
    driver.do(Deposit("", "poor", cash, "cash"))
    driver.do(PlaceOrder("", "poor", "CEA", BUY, 7000, 500))
    assert driver.exchange.accounts["poor"].available == 0
    fees = []
    for _ in range(500):
        (_, trade) = driver.do(PlaceOrder("", "rich", "CEA", SELL, 7000, 1))
        assert type(trade) is Trade
        fees.append(trade.maker_fee)
        driver.exchange.check()
    assert sum(fees) == 4
    assert driver.exchange.accounts["poor"].cash == 1
    assert [n for n, fee in enumerate(fees, 1) if fee] == [1, 143, 286, 429]


@given(
    fees=st.builds(Fees, st.integers(0, MAX_FEE), st.integers(0, MAX_FEE)),
    limit=st.integers(1, 10**6),
    fills=st.lists(
        st.tuples(st.integers(1, 50), st.integers(0, 10**6), st.booleans()),
        min_size=1,
        max_size=20,
    ),
)
def test_an_order_pays_what_all_its_fills_make_due_rounded_up_once(
    fees: Fees, limit: int, fills: list[tuple[int, int, bool]]
) -> None:
    """First it takes, then it rests: it never needs more than it has locked."""
    driver = _market(fees)
    taken = [(tonnes, max(limit - less, 1)) for tonnes, less, takes in fills if takes]
    given_ = [tonnes for tonnes, _, takes in fills if not takes]
    for tonnes, price in taken:
        driver.do(PlaceOrder("", "rich", "CEA", SELL, price, tonnes))
    total = sum(tonnes for tonnes, _, _ in fills)
    rate = Fraction(max(fees.maker, fees.taker), FEE_UNIT)
    need = limit * total + ceil(limit * total * rate) + (1 if rate else 0)
    driver.do(Deposit("", "poor", need, "cash"))
    events = driver.do(PlaceOrder("", "poor", "CEA", BUY, limit, total))
    driver.exchange.check()
    for tonnes in given_:
        events += driver.do(PlaceOrder("", "rich", "CEA", SELL, limit, tonnes))
        driver.exchange.check()
    taking = sum(tonnes * price for tonnes, price in taken)
    making = limit * sum(given_)
    due = Fraction(taking * fees.taker + making * fees.maker, FEE_UNIT)
    paid = 0
    for event in events:
        if type(event) is Trade:
            mine = event.taker.account == "poor"
            paid += event.taker_fee if mine else event.maker_fee
    assert paid == ceil(due)
    account = driver.exchange.accounts["poor"]
    assert account.cash == need - taking - making - paid
    assert account.locked == 0
    assert account.holdings["CEA"].quantity == total


@given(
    rate=st.integers(0, MAX_FEE),
    price=st.integers(1, 100),
    side=st.sampled_from(Side),
)
def test_a_seller_never_pays_more_than_it_gets(
    rate: int, price: int, side: Side
) -> None:
    driver = _market(Fees(rate, rate))
    driver.do(Deposit("", "poor", 10**6, "cash"))
    sell = PlaceOrder("", "rich", "CEA", SELL, price, 1)
    buy = PlaceOrder("", "poor", "CEA", BUY, price, 1)
    first, second = (sell, buy) if side is BUY else (buy, sell)
    before = driver.exchange.accounts["rich"].cash
    driver.do(first)
    driver.do(second)
    driver.exchange.check()
    assert driver.exchange.accounts["rich"].cash >= before


def test_blocks_and_auctions_have_rates_of_their_own() -> None:
    check(
        """
        maker: propose sell 100 @ 70.00 to taker -> block 1 proposed
        taker: accept block 1                    -> block 1 accepted by taker, block 1 100 @ 70.00 maker to taker for 21.00/21.00
        balance taker                            -> cash 2979.00, CEA 200
        third: propose buy 100 @ 70.00 to taker  -> block 2 proposed
        balance third                            -> cash 10000.00 (7021.00 locked), CEA 100
        third: withdraw-block 2                  -> block 2 withdrawn
        auction of taker sell 10 from 0 to 100   -> auction 1 opened
        third: bid 10 @ 70.00 in 1               -> bid 1 placed
        balance third                            -> cash 10000.00 (702.80 locked), CEA 100
        time 100                                 -> auction 1 10 @ 70.00 taker to third for 2.80/2.80, bid 1 filled, auction 1 closed 10 @ 70.00 for 700.00
        """,
        FEES,
    )


def test_an_iceberg_and_a_stop_order_pay_like_any_other() -> None:
    check(
        """
        maker: sell #1 10 @ 70.00 show 3         -> accepted #1
        third: buy #2 2 @ 70.00 stop 70.00       -> accepted #2
        balance third                            -> cash 10000.00 (140.29 locked), CEA 100
        taker: buy #3 4 @ 70.00                  -> accepted #3, traded #1 #3 3 @ 70.00, refilled #1 3 @ 70.00, traded #1 #3 1 @ 70.00, triggered #2, traded #1 #2 2 @ 70.00, refilled #1 3 @ 70.00
        balance third                            -> cash 9859.72, CEA 102
        balance maker                            -> cash 10419.58, CEA 94 (4 locked)
        """,
        FEES,
    )


def _market(fees: Fees) -> Driver:
    driver = Driver()
    driver.apply(
        ListInstrument("", "CEA", fees=fees),
        *(RegisterParticipant("", name) for name in ("rich", "poor")),
        *(OpenAccount("", name, name) for name in ("rich", "poor")),
        Deposit("", "rich", 10**12, "cash"),
        Issue("", "rich", "CEA", 10**6, "tonnes"),
        BeginDay("", 20250106, 1000),
    )
    return driver
