"""The PyPI package limit-order-book: C++ under Cython, one call per command.

It does not report fills, so only its book states can be compared.
"""

from __future__ import annotations

from limit_order_book import LimitOrderBook

from benchmarks.flow import CANCEL, Op


class Engine:
    """A book without accounts or events."""

    def __init__(self) -> None:
        self._book = LimitOrderBook()

    def prepare(self, ops: list[Op]) -> list[Op]:
        return ops

    def run(self, commands: list[Op]) -> None:
        book = self._book
        buy, sell, cancel = book.limit_buy, book.limit_sell, book.cancel
        for kind, order, _, buys, price, quantity in commands:
            if kind == CANCEL:
                cancel(order)
            elif buys:
                buy(order, quantity, price)
            else:
                sell(order, quantity, price)

    def outcome(self, commands: list[Op]) -> list[tuple[int, ...]]:
        book = self._book
        tops: list[tuple[int, ...]] = []
        for command in commands:
            self.run([command])
            volumes = book.volume_buy(), book.volume_sell()
            bid = book.best_buy() if book.count_buy() else 0
            ask = book.best_sell() if book.count_sell() else 0
            tops.append((book.count(), *volumes, bid, ask))
        return tops
