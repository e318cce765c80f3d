"""Trading statistics of instruments and products: prices and volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from carbonex.engine.enums import CompositeMethod, Method
from carbonex.engine.events import Volumes

from .rules import half_up


if TYPE_CHECKING:
    from carbonex.engine.commands import EligibilityRule
    from carbonex.engine.state import Instrument


MEAN: Final = CompositeMethod.MEAN


@final
class Prices:
    """The prices of a trading day, in fen; 0 where nothing traded.

    An instrument's prices come from its listed trades, a product's from its
    composite.
    """

    __slots__ = ("high", "last", "low", "open")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Reset the prices for a new trading day."""
        self.open = self.high = self.low = self.last = 0

    def record(self, first: int, last: int) -> None:
        """Record a monotonic run of prices by its first and last price."""
        if self.open == 0:
            self.open = self.high = self.low = first
        low, high = (last, first) if first > last else (first, last)
        self.low = min(self.low, low)
        self.high = max(self.high, high)
        self.last = last


@final
class Tally:
    """Tonnes, fen and trades of one trading method."""

    __slots__ = ("quantity", "trades", "turnover")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Reset to zero."""
        self.quantity = self.turnover = self.trades = 0

    def add(self, quantity: int, turnover: int, trades: int) -> None:
        """Add trades; an annulment adds negative numbers."""
        self.quantity += quantity
        self.turnover += turnover
        self.trades += trades


@final
class Tallies:
    """Tonnes, fen and trades, kept separately for listed, block and auction."""

    __slots__ = ("auction", "block", "listed")

    def __init__(self) -> None:
        self.listed = Tally()
        self.block = Tally()
        self.auction = Tally()

    def of(self, method: Method) -> Tally:
        """Return the tally of one trading method."""
        if method is Method.LISTED:
            return self.listed
        return self.block if method is Method.BLOCK else self.auction

    @property
    def trades(self) -> int:
        """The number of trades of all methods."""
        return self.listed.trades + self.block.trades + self.auction.trades

    def clear(self) -> None:
        """Reset to zero."""
        for method in Method:
            self.of(method).clear()

    def include(self, other: Tallies) -> None:
        """Add the tallies of ``other``."""
        for method in Method:
            part = other.of(method)
            self.of(method).add(part.quantity, part.turnover, part.trades)

    def volumes(self) -> Volumes:
        """Return the tallies in the form that events carry."""
        rows = [self.of(method) for method in Method]
        return Volumes(*(n for t in rows for n in (t.quantity, t.turnover, t.trades)))


@final
class Record:
    """An instrument's statistics: of the trading day, of the year, and since listing.

    The day's tallies are added to the other two when the day ends.
    """

    __slots__ = ("day", "prices", "total", "year")

    def __init__(self) -> None:
        self.prices = Prices()
        self.day = Tallies()
        self.year = Tallies()
        self.total = Tallies()

    def begin_day(self, *, new_year: bool) -> None:
        """Reset the day's statistics, and the year's if a calendar year begins."""
        self.prices.clear()
        self.day.clear()
        if new_year:
            self.year = Tallies()  # keep the old object intact: CancelDay restores it

    def end_day(self) -> None:
        """Add the day to the year and the total."""
        self.year.include(self.day)
        self.total.include(self.day)

    def vwap(self) -> int:
        """Return the day's listed volume-weighted average price in fen, or 0."""
        listed = self.day.listed
        return half_up(listed.turnover, listed.quantity) if listed.quantity else 0


