"""Participants that surrender and transfer their own tonnes."""

from __future__ import annotations

import pytest

from carbonex.engine import (
    AddKey,
    Issue,
    ListInstrument,
    Moved,
    Permission,
    Reason,
    Rejected,
    SetObligation,
    Surrender,
    Transfer,
)
from driver import Driver, admitted
from scenario import check


# The key own may move what maker has, the key trader trade for it.
STAGE = """
    list CEA
    list CCER resale 2
    account maker cash 1000.00 CEA 100
    account maker-2 of maker
    account taker cash 1000.00 CCER 100
    key own of maker transfer
    key trader of maker read trade operate
    key reg of taker registry
    obligation maker 100 for 2024
    begin 20250106 until 1000
"""


def test_a_key_surrenders_and_transfers_what_its_participant_has() -> None:
    check(
        """
        maker: surrender 30 CEA for 2024 as own      -> done, maker owes 100 for 2024 surrendered 30
        maker: transfer 10 CEA to maker-2 as own     -> done
        maker-2: surrender 5 CEA for 2024 as own     -> done, maker owes 100 for 2024 surrendered 35
        maker: transfer 20 CEA to taker as own       -> done
        balance maker                                -> cash 1000.00, CEA 40
        balance taker                                -> cash 1000.00, CCER 100, CEA 20
        """,
        STAGE,
    )


def test_it_moves_nothing_else_and_nobody_else_s() -> None:
    check(
        """
        taker: surrender 1 CCER for 2024 as own      -> refused NOT_PERMITTED
        taker: transfer 1 CCER to maker as own       -> refused NOT_PERMITTED
        nobody: transfer 1 CEA to maker as own       -> refused NOT_PERMITTED
        maker: deposit 1.00 as own                   -> refused NOT_PERMITTED
        maker: withdraw 1.00 as own                  -> refused NOT_PERMITTED
        maker: issue 1 CEA as own                    -> refused NOT_PERMITTED
        maker: retire 1 CEA as own                   -> refused NOT_PERMITTED
        obligation maker 1 for 2024 as own           -> refused NOT_PERMITTED
        maker: sell 1 CEA @ 70.00 as own             -> refused NOT_PERMITTED
        maker: transfer 1 CEA to nobody as own       -> refused UNKNOWN_ACCOUNT
        maker: transfer 1 CEA to maker as own        -> refused BAD_PARAMETER
        """,
        STAGE,
    )


@pytest.mark.parametrize("key", ["trader", "gone", "unknown"])
def test_a_key_that_may_trade_alone_moves_nothing(key: str) -> None:
    check(
        f"""
        key gone of maker transfer                      -> added key gone
        revoke gone                                     -> revoked gone
        maker: surrender 1 CEA for 2024 as {key}        -> refused NOT_PERMITTED
        maker: transfer 1 CEA to taker as {key}         -> refused NOT_PERMITTED
        """,
        STAGE,
    )


def test_tonnes_that_an_order_needs_stay_and_a_lock_goes_along() -> None:
    check(
        """
        taker: sell #1 20 CCER @ 1.00                -> accepted #1
        maker: buy #2 20 CCER @ 1.00                 -> accepted #2, traded #1 #2 20 @ 1.00
        maker: sell #3 90 CEA @ 70.00                -> accepted #3
        maker: transfer 11 CEA to taker as own       -> refused INSUFFICIENT_HOLDINGS
        maker: transfer 10 CEA to taker as own       -> done
        maker: transfer 15 CCER to taker as own      -> done
        balance taker                                -> cash 1020.00, CCER 95 (15 from day 3), CEA 10
        taker: sell 81 CCER @ 1.00                   -> refused RESALE_LOCK
        """,
        STAGE,
    )


@pytest.mark.parametrize(
    ("restriction", "surrenders"),
    [("sell-only", True), ("cancel-only", True), ("suspended", False)],
)
def test_who_is_restricted_may_meet_its_obligation_and_transfers_nothing(
    restriction: str, *, surrenders: bool
) -> None:
    done = "done, maker owes 100 for 2024 surrendered 1"
    check(
        f"""
        restrict maker {restriction}                 -> restricted maker {restriction}
        maker: transfer 1 CEA to taker as own        -> refused RESTRICTED
        maker: transfer 1 CEA to maker-2 as own      -> refused RESTRICTED
        maker: surrender 1 CEA for 2024 as own       -> {done if surrenders else "refused RESTRICTED"}
        """,
        STAGE,
    )


