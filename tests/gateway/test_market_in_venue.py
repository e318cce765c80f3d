"""A market file against a venue: what is listed, what is updated, what is left alone."""

from __future__ import annotations

import pytest
from msgspec import structs

from carbonex.engine import (
    VENUE_KEY,
    BeginDay,
    DelistInstrument,
    ListInstrument,
    UpdateInstrument,
)
from carbonex.gateway.documents import ConfigError
from carbonex.gateway.market import Market, difference, parse_market
from driver import Driver


FILE = """
[product.CEA]
band_permille = 100
[[instrument]]
name = "CEA24"
product = "CEA"
reference = "76.39"
[[instrument]]
name = "CEA25"
product = "CEA"
reference = "74.63"
"""
CEA24 = ListInstrument(VENUE_KEY, "CEA24", reference=7639, band_permille=100)
CEA25 = ListInstrument(VENUE_KEY, "CEA25", reference=7463, band_permille=100)
MORNING = 1_785_288_600 * 10**9  # 2026-07-29 09:30 in Shanghai


@pytest.fixture
def driver() -> Driver:
    return Driver(time_ns=MORNING)


def file(**changes: str) -> Market:
    """Return the market of FILE with words replaced."""
    text = FILE
    for word, other in changes.items():
        assert word in text
        text = text.replace(word, other)
    return parse_market(text, "f.toml")


def test_what_is_not_listed_is_listed(driver: Driver) -> None:
    driver.do(CEA24)
    assert difference(file(), driver.exchange) == ([CEA25], [], [])


def test_whoever_listed_it_the_same_terms_are_the_same(driver: Driver) -> None:
    driver.do(structs.replace(CEA24, reference=9999))
    driver.do(CEA25)
    assert difference(file(), driver.exchange).commands == []


def test_other_terms_are_told_once(driver: Driver) -> None:
    driver.do(CEA24)
    driver.do(structs.replace(CEA25, band_permille=50, take_levels=5))
    (update,) = difference(file(), driver.exchange).commands
    assert update == UpdateInstrument(VENUE_KEY, CEA25)
    driver.do(update)
    assert difference(file(), driver.exchange).commands == []
    assert driver.exchange.instruments["CEA25"].terms.take_levels == 5
    driver.do(BeginDay(VENUE_KEY, 20260729))
    assert driver.exchange.instruments["CEA25"].terms == CEA25
    assert difference(file(), driver.exchange).commands == []


def test_a_change_taken_back_before_it_held_is_an_update_too(driver: Driver) -> None:
    driver.do(CEA24)
    driver.do(CEA25)
    driver.do(UpdateInstrument(VENUE_KEY, structs.replace(CEA25, take_levels=5)))
    assert difference(file(), driver.exchange).commands == [
        UpdateInstrument(VENUE_KEY, CEA25)
    ]


def test_what_the_file_does_not_know_is_left_alone(driver: Driver) -> None:
    driver.do(structs.replace(CEA24, instrument="CEA23"))
    assert difference(file(), driver.exchange) == ([CEA24, CEA25], ["CEA23"], [])
    assert difference(Market(), driver.exchange) == ([], [], [])


def test_what_was_delisted_stays_so(driver: Driver) -> None:
    driver.do(CEA24)
    driver.do(CEA25)
    driver.do(DelistInstrument(VENUE_KEY, "CEA25"))
    changed = file(**{"100": "50"})
    difference_ = difference(changed, driver.exchange)
    assert [command.terms.instrument for command in difference_.commands] == ["CEA24"]  # type: ignore[union-attr]
    assert difference_.delisted == ["CEA25"]


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        (
            structs.replace(CEA25, tick=5, reference=7465),
            (
                'f.toml: instrument.CEA25.tick = "0.01":'
                " it is listed with 0.05, and that cannot change"
            ),
        ),
        (
            structs.replace(CEA25, lot=10),
            (
                "f.toml: instrument.CEA25.lot = 1:"
                " it is listed with 10, and that cannot change"
            ),
        ),
        (
            structs.replace(CEA25, product="X"),
            (
                'f.toml: instrument.CEA25.product = "CEA":'
                " it is listed with X, and that cannot change"
            ),
        ),
    ],
)
def test_product_tick_and_lot_stay(
    driver: Driver, listed: ListInstrument, message: str
) -> None:
    driver.do(listed)
    with pytest.raises(ConfigError) as caught:
        difference(file(), driver.exchange)
    assert str(caught.value) == message
