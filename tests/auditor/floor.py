"""What the auditor knows of instruments: terms, hours, phases, bands and prices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from functools import cache
from math import floor as round_down
from typing import TYPE_CHECKING

from carbonex.engine import (
    MAX_PRICE,
    BandSet,
    CompositeMethod,
    CompositeSet,
    DayBegun,
    DayCancelled,
    DayEnded,
    DayEnding,
    Exchange,
    InstrumentDelisted,
    InstrumentListed,
    InstrumentUpdated,
    ListInstrument,
    Phase,
    PhaseChanged,
    PriceAwaited,
    VenueResumed,
    VenueSuspended,
)


if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonex.engine import Sessions

SECOND = 10**9
SHANGHAI = timezone(timedelta(hours=8))


@dataclass
class Listing:
    """An instrument; ``close`` is the last day's, or the price declared for it."""

    terms: ListInstrument
    close: int
    phase: Phase = Phase.CLOSED
    blocks: bool = False
    until: int = 0
    upcoming: ListInstrument | None = None
    upcoming_date: int = 0
    former: tuple[ListInstrument, int] | None = None  # replaced by the day
    renewed: int = 0  # the number of the day that its terms came with
    delisted: bool = False
    tradable: bool = False
    reference: int = 0
    last: int = 0  # listed price of the day
    band: tuple[int, int] = (1, MAX_PRICE)
    block_band: tuple[int, int] = (0, 0)
    told: bool = False  # its phase was
    unannounced: bool = False  # its band has not been told yet
    awaits: bool = False  # a price for a band to lie around
    silent: bool = False  # which has not been told yet
    before: bool | None = None  # whether it awaited one before the day, without any

    @property
    def price(self) -> int:
        return self.last or self.reference


