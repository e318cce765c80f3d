"""Random order flow: every command and every self-trade mode, at a few prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    DAY,
    FOK,
    GTC,
    IOC,
    LIMIT,
    MARKET,
    SELL,
    AmendOrder,
    CancelAll,
    CancelOrder,
    PlaceOrder,
    PostOnly,
    SelfTrade,
)
from feed_stage import ACCOUNTS, INSTRUMENTS


if TYPE_CHECKING:
    from random import Random

    from carbonex.engine import Exchange, OrderCommand

MIDDLE = 7000  # fen; orders are up to 4 through it and up to 60 away from it


def random_flow(random: Random, exchange: Exchange, most: int) -> list[OrderCommand]:
    """Return 1 to ``most`` commands about the orders that rest now."""
    return [_command(random, exchange) for _ in range(random.randint(1, most))]


def _command(random: Random, exchange: Exchange) -> OrderCommand:
    """Return a command; orders outnumber the rest, so that books grow deep."""
    account = random.choice(ACCOUNTS)
    orders = list(exchange.accounts[account].orders.values())
    dice = random.random()
    if dice < 0.005:
        return CancelAll("", account, random.choice(INSTRUMENTS))
    if dice < 0.7 or not orders:
        return _order(random, account)
    order = random.choice(orders)
    if dice < 0.8:
        return CancelOrder("", account, order.order_id)
    if dice < 0.9:
        fewer = order.filled + random.randint(0, order.remaining)
        return AmendOrder("", account, order.order_id, quantity=fewer)
    price = order.price + random.randint(-5, 5)
    more = order.quantity + random.randint(0, 5)
    return AmendOrder("", account, order.order_id, price=price, quantity=more)


def _order(random: Random, account: str) -> PlaceOrder:
    side = random.choice((BUY, SELL))
    away = random.randint(-4, 60)
    price = MIDDLE - away if side is BUY else MIDDLE + away
    time_in_force = random.choice((DAY, DAY, DAY, GTC, GTC, IOC, FOK))
    post_only = PostOnly.OFF
    if time_in_force in {DAY, GTC} and random.random() < 0.3:
        post_only = random.choice((PostOnly.REJECT, PostOnly.REPRICE))
    is_market = post_only is PostOnly.OFF and random.random() < 0.05
    return PlaceOrder(
        "",
        account,
        random.choice(INSTRUMENTS),
        side,
        0 if is_market else price,
        random.randint(1, 20),
        MARKET if is_market else LIMIT,
        time_in_force,
        post_only,
        random.choice(tuple(SelfTrade)),
    )
