"""Cash and tonnes that the registry freezes: what may still be done, and what not."""

from __future__ import annotations

import pytest

from carbonex.engine import (
    MAX_BALANCE,
    Freeze,
    ListInstrument,
    Reason,
    Rejected,
    Unfreeze,
)
from driver import Driver, admitted
from scenario import STAGE, check


def test_what_is_frozen_is_neither_traded_nor_moved() -> None:
    check("""
        maker: freeze 90 CEA               -> 90 frozen
        balance maker                      -> cash 10000.00, CEA 100 (90 frozen)
        maker: sell 11 @ 70.00             -> refused TONNES_FROZEN
        maker: sell 101 @ 70.00            -> refused INSUFFICIENT_HOLDINGS
        maker: transfer 11 CEA to taker    -> refused TONNES_FROZEN
        maker: retire 11 CEA               -> refused TONNES_FROZEN
        maker: sell #1 10 @ 70.00          -> accepted #1
        maker: retire 1 CEA                -> refused TONNES_FROZEN
        maker: freeze 9000.00 cash         -> 9000.00 frozen
        maker: withdraw 1000.01            -> refused CASH_FROZEN
        maker: withdraw 10000.01           -> refused INSUFFICIENT_FUNDS
        maker: buy 11 @ 69.00              -> accepted #2
        maker: buy 4 @ 69.00               -> refused CASH_FROZEN
        maker: withdraw 241.00             -> done
        balance maker                      -> cash 9759.00 (759.00 locked, 9000.00 frozen), CEA 100 (10 locked, 90 frozen)
        maker: unfreeze 1000.00 cash       -> 8000.00 frozen
        maker: unfreeze 90 CEA             -> 0 frozen
        maker: transfer 11 CEA to taker    -> done
        maker: unfreeze 1 CEA              -> refused NOT_FROZEN
        maker: unfreeze 8000.01 cash       -> refused NOT_FROZEN
    """)


def test_frozen_tonnes_are_not_surrendered() -> None:
    check("""
        obligation maker 100 for 2024      -> maker owes 100 for 2024
        maker: freeze 90 CEA               -> 90 frozen
        maker: surrender 11 CEA for 2024   -> refused TONNES_FROZEN
        maker: surrender 10 CEA for 2024   -> done, maker owes 100 for 2024 surrendered 10
        maker: surrender 1 CEA for 2024    -> refused TONNES_FROZEN
        maker: surrender 91 CEA for 2024   -> refused BAD_QTY
    """)


def test_what_is_locked_is_frozen_as_it_comes_back() -> None:
    check("""
        maker: sell #1 40 @ 70.00          -> accepted #1
        maker: sell #2 30 @ 71.00          -> accepted #2
        maker: freeze 80 CEA               -> 30 frozen and 50 to be
        balance maker                      -> cash 10000.00, CEA 100 (70 locked, 30 frozen, 50 to be)
        taker: buy #3 10 @ 70.00           -> accepted #3, traded #1 #3 10 @ 70.00
        maker: amend #1 to 35              -> amended #1 to 35 @ 70.00 keeping priority
        balance maker                      -> cash 10700.00, CEA 90 (55 locked, 35 frozen, 45 to be)
        maker: sell 1 @ 70.00              -> refused TONNES_FROZEN
        maker: amend #1 to 36              -> refused TONNES_FROZEN
        maker: cancel #2                   -> cancelled #2 30
        maker: cancel #1                   -> cancelled #1 25
        balance maker                      -> cash 10700.00, CEA 90 (80 frozen)
        maker: sell #4 10 @ 72.00          -> accepted #4
    """)


def test_cash_that_comes_in_is_frozen_until_the_order_is_met() -> None:
    check("""
        maker: freeze 12000.00 cash        -> 10000.00 frozen and 2000.00 to be
        maker: sell #1 20 @ 70.00          -> accepted #1
        taker: buy #2 20 @ 70.00           -> accepted #2, traded #1 #2 20 @ 70.00
        maker: buy 1 @ 1.00                -> refused CASH_FROZEN
        maker: deposit 700.00              -> done
        balance maker                      -> cash 12100.00 (12000.00 frozen), CEA 80
        maker: withdraw 100.00             -> done
        maker: freeze 50.00 cash           -> 12000.00 frozen and 50.00 to be
        maker: unfreeze 60.00 cash         -> 11990.00 frozen
        balance maker                      -> cash 12000.00 (11990.00 frozen), CEA 80
    """)


