"""One run of the PyPI package matching-engine over the same flow.

Prints commands per second, counted as for carbonex: from the decoded command,
through the envelope that the engine takes it in, to its events. It keeps no
accounts, and checks an order's owner.
"""

from __future__ import annotations

import gc
import itertools
import sys
import time

from matching_engine.domain import (
    CancelOrder,
    NewOrder,
    OrderType,
    SequencedCommand,
    Side,
    TimeInForce,
)
from matching_engine.engine import MatchingEngine

from benchmarks.flow import BATCH, Op, mixed


def main(count: int) -> None:
    """Run ``count`` commands and print how many a second took."""
    engine = MatchingEngine()
    numbers = itertools.count(1)
    gc.collect()
    gc.freeze()
    gc.disable()
    spent = 0.0
    flow = mixed(count)
    while chunk := list(itertools.islice(flow, BATCH)):
        commands = [_command(op) for op in chunk]
        started = time.perf_counter()
        for command in commands:
            engine.process(SequencedCommand(next(numbers), 0, command))
        del commands, command
        spent += time.perf_counter() - started
    print(count / spent)


def _command(op: Op) -> NewOrder | CancelOrder:
    if op.cancels:
        return CancelOrder(op.order, op.account)
    return NewOrder(
        op.order,
        op.account,
        Side.BUY if op.buys else Side.SELL,
        op.price,
        op.quantity,
        OrderType.LIMIT,
        TimeInForce.GTC,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
