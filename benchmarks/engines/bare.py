"""A minimal book: the speed limit of plain Python, and the reference for outcomes.

It trades by price and time and does nothing else: no accounts, no checks, no events.
It thus bounds an uncompiled engine, and is simple enough to check all others.
"""

from __future__ import annotations

import heapq

from benchmarks.flow import CANCEL, Op


# [remaining quantity, price, number]; 0 remains of a cancelled or filled order
Order = list[int]


class Engine:
    """Bids and asks as heaps of prices, with a queue of orders per price."""

    def __init__(self) -> None:
        self._orders: dict[int, Order] = {}
        # Asks, bids. Keys are prices, of bids negative, so that the best is first.
        self._heaps: tuple[list[int], list[int]] = ([], [])
        self._queues: tuple[dict[int, list[Order]], dict[int, list[Order]]] = ({}, {})

    def prepare(self, ops: list[Op]) -> list[Op]:
        return ops

    def run(self, commands: list[Op]) -> None:
        for op in commands:
            if op.kind != CANCEL:
                self._place(op)
            elif (order := self._orders.pop(op.order, None)) is not None:
                order[0] = 0

    def outcome(self, commands: list[Op]) -> list[tuple[int, ...]]:
        fills: list[tuple[int, ...]] = []
        for op in commands:
            if op.kind == CANCEL:
                self.run([op])
            else:
                fills += self._place(op)
        return fills

    def book(self) -> tuple[int, ...]:
        """Return (orders, bid volume, ask volume, best bid, best ask), 0 for none."""
        asks, bids = (
            [order for queue in side.values() for order in queue if order[0]]
            for side in self._queues
        )
        return (
            len(self._orders),
            sum(order[0] for order in bids),
            sum(order[0] for order in asks),
            max((order[1] for order in bids), default=0),
            min((order[1] for order in asks), default=0),
        )

    def _place(self, op: Op) -> list[tuple[int, ...]]:
        """Trade what is possible, by price and time; the remainder rests."""
        _, number, _, buys, price, left = op
        sign = 1 if buys else -1
        heap, queues = self._heaps[not buys], self._queues[not buys]
        fills: list[tuple[int, ...]] = []
        while left and heap and heap[0] <= sign * price:
            queue = queues[heap[0]]
            for at, order in enumerate(queue):
                traded = min(left, order[0])
                if traded:
                    order[0] -= traded
                    left -= traded
                    fills.append((order[1], traded, order[2], number))
                if order[0]:
                    del queue[:at]
                    break
                self._orders.pop(order[2], None)
            else:  # every order at this price is filled
                del queues[heapq.heappop(heap)]
        if left:
            self._rest([left, price, number], -sign * price, buys)
        return fills

    def _rest(self, order: Order, key: int, buys: bool) -> None:  # noqa: FBT001
        queues = self._queues[buys]
        if key not in queues:
            queues[key] = []
            heapq.heappush(self._heaps[buys], key)
        queues[key].append(order)
        self._orders[order[2]] = order
