"""Events about instruments and trading days."""

from __future__ import annotations

from typing import final

import msgspec

from carbonex.engine.commands import ListInstrument
from carbonex.engine.enums import CompositeMethod, Phase


@final
class InstrumentListed(msgspec.Struct, frozen=True, gc=False, tag=True):
    """An instrument's book was opened."""

    terms: ListInstrument


@final
class InstrumentUpdated(msgspec.Struct, frozen=True, gc=False, tag=True):
    """An instrument has new terms, which apply from the next DayBegun on.

    If ``effective_date`` (YYYYMMDD) is not 0, they apply from the first DayBegun of
    that date or later.
    """

    terms: ListInstrument
    effective_date: int = 0


@final
class InstrumentDelisted(msgspec.Struct, frozen=True, gc=False, tag=True):
    """An instrument's book was closed for good."""

    instrument: str


@final
class CompositeSet(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A product's composite follows ``method`` from the next DayBegun on."""

    product: str
    method: CompositeMethod


@final
class PhaseChanged(msgspec.Struct, frozen=True, gc=False, tag=True):
    """An instrument's phase changed, or whether its blocks trade.

    It stays so until ``until_ns`` unless operators intervene; 0 means not known.
    """

    instrument: str
    phase: Phase
    until_ns: int = 0
    blocks: bool = False


@final
class VenueSuspended(msgspec.Struct, frozen=True, gc=False, tag=True):
    """All trading stops until VenueResumed; PhaseChanged events follow."""

    reason: str


@final
class VenueResumed(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The venue's suspension ended; ``reason`` is free text.

    Instruments that are not halted themselves trade by their hours again. PhaseChanged
    events follow.
    """

    reason: str


@final
class BandSet(msgspec.Struct, frozen=True, gc=False, tag=True):
    """An instrument's P0 and price limits, inclusive and in fen, on a trading day.

    Block limits are 0 if blocks have no band.
    """

    instrument: str
    date: int
    reference: int
    limit_down: int
    limit_up: int
    block_limit_down: int = 0
    block_limit_up: int = 0


@final
class PriceAwaited(msgspec.Struct, frozen=True, gc=False, tag=True):
    """On the trading day ``date`` an instrument's band has no reference price.

    If the band belongs to new terms, they stay pending and the former terms apply. If
    it belongs to the terms in force, the instrument does not trade. Sent on every
    trading day until there is a price.
    """

    instrument: str
    date: int


@final
class Uncrossed(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A call auction ended; its trades follow. Price 0: nothing crossed.

    ``imbalance`` is the quantity left unfilled at the price: buys minus sells.
    """

    instrument: str
    price: int
    quantity: int
    imbalance: int


@final
class DayBegun(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The trading day ``date`` (YYYYMMDD) is open until ``ends_ns``."""

    date: int
    ends_ns: int


@final
class Volumes(msgspec.Struct, frozen=True, gc=False):
    """Tonnes, turnover in fen and number of trades, for each method of trading."""

    listed_quantity: int = 0
    listed_turnover: int = 0
    listed_trades: int = 0
    block_quantity: int = 0
    block_turnover: int = 0
    block_trades: int = 0
    auction_quantity: int = 0
    auction_turnover: int = 0
    auction_trades: int = 0

    @property
    def total(self) -> tuple[int, int, int]:
        """Tonnes, turnover in fen and number of trades of all methods together."""
        return (
            self.listed_quantity + self.block_quantity + self.auction_quantity,
            self.listed_turnover + self.block_turnover + self.auction_turnover,
            self.listed_trades + self.block_trades + self.auction_trades,
        )


@final
class Bulletin(msgspec.Struct, frozen=True, gc=False, tag=True):
    """An instrument's trading day (MARKET-RULES §2), prices in fen.

    ``close`` is the vwap of its listed trades, else ``reference``, else 0. ``open`` is
    the price of the first listed trade, else ``reference``. ``high`` and ``low`` are 0
    without listed trades. Volumes are those of the day, of the calendar year and since
    listing.
    """

    instrument: str
    product: str
    date: int
    reference: int
    open: int
    high: int
    low: int
    close: int
    day: Volumes
    year: Volumes
    total: Volumes


@final
class ProductBulletin(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A product's trading day: composite prices, and its instruments' total volumes.

    With ``method`` MEAN the composite is the mean of the instruments' last listed
    prices (else P0), and its ``close`` the mean of their closes. With NEWEST both are
    those of the newest instrument. ``open`` is the first value after the day's first
    listed trade in any instrument. Without such a trade all prices but the close are
    ``reference``. An empty ``product`` stands for the whole venue: it has volumes but
    no prices.
    """

    product: str
    date: int
    reference: int
    open: int
    high: int
    low: int
    close: int
    day: Volumes
    year: Volumes
    total: Volumes
    method: CompositeMethod = CompositeMethod.MEAN


@final
class DayEnded(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The trading day is over; its day orders were cancelled before this event."""

    date: int


@final
class DayEnding(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The trading day ends at ``ends_ns``, earlier than planned: DayEnded follows."""

    date: int
    ends_ns: int


@final
class DayCancelled(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The trading day is cancelled; all that was entered on it ended before this."""

    date: int


MarketEvent = (
    InstrumentListed
    | InstrumentUpdated
    | InstrumentDelisted
    | CompositeSet
    | PhaseChanged
    | VenueSuspended
    | VenueResumed
    | BandSet
    | PriceAwaited
    | Uncrossed
    | DayBegun
    | Bulletin
    | ProductBulletin
    | DayEnded
    | DayEnding
    | DayCancelled
)
