"""Events about instruments and the trading day."""

from __future__ import annotations

from typing import final

import msgspec

from carbonex.engine.commands import ListInstrument
from carbonex.engine.enums import CompositeMethod, Phase


@final
class InstrumentListed(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A book was opened."""

    terms: ListInstrument


@final
class InstrumentUpdated(msgspec.Struct, frozen=True, gc=False, tag=True):
    """New terms were set; they hold from the next DayBegun on.

    Or from the first one of ``effective_date`` (YYYYMMDD) or later, unless that is 0.
    """

    terms: ListInstrument
    effective_date: int = 0


@final
class InstrumentDelisted(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A book was closed for good."""

    instrument: str


@final
class CompositeSet(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A product's composite follows ``method`` from the next DayBegun on."""

    product: str
    method: CompositeMethod


@final
class PhaseChanged(msgspec.Struct, frozen=True, gc=False, tag=True):
    """An instrument's phase, or whether its blocks trade, is now another.

    It stays so until ``until_ns`` unless operators step in; 0 is not known.
    """

    instrument: str
    phase: Phase
    until_ns: int = 0
    blocks: bool = False


@final
class VenueSuspended(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Nothing trades until VenueResumed; the instruments' phases follow."""

    reason: str


@final
class VenueResumed(msgspec.Struct, frozen=True, gc=False, tag=True):
    """What is not halted itself trades again by its hours; its phases follow."""

    reason: str


@final
class BandSet(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The trading day's P0 and limits of an instrument, in fen; ends allowed.

    Block limits are 0 where blocks have no band.
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
    """On the trading day ``date`` the band of an instrument's terms has no price.

    Where they are new terms they wait, and the former ones hold; an instrument whose
    own terms have the band does not trade. Told on every day until there is a price.
    """

    instrument: str
    date: int


@final
class Uncrossed(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A call auction ended; its trades follow. Price 0: nothing crossed.

    ``imbalance`` is what is left unfilled at the price: buys less sells.
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
    """Tonnes, fen and trades, listed, block and auction apart."""

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
        """Tonnes, fen and trades of all methods together."""
        return (
            self.listed_quantity + self.block_quantity + self.auction_quantity,
            self.listed_turnover + self.block_turnover + self.auction_turnover,
            self.listed_trades + self.block_trades + self.auction_trades,
        )


@final
class Bulletin(msgspec.Struct, frozen=True, gc=False, tag=True):
    """An instrument's trading day (MARKET-RULES §2), prices in fen.

    ``close`` is the vwap of its listed trades, else ``reference``; 0 where there
    is neither. ``open`` is the first listed trade, else ``reference``; ``high``
    and ``low`` are 0 without listed trades. Volumes are the day's, the calendar
    year's and since listing.
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
    """A product's trading day: its composite prices and the sums of its instruments.

    By the ``method`` mean the composite is the mean of the instruments' last listed
    prices (else P0), its ``close`` the mean of their closes; by newest both are those
    of the newest instrument. Its ``open`` is its first value after the day's first
    listed trade, of whichever instrument. Without such a trade all but the close
    are ``reference``. A ``product`` that is empty has no prices: the sum of the
    whole venue.
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
    """The trading day is over; its day orders were cancelled before this."""

    date: int


@final
class DayEnding(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The trading day ends at ``ends_ns``, earlier than it would have: DayEnded follows."""

    date: int
    ends_ns: int


@final
class DayCancelled(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The trading day is taken back; what was entered on it ended before this."""

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
