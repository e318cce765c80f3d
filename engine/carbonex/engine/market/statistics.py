"""What an instrument and a product have traded: prices and volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from carbonex.engine.enums import Method
from carbonex.engine.events import Volumes

from .rules import half_up


if TYPE_CHECKING:
    from carbonex.engine.state import Instrument


@final
class Prices:
    """The prices of a trading day, in fen; 0 where nothing traded.

    Of an instrument they are those of its listed trades, of a product those of
    its composite.
    """

    __slots__ = ("high", "last", "low", "open")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin a trading day."""
        self.open = self.high = self.low = self.last = 0

    def record(self, first: int, last: int) -> None:
        """Enter a run of prices that does not turn between its ends."""
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
        """Begin again."""
        self.quantity = self.turnover = self.trades = 0

    def add(self, quantity: int, turnover: int, trades: int) -> None:
        """Count trades."""
        self.quantity += quantity
        self.turnover += turnover
        self.trades += trades


@final
class Tallies:
    """Tonnes, fen and trades: listed, block and auction apart."""

    __slots__ = ("auction", "block", "listed")

    def __init__(self) -> None:
        self.listed = Tally()
        self.block = Tally()
        self.auction = Tally()

    def of(self, method: Method) -> Tally:
        """Return the part of one trading method."""
        if method is Method.LISTED:
            return self.listed
        return self.block if method is Method.BLOCK else self.auction

    @property
    def trades(self) -> int:
        """The trades of all methods."""
        return self.listed.trades + self.block.trades + self.auction.trades

    def clear(self) -> None:
        """Begin again."""
        for method in Method:
            self.of(method).clear()

    def include(self, other: Tallies) -> None:
        """Add what ``other`` counts."""
        for method in Method:
            part = other.of(method)
            self.of(method).add(part.quantity, part.turnover, part.trades)

    def volumes(self) -> Volumes:
        """Return them as an event tells them."""
        rows = [self.of(method) for method in Method]
        return Volumes(*(n for t in rows for n in (t.quantity, t.turnover, t.trades)))


@final
class Record:
    """An instrument's statistics: of the trading day, the year, since listing.

    The day's are entered into the others when it ends.
    """

    __slots__ = ("day", "prices", "total", "year")

    def __init__(self) -> None:
        self.prices = Prices()
        self.day = Tallies()
        self.year = Tallies()
        self.total = Tallies()

    def begin_day(self, *, new_year: bool) -> None:
        """Begin a trading day, and perhaps a calendar year."""
        self.prices.clear()
        self.day.clear()
        if new_year:
            self.year = Tallies()  # the old one may be wanted again: see CancelDay

    def end_day(self) -> None:
        """Enter the day into the year and the total."""
        self.year.include(self.day)
        self.total.include(self.day)

    def vwap(self) -> int:
        """Return the day's listed volume-weighted average price in fen, or 0."""
        listed = self.day.listed
        return half_up(listed.turnover, listed.quantity) if listed.quantity else 0


@final
class Product:
    """The instruments of one product, and their composite price.

    The composite is the mean of all tradable instruments' last listed prices of
    the day, else their P0 (MARKET-RULES §2). ``close`` is the last trading day's.
    """

    __slots__ = (
        "close",
        "count",
        "instruments",
        "name",
        "prices",
        "reference",
        "sum",
    )

    def __init__(self, name: str) -> None:
        self.name = name
        self.instruments: list[Instrument] = []  # tradable, in order of listing
        self.prices = Prices()
        self.reference = 0
        self.close = 0
        self.sum = 0  # of the prices that the composite is the mean of,
        self.count = 0  # and how many they are

    def begin_day(self) -> None:
        """Begin with the instruments' new P0; those without a price do not count."""
        self.prices.clear()
        self.weigh()
        self.reference = self.close or self.value()

    def weigh(self) -> None:
        """Sum up anew, after instruments came or went."""
        prices = [item.last_price for item in self.instruments if item.last_price]
        self.sum = sum(prices)
        self.count = len(prices)

    def change(self) -> None:
        """Weigh anew during the day: the composite may have another value now."""
        self.weigh()
        value = self.value()
        if not self.prices.open:
            self.reference = self.close or value
        elif value:
            self.prices.record(value, value)

    def correct(self, listed: list[Instrument]) -> None:
        """Weigh anew after a listed trade was annulled. O(instruments).

        What the composite has been stays, unless no listed trade of the day is left.
        """
        self.weigh()
        own = [item for item in listed if item.product is self]
        if any(item.record.prices.last for item in own):
            value = self.value()
            if value:
                self.prices.record(value, value)
        else:
            self.prices.clear()

    def move(self, before: int, now: int) -> None:
        """Note that an instrument's price, ``before`` until now, has changed. O(1)."""
        self.sum += now - before
        if before == 0:
            self.count += 1
        count = self.count
        value = (2 * self.sum + count) // (2 * count)  # half_up, for every trade
        self.prices.record(value, value)

    def value(self) -> int:
        """Return the composite in fen; 0 where no instrument has a price."""
        return half_up(self.sum, self.count) if self.count else 0

    def end_day(self) -> None:
        """Settle the composite close: the mean of the instruments' closes."""
        self.close = self._mean_close() or self.close

    def first_reference(self) -> int:
        """Return the P0 of a new instrument that declares none, in fen; 0 for none."""
        return self.close or self._mean_close()

    def _mean_close(self) -> int:
        closes = [item.close for item in self.instruments if item.close]
        return half_up(sum(closes), len(closes)) if closes else 0
