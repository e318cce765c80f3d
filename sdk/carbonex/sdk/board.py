"""A local board of listings: individual orders that may be picked."""

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

    # Prices best first; within a price listings by number, oldest first.
    Side: TypeAlias = SortedDict[Decimal, dict[str, Listing]]


@final
class Board(Followed["ListingsFrame"]):
    """The first listings of an instrument's two sides, in trading order.

    The venue shows 100 per side: best price first, then oldest. A number is valid
    within its instrument, as long as the listing exists: the next slice of an iceberg
    is a new listing. Pass numbers or listings as ``pick`` to ``buy`` and ``sell``.
    ``venue.own_listings`` returns the account's own.
    """

    def __init__(self, instrument: str, interval_ms: Interval) -> None:
        super().__init__(instrument, interval_ms)
        self._bids: Side = SortedDict()  # keyed by -price
        self._asks: Side = SortedDict()

    @property
    def bids(self) -> list[Listing]:
        """Bid listings: highest price first, then oldest. O(listings)."""
        return _all(self._bids)

    @property
    def asks(self) -> list[Listing]:
        """Ask listings: lowest price first, then oldest. O(listings)."""
        return _all(self._asks)

    @property
    def best_bids(self) -> list[Listing]:
        """Bid listings at the highest price: a seller may pick among them."""
        return _best(self.bids)

    @property
    def best_asks(self) -> list[Listing]:
        """Ask listings at the lowest price: a buyer may pick among them."""
        return _best(self.asks)

    def __repr__(self) -> str:
        bids, asks = len(self.bids), len(self.asks)
        stale = " stale" if self.stale else ""
        return f"<Board {self.instrument} {bids} bids / {asks} asks{stale}>"

    # The methods below are for the SDK's reader of the connection.

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
    """Remove a listing with quantity 0; otherwise add or replace it."""
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
