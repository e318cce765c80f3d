"""One run of carbonex's engine over the mixed flow, in a process of its own.

Prints commands per second: from the decoded command, through the envelope that
the engine takes it in, to its events, and until the command is forgotten.
"""

from __future__ import annotations

import gc
import itertools
import sys
import time

from benchmarks.flow import ACCOUNTS, BATCH, Op, mixed
from carbonex.engine import (
    BUY,
    GTC,
    LIMIT,
    SELL,
    AddKey,
    Batch,
    BeginDay,
    CancelOrder,
    Command,
    Deposit,
    Exchange,
    GatewayOpened,
    Issue,
    ListInstrument,
    OpenAccount,
    Permission,
    PlaceOrder,
    RegisterParticipant,
)


INSTRUMENT = "CEA25"
NAMES = [f"trader-{n}" for n in range(ACCOUNTS)]


def main(count: int) -> None:
    """Run ``count`` commands and print how many a second took."""
    exchange = Exchange()
    numbers = itertools.count(1)
    exchange.apply(Batch(0, 1, 1, 0, [GatewayOpened("")]))
    exchange.apply(Batch(0, 1, 1, next(numbers), market()))
    gc.collect()
    gc.freeze()
    gc.disable()  # as the server does while it is busy
    spent = 0.0
    flow = mixed(count)
    while chunk := list(itertools.islice(flow, BATCH)):
        commands = [command(op) for op in chunk]
        started = time.perf_counter()
        exchange.apply(Batch(0, 1, 1, next(numbers), commands))
        del commands
        spent += time.perf_counter() - started
    exchange.check()
    print(count / spent)


def market() -> list[Command]:
    """Return what makes a market of ACCOUNTS accounts with cash and tonnes."""
    commands: list[Command] = [
        ListInstrument("", INSTRUMENT),
        BeginDay("", 20261124, 2**62),
    ]
    for name in NAMES:
        commands += [
            RegisterParticipant("", name),
            OpenAccount("", name, name),
            AddKey("", name, name, bytes(32), Permission.TRADE),
            Deposit("", name, 10**9, "cash"),  # CNY 10 million
            Issue("", name, INSTRUMENT, 10**6, "tonnes"),
        ]
    return commands


def command(op: Op) -> Command:
    name = NAMES[op.account]
    if op.cancels:
        return CancelOrder(name, name, op.order)
    side = BUY if op.buys else SELL
    return PlaceOrder(name, name, INSTRUMENT, side, op.price, op.quantity, LIMIT, GTC)


if __name__ == "__main__":
    main(int(sys.argv[1]))
