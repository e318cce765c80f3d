"""The PyPI package order-matching: from its order object to its trades.

It finds an order by scanning all orders, so it slows with the book. Sizes and prices
are floats. It can store owners, but has no balances.
"""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from typing import Final

from loguru import logger
from order_matching.enums import Side
from order_matching.matching_engine import MatchingEngine
from order_matching.order import LimitOrder
from order_matching.orders import Orders

from benchmarks.flow import CANCEL, Op


START: Final = datetime(2026, 11, 24)  # noqa: DTZ001 (it compares with naive times)


class Engine:
    """A book without accounts."""

    def __init__(self) -> None:
        logger.remove()  # otherwise it logs a line per order
        self._engine = MatchingEngine(seed=1)
        self._now = START

    def prepare(self, ops: list[Op]) -> list[str | LimitOrder]:
        return [str(op.order) if op.kind == CANCEL else self._order(op) for op in ops]

    def run(self, commands: list[str | LimitOrder]) -> None:
        self.outcome(commands)

    def outcome(self, commands: list[str | LimitOrder]) -> list[tuple[int, ...]]:
        engine = self._engine
        fills: list[tuple[int, ...]] = []
        for command in commands:
            if isinstance(command, str):
                with contextlib.suppress(ValueError):  # the cancel came too late
                    engine.cancel_order(command)
                continue
            engine.place(Orders([command]))
            for trade in engine.match(command.timestamp).trades:
                ids = int(trade.book_order_id), int(trade.incoming_order_id)
                fills.append((int(trade.price), int(trade.size), *ids))
        return fills

    def _order(self, op: Op) -> LimitOrder:
        self._now += timedelta(microseconds=1)
        return LimitOrder(
            side=Side.BUY if op.buys else Side.SELL,
            price=op.price,
            size=op.quantity,
            timestamp=self._now,
            order_id=str(op.order),
            trader_id=str(op.account),
        )
