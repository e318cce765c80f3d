"""Stop orders: those that wait for a trade to reach their price."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from sortedcontainers import SortedDict

from carbonex.engine.commands import MAX_PRICE
from carbonex.engine.enums import BUY, SELL, Phase, Side


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine.book import Order
    from carbonex.engine.state import Instrument


@final
class Stops:
    """One instrument's waiting stop orders, those that trigger first in front.

    A buy waits for a trade at its stop price or above, a sell for one at its or
    below: any at ``buys_from`` (fen) or above, or at ``sells_to`` or below, triggers
    something. Adding and removing cost O(log n).

    Orders of one stop price have places, of which ``last`` is the highest given yet.
    An order's is its number at first: so that an older release's places are known.

    ``high`` and ``low`` (fen) bound the prices of trades that have reached some that
    have not entered yet; ``high`` is 0 where there is none to enter.
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
        """Yield all of them: buys then sells, those that trigger first in front."""
        yield from self._buys.values()
        yield from self._sells.values()

    def add(self, order: Order) -> None:
        """Let ``order`` wait, behind all others of its stop price."""
        assert order.extras is not None
        order.extras.place = max(self.last + 1, order.order_id)
        self.put_back(order)

    def put_back(self, order: Order) -> None:
        """Let ``order`` wait at the place that it has."""
        assert order.extras is not None
        self.last = max(self.last, order.extras.place)
        self._of(order.side)[_key(order)] = order
        order.account.stops += 1
        self._look()

    def remove(self, order: Order) -> None:
        """Let ``order`` wait no more."""
        del self._of(order.side)[_key(order)]
        order.account.stops -= 1
        self._look()

    def take(self, price: int) -> list[Order]:
        """Remove and return what a trade at ``price`` triggers, in stop order.

        Buys by rising, sells by falling stop price, orders of one stop price by
        place. O(log n) for each.
        """
        taken: list[Order] = []
        for side, limit in ((BUY, price), (SELL, -price)):
            waiting = self._of(side)
            while waiting and waiting.peekitem(0)[0][0] <= limit:
                order = waiting.popitem(0)[1]
                order.account.stops -= 1
                taken.append(order)
        self._look()
        return taken

    def reach(self, price: int) -> bool:
        """Note a trade at ``price``; return whether it is the first that reached any.

        Number 2's way: they stay here until ``reached`` names them. O(1).
        """
        if self.sells_to < price < self.buys_from:
            return False
        first = not self.high
        self.high = max(self.high, price)
        self.low = min(self.low, price)
        return first

    @property
    def reached(self) -> Order | None:
        """The order to enter next of those that trades have reached.

        Buys by rising, then sells by falling stop price, orders of one stop price by
        place. One that has come since counts as reached, too.
        """
        if self.buys_from <= self.high:
            return self._buys.peekitem(0)[1]
        if self.sells_to >= self.low:
            return self._sells.peekitem(0)[1]
        return None

    def forget(self) -> None:
        """Forget which prices trades have reached."""
        self.high, self.low = 0, MAX_PRICE + 1

    def _look(self) -> None:
        """Note which prices trigger something, so that trades need not look."""
        buys, sells = self._buys, self._sells
        self.buys_from = buys.peekitem(0)[0][0] if buys else MAX_PRICE + 1
        self.sells_to = -sells.peekitem(0)[0][0] if sells else 0

    def _of(self, side: Side) -> SortedDict[tuple[int, int], Order]:
        return self._buys if side is BUY else self._sells


def reached(instrument: Instrument, order: Order) -> bool:
    """Tell whether the day's last price triggers a stop order, if it trades now."""
    last = instrument.record.prices.last
    if instrument.phase is not Phase.TRADING or not last:
        return False
    return _key(order)[0] <= (last if order.side is BUY else -last)


def _key(order: Order) -> tuple[int, int]:
    extras = order.extras
    assert extras is not None
    stop = extras.stop_price
    return (stop if order.side is BUY else -stop, extras.place)
