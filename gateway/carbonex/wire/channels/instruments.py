"""Instruments: their trading rules and the state of their trading day."""

from __future__ import annotations

import msgspec

from carbonex.wire.answers import EligibilityRule
from carbonex.wire.requests import (
    AuctionsSection,
    BlocksSection,
    CallsSection,
    CompositeName,
    FeesSection,
    Terms,
    ThresholdsSection,
)


# Unlike a request's sections, these are sent with all defaults, and clients accept
# members added by a newer venue.


class Fees(FeesSection, frozen=True, forbid_unknown_fields=False, omit_defaults=False):
    """Fee rates of each side, in 0.01 bp of price × quantity."""


class BlockTerms(
    BlocksSection, frozen=True, forbid_unknown_fields=False, omit_defaults=False
):
    """Block trades; a ``min_quantity`` of 0 allows none."""


class AuctionTerms(
    AuctionsSection, frozen=True, forbid_unknown_fields=False, omit_defaults=False
):
    """One-way auctions: the defaults for each auction."""


class CallTerms(
    CallsSection, frozen=True, forbid_unknown_fields=False, omit_defaults=False
):
    """Call auctions at the open and after a halt, in seconds; 0 for none."""


class Thresholds(
    ThresholdsSection, frozen=True, forbid_unknown_fields=False, omit_defaults=False
):
    """The thresholds of supervision alerts; 0 means never."""


class InstrumentTerms(
    Terms, frozen=True, kw_only=True, forbid_unknown_fields=False, omit_defaults=False
):
    """The trading rules of an instrument."""

    fees: Fees = Fees()
    blocks: BlockTerms = BlockTerms()
    auctions: AuctionTerms = AuctionTerms()
    calls: CallTerms = CallTerms()
    thresholds: Thresholds = Thresholds()
    min_display_permille: int = 50
    vintage: int = 0


class Instrument(InstrumentTerms, frozen=True, kw_only=True):
    """Reference data, the day's prices and the phase.

    ``phase`` is closed, pre_open, trading, break, call or halted, and lasts until
    ``next_change`` (0: unknown). ``blocks_open`` tells whether blocks trade. An
    instrument that is not ``tradable`` is new or delisted. Prices are null without a
    band or before the first trading day. ``next_terms`` apply from the next trading
    day, or from the first trading day on or after ``next_terms_date``. They are null if
    the terms stay.

    While the instrument ``awaits_price``, its price band has no reference price.
    ``next_terms`` wait meanwhile and the current terms apply; if those have the band,
    the instrument does not trade. Terms with a ``reference`` end this.

    ``composite`` is the method of the product's composite price. ``next_composite`` is
    the method from the next trading day. ``eligibility`` lists the rules by which the
    tonnes cover obligations, if the product has rules. An empty list means that they
    cover none.
    """

    instrument: str
    phase: str
    next_change: int
    blocks_open: bool
    tradable: bool
    date: str | None
    previous_close: str | None
    limit_down: str | None
    limit_up: str | None
    block_limit_down: str | None
    block_limit_up: str | None
    next_terms: InstrumentTerms | None = None
    next_terms_date: str | None = None
    composite: CompositeName = "mean"
    next_composite: CompositeName | None = None
    awaits_price: bool = False
    eligibility: list[EligibilityRule] | msgspec.UnsetType = msgspec.UNSET