@final
class Product:
    """The instruments of one product, and their composite price.

    An instrument's price is its last listed price of the day, else its P0. By the
    method MEAN the composite is the mean price of all tradable instruments. By NEWEST
    it is the price of the instrument with the highest vintage; among equals, of the
    last listed (MARKET-RULES §2). Instruments without a price do not count. ``close``
    is the last trading day's composite close. ``next_method`` holds from the next
    BeginDay on; None keeps the method. ``eligibility`` says which obligations the
    product's tonnes may cover; without a rule, all of them.
    """

    __slots__ = (
        "close",
        "count",
        "eligibility",
        "instruments",
        "method",
        "name",
        "newest",
        "next_method",
        "prices",
        "reference",
        "sum",
    )

    def __init__(self, name: str) -> None:
        self.name = name
        self.instruments: list[Instrument] = []  # tradable, in order of listing
        self.eligibility: tuple[EligibilityRule, ...] = ()
        self.prices = Prices()
        self.reference = 0
        self.close = 0
        self.method = MEAN
        self.next_method: CompositeMethod | None = None
        self.newest: Instrument | None = None  # the counted instrument, under NEWEST
        self.sum = 0  # of the prices in the composite
        self.count = 0  # of the prices in the composite

    def announce(self, method: CompositeMethod) -> None:
        """Schedule ``method`` for the next BeginDay."""
        self.next_method = None if method is self.method else method

    def adopt(self) -> None:
        """Adopt the announced method, as a trading day begins."""
        if self.next_method is not None:
            self.method, self.next_method = self.next_method, None

    def begin_day(self) -> None:
        """Begin a trading day from the instruments' new P0."""
        self.prices.clear()
        self.weigh()
        self.reference = self.close or self.value()

    def weigh(self) -> None:
        """Recompute sum and count, after instruments were added or removed."""
        priced = [item for item in self.instruments if item.last_price]
        self.newest = None
        if self.method is not MEAN and priced:
            self.newest = max(priced, key=_age)
            priced = [self.newest]
        self.sum = sum([item.last_price for item in priced])
        self.count = len(priced)

    def change(self) -> None:
        """Reweigh during the day and record the composite's new value."""
        self.weigh()
        value = self.value()
        if not self.prices.open:
            self.reference = self.close or value
        elif value:
            self.prices.record(value, value)

    def correct(self, listed: list[Instrument]) -> None:
        """Reweigh after a listed trade was annulled. O(instruments).

        Past values of the composite stay, unless the day has no listed trade left.
        """
        self.weigh()
        own = [item for item in listed if item.product is self]
        if any(item.record.prices.last for item in own):
            value = self.value()
            if value:
                self.prices.record(value, value)
        else:
            self.prices.clear()

    def move(self, instrument: Instrument, before: int, now: int) -> None:
        """Update the composite: an instrument's price moves to ``now``. O(1).

        ``before`` is its previous price, 0 if it had none.
        """
        if self.method is MEAN:
            self.sum += now - before
            if before == 0:
                self.count += 1
        else:
            self._follow(instrument, now)
        count = self.count
        value = (2 * self.sum + count) // (2 * count)  # half_up, inlined: hot path
        self.prices.record(value, value)

    def value(self) -> int:
        """Return the composite in fen; 0 where no instrument has a price."""
        return half_up(self.sum, self.count) if self.count else 0

    def end_day(self) -> None:
        """Settle the composite close from the instruments' closes, by the method."""
        self.close = self._settled() or self.close

    def first_reference(self) -> int:
        """Return the P0 of a new instrument that declares none, in fen; 0 for none."""
        return self.close or self._settled()

    def _follow(self, instrument: Instrument, now: int) -> None:
        """Take the price of ``instrument`` if it is, or now becomes, the newest."""
        newest = self.newest
        if newest is None or _age(instrument) >= _age(newest):
            self.newest, self.sum, self.count = instrument, now, 1

    def _settled(self) -> int:
        closed = [item for item in self.instruments if item.close]
        if not closed:
            return 0
        if self.method is not MEAN:
            return max(closed, key=_age).close
        return half_up(sum([item.close for item in closed]), len(closed))


def _age(instrument: Instrument) -> tuple[int, int]:
    """Return a sort key: a newer vintage is greater, then a later listing."""
    return instrument.terms.vintage, instrument.number
