"""Placing orders of any kind, with all checks: the slow path of ``placing``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine.accounts import NOTHING
from carbonex.engine.book import Order
from carbonex.engine.enums import BUY, GTD
from carbonex.engine.events import OrderAccepted
from carbonex.engine.market.rules import effective_price

from .entering import enter, triggered
from .kinds import extras_for, is_stop
from .locks import lock, reserve
from .refusals import beyond_caps, malformed, unaffordable, unmatchable
from .stops import reached


if TYPE_CHECKING:
    from carbonex.engine.accounts import Account
    from carbonex.engine.book import Extras
    from carbonex.engine.commands import PlaceOrder
    from carbonex.engine.events import Event
    from carbonex.engine.state import Instrument, State


def place_special(
    state: State, instrument: Instrument, account: Account, command: PlaceOrder
) -> list[Event]:
    """Accept, match and rest an order of any kind, or refuse it.

    The caller has already handled repeated client order ids and deadlines.
    """
    rejected = malformed(state, instrument, account, command)
    if rejected is not None:
        return [rejected]
    price = effective_price(instrument, instrument.book.opposite(command.side), command)
    order = _new(account, command, price, extras_for(instrument, command))
    need = _need(order)
    if need > order.balance.available:
        return [unaffordable(account, command, need, order.balance.available)]
    rejected = unmatchable(
        state, instrument, account, command, price, command.quantity
    ) or beyond_caps(account, command)
    if rejected is not None:
        return [rejected]

    order.order_id = state.last_order_id = state.last_order_id + 1
    if command.client_order_id:
        account.client_ids.today[command.client_order_id] = order
    account.exec_seq += 1
    events: list[Event] = [
        OrderAccepted(order.order_id, account.exec_seq, price, command)
    ]
    _start(state, instrument, order, events)
    return events


def _new(
    account: Account, command: PlaceOrder, price: int, extras: Extras | None
) -> Order:
    """Return an order with no order id yet, in neither book nor account."""
    buys = command.side is BUY
    order = Order()
    order.command = command
    order.account = account
    order.balance = account.cash_balance
    if not buys:
        order.balance = account.holdings.get(command.instrument, NOTHING)
    order.price = price
    order.unit = price if buys else 1
    order.quantity = order.remaining = command.quantity
    order.extras = extras
    return order


def _need(order: Order) -> int:
    """Return what the order must lock, its fee reserve included; set the reserve."""
    need, extras = order.unit * order.quantity, order.extras
    if extras is not None and extras.rate:
        extras.reserve = reserve(need, extras.rate)
        need += extras.reserve
    return need


def _start(
    state: State, instrument: Instrument, order: Order, events: list[Event]
) -> None:
    """Start an accepted order: hold it as a stop order, or match and rest it."""
    extras = order.extras
    if extras is not None and order.side is BUY and instrument.terms.position_limit:
        extras.holding = order.account.holding(instrument.name)
    if extras is not None and is_stop(order.command):
        if reached(instrument, order):
            events.append(triggered(order))
        else:
            extras.stops = instrument.stops
            instrument.stops.add(order)
            lock(order)
            state.attend(instrument)
    if order.waits or not enter(instrument, order, events):
        order.account.orders[order.order_id] = order
        if extras is not None and order.command.time_in_force is GTD:
            extras.timers = state.timers
            state.timers.watch(order)