def test_the_registry_moves_what_a_restricted_participant_may_not() -> None:
    check(
        """
        restrict maker suspended                     -> restricted maker suspended
        maker: surrender 1 CEA for 2024 as reg       -> done, maker owes 100 for 2024 surrendered 1
        maker: transfer 1 CEA to taker as reg        -> done
        restrict taker suspended                     -> restricted taker suspended
        maker: transfer 1 CEA to taker as reg        -> done
        """,
        STAGE,
    )


@pytest.mark.parametrize("restriction", ["sell-only", "cancel-only", "suspended"])
def test_a_restricted_participant_receives_nothing_from_others(
    restriction: str,
) -> None:
    check(
        f"""
        restrict taker {restriction}                 -> restricted taker {restriction}
        maker: transfer 1 CEA to taker as own        -> refused RESTRICTED
        maker: transfer 1 CEA to maker-2 as own      -> done
        """,
        STAGE,
    )


def test_a_transfer_counts_against_the_receiver_s_limit() -> None:
    check(
        """
        list CEA position 50
        account maker CEA 40
        account taker CEA 20
        account taker-2 of taker
        key own of maker transfer
        key own-2 of taker transfer
        maker: transfer 31 CEA to taker as own       -> refused POSITION_LIMIT
        maker: transfer 30 CEA to taker as own       -> done, taker holds 50 CEA of 50
        taker: transfer 50 CEA to taker-2 as own-2   -> done
        """,
        stage="",
    )


def test_a_client_ref_is_the_account_s_whoever_moves() -> None:
    check(
        """
        maker: transfer 10 CEA to taker ref r-1 as own   -> done
        maker: transfer 10 CEA to taker ref r-1 as own   -> done before
        maker: transfer 10 CEA to taker ref r-1 as reg   -> done before
        maker: transfer 9 CEA to taker ref r-1 as reg    -> refused DUPLICATE_CLIENT_REF
        maker: transfer 10 CEA to taker ref r-1 as trader -> refused NOT_PERMITTED
        balance maker                                    -> cash 1000.00, CEA 90
        """,
        STAGE,
    )


@pytest.fixture
def driver() -> Driver:
    """Two participants with a key each, of which the second is near its limit."""
    driver = Driver()
    for command in (
        ListInstrument("", "CEA", position_limit=100),
        *admitted("a", 100, 50),
        *admitted("b", 100, 80),
        AddKey("", "a", "own", bytes(32), Permission.TRANSFER),
        SetObligation("", "a", 2024, 10),
    ):
        assert type(driver.do(command)[0]) is not Rejected
    return driver


def test_a_refused_transfer_does_not_tell_what_the_receiver_has(
    driver: Driver,
) -> None:
    assert driver.do(Transfer("own", "a", "b", "CEA", 21, "t")) == [
        Rejected(Reason.POSITION_LIMIT, "to_account", 21, 100)
    ]
    assert driver.do(Transfer("", "a", "b", "CEA", 21, "t")) == [
        Rejected(Reason.POSITION_LIMIT, "quantity", 101, 100)
    ]
    assert driver.do(Transfer("own", "a", "b", "CEA", 51, "t")) == [
        Rejected(Reason.INSUFFICIENT_HOLDINGS, "quantity", 51, 50)
    ]


def test_a_refusal_does_not_tell_which_accounts_there_are(driver: Driver) -> None:
    refused = [Rejected(Reason.NOT_PERMITTED, "account")]
    for account in ("b", "nobody"):
        for command in (
            Surrender("own", account, "CEA", 1, 2024, "s"),
            Transfer("own", account, "a", "CEA", 1, "t"),
        ):
            assert driver.do(command) == refused
    assert driver.do(Issue("own", "b", "CEA", 1, "i")) == [
        Rejected(Reason.NOT_PERMITTED)
    ]


def test_the_log_says_whose_key_it_was(driver: Driver) -> None:
    surrender = Surrender("own", "a", "CEA", 4, 2024, "s")
    moved, owed = driver.do(surrender)
    assert moved == Moved(surrender)
    assert owed.terms == SetObligation("own", "a", 2024, 10)  # type: ignore[union-attr]
