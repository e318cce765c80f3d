"""Flows of orders that every engine gets alike, whatever its own commands are.

The same seed gives the same flow, on every machine and to every engine.
"""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


T = TypeVar("T")

BATCH = 64  # commands: what a busy gateway gathers while one batch is written
ACCOUNTS = 100  # half of them buy and half sell, so that nobody meets himself
MID = 7464  # fen
CROSS = 20  # fen: how far behind the best price a crossing order may trade
LEVELS: Final = 600  # prices a side over which a deep book is spread evenly

MAKERS: Final = 10  # accounts that quote, on both sides
QUOTED: Final = 20  # orders of a quote, half of them on each side
QUOTE: Final = 2 * QUOTED + 1  # commands: cancels, new orders, and one taker

# What an Op asks for. Numbers, since a flow's file is read by interpreters that
# have no more than the standard library.
PLACE: Final = 0  # trade what can be, let the rest rest
CANCEL: Final = 1
TAKE: Final = 2  # trade what can be, forget the rest
MARKET: Final = 3  # the same at any price
POST: Final = 4  # rest, or be refused if it would trade
AMEND: Final = 5  # to this quantity in all, the traded part included


class Op(NamedTuple):
    """Do ``kind`` with order number ``order``.

    The orders that an exchange accepts are numbered 1, 2, … as they come, so
    that the number is its own; those that it refuses have others. A cancel and an
    amend repeat the order's side and price.
    """

    kind: int
    order: int
    account: int
    buys: bool
    price: int
    quantity: int


class Mix(NamedTuple):
    """Shares of a flow; what is left are orders that rest."""

    cancels: float
    crosses: float


MIXED: Final = Mix(cancels=0.40, crosses=0.05)
CANCEL_HEAVY: Final = Mix(cancels=0.49, crosses=0.01)
CROSS_HEAVY: Final = Mix(cancels=0.10, crosses=0.35)


def mixed(
    count: int, seed: int = 7, mix: Mix = MIXED, before: Sequence[Op] = ()
) -> Iterator[Op]:
    """Yield ``count`` operations; some cancels come too late and are refused.

    ``before`` are the orders that rest already, numbered from 1.
    """
    draw = random.Random(seed)
    resting = list(before)
    placed = len(resting)
    for _ in range(count):
        kind = draw.random()
        if kind < mix.cancels and resting:
            chosen = draw.randrange(len(resting))
            resting[chosen], resting[-1] = resting[-1], resting[chosen]
            yield resting.pop()._replace(kind=CANCEL)
            continue
        placed += 1
        crosses = kind >= 1 - mix.crosses
        buys = draw.random() < 0.5
        away = CROSS if crosses else -int(draw.expovariate(0.1))
        op = _order(placed, buys=buys, away=away, quantity=draw.randint(1, 100))
        if not crosses:
            resting.append(op)
        yield op


def resting(count: int, seed: int = 7) -> Iterator[Op]:
    """Yield ``count`` orders that rest, spread over LEVELS prices a side."""
    draw = random.Random(seed)
    for order in range(1, count + 1):
        buys = draw.random() < 0.5
        away = -draw.randrange(LEVELS)
        yield _order(order, buys=buys, away=away, quantity=draw.randint(1, 100))


def deep(depth: int, count: int, seed: int = 7) -> Iterator[Op]:
    """Yield ``depth`` orders that rest, and then the mixed flow on top of them."""
    before = list(resting(depth, seed))
    yield from before
    yield from mixed(count, seed, before=before)


def quotes(count: int, seed: int = 7) -> Iterator[Op]:
    """Yield MAKERS quotes, and then ``count`` times a new one with a taker.

    A new quote is QUOTED cancels, some too late, and QUOTED orders around a
    price that wanders by a fen at a time. The makers take turns.
    """
    draw = random.Random(seed)
    middle = MID
    placed = 0
    standing: list[list[Op]] = []
    for turn in range(MAKERS + count):
        middle += draw.choice((-1, 0, 1))
        maker = turn % MAKERS
        quote = [
            _quoted(placed + n, maker, middle, quantity=draw.randint(1, 100))
            for n in range(1, QUOTED + 1)
        ]
        placed += QUOTED
        if turn < MAKERS:
            standing.append(quote)
            yield from quote
            continue
        yield from (op._replace(kind=CANCEL) for op in standing[maker])
        yield from quote
        standing[maker] = quote
        placed += 1
        buys = draw.random() < 0.5
        taker = _order(placed, buys=buys, away=CROSS, quantity=draw.randint(1, 100))
        price = middle + CROSS if buys else middle - CROSS
        yield taker._replace(kind=TAKE, account=ACCOUNTS - 1, price=price)


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the items in lists of ``size``; the last one has what is left."""
    rest = iter(items)
    while batch := list(itertools.islice(rest, size)):
        yield batch


def _order(number: int, *, buys: bool, away: int, quantity: int) -> Op:
    """Return an order ``away`` fen behind the other side's best price."""
    account = number % (ACCOUNTS // 2) + (0 if buys else ACCOUNTS // 2)
    price = MID + away if buys else MID + 1 - away
    return Op(PLACE, number, account, buys, price, quantity)


def _quoted(number: int, maker: int, middle: int, quantity: int) -> Op:
    """Return the order of a quote that its number makes it."""
    level, sells = divmod(number % QUOTED, 2)
    price = middle + 1 + level if sells else middle - 1 - level
    return Op(PLACE, number, maker, not sells, price, quantity)