def test_tonnes_that_may_not_be_sold_yet_are_frozen_too() -> None:
    check(
        """
        taker: freeze 25 CEA               -> 0 frozen and 25 to be
        balance taker                      -> cash 9300.00, CEA 10 (25 to be, 10 from day 2)
        taker: transfer 1 CEA to maker     -> refused TONNES_FROZEN
        taker: transfer 11 CEA to maker    -> refused INSUFFICIENT_HOLDINGS
        taker: unfreeze 22 CEA             -> 0 frozen and 3 to be
        taker: transfer 8 CEA to maker     -> refused TONNES_FROZEN
        taker: transfer 2 CEA to maker     -> done
        taker: sell 1 @ 70.00              -> refused RESALE_LOCK
        time 1000
        begin 20250107 until 2000
        balance taker                      -> cash 9300.00, CEA 8 (3 frozen)
        taker: sell 6 @ 70.00              -> refused TONNES_FROZEN
        taker: sell 5 @ 70.00              -> accepted #3
        """,
        """
        list CEA resale 1
        account maker cash 10000.00 CEA 100
        account taker cash 10000.00
        begin 20250106 until 1000
        maker: sell 10 @ 70.00
        taker: buy 10 @ 70.00
        """,
    )


def test_a_block_and_a_bid_need_what_is_not_frozen() -> None:
    check(
        """
        maker: freeze 95 CEA                           -> 95 frozen
        maker: propose sell 10 CEA @ 70.00 to taker    -> refused TONNES_FROZEN
        taker: freeze 9900.00 cash                     -> 9900.00 frozen
        maker: unfreeze 95 CEA                         -> 0 frozen
        maker: propose sell 10 CEA @ 70.00 to taker    -> block 1 proposed
        taker: accept block 1                                -> refused CASH_FROZEN
        maker: freeze 100 CEA                          -> 90 frozen and 10 to be
        maker: withdraw-block 1                        -> block 1 withdrawn
        balance maker                                  -> cash 10000.00, CEA 100 (100 frozen)
        """,
        STAGE.replace("list CEA", "list CEA blocks 1/0"),
    )


def test_it_is_frozen_once() -> None:
    check("""
        maker: freeze 5 CEA ref f-1        -> 5 frozen
        maker: freeze 5 CEA ref f-1        -> done before
        maker: freeze 6 CEA ref f-1        -> refused DUPLICATE_CLIENT_REF
        maker: unfreeze 5 CEA ref f-1      -> refused DUPLICATE_CLIENT_REF
        maker: unfreeze 5 CEA ref f-2      -> 0 frozen
        maker: freeze 5 CEA ref f-1        -> done before
        balance maker                      -> cash 10000.00, CEA 100
    """)


@pytest.mark.parametrize(
    ("changes", "reason", "param"),
    [
        ({"key": "k"}, Reason.NOT_PERMITTED, ""),
        ({"instrument": "NONE"}, Reason.UNKNOWN_INSTRUMENT, "instrument"),
        ({"account": "nobody"}, Reason.UNKNOWN_ACCOUNT, "account"),
        ({"client_ref": ""}, Reason.BAD_NAME, "client_ref"),
        ({"reason": ""}, Reason.BAD_PARAMETER, "reason"),
        ({"reason": "  "}, Reason.BAD_PARAMETER, "reason"),
        ({"reason": "x" * 201}, Reason.BAD_PARAMETER, "reason"),
        ({"reason": "one\ntwo"}, Reason.BAD_PARAMETER, "reason"),
        ({"reason": "one\x85two"}, Reason.BAD_PARAMETER, "reason"),
        ({"quantity": 0}, Reason.BAD_QTY, "quantity"),
        ({"quantity": MAX_BALANCE + 1}, Reason.BAD_QTY, "quantity"),
        ({"instrument": "", "amount": 0}, Reason.BAD_AMOUNT, "amount"),
        ({"quantity": MAX_BALANCE}, Reason.BALANCE_LIMIT, "quantity"),
        (
            {"instrument": "", "amount": MAX_BALANCE},
            Reason.BALANCE_LIMIT,
            "amount",
        ),
    ],
    ids=lambda given: str(given)[:40],
)
def test_what_a_freeze_is_refused_for(
    changes: dict[str, object], reason: Reason, param: str
) -> None:
    driver = Driver()
    driver.apply(ListInstrument("", "CEA"), *admitted("a", 100, 100))
    driver.apply(Freeze("", "a", "CEA", 1, "f-1", "冻结 7 号令"))
    driver.apply(Freeze("", "a", "", 0, "f-2", "x" * 200, 1))
    given = {
        "key": "",
        "account": "a",
        "instrument": "CEA",
        "quantity": 1,
        "client_ref": "f-3",
        "reason": "order 8",
    }
    (rejected,) = driver.do(Freeze(**{**given, **changes}))  # type: ignore[arg-type]
    assert type(rejected) is Rejected
    assert (rejected.reason, rejected.param) == (reason, param)
    account = driver.exchange.accounts["a"]
    assert (account.cash_balance.frozen, account.holdings["CEA"].frozen) == (1, 1)
    assert not driver.exchange.freezing


def test_what_pends_costs_nothing_once_it_is_met() -> None:
    driver = Driver()
    driver.apply(ListInstrument("", "CEA"), *admitted("a", 100, 100))
    exchange = driver.exchange
    assert not exchange.watchful
    driver.do(Freeze("", "a", "", 0, "f-1", "order 7", 150))
    assert exchange.watchful
    driver.do(Unfreeze("", "a", "", 0, "f-2", "order 7", 50))
    assert not exchange.watchful
    assert not exchange.freezing
