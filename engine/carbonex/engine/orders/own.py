"""An account's open orders by what they have in common, sorted when somebody looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final


if TYPE_CHECKING:
    from carbonex.engine.book import Order
    from carbonex.engine.enums import Side

    Key = tuple[str, Side | None]


SPARE: Final = 64  # ended orders that an index may hold where hardly any is open


@final
class OwnOrders:
    """An account's open orders by instrument and side, and by session.

    The account keeps them by number, and an order that comes or goes costs this index
    nothing. A search first sorts the orders that have come since the last search, so
    it costs what has changed since, not what is open: an order is sorted once,
    however often somebody searches. Orders that have ended are left out, and all are
    sorted anew before most have ended. Nothing else follows from the index: a
    snapshot has no need of it.
    """

    __slots__ = ("_groups", "_newest", "_orders", "_size")

    def __init__(self, orders: dict[int, Order]) -> None:
        self._orders = orders
        self._groups: dict[Key, list[Order]] = {}
        self._newest = 0  # the number of the last order that is sorted
        self._size = 0  # all groups' orders, ended ones too

    def find(self, instrument: str, side: Side | None) -> list[Order]:
        """Return the open orders, oldest first; "" is any instrument, None both sides.

        Linear in what it returns, and in what has come and gone since the last search.
        """
        if not instrument and side is None:
            return list(self._orders.values())
        self._sort()
        keys = [
            key
            for key in self._groups
            if key[1] is not None
            and instrument in ("", key[0])
            and (side is None or side is key[1])
        ]
        found = [order for key in keys for order in self._open(key)]
        if len(keys) > 1:
            found.sort(key=_number)
        return found

    def of_session(self, name: str) -> list[Order]:
        """Return the open orders that a session has placed, oldest first."""
        self._sort()
        return self._open((name, None))

    def known(self, instrument: str, side: Side) -> list[Order]:
        """Return the orders of one side, oldest first, some of which have ended."""
        self._sort()
        return self._groups.get((instrument, side), [])

    def check(self) -> None:
        """Assert that what is sorted is sorted well, and nothing is overlooked."""
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
        """Sort what has come since the last time, or all of it if much has ended."""
        orders = self._orders
        if self._size > 4 * len(orders) + SPARE:  # an order is in two groups at most
            self._groups.clear()
            self._size = self._newest = 0
        fresh: list[Order] = []
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

    def _open(self, key: Key) -> list[Order]:
        """Return a group's open orders, and forget those that have ended."""
        group, orders = self._groups.get(key, []), self._orders
        found = [order for order in group if order.order_id in orders]
        if found:
            self._groups[key] = found
        else:
            self._groups.pop(key, None)
        self._size -= len(group) - len(found)
        return list(found)


def _keys(order: Order) -> list[Key]:
    """Return the groups that an order belongs to: one, or two with a session's."""
    command = order.command
    keys: list[Key] = [(command.instrument, command.side)]
    if command.session:
        keys.append((command.session, None))
    return keys


def _number(order: Order) -> int:
    return order.order_id
