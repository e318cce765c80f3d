"""What lies between two bounds: each term of an instrument, at them and one beyond."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from carbonex.engine import (
    MAX_FEE,
    MAX_PRICE,
    MAX_QUANTITY,
    ListInstrument,
    Reason,
    Rejected,
    Thresholds,
)
from carbonex.engine.market.bounds import bad_terms


TERMS = ListInstrument("", "CEA", max_quantity=MAX_QUANTITY)

BOUNDS = {
    "tick": (1, MAX_PRICE),
    "lot": (1, MAX_QUANTITY),
    "max_quantity": (1, MAX_QUANTITY),
    "market_protection_permille": (0, 1000),
    "reference": (0, MAX_PRICE),
    "band_permille": (0, 999),
    "take_levels": (0, 1000),
    "resale_days": (0, 366),
    "offset_permille": (0, 1000),
    "position_limit": (0, MAX_QUANTITY**2),
    "large_holder_permille": (0, 1000),
    **dict.fromkeys(
        ("fees.maker", "fees.taker", "fees.block", "fees.auction"), (0, MAX_FEE)
    ),
    "blocks.min_quantity": (0, MAX_QUANTITY),
    "blocks.band_permille": (0, 999),
    "auctions.band_permille": (0, 999),
    "auctions.reserve_permille": (0, 2000),
    "auctions.bidder_limit": (0, MAX_QUANTITY),
    "calls.open_seconds": (0, 3600),
    "calls.resume_seconds": (0, 3600),
    **{
        f"thresholds.{name}": (0, MAX_QUANTITY**2)
        for name in Thresholds.__struct_fields__
    },
    "min_display_permille": (1, 1000),
}


def terms_with(name: str, value: object) -> ListInstrument:
    part, _, member = name.rpartition(".")
    changed: dict[str, Any] = {member: value}
    if part:
        changed = {part: replace(getattr(TERMS, part), **changed)}
    return replace(TERMS, **changed)


@pytest.mark.parametrize("name", BOUNDS)
def test_a_bound_is_allowed_and_one_beyond_is_refused_by_name(name: str) -> None:
    for bound, beyond in zip(BOUNDS[name], (-1, 1), strict=True):
        assert bad_terms(terms_with(name, bound)) is None
        told = Rejected(Reason.BAD_PARAMETER, name, bound + beyond, bound)
        assert bad_terms(terms_with(name, bound + beyond)) == told


def test_the_largest_order_holds_a_lot() -> None:
    assert bad_terms(replace(TERMS, lot=10, max_quantity=10)) is None
    told = Rejected(Reason.BAD_PARAMETER, "max_quantity", 9, 10)
    assert bad_terms(replace(TERMS, lot=10, max_quantity=9)) == told


@pytest.mark.parametrize("name", ["sessions", "blocks.sessions"])
def test_sessions_lie_in_the_day_one_after_the_other(name: str) -> None:
    whole = ((0, 1), (1, 86_400))
    assert bad_terms(terms_with(name, whole)) is None
    for sessions, value, limit in (
        (((-1, 5),), -1, 0),
        (((0, 5), (4, 9)), 4, 5),
        (((5, 5),), 5, 5),
        (((0, 86_401),), 86_401, 86_400),
    ):
        told = Rejected(Reason.BAD_PARAMETER, name, value, limit)
        assert bad_terms(terms_with(name, sessions)) == told


@pytest.mark.parametrize("name", ["sessions", "blocks.sessions"])
def test_there_are_sixteen_sessions_at_most(name: str) -> None:
    sessions = tuple((n, n + 1) for n in range(17))
    assert bad_terms(terms_with(name, sessions[:16])) is None
    told = Rejected(Reason.BAD_PARAMETER, name, 17, 16)
    assert bad_terms(terms_with(name, sessions)) == told
