"""Every trade of every method, and the bulletins that the auditor writes from them.

A composite is worked out anew after each listed trade (MARKET-RULES §2).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from carbonex.engine import (
    Bulletin,
    CompositeMethod,
    Method,
    OffBookTrade,
    ProductBulletin,
    Trade,
    TradeAnnulled,
    Volumes,
)

from .floor import half_up


if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonex.engine import DayBegun

    from .floor import Floor, Listing


@dataclass
class Deal:
    """A trade on the tape."""

    date: int
    instrument: str
    method: Method
    price: int
    quantity: int
    number: int = 0
    annulled: bool = False


class Tape:
    """Keeps all deals, and the composites' values of the day by product."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.deals: list[Deal] = []
        self.trades: Counter[str] = Counter()  # by instrument
        self.composites: dict[str, list[int]] = {}
        self.references: dict[str, int] = {}  # by product
        self.published: set[str] = set()

    def began(self, _: DayBegun) -> None:
        self.published.clear()
        for product in self.products():
            self.composites[product] = []
            known = self.floor.closes.get(product, 0)
            self.references[product] = known or self._composite(product)

    def listed(self, event: Trade) -> None:
        """Count a trade of the book, whose price its listing knows already."""
        name = event.taker.instrument
        self._count(name, event.trade_id, Method.LISTED, event.price, event.quantity)
        product = self.floor.listings[name].terms.product
        values = self.composites.setdefault(product, [])
        values.append(self._composite(product))

    def reweighed(self, product: str) -> None:
        """Note that an instrument has come or gone: once set, a composite moves."""
        values, value = self.composites.get(product), self._composite(product)
        if not values:
            self.references[product] = self.floor.closes.get(product, 0) or value
        elif value:
            values.append(value)

    def off_book(self, event: OffBookTrade) -> None:
        """Count a block or an auction's trade; no price moves with it."""
        name, price, quantity = event.instrument, event.price, event.quantity
        self._count(name, event.trade_id, event.method, price, quantity)

    def annulled(self, event: TradeAnnulled) -> None:
        """Leave a trade out, whose numbers must be those that it had."""
        name = event.instrument
        [deal] = [
            d for d in self.deals if (d.instrument, d.number) == (name, event.trade_id)
        ]
        assert not deal.annulled
        assert deal.date == self.floor.date
        told = event.method, event.price, event.quantity
        assert told == (deal.method, deal.price, deal.quantity)
        deal.annulled = True
        if deal.method is Method.LISTED:
            self._correct(self.floor.listings[name])

    def _correct(self, listing: Listing) -> None:
        product, day = listing.terms.product, self.floor.date
        names = [item.terms.instrument for item in self._own(product)]
        left = [d for d in self._stands() if d.date == day and d.instrument in names]
        left = [deal for deal in left if deal.method is Method.LISTED]
        own = [d.price for d in left if d.instrument == listing.terms.instrument]
        listing.last = own[-1] if own else 0
        values = self.composites.setdefault(product, [])
        if not left:
            values.clear()
        elif value := self._composite(product):
            values.append(value)

    def _stands(self) -> list[Deal]:
        return [deal for deal in self.deals if not deal.annulled]

    def publish(self, event: Bulletin) -> None:
        """Assert that an instrument's bulletin says what the tape does."""
        listing, name = self.floor.listings[event.instrument], event.instrument
        assert name not in self.published
        self.published.add(name)
        assert (event.product, event.date) == (listing.terms.product, self.floor.date)
        today = [
            deal
            for deal in self._stands()
            if (deal.date, deal.instrument) == (event.date, name)
            and deal.method is Method.LISTED
        ]
        prices, tonnes = [d.price for d in today], sum(d.quantity for d in today)
        if listing.tradable:
            assert event.reference == listing.reference
        assert event.open == (prices[0] if prices else event.reference)
        assert event.high == max(prices, default=0)
        assert event.low == min(prices, default=0)
        turnover = sum(deal.price * deal.quantity for deal in today)
        vwap = half_up(Fraction(turnover, tonnes)) if tonnes else event.reference
        assert event.close == vwap
        listing.close = vwap
        assert self._volumes(event, [name])

    def publish_product(self, event: ProductBulletin) -> None:
        """Assert likewise for a product, or without a name for the whole venue."""
        assert event.date == self.floor.date
        listings = self.floor.listings
        self._assert_all_published()
        if not event.product:
            prices = (event.reference, event.open, event.high, event.low, event.close)
            assert prices == (0, 0, 0, 0, 0)
            assert self._volumes(event, listings)
            return
        own = self._own(event.product)
        method = self.floor.methods.get(event.product, CompositeMethod.MEAN)
        assert event.method is method
        closes = [(item, item.close) for item in own if item.tradable]
        if close := self.floor.compose(event.product, closes):
            self.floor.closes[event.product] = close
        assert event.close == self.floor.closes.get(event.product, 0)
        reference = self.references.get(event.product, 0)
        values = self.composites.get(event.product) or [reference]
        assert event.reference == reference
        assert event.open == values[0]
        assert event.high == max(values)
        assert event.low == min(values)
        assert self._volumes(event, [item.terms.instrument for item in own])

    def products(self) -> list[str]:
        listings = self.floor.listings.values()
        return [*dict.fromkeys(listing.terms.product for listing in listings)]

    def _count(
        self, name: str, trade_id: int, method: Method, price: int, quantity: int
    ) -> None:
        assert self.floor.date
        self.trades[name] += 1
        assert trade_id == self.trades[name], "trade numbers have no gap"
        day, number = self.floor.date, self.trades[name]
        self.deals.append(Deal(day, name, method, price, quantity, number))

    def _own(self, product: str) -> list[Listing]:
        listings = self.floor.listings.values()
        return [item for item in listings if item.terms.product == product]

    def _composite(self, product: str) -> int:
        own = [item for item in self._own(product) if item.tradable]
        return self.floor.compose(product, [(item, item.price) for item in own])

    def _volumes(self, event: Bulletin | ProductBulletin, names: Iterable[str]) -> bool:
        """Assert the volumes of the day, the calendar year and since listing."""
        own = [deal for deal in self._stands() if deal.instrument in names]
        year = [deal for deal in own if deal.date // 10_000 == event.date // 10_000]
        day = [deal for deal in own if deal.date == event.date]
        assert event.day == _sum(day)
        assert event.year == _sum(year)
        assert event.total == _sum(own)
        return True

    def _assert_all_published(self) -> None:
        for name, listing in self.floor.listings.items():
            traded = any(
                (deal.date, deal.instrument) == (self.floor.date, name)
                for deal in self._stands()
            )
            assert (name in self.published) is (listing.tradable or traded)


def _sum(deals: list[Deal]) -> Volumes:
    numbers: list[int] = []
    for method in Method:
        own = [deal for deal in deals if deal.method is method]
        numbers.append(sum(deal.quantity for deal in own))
        numbers.append(sum(deal.price * deal.quantity for deal in own))
        numbers.append(len(own))
    return Volumes(*numbers)
