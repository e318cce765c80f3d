"""The resting orders before an expensive request: many accounts, one at its cap.

Everything is a command, both for an exchange in process and for a server's log. Orders
sell at MID and above. There is an account per PER_ACCOUNT orders.
"""

from __future__ import annotations

from heapq import nsmallest
from typing import TYPE_CHECKING, Any, Final

from carbonex.cli.flows.flow import long_day
from carbonex.engine import (
    BUY,
    DAY,
    GTC,
    GTD,
    SELL,
    STOP,
    AddKey,
    BeginDay,
    CallTerms,
    Conditions,
    Deposit,
    Issue,
    ListInstrument,
    OpenAccount,
    Permission,
    PlaceOrder,
    RegisterParticipant,
)
from carbonex.wire.order_ids import OrderIds


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from carbonex.engine import Command, Exchange, Side


BOOK: Final = "CEA24"  # the instrument with the resting orders
OTHER: Final = "CEA25"  # an empty book; benchmarks.load trades it
MID: Final = 7_000  # fen
PRICES: Final = 1_000  # over which orders are spread
PER_ACCOUNT: Final = 50
WHALE: Final = "whale"  # the account at its cap
SESSION: Final = "desk"  # the session of its orders
ATTACKER: Final = "mallory"  # an account without orders
TAKER: Final = "taker"  # buys the resting orders
# The default limit of an account's open orders.
CAP: Final = OpenAccount("", "", "").max_open_orders
# 2026-12-02 00:00 UTC, the time of a venue in process
NOW_NS: Final = 1_796_169_600_000_000_000
CASH: Final = 2**44  # fen; the sum of all balances must stay below 2**63
TONNES: Final = 2**40

EVERYTHING: Final = Permission(15)
TRADER: Final = Permission.READ | Permission.TRADE


def opening(
    orders: int,
    *,
    now_ns: int = NOW_NS,
    ends_ns: int = 0,
    keys: Mapping[str, bytes] | None = None,
    multi_day: bool = True,
) -> Iterator[Command]:
    """Yield a market with accounts for ``orders`` orders, and its trading day.

    The day ends at ``ends_ns``; 0: as late as permitted for a day that begins at
    ``now_ns``. ``keys`` are the public keys, by name, of the clients that log in.
    """
    calls = CallTerms(resume_seconds=600)
    yield ListInstrument("", BOOK, pick=True, multi_day=multi_day, calls=calls)
    yield ListInstrument("", OTHER)
    given = keys or {}
    traders = [trader(n) for n in range(0, orders, PER_ACCOUNT)]
    for name in dict.fromkeys([WHALE, ATTACKER, TAKER, *traders, *given]):
        yield RegisterParticipant("", name)
        yield OpenAccount("", name, name)
        public = given.get(name, bytes(32))
        permissions = EVERYTHING if name == TAKER else TRADER
        yield AddKey("", name, name, public, permissions)
        yield Deposit("", name, CASH, "cash")
        for instrument in (BOOK, OTHER):
            yield Issue("", name, instrument, TONNES, f"tonnes-{instrument}")
    day = long_day(now_ns)
    yield BeginDay("", day.date, ends_ns or day.ends_ns)


def trader(order: int) -> str:
    """Return the owner of an order that is not the whale's."""
    return f"company-{order // PER_ACCOUNT}"


def order(account: str, side: Side, price: int, **more: Any) -> PlaceOrder:
    """Return an order of one tonne; ``more`` overrides its fields."""
    fields = {"quantity": 1, "time_in_force": GTC, **more}
    return PlaceOrder(account, account, BOOK, side, price, **fields)


def spread(orders: int, **more: Any) -> Iterator[PlaceOrder]:
    """Yield ``orders`` sell orders over PRICES, starting with the whale's."""
    own = whale_size(orders)
    yield from whales(own, **more)
    yield from of_all(
        orders - own, lambda n, name: order(name, SELL, MID + n % PRICES, **more)
    )


def whale_size(orders: int) -> int:
    """Return the whale's share of the orders: its cap, or half of them."""
    return min(CAP, orders // 2)


def whales(orders: int, **more: Any) -> Iterator[PlaceOrder]:
    """Yield the whale's sell orders over PRICES, under its session's name."""
    for n in range(orders):
        yield order(WHALE, SELL, MID + n % PRICES, session=SESSION, **more)


def of_all(orders: int, made: Callable[[int, str], PlaceOrder]) -> Iterator[PlaceOrder]:
    """Yield ``orders`` orders, PER_ACCOUNT per account."""
    return (made(n, trader(n)) for n in range(orders))


def level(orders: int) -> Iterator[PlaceOrder]:
    """Yield sell orders at one price."""
    return of_all(orders, lambda _, name: order(name, SELL, MID))


def stops(orders: int) -> Iterator[PlaceOrder]:
    """Yield buy stop orders that one trade at MID triggers, and the maker it meets.

    Nothing else is for sale, so each is triggered and then cancelled.
    """
    waits = Conditions(stop_price=MID)
    kind = {"order_type": STOP, "time_in_force": DAY, "conditions": waits}
    yield order(WHALE, SELL, MID)
    yield from of_all(orders, lambda _, name: order(name, BUY, 0, **kind))


def icebergs(count: int, parts: int) -> Iterator[PlaceOrder]:
    """Yield sell icebergs of ``parts`` tonnes that show one tonne at a time."""
    shows = Conditions(display_quantity=1)
    return of_all(
        count, lambda _, name: order(name, SELL, MID, quantity=parts, conditions=shows)
    )


def until(orders: int, expires_ns: int) -> Iterator[PlaceOrder]:
    """Yield sell orders over PRICES that all expire at once."""
    ends = {"time_in_force": GTD, "conditions": Conditions(expires_ns=expires_ns)}
    return of_all(orders, lambda n, name: order(name, SELL, MID + n % PRICES, **ends))


def deepest(exchange: Exchange) -> str:
    """Return the listing id of the newest order at the worst price."""
    return OrderIds(exchange).listing_shown(BOOK, max(_places(exchange))[1])


def best(exchange: Exchange, count: int) -> list[str]:
    """Return the listing ids of the sell orders with the highest priority."""
    first = nsmallest(count, _places(exchange))
    ids = OrderIds(exchange)
    return [ids.listing_shown(BOOK, number) for _, number in first]


def _places(exchange: Exchange) -> Iterator[tuple[int, int]]:
    for account in exchange.accounts.values():
        for order in account.orders.values():
            if order.side is SELL:
                yield order.price, order.order_id
