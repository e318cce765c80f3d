"""Commands about instruments and trading days."""

from __future__ import annotations

from typing import final

import msgspec

from carbonex.engine.enums import ALL_KINDS, CompositeMethod, OrderKind
from carbonex.engine.terms import (
    AuctionTerms,
    BlockTerms,
    CallTerms,
    Fees,
    Sessions,
    Thresholds,
)

from .limits import MAX_QUANTITY


@final
class ListInstrument(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=10):
    """Open a book with all its parameters; the defaults switch the market rules off.

    Prices are in fen, quantities in tonnes. An order's quantity lies between ``lot``
    and ``max_quantity``. ``reference`` is P0 on the first trading day; if it is 0 and
    the instrument has a band, P0 is the product's composite close. Prices must lie
    within ``band_permille`` of P0, both limits included; 0 means no band. Without a
    band, market orders trade up to a protection price: the best opposite price at their
    entry × (1000 ± ``market_protection_permille``) / 1000. An instrument with a band
    trades from the next BeginDay on. One without a band trades at once if a trading day
    is open.

    ``sessions`` are the trading hours; empty means the whole trading day. ``multi_day``
    allows gtc orders, and gtd orders that outlive the day. ``take_levels`` limits how
    many price levels one order may take (0: no limit). ``pick`` lets takers name their
    makers. Purchased tonnes may be sold ``resale_days`` trading days later. Tonnes
    cover at most ``offset_permille`` of an obligation. ``position_limit`` (tonnes, 0:
    none) applies per participant; a holding of ``large_holder_permille`` of it is
    reported. An iceberg shows at least ``min_display_permille`` of its total. The
    default of 50 is Xetra's: at most 20 fills then take the whole order. ``vintage`` is
    the year of the allowances or reductions: the last year if there are several, 0 if
    none is stated. ``order_kinds`` are the kinds that the instrument takes besides
    limit orders; a stop order without a limit needs MARKET as well.
    """

    key: str
    instrument: str
    product: str = "CEA"
    tick: int = 1
    lot: int = 1
    max_quantity: int = MAX_QUANTITY
    market_protection_permille: int = 100
    reference: int = 0
    band_permille: int = 0
    sessions: Sessions = ()
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
    order_kinds: OrderKind = ALL_KINDS


@final
class HaltInstrument(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=11):
    """Stop trading in an instrument; resting orders stay and may be cancelled."""

    key: str
    instrument: str


@final
class ResumeInstrument(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=12):
    """End a halt, with a call auction if the instrument's terms have one."""

    key: str
    instrument: str


@final
class UpdateInstrument(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=13):
    """Replace an instrument's terms from a later BeginDay on.

    The new terms apply from the next BeginDay on, or from the first one dated
    ``effective_date`` (YYYYMMDD) or later. Name, product, tick and lot cannot change,
    nor can a vintage that is already stated. ``reference`` is used only if there has
    been no price yet. Orders that rest when the terms change are cancelled, so that no
    order of a kind that is no longer allowed remains. A later update replaces a pending
    one.
    """

    key: str
    terms: ListInstrument
    effective_date: int = 0


@final
class DelistInstrument(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=14):
    """End trading in an instrument for good; accounts keep their holdings of it."""

    key: str
    instrument: str


@final
class SetComposite(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=15):
    """Calculate a product's composite by another method from the next BeginDay on.

    Setting the method in use withdraws a pending change.
    """

    key: str
    product: str
    method: CompositeMethod


class SuspendVenue(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=16):
    """Stop trading in all instruments, as if each was halted.

    ``reason`` is free text.
    """

    key: str
    reason: str


@final
class ResumeVenue(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=17):
    """End a suspension; instruments that are halted themselves stay halted."""

    key: str
    reason: str


@final
class AnnulTrade(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=18):
    """Annul an erroneous trade of the open day; ``reason`` is free text."""

    key: str
    instrument: str
    trade_id: int
    reason: str


@final
class BeginDay(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=40):
    """Open the trading day ``date`` (YYYYMMDD); it ends at ``ends_ns``.

    If ``ends_ns`` is 0, the day ends with the last session of any instrument, or at
    midnight in Shanghai if an instrument has no sessions.
    """

    key: str
    date: int
    ends_ns: int = 0


@final
class EndDay(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=42):
    """End the open trading day now, with its closing prices and bulletins."""

    key: str


@final
class CancelDay(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=43):
    """Cancel the open trading day, on which nothing may have traded.

    A cancelled day has no bulletin, and the next day may have an earlier date.
    """

    key: str


@final
class AdvanceTime(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=41):
    """Advance time to the batch's time and do nothing else; an idle venue sends it."""

    key: str


MarketCommand = (
    ListInstrument
    | UpdateInstrument
    | DelistInstrument
    | HaltInstrument
    | ResumeInstrument
    | SetComposite
    | SuspendVenue
    | AnnulTrade
    | ResumeVenue
    | BeginDay
    | EndDay
    | CancelDay
    | AdvanceTime
)
