"""One size of one workload, in a separate process: ``WHAT SIZE COUNT [calls]``.

It prints CPU microseconds: of the engine per command, or of the feed per follower and
flush. With ``calls`` it prints the number of function calls instead, which no other
load and no cache changes. Calls within a compiled engine are invisible.
"""

from __future__ import annotations

import cProfile
import gc
import itertools
import random
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Final

from benchmarks.flow import ACCOUNTS, BATCH, CROSS, batches
from carbonex.engine import (
    BUY,
    GTC,
    LIMIT,
    SELL,
    AddKey,
    Batch,
    BeginDay,
    CancelOrder,
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
from carbonex.engine.commands import MAX_OPEN_ORDERS
from carbonex.gateway.feed import Feed
from carbonex.gateway.outbox import Outbox
from carbonex.gateway.venue import Venue
from carbonex.wire.codec import JSON
from carbonex.wire.requests import Subscribe


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from carbonex.engine import Command

    Meter = Callable[[Callable[[], object]], float]


RESTING: Final = 1_000  # orders, where their number is constant
PER_BOOK: Final = 100  # orders per instrument, where the number of instruments grows
MID: Final = 2**20  # fen: room for 50,000 prices per side
PER_PRICE: Final = 10  # resting orders
FLUSH_NS: Final = 100_000_000


class Market:
    """Accounts, instruments and resting orders, spread evenly.

    The first half of the accounts buys and the second sells. An order comes from any
    account, for any instrument, at any price of its side. A cancel hits any order.
    Books thus keep their size and shape, however long the run.
    """

    def __init__(self, accounts: int, instruments: int, resting: int) -> None:
        self.exchange = Exchange()
        self._draw = random.Random(7)
        self._accounts = [f"trader-{n}" for n in range(accounts)]
        self._instruments = [f"CEA-{n}" for n in range(instruments)]
        self._prices = max(resting // instruments // PER_PRICE // 2, 1)  # per side
        self._most = resting
        self._resting: list[tuple[str, int]] = []  # account and order number
        self._placed = 0
        self._n = itertools.count()
        self.apply([GatewayOpened("")])
        for commands in batches(self._opening(), 500):
            self.apply(commands)
        for commands in batches(self._deep(), BATCH):
            self.apply(commands)

    def apply(self, commands: list[Command]) -> None:
        """Apply commands as one batch."""
        self.exchange.apply(Batch(0, 1, 1, next(self._n), commands))

    def flow(self, count: int) -> Iterator[Command]:
        """Yield ``count`` commands: 5 % cross, cancels and resting orders are equal."""
        for _ in range(count):
            if self._draw.random() < 0.05:
                yield self._place(self._draw.randrange(CROSS), rests=False)
            elif len(self._resting) < self._most:
                yield self._place(-self._draw.randrange(self._prices))
            else:
                yield self._cancel()

    def _opening(self) -> Iterator[Command]:
        for instrument in self._instruments:
            yield ListInstrument("", instrument)
        yield BeginDay("", 20261124, 2**62)
        for n, name in enumerate(self._accounts):
            yield RegisterParticipant("", name)
            yield OpenAccount("", name, name, max_open_orders=MAX_OPEN_ORDERS)
            yield AddKey("", name, name, bytes(32), Permission.TRADE)
            yield Deposit("", name, 2**44, "cash")
            yield Issue("", name, self._sold(n), 2**32, "tonnes")

    def _deep(self) -> Iterator[Command]:
        while len(self._resting) < self._most:
            yield self._place(-self._draw.randrange(self._prices))

    def _place(self, away: int, *, rests: bool = True) -> Command:
        """Place an order ``away`` fen across the middle; negative: short of it."""
        draw = self._draw
        half = len(self._accounts) // 2
        seller = half + draw.randrange(half)
        instrument = self._sold(seller)
        buys = draw.random() < 0.5
        name = self._accounts[draw.randrange(half) if buys else seller]
        price = MID + away if buys else MID + 1 - away
        self._placed += 1
        if rests:
            self._resting.append((name, self._placed))
        side = BUY if buys else SELL
        quantity = draw.randint(1, 100)
        return PlaceOrder(name, name, instrument, side, price, quantity, LIMIT, GTC)

    def _sold(self, account: int) -> str:
        """Return the instrument that an account has tonnes of."""
        return self._instruments[account % len(self._instruments)]

    def _cancel(self) -> Command:
        resting = self._resting
        chosen = self._draw.randrange(len(resting))
        # Swap with the last, so that the removal is O(1).
        resting[chosen], resting[-1] = resting[-1], resting[chosen]
        name, order = resting.pop()
        return CancelOrder(name, name, order)


def timed(work: Callable[[], object]) -> float:
    """Return the CPU microseconds that ``work`` takes."""
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1e6


def called(work: Callable[[], object]) -> float:
    """Return the number of function calls in ``work``."""
    profile = cProfile.Profile()
    profile.runcall(work)
    return float(sum(entry.callcount for entry in profile.getstats()))


def engine(market: Market, count: int, meter: Meter) -> float:
    """Return the cost per command, after a warm-up of a tenth of the count."""
    gc.collect()
    gc.freeze()
    gc.disable()  # as the server does while it is busy
    for commands in batches(market.flow(count // 10), BATCH):
        market.apply(commands)
    spent = 0.0
    for commands in batches(market.flow(count), BATCH):
        spent += meter(partial(market.apply, commands))
    return spent / count


def depth(size: int, count: int, meter: Meter) -> float:
    """Vary the number of resting orders in one book."""
    return engine(Market(ACCOUNTS, 1, size), count, meter)


def accounts(size: int, count: int, meter: Meter) -> float:
    """Vary the number of accounts."""
    return engine(Market(size, 1, RESTING), count, meter)


def instruments(size: int, count: int, meter: Meter) -> float:
    """Vary the number of instruments: at least two accounts, PER_BOOK orders each."""
    return engine(Market(max(2 * size, ACCOUNTS), size, PER_BOOK * size), count, meter)


def followers(size: int, flushes: int, meter: Meter) -> float:
    """Vary a book's followers; return the cost per follower and flush."""
    market = Market(ACCOUNTS, 1, RESTING)
    venue = Venue(market.exchange, "bench", 2, 1, 10_000, 1_000)
    feed = Feed(venue)
    outboxes = [Outbox(JSON) for _ in range(size)]
    for outbox in outboxes:
        feed.subscribe(outbox, Subscribe(channel="book", instrument="CEA-0"), 0)
        outbox.take()
    spent = 0.0
    for number in range(1, flushes + 1):
        now_ns = number * FLUSH_NS
        commands = [*market.flow(BATCH)]
        batch = Batch(now_ns, 1, 1, number + 10**6, commands)
        for seq, events in enumerate(market.exchange.apply(batch).replies):
            feed.published(seq, now_ns, events)
        spent += meter(partial(_flush, feed, now_ns, outboxes))
    return spent / flushes / size


def _flush(feed: Feed, now_ns: int, outboxes: list[Outbox]) -> None:
    feed.flush(now_ns)
    for outbox in outboxes:
        b"".join(outbox.take())


WORKLOADS: Final[dict[str, Callable[[int, int, Meter], float]]] = {
    "depth": depth,
    "accounts": accounts,
    "instruments": instruments,
    "followers": followers,
}

if __name__ == "__main__":
    what, size, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    print(WORKLOADS[what](size, count, called if "calls" in sys.argv else timed))
