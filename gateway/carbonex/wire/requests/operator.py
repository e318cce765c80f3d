"""Params of requests about instruments, restrictions and the trading day."""

from __future__ import annotations

from .base import (
    CompositeName,
    Date,
    Explanation,
    Id,
    Micros,
    Name,
    OptionalDate,
    Params,
    RestrictionName,
)
from .terms import Terms


class ListInstrument(Terms, frozen=True, kw_only=True):
    """List an instrument; without terms it has no market rules."""

    instrument: Name


class UpdateInstrument(Terms, frozen=True, kw_only=True):
    """Replace all terms of an instrument from the next trading day.

    With ``effective_date``, from the first trading day on or after it. Product, tick
    and lot must stay unchanged, and so must a vintage once it is stated.
    """

    instrument: Name
    effective_date: OptionalDate = ""


class DelistInstrument(Params, frozen=True):
    """End trading in an instrument for good."""

    instrument: Name


class Halt(Params, frozen=True):
    """Halt trading in an instrument."""

    instrument: Name


class Resume(Params, frozen=True):
    """Resume trading in a halted instrument."""

    instrument: Name


class SetComposite(Params, frozen=True):
    """Change the method of a product's composite from the next trading day."""

    product: Name
    composite: CompositeName


class SuspendVenue(Params, frozen=True):
    """Suspend trading in all instruments."""

    reason: Explanation


class ResumeVenue(Params, frozen=True):
    """Resume trading in all instruments that are not halted themselves."""

    reason: Explanation


class AnnulTrade(Params, frozen=True):
    """Annul an erroneous trade of the open trading day."""

    instrument: Name
    trade_id: Id
    reason: Explanation


class BeginDay(Params, frozen=True):
    """Open the trading day ``date`` (YYYY-MM-DD), which ends at ``ends``.

    Without ``ends`` it ends with the last session of any instrument.
    """

    date: Date
    ends: Micros = 0


class EndDay(Params, frozen=True):
    """End the open trading day now, with its closes and bulletins."""


class CancelDay(Params, frozen=True):
    """Cancel the open trading day, on which nothing has traded."""


class Restrict(Params, frozen=True):
    """Restrict a participant; ``none`` lifts the restriction."""

    participant: Name
    restriction: RestrictionName
