"""Instruments: their trading rules and the state of their trading day."""

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
    """The trading rules of an instrument; the defaults switch a rule off.

    Prices lie within ``band_permille`` of the previous close, or of ``reference`` on
    the first trading day. ``sessions`` are pairs of wall times in Shanghai,
    ``(("09:30", "11:30"), ("13:00", "15:00"))``; empty means the whole trading day.
    ``multi_day`` allows orders that outlive the trading day. ``take_levels`` limits how
    many book levels one order may take. ``pick`` lets an order name the resting orders
    it takes. Bought tonnes may be sold ``resale_days`` trading days later. Tonnes cover
    at most ``offset_permille`` of an obligation. An iceberg shows at least
    ``min_display_permille`` of its total. ``vintage`` is the year of the allowances or
    reductions, 0 if none is stated. ``order_kinds`` are the accepted order kinds
    besides limit orders.
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

    An Instrument is a Terms: it can be passed to list another instrument or to update
    this one.

    ``phase`` is closed, pre_open, trading, break, call or halted, and lasts until
    ``changes_at``. ``blocks_open`` tells whether blocks trade. An instrument that is
    not ``tradable`` is new or delisted. Prices are None without a band or before the
    first trading day. ``next_terms`` apply from the next trading day, or from the first
    trading day on or after ``next_terms_date``. They are None if the terms stay.

    While the instrument ``awaits_price``, its price band has no reference price.
    ``next_terms`` wait meanwhile; if the current terms have the band, the instrument
    does not trade. An update with a ``reference`` ends this.

    ``composite`` is the method of the product's composite price, mean or newest.
    ``next_composite`` is the method from the next trading day. ``eligibility`` lists
    the rules by which the tonnes cover obligations: an empty list means no obligation,
    None means every obligation.
    """

    instrument: str
    phase: str
    next_change: int  # µs since the epoch, 0 if unknown
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
        """When the phase changes next, in Shanghai time; None if unknown."""
        return moment_or_none(self.next_change)
