"""Instruments: the rules they trade by, and where their day stands."""

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


# What a request may leave out is told whole, and a client reads what a newer venue
# adds without refusing it: that is all in which these differ from a request's.


class Fees(FeesSection, frozen=True, forbid_unknown_fields=False, omit_defaults=False):
    """What each side pays, in 0.01 bp of price × quantity."""


class BlockTerms(
    BlocksSection, frozen=True, forbid_unknown_fields=False, omit_defaults=False
):
    """Block trades; a ``min_quantity`` of 0 allows none."""


class AuctionTerms(
    AuctionsSection, frozen=True, forbid_unknown_fields=False, omit_defaults=False
):
    """One-way auctions: what one is unless it says otherwise."""


class CallTerms(
    CallsSection, frozen=True, forbid_unknown_fields=False, omit_defaults=False
):
    """Call auctions at the open and after a halt, in seconds; 0 for none."""


class Thresholds(
    ThresholdsSection, frozen=True, forbid_unknown_fields=False, omit_defaults=False
):
    """When supervision raises an alert; 0 is never."""


class InstrumentTerms(
    Terms, frozen=True, kw_only=True, forbid_unknown_fields=False, omit_defaults=False
):
    """The rules that an instrument trades by."""

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
    ``next_change`` (0: not known); ``blocks_open`` tells whether blocks trade.
    An instrument that is not ``tradable`` is new, or delisted. Prices are null
    where there is no band, or no trading day yet. ``next_terms`` hold from the next
    trading day on, or from the first one of ``next_terms_date`` or later; null where
    its terms stay. While it ``awaits_price`` there is no price for a band to lie
    around: ``next_terms`` wait and its own hold, or where the band is its own it does
    not trade; terms with a ``reference`` end that. ``composite`` is the method of its
    product's composite, and ``next_composite`` likewise that from the next trading
    day on. ``eligibility`` has the rules by which
    its tonnes cover obligations, where its product has any; without one of them they
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
