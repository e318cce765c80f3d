"""Instruments: the rules they trade by, and where their day stands."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec

from carbonex.sdk.times import moment_or_none
from carbonex.wire.answers import EligibilityRule
from carbonex.wire.channels import (
    AuctionTerms,
    BlockTerms,
    CallTerms,
    Fees,
    Thresholds,
)
from carbonex.wire.requests import ALL_KINDS, CompositeName, Hours, OrderKindName


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """The rules that an instrument trades by; the defaults switch a rule off.

    Prices lie within ``band_permille`` of the previous close, which is
    ``reference`` on the first trading day. ``sessions`` are pairs of wall times in
    Shanghai, ``(("09:30", "11:30"), ("13:00", "15:00"))``, empty for the whole
    trading day; ``multi_day`` allows orders beyond it. ``take_levels`` bounds how
    deep one order takes, ``pick`` lets orders name whom they take. What is bought
    may be sold ``resale_days`` trading days later. Tonnes cover at most
    ``offset_permille`` of an obligation. An iceberg shows at least
    ``min_display_permille`` of its total. ``vintage`` is the year of the allowances
    or reductions, 0 where none is stated. ``order_kinds`` are those that it takes
    beside limit orders.
    """

    product: str = "CEA"
    tick: Decimal = Decimal("0.01")
    lot: int = 1
    max_quantity: int = 2**31
    market_protection_permille: int = 100
    reference: Decimal = Decimal("0.00")
    band_permille: int = 0
    sessions: Hours = ()
    multi_day: bool = True
    take_levels: int = 0
    pick: bool = False
    resale_days: int = 0
    offset_permille: int = 1000
    position_limit: int = 0
    large_holder_permille: int = 800
    fees: Fees = Fees()
    blocks: BlockTerms = BlockTerms()
    auctions: AuctionTerms = AuctionTerms()
    calls: CallTerms = CallTerms()
    thresholds: Thresholds = Thresholds()
    min_display_permille: int = 50
    vintage: int = 0
    order_kinds: tuple[OrderKindName, ...] = ALL_KINDS


class Instrument(Terms, frozen=True, kw_only=True):
    """An instrument's terms, its phase, and the day's prices.

    It is a Terms itself: another one can be listed by it, or this one updated.

    ``phase`` is closed, pre_open, trading, break, call or halted; it lasts until
    ``changes_at``. ``blocks_open`` tells whether blocks trade. An instrument that
    is not ``tradable`` is new, or delisted. Prices are None where there is no
    band, or no trading day yet. ``next_terms`` hold from the next trading day on,
    or from the first one of ``next_terms_date`` or later; None where the terms stay.
    While it ``awaits_price`` there is no price for a band to lie around:
    ``next_terms`` wait, or where the band is its own it does not trade; an update with
    a ``reference`` ends that.
    ``composite`` is the method of its product's composite,
    mean or newest, and ``next_composite`` likewise that from the next trading day on.
    ``eligibility`` has the rules by which its tonnes cover
    obligations, without one of them none; None where they cover all.
    """

    instrument: str
    phase: str
    next_change: int  # µs since the epoch, 0 where it is not known
    blocks_open: bool
    tradable: bool
    date: dt.date | None
    previous_close: Decimal | None
    limit_down: Decimal | None
    limit_up: Decimal | None
    block_limit_down: Decimal | None
    block_limit_up: Decimal | None
    next_terms: Terms | None = None
    next_terms_date: dt.date | None = None
    composite: CompositeName = "mean"
    next_composite: CompositeName | None = None
    awaits_price: bool = False
    eligibility: list[EligibilityRule] | None = None

    @property
    def changes_at(self) -> dt.datetime | None:
        """When the phase changes next, in Shanghai; None where it is not known."""
        return moment_or_none(self.next_change)
