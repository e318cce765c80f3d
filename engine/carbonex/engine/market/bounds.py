"""Bounds on the values of an instrument's terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.engine.commands import MAX_PRICE, MAX_QUANTITY
from carbonex.engine.enums import ALL_KINDS, Reason
from carbonex.engine.events import Rejected
from carbonex.engine.terms import MAX_FEE

from .rules import bad_name, bad_tick, out_of_bounds


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine.commands import ListInstrument
    from carbonex.engine.terms import Fees, Sessions, Thresholds

    Bound = tuple[str, int, int, int]  # name, value, minimum, maximum


DAY_SECONDS: Final = 86_400
MAX_LEVELS: Final = 1000
MAX_RESALE_DAYS: Final = 366
MAX_CALL_SECONDS: Final = 3600
MAX_SESSIONS: Final = 16  # per trading day; the same for its block hours
MAX_BAND: Final = 999  # per mille, so that a limit down is always positive
PERMILLE: Final = 1000
FIRST_VINTAGE: Final = 1990  # the base year of the Kyoto Protocol: no tonne is older
LAST_VINTAGE: Final = 2100


def bad_terms(terms: ListInstrument) -> Rejected | None:
    """Check every parameter of an instrument; refuse the first bad parameter."""
    rejected = bad_name("instrument", terms.instrument) or bad_name(
        "product", terms.product
    )
    if rejected is not None:
        return rejected
    for name, value, least, most in _bounds(terms):
        rejected = out_of_bounds(Reason.BAD_PARAMETER, name, value, least, most)
        if rejected is not None:
            return rejected
    if terms.reference and bad_tick(terms, "reference", terms.reference):
        return Rejected(Reason.BAD_PARAMETER, "reference", terms.reference, terms.tick)
    return (
        _bad_sessions("sessions", terms.sessions)
        or _bad_sessions("blocks.sessions", terms.blocks.sessions)
        or _too_many_sessions(terms)
    )


def _too_many_sessions(terms: ListInstrument) -> Rejected | None:
    """Check the number of sessions, which bounds the number of phases of a day."""
    for name, sessions in (
        ("sessions", terms.sessions),
        ("blocks.sessions", terms.blocks.sessions),
    ):
        if len(sessions) > MAX_SESSIONS:
            count = len(sessions)
            return Rejected(Reason.BAD_PARAMETER, name, count, MAX_SESSIONS)
    return None


def _bounds(terms: ListInstrument) -> Iterator[Bound]:
    """Yield each numeric parameter with its minimum and maximum."""
    yield "tick", terms.tick, 1, MAX_PRICE
    yield "lot", terms.lot, 1, MAX_QUANTITY
    yield "max_quantity", terms.max_quantity, terms.lot, MAX_QUANTITY
    permille = terms.market_protection_permille
    yield "market_protection_permille", permille, 0, PERMILLE
    yield "reference", terms.reference, 0, MAX_PRICE
    yield "band_permille", terms.band_permille, 0, MAX_BAND
    yield "take_levels", terms.take_levels, 0, MAX_LEVELS
    yield "resale_days", terms.resale_days, 0, MAX_RESALE_DAYS
    yield "offset_permille", terms.offset_permille, 0, PERMILLE
    yield "position_limit", terms.position_limit, 0, MAX_QUANTITY * MAX_QUANTITY
    yield "large_holder_permille", terms.large_holder_permille, 0, PERMILLE
    for name, rate in _named(terms.fees):
        yield f"fees.{name}", rate, 0, MAX_FEE
    blocks, auctions, calls = terms.blocks, terms.auctions, terms.calls
    yield "blocks.min_quantity", blocks.min_quantity, 0, MAX_QUANTITY
    yield "blocks.band_permille", blocks.band_permille, 0, MAX_BAND
    yield "auctions.band_permille", auctions.band_permille, 0, MAX_BAND
    yield "auctions.reserve_permille", auctions.reserve_permille, 0, 2 * PERMILLE
    yield "auctions.bidder_limit", auctions.bidder_limit, 0, MAX_QUANTITY
    yield "calls.open_seconds", calls.open_seconds, 0, MAX_CALL_SECONDS
    yield "calls.resume_seconds", calls.resume_seconds, 0, MAX_CALL_SECONDS
    for name, value in _named(terms.thresholds):
        yield f"thresholds.{name}", value, 0, MAX_QUANTITY * MAX_QUANTITY
    yield "min_display_permille", terms.min_display_permille, 1, PERMILLE
    yield "vintage", terms.vintage, FIRST_VINTAGE if terms.vintage else 0, LAST_VINTAGE

    yield "order_kinds", int(terms.order_kinds), 0, int(ALL_KINDS)


def _named(part: Fees | Thresholds) -> list[tuple[str, int]]:
    return [(name, getattr(part, name)) for name in part.__struct_fields__]


def _bad_sessions(name: str, sessions: Sessions) -> Rejected | None:
    """Check that sessions lie within the day, in order and without overlap."""
    last = 0
    for start, end in sessions:
        if start < last:
            return Rejected(Reason.BAD_PARAMETER, name, start, last)
        if end <= start:
            return Rejected(Reason.BAD_PARAMETER, name, end, start)
        if end > DAY_SECONDS:
            return Rejected(Reason.BAD_PARAMETER, name, end, DAY_SECONDS)
        last = end
    return None
