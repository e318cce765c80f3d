"""The PyPI package pyorderbook: from its order object to the blotter of trades.

Its users hold the order objects. They must check first whether a cancel comes too
late, because it logs such a cancel as an error. Its order ids are UUIDs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyorderbook import Book, Order, Side

from benchmarks.flow import CANCEL, Op


if TYPE_CHECKING:
    from uuid import UUID


class Engine:
    """A book without accounts."""

    def __init__(self) -> None:
        self._book = Book()
        self._orders: dict[int, Order] = {}
        self._numbers: dict[UUID, int] = {}

    def prepare(self, ops: list[Op]) -> list[tuple[bool, Order]]:
        return [(op.kind == CANCEL, self._order(op)) for op in ops]

    def run(self, commands: list[tuple[bool, Order]]) -> None:
        book = self._book
        for cancels, order in commands:
            if not cancels:
                book.match(order)
            elif order.id in book.order_map:
                book.cancel(order)

    def outcome(self, commands: list[tuple[bool, Order]]) -> list[tuple[int, ...]]:
        fills: list[tuple[int, ...]] = []
        for cancels, order in commands:
            if cancels:
                self.run([(cancels, order)])
                continue
            for trade in self._book.match(order).trades:
                maker = self._numbers[trade.standing_order_id]
                taker = self._numbers[trade.incoming_order_id]
                fills.append((int(trade.fill_price), trade.fill_quantity, maker, taker))
        return fills

    def _order(self, op: Op) -> Order:
        if op.kind == CANCEL:
            return self._orders.pop(op.order)
        side = Side.BID if op.buys else Side.ASK
        order = self._orders[op.order] = Order(side, "CEA25", op.price, op.quantity)
        self._numbers[order.id] = op.order
        return order
