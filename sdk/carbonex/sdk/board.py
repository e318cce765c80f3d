"""A local board of listings: the orders that may be picked, one by one."""

from __future__ import annotations

from itertools import chain, takewhile
from typing import TYPE_CHECKING, TypeAlias, final

from sortedcontainers import SortedDict

from carbonex.wire import requests

from .book import Followed


if TYPE_CHECKING:
    from decimal import Decimal

    from .book import Interval
    from .channel import Key
    from .models import Listing, ListingsFrame

    # By price, best first; within a price by number, the oldest first.
    Side: TypeAlias = SortedDict[Decimal, dict[str, Listing]]


@final
class Board(Followed["ListingsFrame"]):
    """The first listings of an instrument's two sides, in the order in which they trade.

    The venue shows 100 of each side: best price first, then the oldest. A number
    means something in this instrument only, and as long as the listing is there: the
    next slice of an iceberg is another listing. Name numbers, or listings, in
    ``pick`` of ``buy`` and ``sell``. Which are your own, ``venue.own_listings`` tells.
    """

    def __init__(self, instrument: str, interval_ms: Interval) -> None:
        super().__init__(instrument, interval_ms)
        self._bids: Side = SortedDict()  # keyed by -price
        self._asks: Side = SortedDict()

    @property
    def bids(self) -> list[Listing]:
        """Who buys: highest price first, then the oldest. O(listings)."""
        return _all(self._bids)

    @property
    def asks(self) -> list[Listing]:
        """Who sells: lowest price first, then the oldest. O(listings)."""
        return _all(self._asks)

    @property
    def best_bids(self) -> list[Listing]:
        """Those who buy at the highest price: a seller may pick among them."""
        return _best(self.bids)

    @property
    def best_asks(self) -> list[Listing]:
        """Those who sell at the lowest price: a buyer may pick among them."""
        return _best(self.asks)

    def __repr__(self) -> str:
        bids, asks = len(self.bids), len(self.asks)
        stale = " stale" if self.stale else ""
        return f"<Board {self.instrument} {bids} bids / {asks} asks{stale}>"

    # What follows is for whatever reads the connection.

    @property
    def key(self) -> Key:
        return ("listings", self.instrument, self.interval_ms)

    def subscription(self) -> requests.Subscribe:
        return requests.Subscribe(
            "listings", self.instrument, interval_ms=self.interval_ms
        )

    def _begin(self, item: ListingsFrame) -> None:
        self._bids, self._asks = SortedDict(), SortedDict()
        self._change(item)

    def _change(self, item: ListingsFrame) -> None:
        for listing in item.bids:
            _apply(self._bids, -listing.price, listing)
        for listing in item.asks:
            _apply(self._asks, listing.price, listing)


def _apply(side: Side, key: Decimal, listing: Listing) -> None:
    """Take a listing away where it shows nothing; else enter or change it."""
    level = side.setdefault(key, {})
    if listing.quantity:
        level[listing.number] = listing
    else:
        level.pop(listing.number, None)
    if not level:
        del side[key]


def _all(side: Side) -> list[Listing]:
    return list(chain.from_iterable(level.values() for level in side.values()))


def _best(listings: list[Listing]) -> list[Listing]:
    return list(takewhile(lambda each: each.price == listings[0].price, listings))
