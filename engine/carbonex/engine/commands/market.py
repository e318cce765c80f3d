"""Commands about instruments and the trading day."""

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
    """Open a book with all its parameters; by default it has no rules of a market.

    Prices in fen, quantities in tonnes, an order from ``lot`` to
    ``max_quantity``. ``reference`` is the first trading day's P0; where it is 0
    and the instrument has a band, P0 is the product's composite close.
    ``band_permille`` of P0, both ends allowed, bounds prices; 0 is no band, and
    then market orders trade up to the best opposite price at their entry ×
    (1000 ± ``market_protection_permille``) / 1000. A banded instrument trades
    from the next BeginDay on, another at once when a day is open.

    ``sessions`` are its hours, empty for the whole trading day. ``multi_day``
    allows gtc, and gtd beyond the day. ``take_levels`` bounds how many price
    levels one order takes (0: no bound), ``pick`` allows naming makers.
    Purchases may be sold ``resale_days`` trading days later. Tonnes cover at
    most ``offset_permille`` of an obligation. ``position_limit`` (tonnes, 0: none)
    is per participant; ``large_holder_permille`` of it is reported. An iceberg shows
    at least ``min_display_permille`` of its total, 50 as on Xetra: so 20 fills at
    most take it. ``vintage`` is the year of the allowances or reductions, of
    several the last, 0 where none is stated. ``order_kinds`` are those that it takes
    beside limit orders; a stop order without a limit needs MARKET, too.
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
    """End a halt, by a call auction where the instrument's terms have one."""

    key: str
    instrument: str


@final
class UpdateInstrument(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=13):
    """Let an instrument trade by new terms from a BeginDay on.

    That is the next one, or the first of ``effective_date`` (YYYYMMDD) or later. Name,
    product, tick and lot stay, and the vintage once one is stated; ``reference`` is
    used only where there has been no price yet. Orders that rest over the change are
    cancelled, so that none is left of a kind that it takes no more. Of two updates
    that wait the later one holds.
    """

    key: str
    terms: ListInstrument
    effective_date: int = 0


@final
class DelistInstrument(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=14):
    """End trading in an instrument for good; what is held of it stays."""

    key: str
    instrument: str


@final
class SetComposite(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=15):
    """Let a product's composite follow another method from the next BeginDay on.

    The present method takes back what was set.
    """

    key: str
    product: str
    method: CompositeMethod


class SuspendVenue(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=16):
    """Stop trading in all instruments, as if each was halted; ``reason`` is for people."""

    key: str
    reason: str


@final
class ResumeVenue(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=17):
    """End a suspension; instruments that are halted themselves stay so."""

    key: str
    reason: str


@final
class AnnulTrade(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=18):
    """Take back a trade of the open day that was a mistake; ``reason`` is for people."""

    key: str
    instrument: str
    trade_id: int
    reason: str


@final
class BeginDay(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=40):
    """Open the trading day ``date`` (YYYYMMDD); it ends when time is ``ends_ns``.

    0 is the end of the last session of any instrument, or midnight in Shanghai
    where one has no sessions.
    """

    key: str
    date: int
    ends_ns: int = 0


@final
class EndDay(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=42):
    """Let the open trading day end now, with its closes and bulletins."""

    key: str


@final
class CancelDay(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=43):
    """Take back the open trading day, on which nothing has traded.

    It has no bulletin, and the next one may have an earlier date.
    """

    key: str


@final
class AdvanceTime(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=41):
    """Do nothing but let the batch's time pass: an idle venue sends it."""

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
