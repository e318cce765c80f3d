"""Which vintages cover which year's obligation: coverage, carry-over, ends, offsets."""

from __future__ import annotations

import pytest

from carbonex.engine import (
    AddKey,
    Command,
    EligibilityRule,
    EligibilitySet,
    Issue,
    ListInstrument,
    OpenAccount,
    Permission,
    Reason,
    RegisterParticipant,
    Rejected,
    SetEligibility,
    SetObligation,
    Surrender,
)
from carbonex.engine.market.schedule import DAY_NS, midnight_ns
from driver import Driver
from scenario import check


# Vintages of which the first is of two years, and two of another product.
STAGE = """
    list CEA vintage 2020
    list CEA21 vintage 2021
    list CEA24 vintage 2024
    list CEA25 vintage 2025
    list WIND product CCER vintage 2024 offset 50
    list SOLAR product CCER vintage 2023 offset 50
    list OLD product CCER offset 50
    account maker CEA 100 CEA21 100 CEA24 100 CEA25 100 WIND 100 SOLAR 100 OLD 100
    obligation maker 1000 for 2019
    obligation maker 1000 for 2024
    obligation maker 1000 for 2025
    obligation maker 1000 for 2026
"""


def test_without_a_rule_every_vintage_covers_every_year() -> None:
    check(
        """
        maker: surrender 1 CEA25 for 2019      -> done, maker owes 1000 for 2019 surrendered 1
        eligibility CEA -/-2024                -> CEA has 1 rules
        maker: surrender 1 CEA25 for 2019      -> refused NOT_ELIGIBLE
        maker: surrender 1 WIND for 2019       -> done, maker owes 1000 for 2019 surrendered 2 offset 1
        eligibility CEA                        -> CEA has 0 rules
        maker: surrender 1 CEA25 for 2019      -> done, maker owes 1000 for 2019 surrendered 3 offset 1
        """,
        STAGE,
    )


def test_a_vintage_is_carried_over_and_never_used_before_its_year() -> None:
    check(
        """
        eligibility CEA -/-                    -> CEA has 1 rules
        maker: surrender 1 CEA25 for 2024      -> refused NOT_ELIGIBLE
        maker: surrender 1 CEA24 for 2024      -> done, maker owes 1000 for 2024 surrendered 1
        maker: surrender 1 CEA21 for 2024      -> done, maker owes 1000 for 2024 surrendered 2
        maker: surrender 1 CEA21 for 2026      -> done, maker owes 1000 for 2026 surrendered 1
        maker: surrender 1 CEA for 2019        -> refused NOT_ELIGIBLE   -- of 2020, by its vintage
        eligibility CEA -2020/2019- -/-        -> CEA has 2 rules
        maker: surrender 1 CEA for 2019        -> done, maker owes 1000 for 2019 surrendered 1
        maker: surrender 1 CEA21 for 2019      -> refused NOT_ELIGIBLE
        """,
        STAGE,
    )


def test_a_range_of_vintages_covers_a_range_of_years() -> None:
    check(
        """
        eligibility CEA 2021-2024/2019-2025 2025-/-   -> CEA has 2 rules
        maker: surrender 1 CEA for 2024        -> refused NOT_ELIGIBLE
        maker: surrender 1 CEA21 for 2019      -> done, maker owes 1000 for 2019 surrendered 1
        maker: surrender 1 CEA24 for 2019      -> done, maker owes 1000 for 2019 surrendered 2
        maker: surrender 1 CEA24 for 2025      -> done, maker owes 1000 for 2025 surrendered 1
        maker: surrender 1 CEA24 for 2026      -> refused NOT_ELIGIBLE
        maker: surrender 1 CEA25 for 2024      -> refused NOT_ELIGIBLE
        maker: surrender 1 CEA25 for 2026      -> done, maker owes 1000 for 2026 surrendered 1
        """,
        STAGE,
    )


