"""How much the composite's agreement with the record says: what was free to choose.

These are the figures of docs/validation.md, worked out from the record alone.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import pytest

from carbonex.cli.official.files import VINTAGES_FILE
from carbonex.cli.official.methods import methods
from carbonex.cli.official.plan import days
from carbonex.cli.official.record import load
from carbonex.engine import CompositeMethod
from cli.official_checks import mean, references
from cli.recordings import market_data


if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonex.cli.official.plan import Day


NO_OPEN: Final = 20250114
LOST: Final = 20251013
HALF: Final = Fraction(1, 2)


@pytest.fixture(scope="module")
def several() -> list[Day]:
    """The days on which there were several vintages, and their mean counted."""
    history = list(days(load(market_data(VINTAGES_FILE).parent)))
    chosen = methods(history)
    return [
        day
        for day in history
        if len(day.vintages) > 1 and chosen[day.date] is CompositeMethod.MEAN
    ]


@pytest.fixture(scope="module")
def published(several: Sequence[Day]) -> list[Day]:
    """Those of which the composite's open, high and low are published."""
    return [day for day in several if day.date != LOST]


def traded(day: Day) -> int:
    """Return how many of the day's vintages had listed trades."""
    return sum(row.listed.quantity > 0 for row in day.vintages)


def opens(day: Day, new: Sequence[str] = ()) -> list[int]:
    """Return the composite after its first trade, for each vintage it may be of.

    Without trades what it was before. ``new`` vintages count once they have traded.
    """
    prices = references(day.vintages)
    counted = [row.instrument not in new for row in day.vintages]
    firsts = [at for at, row in enumerate(day.vintages) if row.listed.quantity]
    values = []
    for first in firsts or [-1]:
        last = [
            day.vintages[at].open if at == first else price
            for at, price in enumerate(prices)
            if counted[at] or at == first
        ]
        values.append(mean(last))
    return values


def test_on_most_days_the_first_vintage_was_chosen(published: Sequence[Day]) -> None:
    none = [day for day in published if traded(day) == 0]
    one = [day for day in published if traded(day) == 1]
    more = [day for day in published if traded(day) > 1]
    assert (len(none), len(one), len(more)) == (14, 111, 443)
    assert max(map(traded, more)) == 5
    wrong = [day.date for day in published if day.composite.open not in opens(day)]
    assert wrong == [NO_OPEN]


def test_that_one_of_them_fits_is_not_by_chance(published: Sequence[Day]) -> None:
    more = [day for day in published if traded(day) > 1]
    expected = sum(
        Fraction(
            sum(
                day.composite.low <= value <= day.composite.high
                for value in set(opens(day))
            ),
            day.composite.high - day.composite.low + 1,
        )
        for day in more
    )
    assert round(expected) == 19
    together = [mean(row.open for row in day.vintages) for day in more]
    pairs = zip(together, more, strict=True)
    assert sum(value == day.composite.open for value, day in pairs) == 28
    several = [day for day in more if opens(day).count(day.composite.open) > 1]
    assert len(several) == 26


def test_new_vintages_count_from_their_first_day(several: Sequence[Day]) -> None:
    first = {20230828: ["CEA21", "CEA22"], 20241028: ["CEA23"], 20250429: ["CEA24"]}
    begun = [day for day in several if day.date in first]
    assert all(day.composite.open in opens(day) for day in begun)
    without = [
        day.date
        for day in begun
        if day.composite.open not in opens(day, first[day.date])
    ]
    assert without == [20230828, 20250429]


def test_the_p0_of_new_vintages_is_the_composite_close_before() -> None:
    record = load(market_data(VINTAGES_FILE).parent)
    found = []
    for before, day in pairwise(days(record)):
        for row in day.vintages:
            if row.instrument not in {old.instrument for old in before.vintages}:
                p0 = before.composite.close
                assert (row.open, row.close) == (p0, p0)
                found.append(row.instrument)
    assert found == ["CEA21", "CEA22", "CEA23", "CEA24", "CEA25"]


def test_ties_of_the_composites_close_are_rounded_up_but_once(
    several: Sequence[Day],
) -> None:
    ties = [
        day
        for day in several
        if Fraction(sum(row.close for row in day.vintages), len(day.vintages)) % 1
        == HALF
    ]
    assert len(ties) == 40
    wrong = [
        day.date
        for day in ties
        if day.composite.close != mean(row.close for row in day.vintages)
    ]
    assert wrong == [20241226]


def test_the_composites_close_may_lie_outside_its_low_and_high(
    published: Sequence[Day],
) -> None:
    days = [day for day in published if day.composite.high]
    outside = [
        day
        for day in days
        if not day.composite.low <= day.composite.close <= day.composite.high
    ]
    assert len(outside) == 7
    for day in outside:
        assert mean(row.close for row in day.vintages) == day.composite.close
