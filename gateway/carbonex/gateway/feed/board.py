"""The listings channel: the orders that may be picked, conflated.

A board shows the first orders of each side in trading order. Their numbers reveal only
which of the instrument's listings they are. The number of orders shown is bounded, so
a snapshot and a flush cost the same however many orders rest.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, Literal

from carbonex.engine import BUY, SELL, Side
from carbonex.wire import channels
from carbonex.wire.money import format_fen

from .depth import Conflated
from .topic import Message


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import Exchange
    from carbonex.wire.order_ids import OrderIds

    from .topic import Target

    # The listings in trading order: listing -> price in fen, tonnes shown.
    View = dict[int, tuple[int, int]]
    # A listing, its price in fen and the tonnes that it now shows.
    Change = tuple[int, int, int]


# Listings shown per side. Reason: an order may pick 50, at the best price only. Twice
# as many give a choice, in some 3 KB of a snapshot. Policy: listings behind these are
# not shown until some of these are gone.
MOST_LISTINGS: Final = 100


class Board(Conflated):
    """The followers of one instrument's listings with the same interval.

    A flush costs O(MOST_LISTINGS). The board is empty while the instrument's terms
    allow no picks.
    """

    def __init__(
        self,
        exchange: Exchange,
        target: Target,
        closed: Callable[[], None],
        ids: OrderIds,
    ) -> None:
        super().__init__(exchange, target, closed)
        self._ids = ids
        self._picked = self._may_pick()
        self._views = [self._listed(BUY), self._listed(SELL)]

    def flush(self, now_ns: int) -> None:
        """Refresh the board; send its changes, if there are any."""
        picked = self._may_pick()
        if picked is not self._picked:  # a new day has other terms: refresh both sides
            self._picked = picked
            for touched in self.touched:
                touched.add(0)
        super().flush(now_ns)

    def _whole(self, side: Side) -> list[Any]:
        view = self._views[side]
        return [self._shown((x, price, shown)) for x, (price, shown) in view.items()]

    def _news(self, side: Side) -> list[Any]:
        if not self.touched[side]:
            return []
        before, now = self._views[side], self._listed(side)
        self._views[side] = now
        return list(map(self._shown, changes(before, now)))

    def _may_pick(self) -> bool:
        return self._book.bids.numbers is not None

    def _listed(self, side: Side) -> View:
        if not self._picked:
            return {}
        orders = chain.from_iterable(self._book.side(side))
        first = islice(orders, MOST_LISTINGS)
        return {order.listing: (order.price, order.shown) for order in first}

    def _shown(self, change: Change) -> channels.Listing:
        listing, price, tonnes = change
        number = self._ids.listing_shown(self._target.instrument, listing)
        return number, format_fen(price), tonnes

    def _message(
        self,
        kind: Literal["snapshot", "update"],
        sides: list[list[Any]],
        previous: int | None,
    ) -> Message:
        target = self._target
        bids, asks = sides
        listings = channels.Listings(
            target.instrument, bids, asks, self._seq, target.interval_ms, previous
        )
        return Message("listings", kind, [listings])


def changes(before: View, now: View) -> list[Change]:
    """Return changes that turn ``before`` into ``now`` when applied in order.

    A client removes a listing with 0 tonnes and puts a new listing last at its price.
    A listing that lost its place is therefore removed first and then added again.
    O(listings).
    """
    queues: dict[int, list[int]] = {}
    for listing, (price, _) in now.items():
        queues.setdefault(price, []).append(listing)
    kept = dict.fromkeys(queues, 0)  # listings at each price still in their place
    gone: list[Change] = []
    changed: list[Change] = []
    for listing, (price, shown) in before.items():
        here = kept.get(price, -1)
        if here < 0 or here == len(queues[price]) or queues[price][here] != listing:
            gone.append((listing, price, 0))
            continue
        kept[price] += 1
        if now[listing][1] != shown:
            changed.append((listing, price, now[listing][1]))
    come = [
        (listing, price, now[listing][1])
        for price, queue in queues.items()
        for listing in queue[kept[price] :]
    ]
    return gone + changed + come
