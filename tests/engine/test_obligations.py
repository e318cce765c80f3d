"""What participants owe for a year's emissions, and what they surrender for it."""

from __future__ import annotations

import pytest

from carbonex.engine import (
    AddKey,
    Issue,
    ListInstrument,
    Moved,
    ObligationSet,
    OpenAccount,
    Permission,
    Reason,
    RegisterParticipant,
    Rejected,
    SetObligation,
    Surrender,
)
from driver import Driver
from scenario import check


# CCER covers a twentieth of what is due and is sold again two trading days later.
STAGE = """
    list CEA
    list CCER offset 50 resale 2
    list GREEN offset 100
    account maker cash 10000.00 CEA 1000 CCER 1000 GREEN 1000
    account taker cash 10000.00 CEA 1000
    begin 20250106 until 1000
"""


def test_allowances_are_surrendered_for_what_is_due() -> None:
    check("""
        obligation maker 100 for 2024      -> maker owes 100 for 2024
        maker: surrender 60 CEA for 2024   -> done, maker owes 100 for 2024 surrendered 60
        balance maker                      -> cash 10000.00, CEA 40
        maker: surrender 41 CEA for 2024   -> refused BAD_QTY     -- more than is still due
        maker: surrender 40 CEA for 2024   -> done, maker owes 100 for 2024 surrendered 100
        maker: issue 1 CEA                 -> done
        maker: surrender 1 CEA for 2024    -> refused BAD_QTY
        maker: surrender 1 CEA for 2025    -> refused OBLIGATION_UNKNOWN
        taker: surrender 1 CEA for 2024    -> refused OBLIGATION_UNKNOWN
    """)


def test_all_accounts_of_a_participant_surrender_for_its_obligation() -> None:
    check("""
        account maker-2 of maker CEA 100
        obligation maker 150 for 2024      -> maker owes 150 for 2024
        maker: surrender 90 CEA for 2024   -> done, maker owes 150 for 2024 surrendered 90
        maker-2: surrender 61 CEA for 2024 -> refused BAD_QTY
        maker-2: surrender 60 CEA for 2024 -> done, maker owes 150 for 2024 surrendered 150
        obligation maker 10 for 2025       -> maker owes 10 for 2025   -- years stand apart
    """)


def test_a_surrender_is_answered_again_but_done_once() -> None:
    check("""
        obligation maker 100 for 2024
        maker: surrender 60 CEA for 2024 ref s-1   -> done, maker owes 100 for 2024 surrendered 60
        maker: surrender 60 CEA for 2024 ref s-1   -> done before
        maker: surrender 60 CEA for 2023 ref s-1   -> refused DUPLICATE_CLIENT_REF
        maker: retire 60 CEA ref s-1               -> refused DUPLICATE_CLIENT_REF
        balance maker                              -> cash 10000.00, CEA 40
    """)


def test_only_tonnes_that_no_order_needs_are_surrendered() -> None:
    check("""
        obligation maker 100 for 2024
        maker: sell #1 30 @ 70.00          -> accepted #1
        maker: surrender 71 CEA for 2024   -> refused INSUFFICIENT_HOLDINGS
        maker: surrender 70 CEA for 2024   -> done, maker owes 100 for 2024 surrendered 70
        balance maker                      -> cash 10000.00, CEA 30 (30 locked)
        maker: surrender 1 NONE for 2024   -> refused UNKNOWN_INSTRUMENT
        nobody: surrender 1 CEA for 2024   -> refused UNKNOWN_ACCOUNT
        maker: surrender 0 CEA for 2024    -> refused BAD_QTY
        maker: surrender -1 CEA for 2024   -> refused BAD_QTY
    """)


def test_credits_cover_a_twentieth_of_what_is_due() -> None:
    check(
        """
        obligation maker 1019 for 2024      -> maker owes 1019 for 2024
        maker: surrender 51 CCER for 2024   -> refused OFFSET_CAP   -- 1019 × 5 / 100 is 50.95
        maker: surrender 30 CCER for 2024   -> done, maker owes 1019 for 2024 surrendered 30 offset 30
        maker: surrender 21 CCER for 2024   -> refused OFFSET_CAP
        maker: surrender 20 CCER for 2024   -> done, maker owes 1019 for 2024 surrendered 50 offset 50
        maker: surrender 1 CCER for 2024    -> refused OFFSET_CAP
        maker: surrender 969 CEA for 2024   -> done, maker owes 1019 for 2024 surrendered 1019 offset 50
        """,
        STAGE,
    )


