"""Random orders, and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from carbonex.engine import (
    DAY,
    FOK,
    GTC,
    GTD,
    IOC,
    LIMIT,
    MARKET,
    STOP,
    STOP_LIMIT,
    AmendOrder,
    CancelAll,
    CancelOrder,
    Conditions,
    OrderType,
    PlaceOrder,
    PostOnly,
    SelfTrade,
    Side,
    TimeInForce,
)

from . import pools
from .pools import IDS, NAMES, SECOND, one_in


if TYPE_CHECKING:
    from random import Random

    from carbonex.engine import Exchange, Order


def plain_order(r: Random, _: Exchange) -> PlaceOrder:
    """A limit order for the day."""
    name = pools.instrument(r)
    price, quantity = pools.price(r, name), pools.quantity(r, name)
    side = r.choice([*Side])
    return PlaceOrder(
        "",
        pools.account(r),
        name,
        side,
        price,
        quantity,
        session=pools.session(r) if one_in(r, 2) else "",
    )


def any_order(r: Random, exchange: Exchange) -> PlaceOrder:
    """An order of any kind; of its values a few do not go together."""
    plain = plain_order(r, exchange)
    kind = r.choice([LIMIT] * 7 + [MARKET, STOP, STOP_LIMIT, STOP_LIMIT])
    time_in_force = r.choice([DAY, DAY, DAY, GTC, GTC, GTD, GTD, IOC, FOK])
    if kind in {STOP, STOP_LIMIT} and r.randrange(20):
        time_in_force = r.choice([DAY, GTC])
    unpriced = kind in {MARKET, STOP} or (kind is STOP_LIMIT and one_in(r, 20))
    return replace(
        plain,
        key=pools.key(r),
        price=0 if unpriced and r.randrange(15) else plain.price,
        order_type=kind,
        time_in_force=time_in_force,
        post_only=r.choice([PostOnly.OFF] * 18 + [*PostOnly]),
        self_trade=r.choice([*SelfTrade]),
        client_order_id=r.choice(IDS) if one_in(r, 2) else "",
        deadline_ns=pools.deadline(r, exchange),
        conditions=_conditions(r, exchange, plain, kind, time_in_force),
    )


def _conditions(
    r: Random,
    exchange: Exchange,
    plain: PlaceOrder,
    kind: OrderType,
    time_in_force: TimeInForce,
) -> Conditions | None:
    stop = display = expires_ns = 0
    if (kind in {STOP, STOP_LIMIT}) is bool(r.randrange(60)):
        stop = pools.price(r, plain.instrument)
    if (kind in {LIMIT, STOP_LIMIT} and one_in(r, 4)) or one_in(r, 90):
        display = _display(r, plain.instrument)
    if (time_in_force is GTD) is bool(r.randrange(60)):
        expires_ns = exchange.time_ns + _lifetime(r)
    picks = _picks(r, exchange, plain)
    conditions = Conditions(stop, display, expires_ns, picks)
    return None if conditions == Conditions() and r.randrange(9) else conditions


def _display(r: Random, name: str) -> int:
    """What an iceberg shows: small enough, and whole lots, mostly."""
    if one_in(r, 30):
        return pools.quantity(r, name)
    return r.choice([10, 20]) if name == "CCER" else r.randint(1, 5)


def _lifetime(r: Random) -> int:
    return r.choice([0, 1, 9, *[s * SECOND for s in (30, 600, 3600, 7200, 90_000)]])


def _picks(r: Random, exchange: Exchange, plain: PlaceOrder) -> tuple[int, ...]:
    """Name some orders of the best level, rarely of others or of none."""
    likely = plain.instrument == "CEA25" and one_in(r, 5)
    if not (likely or one_in(r, 80)):
        return ()
    listed = exchange.instruments.get(plain.instrument)
    best = listed.book.opposite(plain.side).best if listed else None
    numbers = [order.listing for order in best] if best else []
    if not numbers or one_in(r, 8):
        numbers.append(r.randint(0, exchange.last_order_id + 1))
    return tuple(r.choices(numbers, k=r.randint(1, 3)))


def post_only_order(r: Random, exchange: Exchange) -> PlaceOrder:
    """An order that may rest, and must."""
    return replace(
        plain_order(r, exchange),
        time_in_force=r.choice([DAY, GTC]),
        post_only=r.choice([PostOnly.REJECT, PostOnly.REPRICE]),
        self_trade=r.choice([*SelfTrade]),
        client_order_id=r.choice(["", *IDS]),
    )


def amend(r: Random, exchange: Exchange) -> AmendOrder:
    """Another price, another total, another stop price, or none of it."""
    account, number, name = _open_order(r, exchange)
    order = exchange.accounts[account].find(number, name) if account in NAMES else None
    instrument = order.command.instrument if order else "CEA"
    return AmendOrder(
        pools.key(r),
        account,
        number,
        name,
        pools.price(r, instrument) if r.randrange(3) else 0,
        pools.quantity(r, instrument) if r.randrange(3) else 0,
        pools.deadline(r, exchange),
        pools.price(r, instrument) if _restops(r, order) else 0,
    )


def _restops(r: Random, order: Order | None) -> bool:
    return one_in(r, 2) if order is not None and order.waits else one_in(r, 40)


def cancel(r: Random, exchange: Exchange) -> CancelOrder | CancelAll:
    """Cancel one, and now and then all of a kind."""
    if one_in(r, 8):
        instrument = r.choice(["", "CEA", "CCER", "CEA25", "NONE"])
        side = r.choice([None, *Side])
        return CancelAll(pools.key(r), pools.account(r), instrument, side)
    account, number, name = _open_order(r, exchange)
    deadline_ns = pools.deadline(r, exchange)
    return CancelOrder(pools.key(r), account, number, name, deadline_ns)


def _open_order(r: Random, exchange: Exchange) -> tuple[str, int, str]:
    """Return account, number and client order id of an order, mostly open."""
    account = exchange.accounts.get(pools.account(r))
    if account is None or not account.orders or one_in(r, 8):
        return pools.account(r), r.randint(0, exchange.seq), r.choice(["", *IDS])
    order = r.choice([*account.orders.values()])
    if one_in(r, 5):
        return account.name, 0, order.command.client_order_id
    return account.name, order.order_id, ""
