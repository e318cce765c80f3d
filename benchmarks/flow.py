"""The mixed flow: 55 % adds that rest, 40 % cancels, 5 % adds that cross.

The same seed gives the same flow, on every machine and to every engine.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple


if TYPE_CHECKING:
    from collections.abc import Iterator


BATCH = 64  # commands: what a busy gateway gathers while one batch is written
ACCOUNTS = 100  # half of them buy and half sell, so that nobody meets himself
MID = 7464  # fen
CROSS = 20  # fen: how far behind the best price a crossing order may trade


class Op(NamedTuple):
    """Place order number ``order`` (1, 2, …), or cancel it when ``cancels``."""

    cancels: bool
    order: int
    account: int
    buys: bool
    price: int
    quantity: int


def mixed(count: int, seed: int = 7) -> Iterator[Op]:
    """Yield ``count`` operations; some cancels come too late and are refused."""
    draw = random.Random(seed)
    resting: list[Op] = []
    placed = 0
    for _ in range(count):
        kind = draw.random()
        if kind < 0.40 and resting:
            chosen = draw.randrange(len(resting))
            resting[chosen], resting[-1] = resting[-1], resting[chosen]
            yield resting.pop()._replace(cancels=True)
            continue
        placed += 1
        buys = draw.random() < 0.5
        account = placed % (ACCOUNTS // 2) + (0 if buys else ACCOUNTS // 2)
        away = CROSS if kind >= 0.95 else -int(draw.expovariate(0.1))
        price = MID + away if buys else MID + 1 - away
        quantity = draw.randint(1, 100)
        op = Op(
            cancels=False,
            order=placed,
            account=account,
            buys=buys,
            price=price,
            quantity=quantity,
        )
        if kind < 0.95:
            resting.append(op)
        yield op