def test_credits_of_all_kinds_count_against_one_cap() -> None:
    check(
        """
        obligation maker 100 for 2024       -> maker owes 100 for 2024
        maker: surrender 7 GREEN for 2024   -> done, maker owes 100 for 2024 surrendered 7 offset 7
        maker: surrender 1 CCER for 2024    -> refused OFFSET_CAP
        maker: surrender 4 GREEN for 2024   -> refused OFFSET_CAP
        maker: surrender 3 GREEN for 2024   -> done, maker owes 100 for 2024 surrendered 10 offset 10
        """,
        STAGE,
    )


def test_credits_without_an_obligation_that_large_cover_nothing() -> None:
    check(
        """
        list BARRED offset 0
        maker: issue 10 BARRED              -> done
        obligation maker 19 for 2024        -> maker owes 19 for 2024
        maker: surrender 1 CCER for 2024    -> refused OFFSET_CAP
        maker: surrender 1 BARRED for 2024  -> refused OFFSET_CAP
        obligation maker 20 for 2024        -> maker owes 20 for 2024
        maker: surrender 1 CCER for 2024    -> done, maker owes 20 for 2024 surrendered 1 offset 1
        """,
        STAGE,
    )


def test_tonnes_that_may_be_sold_last_are_surrendered_first() -> None:
    check(
        """
        obligation taker 1000 for 2024
        maker: sell #1 100 CCER @ 1.00 gtc  -> accepted #1
        taker: buy #2 10 CCER @ 1.00        -> accepted #2, traded #1 #2 10 @ 1.00
        time 1000
        begin 20250107 until 2000
        taker: buy #3 20 CCER @ 1.00        -> accepted #3, traded #1 #3 20 @ 1.00
        maker: transfer 5 CCER to taker     -> done
        balance taker                       -> cash 9970.00, CCER 35 (10 from day 3, 20 from day 4), CEA 1000
        taker: surrender 15 CCER for 2024   -> done, taker owes 1000 for 2024 surrendered 15 offset 15
        balance taker                       -> cash 9970.00, CCER 20 (10 from day 3, 5 from day 4), CEA 1000
        taker: surrender 16 CCER for 2024   -> done, taker owes 1000 for 2024 surrendered 31 offset 31
        balance taker                       -> cash 9970.00, CCER 4, CEA 1000
        """,
        STAGE,
    )


def test_an_obligation_is_corrected_but_not_below_what_was_surrendered() -> None:
    check(
        """
        obligation maker 1000 for 2024      -> maker owes 1000 for 2024
        obligation maker 900 for 2024       -> maker owes 900 for 2024
        obligation maker 0 for 2024         -> maker owes 0 for 2024
        obligation maker 1000 for 2024      -> maker owes 1000 for 2024
        maker: surrender 600 CEA for 2024   -> done, maker owes 1000 for 2024 surrendered 600
        obligation maker 599 for 2024       -> refused BAD_QTY
        obligation maker 600 for 2024       -> maker owes 600 for 2024 surrendered 600
        """,
        STAGE,
    )


def test_an_obligation_is_not_lowered_below_what_the_credits_may_cover() -> None:
    check(
        """
        list CEA
        list CCER offset 30
        account maker CEA 1000 CCER 1000
        obligation maker 1000 for 2024      -> maker owes 1000 for 2024
        maker: surrender 5 CCER for 2024    -> done, maker owes 1000 for 2024 surrendered 5 offset 5
        obligation maker 166 for 2024       -> refused OFFSET_CAP
        obligation maker 167 for 2024       -> maker owes 167 for 2024 surrendered 5 offset 5
        maker: surrender 1 CCER for 2024    -> refused OFFSET_CAP
        """,
        stage="",
    )