def test_offsets_are_eligible_by_vintage_or_by_name() -> None:
    check(
        """
        eligibility CCER 2024-/2024-           -> CCER has 1 rules
        maker: surrender 1 WIND for 2024       -> done, maker owes 1000 for 2024 surrendered 1 offset 1
        maker: surrender 1 SOLAR for 2024      -> refused NOT_ELIGIBLE
        maker: surrender 1 OLD for 2024        -> refused NOT_ELIGIBLE   -- of no vintage
        maker: surrender 1 WIND for 2019       -> refused NOT_ELIGIBLE
        eligibility CCER -/-//SOLAR/OLD        -> CCER has 1 rules
        maker: surrender 1 WIND for 2024       -> refused NOT_ELIGIBLE
        maker: surrender 1 OLD for 2019        -> done, maker owes 1000 for 2019 surrendered 1 offset 1
        maker: surrender 1 SOLAR for 2019      -> refused NOT_ELIGIBLE   -- of its own year on
        maker: surrender 1 SOLAR for 2024      -> done, maker owes 1000 for 2024 surrendered 2 offset 2
        """,
        STAGE,
    )


def test_what_was_surrendered_under_other_rules_stays() -> None:
    check(
        """
        maker: surrender 5 CEA25 for 2024 ref s -> done, maker owes 1000 for 2024 surrendered 5
        eligibility CEA -/-                     -> CEA has 1 rules
        maker: surrender 5 CEA25 for 2024 ref s -> done before
        obligation maker 5 for 2024             -> maker owes 5 for 2024 surrendered 5
        """,
        STAGE,
    )


def test_eligibility_is_told_before_quantity_and_obligation() -> None:
    check(
        """
        eligibility CEA -/-                    -> CEA has 1 rules
        maker: surrender 0 CEA25 for 2024      -> refused NOT_ELIGIBLE
        maker: surrender 9999 CEA25 for 2024   -> refused NOT_ELIGIBLE
        maker: surrender 1 CEA25 for 2020      -> refused NOT_ELIGIBLE
        maker: surrender 1 CEA24 for 2027      -> refused OBLIGATION_UNKNOWN
        """,
        STAGE,
    )


def test_only_the_registry_sets_the_rules() -> None:
    check(
        """
        key reg of maker registry              -> added key reg
        key no of maker read trade operate transfer -> added key no
        eligibility CEA -/- as no              -> refused NOT_PERMITTED
        eligibility CEA -/- as reg             -> CEA has 1 rules
        """,
        STAGE,
    )


@pytest.fixture
def driver() -> Driver:
    """An account with a tonne of three vintages, and obligations."""
    driver = Driver(time_ns=midnight_ns(20251231))
    commands: list[Command] = [
        *(
            ListInstrument("", f"CEA{vintage % 100}", vintage=vintage)
            for vintage in (2021, 2024, 2025)
        ),
        ListInstrument("", "CCER", "CCER"),
        RegisterParticipant("", "a"),
        OpenAccount("", "a", "a"),
        *(Issue("", "a", f"CEA{n}", 9, f"CEA{n}") for n in (21, 24, 25)),
        *(SetObligation("", "a", year, 9) for year in (2024, 2025)),
        SetEligibility(
            "",
            "CEA",
            (
                EligibilityRule(vintage_to=2024, year_to=2024, until=20251231),
                EligibilityRule(vintage_from=2025),
                EligibilityRule(2022, 2022, 2024, instruments=("CEA24",)),
            ),
        ),
    ]
    for command in commands:
        assert type(driver.do(command)[0]) is not Rejected, command
    return driver


def surrender(name: str, year: int) -> Surrender:
    return Surrender("", "a", name, 1, year, f"{name}-{year}")


