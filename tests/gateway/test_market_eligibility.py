"""Rules of eligibility in a market file: what it says, and what the venue is told."""

from __future__ import annotations

import pytest

from carbonex.engine import VENUE_KEY, EligibilityRule, SetEligibility
from carbonex.gateway.documents import ConfigError
from carbonex.gateway.market import difference, load_market, parse_market
from driver import Driver


FILE = """
[product.CEA]
[product.CCER]
offset_permille = 50
[[product.CEA.eligibility]]
vintage_to = 2024
year_from = 2019
year_to = 2024
until = "2025-12-31"
[[product.CEA.eligibility]]
vintage_from = 2025
instruments = ["CEA25"]
[[instrument]]
name = "CEA24"
product = "CEA"
vintage = 2024
[[instrument]]
name = "CEA25"
product = "CEA"
vintage = 2025
[[instrument]]
name = "CCER24"
product = "CCER"
vintage = 2024
"""
RULES = SetEligibility(
    VENUE_KEY,
    "CEA",
    (
        EligibilityRule(0, 2024, 2019, 2024, 20251231),
        EligibilityRule(2025, instruments=("CEA25",)),
    ),
)


def test_a_file_sets_the_rules_of_the_products_that_have_any() -> None:
    driver, market = Driver(), parse_market(FILE, "f.toml")
    assert market.eligibility == (RULES,)
    *listed, rules = difference(market, driver.exchange).commands
    assert len(listed) == 3
    assert rules == RULES
    for command in (*listed, rules):
        driver.do(command)
    assert difference(market, driver.exchange).commands == []


def test_rules_that_differ_are_told_again_and_others_left_alone() -> None:
    driver, market = Driver(), parse_market(FILE, "f.toml")
    for command in difference(market, driver.exchange).commands:
        driver.do(command)
    driver.do(SetEligibility("", "CEA"))
    other = SetEligibility("", "CCER", (EligibilityRule(2020),))
    driver.do(other)
    assert difference(market, driver.exchange).commands == [RULES]
    assert driver.exchange.products["CCER"].eligibility == other.rules


def test_a_file_without_a_rule_may_say_so() -> None:
    text = FILE.replace("offset_permille = 50", "eligibility = []")
    driver, market = Driver(), parse_market(text, "f.toml")
    for command in difference(market, driver.exchange).commands:
        driver.do(command)
    driver.do(SetEligibility("", "CCER", (EligibilityRule(2020),)))
    assert difference(market, driver.exchange).commands == [
        SetEligibility(VENUE_KEY, "CCER")
    ]


@pytest.mark.parametrize("name", ["cea", "ccer", "national"])
def test_the_presets_say_what_covers_what(name: str) -> None:
    driver, market = Driver(), load_market(name)
    assert {rules.product for rules in market.eligibility} == {
        listing.terms.product for listing in market.listings
    }
    for command in difference(market, driver.exchange).commands:
        driver.do(command)
    assert difference(market, driver.exchange).commands == []
    driver.exchange.check()


AT = "product.CEA.eligibility[0]"


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        (
            "vintage_to = 2024",
            "vintage_to = 1989",
            f"{AT}.vintage_to = 1989: must be at least 1990",
        ),
        (
            "year_to = 2024",
            "year_to = 2018",
            f"{AT}.year_to = 2018: must be at least 2019",
        ),
        (
            'until = "2025-12-31"',
            'until = "1989-12-31"',
            f"{AT}.until = 19891231: must be a date from 1990 on",
        ),
        (
            'instruments = ["CEA25"]',
            'instruments = ["CCER24"]',
            (
                'product.CEA.eligibility[1].instruments = "CCER24": there is no'
                " [[instrument]] of this name in the product"
            ),
        ),
    ],
)
def test_rules_that_cannot_be_are_named(
    written: str, instead: str, message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_market(FILE.replace(written, instead), "f.toml")
    assert str(caught.value) == f"f.toml: {message}"


def test_a_product_has_a_bounded_number_of_rules() -> None:
    text = FILE + "[[product.CEA.eligibility]]\n" * 31
    with pytest.raises(ConfigError, match="= 33: must be at most 32 rules"):
        parse_market(text, "f.toml")
    text = FILE.replace('["CEA25"]', str(["CEA25"] * 33))
    with pytest.raises(ConfigError, match="= 33: must be at most 32 names"):
        parse_market(text, "f.toml")