def test_a_lower_cap_leaves_what_was_surrendered_before() -> None:
    check(
        """
        obligation maker 100 for 2024       -> maker owes 100 for 2024
        maker: surrender 10 GREEN for 2024  -> done, maker owes 100 for 2024 surrendered 10 offset 10
        update GREEN offset 20
        time 1000
        begin 20250107 until 2000
        obligation maker 99 for 2024        -> refused OFFSET_CAP
        obligation maker 100 for 2024       -> maker owes 100 for 2024 surrendered 10 offset 10
        obligation maker 101 for 2024       -> maker owes 101 for 2024 surrendered 10 offset 10
        maker: surrender 1 CCER for 2024    -> refused OFFSET_CAP
        update GREEN offset 1000
        update CCER offset 1000
        time 2000
        begin 20250108 until 3000
        obligation maker 9 for 2024         -> refused BAD_QTY
        obligation maker 10 for 2024        -> maker owes 10 for 2024 surrendered 10 offset 10
        """,
        STAGE,
    )


def test_an_obligation_is_of_a_known_participant_and_a_plausible_year() -> None:
    check("""
        obligation nobody 1 for 2024        -> refused UNKNOWN_PARTICIPANT
        obligation maker 1 for 1989         -> refused BAD_PARAMETER
        obligation maker 1 for 1990         -> maker owes 1 for 1990
        obligation maker 1 for 9999         -> maker owes 1 for 9999
        obligation maker 1 for 10000        -> refused BAD_PARAMETER
        obligation maker -1 for 2024        -> refused BAD_QTY
        obligation maker 4611686018427387904 for 2024 -> maker owes 4611686018427387904 for 2024
        obligation maker 4611686018427387905 for 2024 -> refused BAD_QTY
    """)


@pytest.fixture
def driver() -> Driver:
    """One account with allowances and credits, and 100 t due for 2024."""
    driver = Driver()
    for command in (
        ListInstrument("", "CEA"),
        ListInstrument("", "CCER", offset_permille=50),
        ListInstrument("", "BROWN", offset_permille=10),
        RegisterParticipant("", "a"),
        OpenAccount("", "a", "a"),
        Issue("", "a", "CEA", 70, "1"),
        Issue("", "a", "CCER", 70, "2"),
        Issue("", "a", "BROWN", 70, "5"),
        SetObligation("", "a", 2024, 100),
        Surrender("", "a", "CEA", 30, 2024, "3"),
        Surrender("", "a", "CCER", 2, 2024, "4"),
    ):
        assert type(driver.do(command)[0]) is not Rejected
    return driver


@pytest.mark.parametrize(
    ("instrument", "quantity", "year", "refused"),
    [
        ("CEA", 69, 2024, Rejected(Reason.BAD_QTY, "quantity", 69, 68)),
        ("CEA", 41, 2024, Rejected(Reason.INSUFFICIENT_HOLDINGS, "quantity", 41, 40)),
        ("CCER", 4, 2024, Rejected(Reason.OFFSET_CAP, "quantity", 4, 3)),
        ("BROWN", 1, 2024, Rejected(Reason.OFFSET_CAP, "quantity", 1, 0)),
        ("CEA", 1, 2023, Rejected(Reason.OBLIGATION_UNKNOWN, "year", 2023)),
    ],
)
def test_a_refused_surrender_tells_what_would_do(
    driver: Driver, instrument: str, quantity: int, year: int, refused: Rejected
) -> None:
    surrender = Surrender("", "a", instrument, quantity, year, "new")
    assert driver.do(surrender) == [refused]


@pytest.mark.parametrize(
    ("due", "refused"),
    [
        (31, Rejected(Reason.BAD_QTY, "due", 31, 32)),
        (39, Rejected(Reason.OFFSET_CAP, "due", 39, 40)),
        (2**62 + 1, Rejected(Reason.BAD_QTY, "due", 2**62 + 1, 2**62)),
    ],
)
def test_a_refused_obligation_tells_what_would_do(
    driver: Driver, due: int, refused: Rejected
) -> None:
    assert driver.do(SetObligation("", "a", 2024, due)) == [refused]
    assert driver.do(SetObligation("k", "a", 2024, 40)) == [
        Rejected(Reason.NOT_PERMITTED)
    ]
    obligation = SetObligation("", "a", 2024, 40)
    assert driver.do(obligation) == [ObligationSet(obligation, 32, 2)]


def test_a_surrender_states_the_obligation_as_the_registry_would(
    driver: Driver,
) -> None:
    driver.do(AddKey("", "a", "k", b"k" * 32, Permission.REGISTRY))
    surrender = Surrender("k", "a", "CEA", 5, 2024, "new")
    assert driver.do(surrender) == [
        Moved(surrender),
        ObligationSet(SetObligation("k", "a", 2024, 100), 37, 2),
    ]
