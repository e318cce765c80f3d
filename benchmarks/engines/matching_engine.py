"""The PyPI package matching-engine: from the decoded command to its events.

It has no accounts, but checks an order's owner. It cannot amend: an amend is a cancel
and a new order with the same number, as its users must send them.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from matching_engine.domain import (
    CancelOrder,
    NewOrder,
    OrderType,
    SequencedCommand,
    Side,
    TimeInForce,
)
from matching_engine.engine import MatchingEngine
from matching_engine.events import Trade

from benchmarks.flow import AMEND, CANCEL, MARKET, POST, TAKE, Op


if TYPE_CHECKING:
    from collections.abc import Iterator


class Engine:
    """One market, with the sequencer's envelope around each command."""

    def __init__(self) -> None:
        self._engine = MatchingEngine()
        self._numbers: Iterator[int] = itertools.count(1)

    def prepare(self, ops: list[Op]) -> list[CancelOrder | NewOrder]:
        return [command for op in ops for command in _commands(op)]

    def run(self, commands: list[CancelOrder | NewOrder]) -> None:
        process, numbers = self._engine.process, self._numbers
        for command in commands:
            process(SequencedCommand(next(numbers), 0, command))

    def outcome(self, commands: list[CancelOrder | NewOrder]) -> list[tuple[int, ...]]:
        process, numbers = self._engine.process, self._numbers
        return [
            (event.price, event.qty, event.maker_order_id, event.taker_order_id)
            for command in commands
            for event in process(SequencedCommand(next(numbers), 0, command))
            if type(event) is Trade
        ]


def _commands(op: Op) -> list[CancelOrder | NewOrder]:
    if op.kind == CANCEL:
        return [CancelOrder(op.order, op.account)]
    market = op.kind == MARKET
    order = NewOrder(
        op.order,
        op.account,
        Side.BUY if op.buys else Side.SELL,
        op.price,
        op.quantity,
        OrderType.MARKET if market else OrderType.LIMIT,
        TimeInForce.IOC if market or op.kind == TAKE else TimeInForce.GTC,
        post_only=op.kind == POST,
    )
    if op.kind == AMEND:
        return [CancelOrder(op.order, op.account), order]
    return [order]
