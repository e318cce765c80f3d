"""A lazy index of an account's open orders by instrument and side, and by session."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final, final


if TYPE_CHECKING:
    from carbonex.engine.book import Order
    from carbonex.engine.enums import Side

    Key = tuple[str, Side | None]


SPARE: Final = 64  # closed orders that an index may hold when few are open


@final
class OwnOrders:
    """An account's open orders by instrument and side, and by session.

    The account keeps its orders by id; placing or closing an order costs this index
    nothing. A search first indexes the orders placed since the last search. Its cost
    thus depends on what has changed, not on what is open: each order is indexed
    once, however many searches follow. Searches skip closed orders, and drop them
    before they become the majority. The index holds no state of its own, so snapshots
    omit it.
    """

    __slots__ = ("_groups", "_newest", "_orders", "_size")

    def __init__(self, orders: dict[int, Order]) -> None:
        self._orders = orders
        self._groups: dict[Key, list[Order]] = {}
        self._newest = 0  # the id of the last indexed order
        self._size = 0  # orders in all groups, including closed orders

    def find(
        self, instrument: str, side: Side | None, after: int, most: int
    ) -> list[Order]:
        """Return up to ``most`` open orders of an instrument and side, oldest first.

        "" means any instrument, None both sides; only order ids above ``after`` count.
        O(log n + m) for m visited orders, plus the orders placed or closed since the
        last search. A search over all instruments may visit m orders in each.
        """
        self._sort()
        keys = [
            key
            for key in self._groups
            if key[1] is not None
            and instrument in ("", key[0])
            and (side is None or side is key[1])
        ]
        found = [order for key in keys for order in self._open(key, after, most)]
        if len(keys) > 1:
            found.sort(key=_number)
        return found[:most]

    def of_session(self, name: str, after: int, most: int) -> list[Order]:
        """Return up to ``most`` open orders of a session, as ``find`` does."""
        self._sort()
        return self._open((name, None), after, most)

    def known(self, instrument: str, side: Side) -> list[Order]:
        """Return an instrument's orders on a side by age; some may be closed."""
        self._sort()
        return self._groups.get((instrument, side), [])

    def check(self) -> None:
        """Assert that the index is sorted and complete."""
        assert self._size == sum(len(group) for group in self._groups.values())
        seen: dict[Key, list[Order]] = {}
        for order in self._orders.values():
            if order.order_id <= self._newest:
                for key in _keys(order):
                    seen.setdefault(key, []).append(order)
        for key, group in self._groups.items():
            assert group == sorted(group, key=_number)
            is_open = [order for order in group if order.order_id in self._orders]
            assert is_open == seen.pop(key, [])
        assert not seen

    def _sort(self) -> None:
        """Index the orders placed since the last call; rebuild if most are closed."""
        orders = self._orders
        if self._size > 4 * len(orders) + SPARE:  # an order is in at most two groups
            self._groups.clear()
            self._size = self._newest = 0
        fresh: list[Order] = []
        # The account's dict is in id order: stop at the first indexed order.
        for order in reversed(orders.values()):
            if order.order_id <= self._newest:
                break
            fresh.append(order)
        if not fresh:
            return
        self._newest = fresh[0].order_id
        for order in reversed(fresh):
            for key in _keys(order):
                self._groups.setdefault(key, []).append(order)
                self._size += 1

    def _open(self, key: Key, after: int, most: int) -> list[Order]:
        """Return a group's open orders; drop its closed orders if too many."""
        group, orders = self._groups.get(key, []), self._orders
        found: list[Order] = []
        begin = end = bisect_right(group, after, key=_number)
        while end < len(group) and len(found) < most:
            if group[end].order_id in orders:
                found.append(group[end])
            end += 1
        if 2 * (end - begin - len(found)) > len(group):
            self._forget_ended(key, group)
        return found

    def _forget_ended(self, key: Key, group: list[Order]) -> None:
        is_open = [order for order in group if order.order_id in self._orders]
        self._size -= len(group) - len(is_open)
        if is_open:
            self._groups[key] = is_open
        else:
            del self._groups[key]


def _keys(order: Order) -> list[Key]:
    """Return the groups of an order: one, or two if it belongs to a session."""
    command = order.command
    keys: list[Key] = [(command.instrument, command.side)]
    if command.session:
        keys.append((command.session, None))
    return keys


def _number(order: Order) -> int:
    return order.order_id
