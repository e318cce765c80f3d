"""Sentences about instruments and their trading rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    CompositeMethod,
    CompositeSet,
    DelistInstrument,
    HaltInstrument,
    InstrumentDelisted,
    InstrumentListed,
    InstrumentUpdated,
    ListInstrument,
    PriceAwaited,
    ResumeInstrument,
    ResumeVenue,
    SetComposite,
    SuspendVenue,
    UpdateInstrument,
    VenueResumed,
    VenueSuspended,
)
from carbonex.engine.enums import ALL_KINDS
from carbonex.wire.counts import counted
from carbonex.wire.dates import date_text
from carbonex.wire.money import format_fen
from carbonex.wire.terms import hours_of
from carbonex.wire.vocabulary import order_kind_names

from .words import describe


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine import Sessions


@describe.register(ListInstrument)
def _(c: ListInstrument) -> str:
    return f"list {c.instrument} ({', '.join(_terms(c))})"


@describe.register(UpdateInstrument)
def _(c: UpdateInstrument) -> str:
    terms = ", ".join(_terms(c.terms))
    begins = _begins(c.effective_date)
    return f"let {c.terms.instrument} trade from {begins} on by new terms ({terms})"


@describe.register(HaltInstrument)
def _(c: HaltInstrument) -> str:
    return f"halt {c.instrument}"


@describe.register(ResumeInstrument)
def _(c: ResumeInstrument) -> str:
    return f"resume {c.instrument}"


@describe.register(SuspendVenue)
def _(c: SuspendVenue) -> str:
    return f"suspend the venue ({c.reason})"


@describe.register(ResumeVenue)
def _(c: ResumeVenue) -> str:
    return f"resume the venue ({c.reason})"


@describe.register(VenueSuspended)
def _(_: VenueSuspended) -> str:
    return "the venue is suspended"


@describe.register(VenueResumed)
def _(_: VenueResumed) -> str:
    return "the venue goes on"


@describe.register(DelistInstrument)
def _(c: DelistInstrument) -> str:
    return f"delist {c.instrument}"


@describe.register(SetComposite)
def _(c: SetComposite) -> str:
    return f"let the composite of {c.product} follow {_composite(c.method)} from the next day on"


@describe.register(CompositeSet)
def _(e: CompositeSet) -> str:
    return f"the composite of {e.product} follows {_composite(e.method)} from the next trading day on"


@describe.register(InstrumentListed)
def _(_: InstrumentListed) -> str:
    return "listed"


@describe.register(InstrumentUpdated)
def _(e: InstrumentUpdated) -> str:
    return f"new terms await {_begins(e.effective_date, 'the next trading day')}"


@describe.register(PriceAwaited)
def _(e: PriceAwaited) -> str:
    return f"{e.instrument} has no price for its band to lie around"


@describe.register(InstrumentDelisted)
def _(e: InstrumentDelisted) -> str:
    return f"{e.instrument} delisted"


def _begins(effective_date: int, otherwise: str = "the next day") -> str:
    return date_text(effective_date) if effective_date else otherwise


def _composite(method: CompositeMethod) -> str:
    newest = method is CompositeMethod.NEWEST
    return "the newest vintage" if newest else "the mean of all instruments"


def _terms(c: ListInstrument) -> Iterator[str]:
    """Yield the terms that differ from their neutral value, each in a few words."""
    yield f"{c.product} of {c.vintage}" if c.vintage else c.product
    yield f"tick {format_fen(c.tick)}"
    yield f"lot {c.lot:,}"
    yield f"orders up to {c.max_quantity:,}"
    if c.reference:
        yield f"P0 {format_fen(c.reference)}"
    if c.band_permille:
        yield f"band {_per_cent(c.band_permille)}"
    if c.sessions:
        yield f"hours {_hours(c.sessions)}"
    if c.take_levels:
        yield counted(c.take_levels, "level")
    if c.pick:
        yield "pick"
    if c.resale_days:
        yield f"T+{c.resale_days}"
    if c.offset_permille < 1000:
        yield f"offset up to {_per_cent(c.offset_permille)}"
    if c.position_limit:
        yield f"positions up to {c.position_limit:,}"
    if c.order_kinds != ALL_KINDS:
        yield f"{' '.join(('limit', *order_kind_names(c.order_kinds)))} orders"
    yield from _methods(c)


def _methods(c: ListInstrument) -> Iterator[str]:
    if any((c.fees.maker, c.fees.taker)):
        yield f"fees {c.fees.maker}/{c.fees.taker} per million"
    if c.blocks.min_quantity:
        hours = f" {_hours(c.blocks.sessions)}" if c.blocks.sessions else ""
        yield f"blocks from {c.blocks.min_quantity:,}{hours}"
    if c.auctions.allowed:
        yield "auctions"
    if c.calls.open_seconds:
        yield f"opening call {c.calls.open_seconds} s"
    if c.calls.resume_seconds:
        yield f"reopening call {c.calls.resume_seconds} s"


def _per_cent(permille: int) -> str:
    whole, tenth = divmod(permille, 10)
    return f"{whole}.{tenth} %" if tenth else f"{whole} %"


def _hours(sessions: Sessions) -> str:
    return " ".join(f"{start}–{end}" for start, end in hours_of(sessions))
