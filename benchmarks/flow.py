"""Order flows in a neutral form, identical for every engine.

The same seed gives the same flow on every machine and for every engine.
"""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


T = TypeVar("T")

BATCH = 64  # commands per batch: what a busy gateway queues during one log write
ACCOUNTS = 100  # half of them buy and half sell, so that no account meets itself
MID = 7464  # fen
CROSS = 20  # fen by which a crossing order's limit passes the best opposite price
LEVELS: Final = 600  # prices per side of a deep book, evenly filled

MAKERS: Final = 10  # accounts that quote both sides
QUOTED: Final = 20  # orders in a quote, half of them on each side
QUOTE: Final = 2 * QUOTED + 1  # commands per quote: cancels, new orders and one taker

# The kinds of Op. They are numbers, because a flow's file is read by interpreters
# that have only the standard library.
PLACE: Final = 0  # trade what is possible, rest the remainder
CANCEL: Final = 1
TAKE: Final = 2  # trade what is possible, cancel the remainder
MARKET: Final = 3  # the same, at any price
POST: Final = 4  # rest, or be rejected if it would trade
AMEND: Final = 5  # to this total quantity, traded part included


class Op(NamedTuple):
    """Apply ``kind`` to order number ``order``.

    Accepted orders are numbered 1, 2, … in order of arrival, so the number equals the
    engine's own order id. Rejected orders have other numbers. A cancel and an amend
    repeat the order's side and price.
    """

    kind: int
    order: int
    account: int
    buys: bool
    price: int
    quantity: int


class Mix(NamedTuple):
    """Shares of cancels and crossing orders; the rest are resting orders."""

    cancels: float
    crosses: float


MIXED: Final = Mix(cancels=0.40, crosses=0.05)
CANCEL_HEAVY: Final = Mix(cancels=0.49, crosses=0.01)
CROSS_HEAVY: Final = Mix(cancels=0.10, crosses=0.35)


def mixed(
    count: int, seed: int = 7, mix: Mix = MIXED, before: Sequence[Op] = ()
) -> Iterator[Op]:
    """Yield ``count`` operations; some cancels come too late and are rejected.

    ``before`` are the orders that rest already, numbered from 1.
    """
    draw = random.Random(seed)
    resting = list(before)
    placed = len(resting)
    for _ in range(count):
        kind = draw.random()
        if kind < mix.cancels and resting:
            chosen = draw.randrange(len(resting))
            # Swap with the last, so that the removal is O(1).
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
    """Yield ``count`` resting orders, spread over LEVELS prices per side."""
    draw = random.Random(seed)
    for order in range(1, count + 1):
        buys = draw.random() < 0.5
        away = -draw.randrange(LEVELS)
        yield _order(order, buys=buys, away=away, quantity=draw.randint(1, 100))


def deep(depth: int, count: int, seed: int = 7) -> Iterator[Op]:
    """Yield ``depth`` resting orders, then the mixed flow on top of them."""
    before = list(resting(depth, seed))
    yield from before
    yield from mixed(count, seed, before=before)


def quotes(count: int, seed: int = 7) -> Iterator[Op]:
    """Yield one quote per maker, then ``count`` new quotes, each with a taker.

    A new quote is QUOTED cancels, some too late, and QUOTED orders around a price
    that moves by up to a fen per quote. The makers take turns.
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
    """Yield the items in lists of ``size``; the last list may be shorter."""
    rest = iter(items)
    while batch := list(itertools.islice(rest, size)):
        yield batch


def _order(number: int, *, buys: bool, away: int, quantity: int) -> Op:
    """Return an order whose limit passes the opposite best price by ``away`` fen."""
    account = number % (ACCOUNTS // 2) + (0 if buys else ACCOUNTS // 2)
    price = MID + away if buys else MID + 1 - away
    return Op(PLACE, number, account, buys, price, quantity)


def _quoted(number: int, maker: int, middle: int, quantity: int) -> Op:
    """Return an order of a quote; its number gives its side and level."""
    level, sells = divmod(number % QUOTED, 2)
    price = middle + 1 + level if sells else middle - 1 - level
    return Op(PLACE, number, maker, not sells, price, quantity)
