"""The dead man's switch: an account's orders go unless its owner shows life."""

from __future__ import annotations

import pytest

from carbonex.engine import (
    CountdownSet,
    Exchange,
    Reason,
    Rejected,
    SetCountdown,
)
from driver import Driver, admitted
from scenario import STAGE, check


SECOND = 10**9
LONG = STAGE.replace("1000000", "1000000000000")


def test_it_fires_when_nobody_renews_it() -> None:
    """Orders of every session and kind go, those of other accounts stay."""
    check(
        """
        maker: countdown 5000000000                -> armed maker until 5000000000
        maker: sell #1 5 @ 70.00                   -> accepted #1
        maker: sell #2 9 @ 71.00 show 2 in mm      -> accepted #2
        maker: sell #3 5 @ 60.00 stop 65.00        -> accepted #3
        taker: sell #4 5 @ 72.00                   -> accepted #4
        time 4999999999                            -> nothing
        time 5000000000                            -> fired maker 3, cancelled #1 5 countdown, cancelled #2 9 countdown, cancelled #3 5 countdown
        book                                       -> - | 5@72.00
        maker: sell #5 5 @ 70.00                   -> accepted #5
        time 9000000000                            -> nothing
    """,
        LONG,
    )


def test_it_is_renewed_from_the_time_of_each_command() -> None:
    check(
        """
        maker: sell #1 5 @ 70.00                   -> accepted #1
        maker: countdown 5000000000                -> armed maker until 5000000000
        time 4000000000                            -> nothing
        maker: countdown 2000000000                -> renewed maker until 6000000000
        time 5999999999                            -> nothing
        time 6000000000                            -> fired maker 1, cancelled #1 5 countdown
        maker: countdown 1000000000                -> armed maker until 7000000000
        time 7000000000                            -> fired maker 0
    """,
        LONG,
    )


def test_it_is_disarmed_by_nought() -> None:
    check(
        """
        maker: countdown 0                         -> maker was not armed
        maker: sell #1 5 @ 70.00                   -> accepted #1
        maker: countdown 5000000000                -> armed maker until 5000000000
        maker: countdown 0                         -> disarmed maker
        maker: countdown 0                         -> maker was not armed
        time 9000000000                            -> nothing
    """,
        LONG,
    )


def test_what_it_may_not_be() -> None:
    check(
        """
        maker: countdown 999999999                 -> refused BAD_PARAMETER
        maker: countdown -1                        -> refused BAD_PARAMETER
        maker: countdown 86400000000001            -> refused BAD_PARAMETER
        nobody: countdown 5000000000               -> refused UNKNOWN_ACCOUNT
        maker: countdown 5000000000 as stranger    -> refused NOT_PERMITTED
        maker: countdown 1000000000                -> armed maker until 1000000000
        maker: countdown 86400000000000            -> renewed maker until 86400000000000
    """,
        LONG,
    )


@pytest.mark.parametrize(
    ("timeout_ns", "limit"),
    [(SECOND - 1, SECOND), (86_400 * SECOND + 1, 86_400 * SECOND)],
)
def test_a_refusal_names_the_limit(timeout_ns: int, limit: int) -> None:
    driver = Driver()
    driver.apply(*admitted("maker", 10**6, 0, ()))
    (refused,) = driver.do(SetCountdown("", "maker", timeout_ns))
    assert refused == Rejected(Reason.BAD_PARAMETER, "timeout", timeout_ns, limit)


def test_only_a_key_that_trades_may_set_it() -> None:
    check(
        """
        key k-m of maker trade                     -> added key k-m
        key k-r of maker read                      -> added key k-r
        maker: countdown 5000000000 as k-r         -> refused NOT_PERMITTED
        maker: countdown 5000000000 as k-m         -> armed maker until 5000000000
        taker: countdown 5000000000 as k-m         -> refused NOT_PERMITTED
    """,
        LONG,
    )


def test_at_one_instant_the_oldest_account_comes_first_and_graces_come_after() -> None:
    check(
        """
        key k-m of maker trade                     -> added key k-m
        session mm by k-m on c-1 grace 5000000000  -> nothing
        third: sell #1 1 @ 70.00 in mm             -> accepted #1
        taker: sell #2 1 @ 70.00                   -> accepted #2
        maker: sell #3 1 @ 70.00 in mm             -> accepted #3
        third: countdown 5000000000                -> armed third until 5000000000
        taker: countdown 5000000000                -> armed taker until 5000000000
        lost mm of maker on c-1                    -> nothing
        time 6000000000                            -> fired taker 1, cancelled #2 1 countdown, fired third 1, cancelled #1 1 countdown, cancelled #3 1 disconnected
    """,
        LONG,
    )


def test_one_that_ran_out_while_the_server_was_down_fires_at_once() -> None:
    check(
        """
        maker: sell #1 5 @ 70.00                   -> accepted #1
        maker: countdown 5000000000                -> armed maker until 5000000000
        restart 4000000000                         -> nothing
        restart 9000000000                         -> fired maker 1, cancelled #1 5 countdown
    """,
        LONG,
    )


def test_a_snapshot_keeps_it() -> None:
    driver = Driver()
    driver.apply(*admitted("maker", 10**6, 0, ()))
    (armed,) = driver.do(SetCountdown("", "maker", 5 * SECOND))
    assert armed == CountdownSet("maker", 5 * SECOND, 5 * SECOND, was_armed=False)
    restored = Exchange.restore(driver.exchange.snapshot())
    assert restored.next_due() == 5 * SECOND
    driver.time_ns = 5 * SECOND
    assert driver.reopen() == restored.apply(driver.batches[-1])
    assert restored.digest() == driver.exchange.digest()


def test_what_a_call_has_just_triggered_goes_too() -> None:
    """It has found its place in the book before anything else happens."""
    check(
        """
        third: countdown 3000000000          -> armed third until 3000000000
        third: buy #1 5 @ 78.60 stop 78.30   -> accepted #1
        maker: sell #2 100 @ 78.10           -> accepted #2
        taker: buy #3 100 @ 78.50            -> accepted #3
        time 3000000000                      -> CEA uncrossed 100 @ 78.30, traded #2 #3 100 @ 78.30, CEA trading, triggered #1, fired third 1, cancelled #1 5 countdown
        """,
        """
        list CEA call-resume 2
        account maker cash 100000.00 CEA 5000
        account taker cash 200000.00 CEA 5000
        account third cash 100000.00 CEA 5000
        begin 20250106 until 90000000000
        halt CEA
        resume CEA
        """,
    )
