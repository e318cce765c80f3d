"""The most expensive requests, each with the resting orders it needs.

A workload yields the name of a request and its cost. Requests that change nothing
share a market. ``python -m benchmarks.worst_requests WORKLOAD ORDERS`` runs one
workload in a separate process and prints the costs as JSON.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import msgspec

from benchmarks import worst_books as books
from benchmarks.worst_books import (
    ATTACKER,
    BOOK,
    MID,
    NOW_NS,
    OTHER,
    PRICES,
    SESSION,
    TAKER,
    WHALE,
)
from benchmarks.worst_house import House
from carbonex.engine import (
    BUY,
    DAY,
    HaltInstrument,
    ListInstrument,
    ResumeInstrument,
    SessionClosed,
    SessionOpened,
    UpdateInstrument,
)
from carbonex.gateway.config import Limits
from carbonex.wire.order_ids import OrderIds
from carbonex.wire.requests import MAX_PICKS


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.worst_house import Cost

    Workload = Callable[[int], Iterator[tuple[str, Cost]]]


PLAIN: Final = "a plain order that rests"
PLAIN_BATCH: Final = "a batch of 50 plain orders"
PICK: Final = "a pick that trades"
PICKS: Final = "a batch of 50 picks that trade"
# by as many fills as one order may have
FILL_OR_KILL: Final = "a fill or kill that fills"
LARGEST: Final = "the largest batch: 50 orders, each picks 50"
LONGEST: Final = "the longest invalid message"

# For rejected requests, the accepted request to compare with.
ACCEPTED: Final = {
    "a stale pick": PICK,
    "a batch of 50 stale picks": PICKS,
    "a pick not at the best price": PICK,
    "a fill or kill of more than there is": FILL_OR_KILL,
    "a fill or kill of all there is": FILL_OR_KILL,
    "an amend of no order": PLAIN,
    LONGEST: LARGEST,
}
SECOND_NS: Final = 10**9
BATCH: Final = 50  # orders per message
FEW: Final = 500  # orders that one order may always take
# candidates for an iceberg's maximum
REFILLS: Final = (1_000, 500, 200, 100, 50, 20, 10)
FAR: Final = f"{(MID + PRICES) / 100:.2f}"  # beyond every resting order


def buy(quantity: int = 1, price: str = FAR, **more: Any) -> dict[str, Any]:
    """Return the params of a buy order, by default at a price beyond all sellers."""
    return {
        "instrument": BOOK,
        "side": "buy",
        "quantity": quantity,
        "price": price,
        **more,
    }


def invalid_orders() -> list[int]:
    """Return as many invalid orders as one JSON message can hold."""
    return [1] * ((Limits().frame_bytes - 100) // 2)


def refused(orders: int) -> Iterator[tuple[str, Cost]]:
    """Rejected requests that need no money, beside a plain order."""
    house = wide(orders)
    attacker, whale = house.client(ATTACKER), house.client(WHALE)
    low = buy(price="1.00")
    yield PLAIN, attacker.usual("add_order", **low)
    yield (
        PLAIN_BATCH,
        attacker.usual("batch_add", orders=[low] * BATCH),
    )
    stale = buy(pick=[str(10**9)])
    yield "a stale pick", attacker.usual("add_order", **stale)
    yield (
        f"a batch of {BATCH} stale picks",
        attacker.usual("batch_add", orders=[stale] * BATCH),
    )
    deep = books.deepest(house.exchange)
    yield (
        "a pick not at the best price",
        attacker.usual("add_order", **buy(pick=[deep])),
    )
    more = buy(10 * orders, time_in_force="fok")
    yield "a fill or kill of more than there is", attacker.usual("add_order", **more)
    yield (
        "an amend of no order",
        attacker.usual("amend_order", order_id=str(10**9), price="1.01"),
    )
    yield LONGEST, attacker.usual("batch_add", orders=invalid_orders())
    idle = house.client(books.trader(orders - 1))
    yield (
        "cancel_all, nothing of that instrument",
        idle.usual("cancel_all", instrument=OTHER),
    )
    yield (
        "cancel_all of an account at its cap, no such side",
        whale.usual("cancel_all", side="buy"),
    )
    yield (
        "cancel_all of an account at its cap, no such instrument",
        whale.usual("cancel_all", instrument=OTHER),
    )
    first, *others = books.best(house.exchange, BATCH + 1)
    yield PICK, attacker.cost("add_order", **buy(pick=[first]))
    yield (
        PICKS,
        attacker.cost("batch_add", orders=[buy(pick=[other]) for other in others]),
    )


def asked(orders: int) -> Iterator[tuple[str, Cost]]:
    """Queries, and subscriptions with their snapshots."""
    house = wide(orders)
    whale, attacker = house.client(WHALE), house.client(ATTACKER)
    for method in ("open_orders", "balances"):
        yield f"{method} of an account at its cap", whale.usual(method)
    yield (
        "subscription to executions and open orders",
        whale.cost("subscribe", channel="executions"),
    )
    yield "subscription to balances", whale.cost("subscribe", channel="balances")
    yield (
        f"subscription to a book of {PRICES:,} prices",
        attacker.cost("subscribe", channel="book", instrument=BOOK, depth=0),
    )
    yield (
        "subscription to all instruments",
        attacker.cost("subscribe", channel="instrument"),
    )


def left(orders: int) -> Iterator[tuple[str, Cost]]:
    """All orders of an account at its cap end: on request or by a timer."""
    house, size = wide(orders), books.whale_size(orders)
    whale = house.client(WHALE)
    yield "cancel_all of an account at its cap", whale.cost("cancel_all")
    house.fill(books.whales(size))
    whale.cost("cancel_all_orders_after", timeout=1)
    yield "a dead man's switch of an account at its cap", house.passed(SECOND_NS)
    house.fill([SessionOpened("", WHALE, SESSION, "1", SECOND_NS)])
    house.fill(books.whales(size))
    house.fill([SessionClosed("", WHALE, SESSION, "1")])
    yield "the end of a session's grace, account at its cap", house.passed(SECOND_NS)


def called(orders: int) -> Iterator[tuple[str, Cost]]:
    """A call auction: a crossing order of an account with many others."""
    house = House(books.opening(2 * orders))
    house.fill(books.spread(orders))
    house.fill([books.order(TAKER, BUY, MID - 1)])
    house.fill([HaltInstrument("", BOOK), ResumeInstrument("", BOOK)])
    yield (
        "an order that crosses in a call, account at its cap less one",
        _less_one(house).cost(
            "add_order", instrument=BOOK, side="sell", quantity=1, price="1.00"
        ),
    )
    house.fill(
        books.order(books.trader(orders + n), BUY, MID + PRICES) for n in range(orders)
    )
    yield (
        "whole market: a call ends, as many buy as sell",
        house.passed(600 * SECOND_NS),
    )


def picked(orders: int) -> Iterator[tuple[str, Cost]]:
    """Orders that trade on a level with very many orders."""
    house = House(books.opening(orders))
    house.fill(books.level(orders))
    taker = house.client(TAKER)
    last = books.deepest(house.exchange)
    yield (
        "pick of the last order of a level with all",
        taker.cost("add_order", **buy(pick=[last])),
    )
    picks = min(MAX_PICKS, orders // (2 * BATCH))  # of each order
    named = books.best(house.exchange, picks * BATCH)
    batch = [buy(pick=named[n : n + picks]) for n in range(0, len(named), picks)]
    yield LARGEST, taker.cost("batch_add", orders=batch)
    few, rest = min(FEW, orders // 4), orders
    yield (
        FILL_OR_KILL,
        taker.cost("add_order", **buy(few, time_in_force="fok")),
    )
    yield (
        "a fill or kill of all there is",
        taker.cost("add_order", **buy(orders - few - 1 - BATCH, time_in_force="fok")),
    )
    yield "what is left of it, by one order", taker.cost("add_order", **buy(rest))


def swept(orders: int) -> Iterator[tuple[str, Cost]]:
    """One order that trades through all others."""
    yield (
        "one order through all others",
        wide(orders).client(TAKER).cost("add_order", **buy(2 * orders)),
    )


def amended(orders: int) -> Iterator[tuple[str, Cost]]:
    """A resting order that is amended through all others."""
    taker = (house := wide(orders)).client(TAKER)
    taker.cost("add_order", **buy(2 * orders, price="1.00", client_order_id="a"))
    yield (
        "an amendment through all others",
        taker.cost("amend_order", client_order_id="a", price=FAR),
    )
    del house


def triggered(orders: int) -> Iterator[tuple[str, Cost]]:
    """One trade that triggers the stop orders of all accounts."""
    house = House(books.opening(orders))
    house.fill(books.stops(orders))
    yield (
        "one trade that triggers a stop order of each",
        house.client(TAKER).cost("add_order", **buy()),
    )


def iced(orders: int) -> Iterator[tuple[str, Cost]]:
    """Icebergs with the maximum number of parts, taken by one order."""
    count, parts = max(orders // 200, 2), _parts()
    house = House(books.opening(orders))
    house.fill(books.icebergs(count, parts))
    yield (
        f"{count:,} icebergs of {parts:,} parts by one order",
        house.client(TAKER).cost("add_order", **buy(count * parts)),
    )


def closed(orders: int) -> Iterator[tuple[str, Cost]]:
    """The end of a trading day."""
    ends_ns = NOW_NS + 3_600 * SECOND_NS
    house = House(books.opening(orders, ends_ns=ends_ns, multi_day=False))
    house.fill(books.spread(orders, time_in_force=DAY))
    yield "whole market: the close, all orders end", house.passed(3_600 * SECOND_NS)


def expired(orders: int) -> Iterator[tuple[str, Cost]]:
    """All orders expire at the same time."""
    house = House(books.opening(orders))
    house.fill(books.until(orders, NOW_NS + 3_600 * SECOND_NS))
    yield "whole market: all orders expire at once", house.passed(3_600 * SECOND_NS)


def begun(orders: int) -> Iterator[tuple[str, Cost]]:
    """A trading day whose new terms end all orders."""
    ends_ns = NOW_NS + 3_600 * SECOND_NS
    house = House(books.opening(orders, ends_ns=ends_ns))
    house.fill(books.spread(orders))
    yield "whole market: the close, all orders stay", house.passed(3_600 * SECOND_NS)
    house.fill([UpdateInstrument("", ListInstrument("", BOOK))])
    yield (
        "whole market: begin_day, new terms end all orders",
        house.client(TAKER).cost("begin_day", date="2026-12-03"),
    )


WORKLOADS: Final[tuple[Workload, ...]] = (
    *(refused, asked, left, called, picked, swept, amended),
    *(triggered, iced, closed, expired, begun),
)


def wide(orders: int) -> House:
    """Return a market with orders over PRICES, many of them the whale's."""
    house = House(books.opening(orders))
    house.fill(books.spread(orders))
    return house


def _less_one(house: House) -> Any:
    """Return the whale's client, with room for one more order."""
    whale = house.client(WHALE)
    first = next(iter(house.exchange.accounts[WHALE].orders))
    whale.cost("cancel_order", order_id=OrderIds(house.exchange).shown(first))
    return whale


def _parts() -> int:
    """Return the maximum number of parts of an iceberg."""
    for parts in REFILLS:
        house = House(books.opening(books.PER_ACCOUNT))
        house.fill(books.icebergs(1, parts))
        if house.exchange.accounts[books.trader(0)].orders:
            return parts
    return 1


if __name__ == "__main__":
    size = int(sys.argv[2])
    (chosen,) = (each for each in WORKLOADS if each.__name__ == sys.argv[1])
    sys.stdout.buffer.write(msgspec.json.encode(list(chosen(size))))
