"""The PyPI package lightmatchingengine: from a call's arguments to its trades.

It numbers orders itself, 1, 2, …, as the flows do. It keeps filled orders in its index.
A cancel of such an order fails an assertion if its price has left the book, and users
must catch it.
"""

from __future__ import annotations

import contextlib

from lightmatchingengine.lightmatchingengine import LightMatchingEngine, Side

from benchmarks.flow import CANCEL, Op


INSTRUMENT = "CEA25"


class Engine:
    """A book without accounts."""

    def __init__(self) -> None:
        self._engine = LightMatchingEngine()

    def prepare(self, ops: list[Op]) -> list[Op]:
        return ops

    def run(self, commands: list[Op]) -> None:
        add, cancel = self._engine.add_order, self._engine.cancel_order
        for kind, order, _, buys, price, quantity in commands:
            if kind == CANCEL:
                with contextlib.suppress(AssertionError):
                    cancel(order, INSTRUMENT)
            else:
                add(INSTRUMENT, price, quantity, Side.BUY if buys else Side.SELL)

    def outcome(self, commands: list[Op]) -> list[tuple[int, ...]]:
        fills: list[tuple[int, ...]] = []
        for op in commands:
            if op.kind == CANCEL:
                self.run([op])
                continue
            side = Side.BUY if op.buys else Side.SELL
            add = self._engine.add_order
            taker, trades = add(INSTRUMENT, op.price, op.quantity, side)
            fills += [  # it also reports the taker's part at each price as a trade
                (trade.trade_price, trade.trade_qty, trade.order_id, taker.order_id)
                for trade in trades
                if trade.order_id != taker.order_id
            ]
        return fills
