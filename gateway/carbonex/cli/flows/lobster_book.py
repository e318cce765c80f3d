"""The queues of a LOBSTER recording: the orders at each price and their shares.

The book applies the messages without matching. It can therefore show where the
real market passed over an older order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sortedcontainers import SortedDict

from carbonex.engine import BUY, Side


if TYPE_CHECKING:
    from collections.abc import Iterator


class Resting:
    """A resting order of the recording.

    ``total`` is the order's total quantity, executed part included; ``remaining`` is
    the resting part. An anonymous order stands for shares of unknown owners: only
    the level's total is known.
    """

    __slots__ = ("anonymous", "order_id", "price", "remaining", "side", "total")

    def __init__(
        self, order_id: str, side: Side, price: int, total: int, remaining: int
    ) -> None:
        self.order_id = order_id
        self.side = side
        self.price = price
        self.total = total
        self.remaining = remaining
        self.anonymous = False


class Queue:
    """The orders at one price, oldest first, and the sum of their shares."""

    __slots__ = ("orders", "price", "total")

    def __init__(self, price: int) -> None:
        self.price = price
        self.orders: dict[str, Resting] = {}  # insertion order is time priority
        self.total = 0


class RecordedBook:
    """Both sides, queue by queue, as far as the recording shows them."""

    def __init__(self) -> None:
        self.orders: dict[str, Resting] = {}
        self._sides: tuple[SortedDict[int, Queue], SortedDict[int, Queue]] = (
            SortedDict(),
            SortedDict(),
        )

    def add(self, order: Resting) -> None:
        """Add ``order`` at the back of the queue at its price."""
        queues = self._sides[order.side]
        key = _key(order.side, order.price)
        queue = queues.get(key)
        if queue is None:
            queue = queues[key] = Queue(order.price)
        queue.orders[order.order_id] = order
        queue.total += order.remaining
        self.orders[order.order_id] = order

    def take(self, order: Resting, shares: int) -> None:
        """Take ``shares`` from the order; remove it when nothing remains."""
        assert 0 < shares <= order.remaining
        key = _key(order.side, order.price)
        queue = self._sides[order.side][key]
        queue.total -= shares
        order.remaining -= shares
        if order.remaining:
            return
        del queue.orders[order.order_id]
        del self.orders[order.order_id]
        if not queue.orders:
            del self._sides[order.side][key]

    def requeue(self, order: Resting) -> None:
        """Move the order to the back of the queue at its price."""
        orders = self._sides[order.side][_key(order.side, order.price)].orders
        orders[order.order_id] = orders.pop(order.order_id)

    def queue(self, side: Side, price: int) -> list[Resting]:
        """Return the orders at ``price``, oldest first."""
        queue = self._sides[side].get(_key(side, price))
        return [] if queue is None else list(queue.orders.values())

    def depth(self, side: Side, levels: int) -> list[tuple[int, int]]:
        """Return up to ``levels`` pairs (price, shares), best first."""
        return [(q.price, q.total) for q in self._sides[side].values()[:levels]]

    def within(self, side: Side, price: int) -> Iterator[Queue]:
        """Yield the queues at ``price`` or better, best first."""
        limit = _key(side, price)
        queues = self._sides[side]
        for key in list(queues.irange(maximum=limit)):
            yield queues[key]


def _key(side: Side, price: int) -> int:
    return -price if side is BUY else price
