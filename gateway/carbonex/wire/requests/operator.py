"""Params about instruments, participants' restrictions and the trading day."""

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
    """Open a book; without any terms it has no rules of a market."""

    instrument: Name


class UpdateInstrument(Terms, frozen=True, kw_only=True):
    """Let an instrument trade by these terms from the next trading day on.

    Or from the first one of ``effective_date`` or later. They replace all its terms;
    product, tick and lot must stay as they are, and a vintage once it is stated.
    """

    instrument: Name
    effective_date: OptionalDate = ""


class DelistInstrument(Params, frozen=True):
    """End trading in an instrument for good."""

    instrument: Name


class Halt(Params, frozen=True):
    """Stop trading in an instrument."""

    instrument: Name


class Resume(Params, frozen=True):
    """Let a halted instrument trade again."""

    instrument: Name


class SetComposite(Params, frozen=True):
    """Let a product's composite be made otherwise from the next trading day on."""

    product: Name
    composite: CompositeName


class SuspendVenue(Params, frozen=True):
    """Stop trading in all instruments."""

    reason: Explanation


class ResumeVenue(Params, frozen=True):
    """Let all instruments trade again that are not halted themselves."""

    reason: Explanation


class AnnulTrade(Params, frozen=True):
    """Take back a trade of the open trading day that was a mistake."""

    instrument: Name
    trade_id: Id
    reason: Explanation


class BeginDay(Params, frozen=True):
    """Open the trading day ``date`` (YYYY-MM-DD), which ends at ``ends``.

    Left out, that is the end of the last session of any instrument.
    """

    date: Date
    ends: Micros = 0


class EndDay(Params, frozen=True):
    """Let the open trading day end now, with its closes and bulletins."""


class CancelDay(Params, frozen=True):
    """Take back the open trading day, on which nothing has traded."""


class Restrict(Params, frozen=True):
    """Restrict what a participant may do, or lift it with none."""

    participant: Name
    restriction: RestrictionName