def test_a_vintage_ends_when_its_last_date_is_over(driver: Driver) -> None:
    driver.time_ns = midnight_ns(20251231) + DAY_NS - 1
    moved, _ = driver.do(surrender("CEA21", 2024))
    assert type(moved) is not Rejected
    driver.time_ns += 1
    ended = Rejected(Reason.VINTAGE_ENDED, "instrument", 2024, 20251231)
    assert driver.do(surrender("CEA24", 2024)) == [ended]


@pytest.mark.parametrize(
    ("name", "year", "vintages"),
    [
        ("CEA21", 2025, ((2025, 2025),)),
        ("CEA24", 2026, ((2025, 2026),)),
        ("CEA25", 2024, ((0, 2024),)),
        ("CEA25", 2021, ((0, 2021),)),
    ],
)
def test_a_refusal_tells_what_would_do(
    driver: Driver, name: str, year: int, vintages: tuple[tuple[int, int], ...]
) -> None:
    vintage = 2000 + int(name[-2:])
    assert driver.do(surrender(name, year)) == [
        Rejected(Reason.NOT_ELIGIBLE, "instrument", vintage, year, vintages)
    ]


def test_a_vintage_that_has_ended_trades_on_until_it_is_delisted() -> None:
    check(
        """
        time 1735574400000000000               -> nothing     -- 2024-12-31
        eligibility CEA -/-/20241230           -> CEA has 1 rules
        maker: surrender 1 CEA24 for 2024      -> refused VINTAGE_ENDED
        begin 20241231                         -> begun 20241231, CEA trading, CEA21 trading, CEA24 trading, CEA25 trading, WIND trading, SOLAR trading, OLD trading
        maker: sell #1 1 CEA24 @ 70.00         -> accepted #1
        account taker                          -> registered taker, opened taker
        maker: transfer 1 CEA24 to taker       -> done
        """,
        STAGE,
    )


RULE = EligibilityRule()


@pytest.mark.parametrize(
    ("rules", "refused"),
    [
        ((RULE,) * 33, ("rules", 33, 32)),
        ((RULE, EligibilityRule(1989)), ("rules.vintage_from", 1989, 1990)),
        ((EligibilityRule(-1),), ("rules.vintage_from", -1, 1990)),
        ((EligibilityRule(10_000),), ("rules.vintage_from", 10_000, 9999)),
        ((EligibilityRule(2024, 2023),), ("rules.vintage_to", 2023, 2024)),
        ((EligibilityRule(0, 1989),), ("rules.vintage_to", 1989, 1990)),
        ((EligibilityRule(0, 0, 1989),), ("rules.year_from", 1989, 1990)),
        ((EligibilityRule(0, 0, 2024, 2023),), ("rules.year_to", 2023, 2024)),
        ((EligibilityRule(until=20250229),), ("rules.until", 20250229, 0)),
        ((EligibilityRule(until=-1),), ("rules.until", -1, 0)),
        (
            (EligibilityRule(instruments=("CEA21",) * 33),),
            ("rules.instruments", 33, 32),
        ),
        ((EligibilityRule(instruments=("CCER",)),), ("rules.instruments", 0, 0)),
        ((EligibilityRule(instruments=("NONE",)),), ("rules.instruments", 0, 0)),
    ],
)
def test_rules_that_cannot_be(
    driver: Driver, rules: tuple[EligibilityRule, ...], refused: tuple[str, int, int]
) -> None:
    now = driver.exchange.products["CEA"].eligibility
    command = SetEligibility("", "CEA", rules)
    assert driver.do(command) == [Rejected(Reason.BAD_PARAMETER, *refused)]
    assert driver.exchange.products["CEA"].eligibility is now


def test_a_product_must_be_there(driver: Driver) -> None:
    driver.do(AddKey("", "a", "no", bytes(32), Permission.TRADE))
    unknown = SetEligibility("", "NONE", (RULE,))
    assert driver.do(unknown) == [Rejected(Reason.UNKNOWN_PRODUCT, "product")]
    whole = SetEligibility("", "CCER", (RULE,) * 32)
    assert driver.do(whole) == [EligibilitySet(whole)]
