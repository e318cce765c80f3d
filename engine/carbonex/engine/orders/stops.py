"""Stop orders that wait for a trade at their stop price."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from sortedcontainers import SortedDict

from carbonex.engine.commands import MAX_PRICE
from carbonex.engine.enums import BUY, Phase, Side


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine.book import Order
    from carbonex.engine.state import Instrument


@final
class Stops:
    """One instrument's untriggered stop orders, the first to trigger in front.

    A trade at or above the stop price triggers a buy; a trade at or below it triggers
    a sell. ``buys_from`` and ``sells_to`` (fen) are the nearest such prices: a trade
    strictly between them triggers nothing. Adding and removing cost O(log n).

    Orders with the same stop price are ranked by place; ``last`` is the highest place
    assigned so far. A new order's place is its order id, or higher where that is taken.

    ``high`` and ``low`` (fen) bound the trade prices that have reached stop orders
    which have not entered the book yet. ``high`` is 0 where there are none.
    """

    __slots__ = ("_buys", "_sells", "buys_from", "high", "last", "low", "sells_to")

    def __init__(self) -> None:
        self._buys: SortedDict[tuple[int, int], Order] = SortedDict()
        self._sells: SortedDict[tuple[int, int], Order] = SortedDict()
        self.high, self.low = 0, MAX_PRICE + 1
        self.last = 0
        self._look()

    def __len__(self) -> int:
        return len(self._buys) + len(self._sells)

    def orders(self) -> Iterator[Order]:
        """Yield all orders: buys then sells, the first to trigger in front."""
        yield from self._buys.values()
        yield from self._sells.values()

    def add(self, order: Order) -> None:
        """Add ``order`` behind all others of its stop price."""
        assert order.extras is not None
        order.extras.place = max(self.last + 1, order.order_id)
        self.put_back(order)

    def put_back(self, order: Order) -> None:
        """Add ``order`` at the place that it already has."""
        assert order.extras is not None
        self.last = max(self.last, order.extras.place)
        self._of(order.side)[_key(order)] = order
        order.account.stops += 1
        self._look()

    def remove(self, order: Order) -> None:
        """Remove ``order``."""
        del self._of(order.side)[_key(order)]
        order.account.stops -= 1
        self._look()

    def reach(self, price: int) -> bool:
        """Record a trade price; return whether it is the first to reach an order.

        The reached orders stay here until ``reached`` returns them. O(1).
        """
        if self.sells_to < price < self.buys_from:
            return False
        first = not self.high
        self.high = max(self.high, price)
        self.low = min(self.low, price)
        return first

    @property
    def reached(self) -> Order | None:
        """The next reached order to enter the book, or None.

        Buys by rising stop price, then sells by falling stop price; orders of the same
        stop price by place. An order added after the trade counts as reached, too.
        """
        if self.buys_from <= self.high:
            return self._buys.peekitem(0)[1]
        if self.sells_to >= self.low:
            return self._sells.peekitem(0)[1]
        return None

    def forget(self) -> None:
        """Reset the recorded trade prices."""
        self.high, self.low = 0, MAX_PRICE + 1

    def _look(self) -> None:
        """Cache the nearest trigger prices, so that most trades need no lookup."""
        buys, sells = self._buys, self._sells
        self.buys_from = buys.peekitem(0)[0][0] if buys else MAX_PRICE + 1
        self.sells_to = -sells.peekitem(0)[0][0] if sells else 0

    def _of(self, side: Side) -> SortedDict[tuple[int, int], Order]:
        return self._buys if side is BUY else self._sells


def reached(instrument: Instrument, order: Order) -> bool:
    """Tell whether the instrument trades and today's last price triggers the order."""
    last = instrument.record.prices.last
    if instrument.phase is not Phase.TRADING or not last:
        return False
    return _key(order)[0] <= (last if order.side is BUY else -last)


def _key(order: Order) -> tuple[int, int]:
    extras = order.extras
    assert extras is not None
    stop = extras.stop_price
    return (stop if order.side is BUY else -stop, extras.place)