class Floor:
    """Keeps the listings; ``days`` counts those begun, ``date`` is the open one."""

    def __init__(self) -> None:
        self.listings: dict[str, Listing] = {}
        self.closes: dict[str, int] = {}  # composite ones, by product
        self.methods: dict[str, CompositeMethod] = {}  # by product, else the mean
        self.coming: dict[str, CompositeMethod] = {}
        self.suspension = ""  # why the venue is suspended
        self.now = 0
        self.crowded = False  # so that not all happens at once
        self.days = self.date = self.last_date = self.ends = self.date_before = 0

    def listed(self, event: InstrumentListed) -> None:
        terms = event.terms
        assert terms.instrument not in self.listings
        listing = Listing(terms, terms.reference)
        self.listings[terms.instrument] = listing
        if not terms.band_permille:
            listing.tradable = True
            listing.reference = terms.reference

    def updated(self, event: InstrumentUpdated) -> None:
        listing, terms = self.listings[event.terms.instrument], event.terms
        assert not listing.delisted
        for name in ("instrument", "product", "tick", "lot"):
            assert getattr(terms, name) == getattr(listing.terms, name)
        assert not event.effective_date or event.effective_date > self.last_date
        listing.upcoming, listing.upcoming_date = terms, event.effective_date
        listing.awaits = listing.awaits and not listing.tradable
        assert listing.terms.vintage in (0, terms.vintage)

    def delisted(self, event: InstrumentDelisted) -> None:
        listing = self.listings[event.instrument]
        assert not listing.delisted
        assert listing.phase is Phase.CLOSED
        listing.delisted, listing.tradable, listing.awaits = True, False, False
        listing.upcoming, listing.upcoming_date = None, 0

    def changed(self, event: PhaseChanged) -> None:
        listing = self.listings[event.instrument]
        now = (event.phase, event.blocks)
        assert not listing.told or now != (listing.phase, listing.blocks), "no change"
        listing.told = True
        assert not listing.unannounced, "its band comes first"
        assert not event.blocks or event.phase is not Phase.HALTED
        listing.phase, listing.blocks, listing.until = *now, event.until_ns

    def begun(self, event: DayBegun) -> None:
        """Give every instrument the terms, P0 and band that it must have."""
        assert self.date == 0
        assert event.date > self.last_date
        assert event.ends_ns > self.now
        self.days += 1
        self.date_before = self.last_date
        self.date = self.last_date = event.date
        self.ends = event.ends_ns
        self.methods |= self.coming
        self.coming.clear()
        adopting = [name for name in self.listings if self._adopts(name)]
        for name, listing in self.listings.items():
            listing.before = None if listing.close else listing.awaits
            listing.last, listing.former = 0, None
            if not listing.delisted:
                self._begin(listing, adopts=name in adopting)

    def banded(self, event: BandSet) -> None:
        listing = self.listings[event.instrument]
        assert listing.unannounced
        listing.unannounced = False
        assert event.date == self.date
        assert event.reference == listing.reference
        assert (event.limit_down, event.limit_up) == listing.band
        told = (event.block_limit_down, event.block_limit_up)
        assert told == listing.block_band

    def awaited(self, event: PriceAwaited) -> None:
        listing = self.listings[event.instrument]
        assert listing.silent
        listing.silent = False
        assert event.date == self.date

    def ended(self, event: DayEnded) -> None:
        assert event.date == self.date
        assert self.now >= self.ends
        self.date = self.ends = 0

    def ending(self, event: DayEnding) -> None:
        assert event.date == self.date
        assert self.now < event.ends_ns <= self.ends
        self.ends = event.ends_ns

    def cancelled(self, event: DayCancelled) -> None:
        assert event.date == self.date
        assert not any(listing.last for listing in self.listings.values())
        for listing in self.listings.values():
            if listing.renewed == self.days:
                listing.renewed = 0
            waits = listing.awaits
            if listing.former is not None:
                waits = waits or listing.upcoming is None
                self._put_back(listing, *listing.former)
            listing.awaits = waits and listing.before is True and not listing.delisted
            if listing.before is not None and not listing.delisted:
                self._forget_price(listing)
        for listing in self.listings.values():
            if not (listing.before is None or listing.tradable or listing.delisted):
                known = self._composite_close(listing.terms.product)
                listing.awaits = listing.before or not known
        self.days -= 1
        self.date, self.ends, self.last_date = 0, 0, self.date_before

    def _put_back(self, listing: Listing, terms: ListInstrument, date: int) -> None:
        if listing.upcoming is None and not listing.delisted:
            listing.upcoming, listing.upcoming_date = listing.terms, date
        listing.terms, listing.former = terms, None
        priced = bool(listing.reference) or not terms.band_permille
        listing.tradable = priced and not listing.delisted
        listing.band = (1, MAX_PRICE)
        if terms.band_permille:
            listing.band = band(listing.reference, terms.band_permille)

    def _forget_price(self, listing: Listing) -> None:
        """Let an instrument without a price have none again but what terms declare."""
        reference, permille = listing.terms.reference, listing.terms.band_permille
        listing.close = listing.reference = reference
        listing.tradable = bool(reference) or not permille
        listing.band = band(reference, permille) if permille else (1, MAX_PRICE)

    def sellable_day(self, listing: Listing) -> int:
        """Return the number of the day from which purchases may be sold; 0: at once."""
        lag = listing.terms.resale_days
        return self.days + lag if lag else 0

    def check_hours(self) -> None:
        """Assert that every phase is the one that its time of day has."""
        for name, listing in self.listings.items():
            assert not listing.unannounced
            assert not listing.silent
            if self.suspension and not listing.delisted:
                assert listing.phase is Phase.HALTED
            if listing.phase is Phase.HALTED:
                continue
            if self.crowded and self.now in (listing.until, self.ends):
                continue  # its next step is taken by a later row of this moment
            phase, blocks = self._hours(listing)
            called = (Phase.TRADING, Phase.CALL)
            either = called if phase is Phase.TRADING else (phase,)
            if self.crowded:  # it may not be cleared yet
                either = (*either, Phase.CLOSED)
            assert listing.phase in either, (name, self.now)
            assert listing.blocks is blocks, (name, self.now)
            assert not listing.until or listing.until > self.now, "late"

    def suspended(self, event: VenueSuspended) -> None:
        assert not self.suspension
        assert event.reason
        self.suspension = event.reason

    def resumed(self, event: VenueResumed) -> None:
        assert self.suspension
        self.suspension = ""

    def compare(self, exchange: Exchange) -> None:
        assert exchange.suspension == self.suspension
        for name, listing in self.listings.items():
            instrument = exchange.instruments[name]
            assert instrument.terms == listing.terms
            assert instrument.next_terms == listing.upcoming
            assert instrument.next_terms_date == listing.upcoming_date
            assert instrument.phase is listing.phase
            assert instrument.blocks is listing.blocks
            assert instrument.delisted is listing.delisted
            assert instrument.tradable is listing.tradable
            assert instrument.awaits_price is listing.awaits
            assert instrument.record.prices.last == listing.last
            if listing.tradable:
                assert instrument.reference == listing.reference
                assert (instrument.limit_down, instrument.limit_up) == listing.band

    def _due(self, listing: Listing) -> bool:
        return listing.upcoming is not None and listing.upcoming_date <= self.date

    def _adopts(self, name: str) -> bool:
        """Tell whether new terms hold today: there is a price for their band."""
        listing = self.listings[name]
        terms = listing.upcoming
        if terms is None or not self._due(listing):
            return False
        known = terms.reference or listing.close or self._composite_close(terms.product)
        return bool(known) or not terms.band_permille

    def _begin(self, listing: Listing, *, adopts: bool) -> None:
        waits = self._due(listing) and not adopts
        if listing.upcoming is not None and adopts:
            listing.former = listing.terms, listing.upcoming_date
            listing.terms, listing.upcoming = listing.upcoming, None
            listing.upcoming_date = 0
            listing.renewed = self.days
            listing.close = listing.close or listing.terms.reference
        terms = listing.terms
        reference = listing.close or self._composite_close(terms.product)
        listing.tradable = bool(reference) or not terms.band_permille
        listing.awaits = listing.silent = waits or not listing.tradable
        if not listing.tradable:
            return
        listing.reference = listing.close = reference
        listing.band, listing.block_band = (1, MAX_PRICE), (0, 0)
        if reference and terms.blocks.band_permille:
            listing.block_band = band(reference, terms.blocks.band_permille)
        if terms.band_permille:
            listing.band = band(reference, terms.band_permille)
            listing.unannounced = True

    def _composite_close(self, product: str) -> int:
        """Return the last composite close; before there is one, what closes make."""
        own = [item for item in self.listings.values() if item.terms.product == product]
        closes = [(item, item.close) for item in own if item.tradable]
        return self.closes.get(product, 0) or self.compose(product, closes)

    def compose(self, product: str, prices: Iterable[tuple[Listing, int]]) -> int:
        """Return what prices in order of listing make by the product's method."""
        known = [(item.terms.vintage, price) for item, price in prices if price]
        if not known:
            return 0
        if self.methods.get(product) is CompositeMethod.NEWEST:
            latest = max(vintage for vintage, _ in known)
            return [price for vintage, price in known if vintage == latest][-1]
        return half_up(Fraction(sum(price for _, price in known), len(known)))

    def composes(self, event: CompositeSet) -> None:
        assert any(
            item.terms.product == event.product for item in self.listings.values()
        )
        self.coming[event.product] = event.method

    def _hours(self, listing: Listing) -> tuple[Phase, bool]:
        """Return the phase that the clock on the wall says, and whether blocks trade."""
        terms, now = listing.terms, self.now
        if not (self.date and listing.tradable and now < self.ends):
            return Phase.CLOSED, False
        sessions = in_ns(terms.sessions, self.date) or [(0, self.ends)]
        hours = in_ns(terms.blocks.sessions, self.date) or [(0, self.ends)]
        blocks = terms.blocks.min_quantity > 0 and _within(hours, now)
        if _within(sessions, now):
            return Phase.TRADING, blocks
        if now < sessions[0][0]:
            return Phase.PRE_OPEN, blocks
        return Phase.BREAK if now < sessions[-1][1] else Phase.CLOSED, blocks


def in_ns(sessions: Sessions, date: int) -> list[tuple[int, int]]:
    """Return hours of a day in Shanghai as ns since the epoch."""
    start = _midnight(date)
    return [(start + a * SECOND, start + b * SECOND) for a, b in sessions]


@cache
def _midnight(date: int) -> int:
    first = datetime(date // 10_000, date // 100 % 100, 1, tzinfo=SHANGHAI)
    return int((first + timedelta(days=date % 100 - 1)).timestamp()) * SECOND


def half_up(exact: Fraction) -> int:
    """Return the nearest integer, of two the higher."""
    return round_down(exact + Fraction(1, 2))


def band(reference: int, permille: int) -> tuple[int, int]:
    """Return the limits of a band around P0, both allowed."""
    low, high = (
        half_up(reference * (1 + sign * Fraction(permille, 1000))) for sign in (-1, 1)
    )
    return max(low, 1), min(high, MAX_PRICE)


def _within(spans: list[tuple[int, int]], now: int) -> bool:
    return any(start <= now < end for start, end in spans)
