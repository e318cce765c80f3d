"""``check`` sees that something is wrong, wherever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.backlogs import busy_venue
from engine.twins import change, changes, follow, place_of
from everything import CEA, venue


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import Account, Exchange, Instrument, Level, Order
    from carbonex.engine.book import BookSide

# Values that nothing else in the state contradicts: what only events tell.
FREE = {
    "Account.exec_seq",
    "Account.max_client_ids",
    "Account.max_open_orders",
    "Account.max_stop_orders",
    "Conduct.placed",
    "Conduct.shown",
    "Before.last_day",
    "Before.last_order_id",
    "Exchange.last_auction_id",
    "Exchange.last_bid_id",
    "Exchange.last_block_id",
    "Exchange.last_order_id",
    "Exchange.last_session_id",
    "Exchange.seq",
    "Exchange.time_ns",
    "Extras.place",
    "Instrument.call_waits_ns",
    "Key.public_key",
    "MassCancel.newest",
    "MassCancel.order_id",
    "MassCancel.parked",
    "MassCancel.place",
    "MassCancel.reason",
    "MassCancel.session",
    "Obligation.due",
    "Obligation.surrendered",
    "Order.quantity",
    "Stops.last",
    "Watch.entries",
    "Pair.due",
    "Pair.since",
    "Participant.large_in[]",
    "Session.connection",
    "Session.grace_ns",
    "Stops.high",
    "Trail.amount",
    "Trail.due",
    "Trail.orders[]",
    "Trail.trades[]",
    "Trail.turnover",
    "Watch.first_order",
}


def test_no_value_can_be_another_without_being_noticed() -> None:
    exchange = busy_venue().exchange
    places: dict[bool, set[str]] = {False: set(), True: set()}
    for path, value in changes(exchange):
        before = follow(exchange, path)
        change(exchange, path, value)
        places[_fails(exchange)].add(place_of(path))
        change(exchange, path, before)
    assert places[False] - places[True] == FREE
    exchange.check()


def _instrument(exchange: Exchange) -> Instrument:
    return exchange.instruments[CEA.instrument]


def _asks(exchange: Exchange) -> BookSide:
    return _instrument(exchange).book.asks


def _queue(exchange: Exchange) -> Level:
    """Return a level in which several orders rest."""
    levels: list[Level] = list(_asks(exchange))
    return next(level for level in levels if level.count > 1)


def _order(exchange: Exchange) -> Order:
    order = _queue(exchange).oldest
    assert order is not None
    return order


def _account(exchange: Exchange, having: str) -> Account:
    return next(item for item in exchange.accounts.values() if getattr(item, having))


def lose_an_order(exchange: Exchange) -> None:
    order = _order(exchange)
    del order.account.orders[order.order_id]


def lose_a_place_in_the_queue(exchange: Exchange) -> None:
    _queue(exchange).remove(_order(exchange))


def cut_a_queue(exchange: Exchange) -> None:
    _order(exchange).newer = None


def forget_the_best_level(exchange: Exchange) -> None:
    _asks(exchange).best = None


def forget_a_price(exchange: Exchange) -> None:
    asks = _asks(exchange)
    asks.keys.remove(asks.keys[-1])


def cross_the_book(exchange: Exchange) -> None:
    instrument = _instrument(exchange)
    order = next(order for level in instrument.book.bids for order in level)
    order.level.remove(order)
    order.price = order.unit = instrument.limit_up
    instrument.book.bids.append(order)


def lose_a_stop_order(exchange: Exchange) -> None:
    stops = _instrument(exchange).stops
    stops.remove(next(stops.orders()))


def lose_a_timer(exchange: Exchange) -> None:
    exchange.timers.take(2**62)


def forget_that_an_order_expires(exchange: Exchange) -> None:
    exchange.timers.expiring.popitem()


def forget_a_client_id(exchange: Exchange) -> None:
    _account(exchange, "client_ids").client_ids.yesterday.clear()


def lose_a_block(exchange: Exchange) -> None:
    _account(exchange, "blocks").blocks.clear()


def lose_a_bid(exchange: Exchange) -> None:
    _account(exchange, "bids").bids.popitem()


def lose_an_auction(exchange: Exchange) -> None:
    exchange.auctions.clear()


def let_a_key_trade_for_nobody(exchange: Exchange) -> None:
    del exchange.traders["k-trade"]


def hide_an_account(exchange: Exchange) -> None:
    exchange.participants["Huaneng"].accounts.popitem()


def leave_the_composite(exchange: Exchange) -> None:
    exchange.products[CEA.product].instruments.clear()


def buy_while_suspended(exchange: Exchange) -> None:
    order = next(order for level in _instrument(exchange).book.bids for order in level)
    suspended = exchange.participants["Shenhua"].restriction
    order.account.participant.restriction = suspended
    for account in order.account.participant.accounts.values():
        account.restricted = True


def stop_watching(exchange: Exchange) -> None:
    exchange.watchful = False


@pytest.mark.parametrize(
    "damage",
    [
        lose_an_order,
        lose_a_place_in_the_queue,
        cut_a_queue,
        forget_the_best_level,
        forget_a_price,
        cross_the_book,
        lose_a_stop_order,
        lose_a_timer,
        forget_that_an_order_expires,
        forget_a_client_id,
        lose_a_block,
        lose_a_bid,
        lose_an_auction,
        let_a_key_trade_for_nobody,
        hide_an_account,
        leave_the_composite,
        buy_while_suspended,
        stop_watching,
    ],
)
def test_what_is_lost_or_linked_wrongly_is_noticed(
    damage: Callable[[Exchange], None],
) -> None:
    exchange = venue().exchange
    damage(exchange)
    assert _fails(exchange)


def test_a_queue_in_another_order_is_sound() -> None:
    """The queue is the only record of time priority, so nothing contradicts it."""
    exchange = busy_venue().exchange
    first = _order(exchange)
    first.level.remove(first)
    _asks(exchange).append(first)
    exchange.check()
    assert exchange.digest() != busy_venue().exchange.digest()


def _fails(exchange: Exchange) -> bool:
    try:
        exchange.check()
    except (AssertionError, AttributeError, KeyError):
        return True
    return False
