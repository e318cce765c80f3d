"""Invariants of open orders: registration, permission, terms, locks and ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine.book import MAX_REFILLS
from carbonex.engine.commands import Conditions
from carbonex.engine.enums import BUY, DAY, GTD, STOP, Restriction
from carbonex.engine.orders.kinds import is_stop, may_rest
from carbonex.engine.orders.locks import highest_rate, reserve
from carbonex.engine.orders.mass_cancels import awaited
from carbonex.engine.terms import FEE_UNIT
from carbonex.engine.timers import expires_ns


if TYPE_CHECKING:
    from carbonex.engine.accounts import Account
    from carbonex.engine.book import Extras, Order
    from carbonex.engine.state import Instrument, State


def check_orders(state: State, found: dict[int, Order]) -> None:
    """Assert that books and accounts hold the same orders, and that each is valid.

    Orders that are about to be cancelled need not fit rules and day any more.
    """
    doomed = {
        order.order_id for cancel in state.cancels for order in awaited(state, cancel)
    }
    assert len(found) == sum(len(item.orders) for item in state.accounts.values())
    assert all(0 < order_id <= state.last_order_id for order_id in found)
    for account in state.accounts.values():
        assert list(account.orders) == sorted(account.orders)
        assert account.open_count <= account.max_open_orders
        assert account.stops == sum(order.waits for order in account.orders.values())
        account.own.check()
        for order_id, order in account.orders.items():
            assert found[order_id] is order
            assert order.order_id == order_id
            assert order.account is account
            instrument = state.instruments[order.instrument]
            _check_order(account, order)
            _check_expiry(state, order)
            if order_id not in doomed:
                _check_permission(account, order)
                _check_terms(instrument, order)
                _check_time(state, instrument, order)
                _check_extras(state, instrument, order)
        _check_ids(state, account)
    expiring = [order for order in found.values() if order.command.time_in_force is GTD]
    assert len(state.timers.expiring) == len(expiring)
    for order in expiring:
        assert state.timers.expiring[order.order_id] is order


def _check_order(account: Account, order: Order) -> None:
    assert 0 < order.remaining <= order.quantity
    assert 0 < order.shown <= order.remaining
    if order.side is BUY:
        assert order.balance is account.cash_balance
        assert order.unit == order.price
    else:
        assert order.balance is account.holdings[order.instrument]
        assert order.unit == 1
    name = order.command.client_order_id
    assert not name or account.client_ids.get(name) is order


def _check_permission(account: Account, order: Order) -> None:
    restriction = account.participant.restriction
    assert restriction is not Restriction.SUSPENDED
    assert restriction is not Restriction.SELL_ONLY or order.side is not BUY


def _check_terms(instrument: Instrument, order: Order) -> None:
    terms = instrument.terms
    assert instrument.tradable
    assert may_rest(order.command)
    assert order.quantity <= terms.max_quantity
    assert order.remaining % terms.lot == 0
    if order.command.order_type is not STOP:
        assert order.price % terms.tick == 0
    if not order.waits:
        assert order.command.order_type is not STOP
        assert instrument.limit_down <= order.price <= instrument.limit_up


def _check_time(state: State, instrument: Instrument, order: Order) -> None:
    tif = order.command.time_in_force
    assert tif is not DAY or state.day
    assert instrument.terms.multi_day or state.day


def _check_expiry(state: State, order: Order) -> None:
    tif = order.command.time_in_force
    assert tif is not GTD or expires_ns(order) > state.settled_ns


def _check_extras(state: State, instrument: Instrument, order: Order) -> None:
    """Assert that an order's extras match its kind, its fees and the position limit."""
    terms, buys = instrument.terms, order.side is BUY
    extras = order.extras
    conditions = order.command.conditions or Conditions()
    fees = terms.fees.maker or terms.fees.taker
    if extras is None:
        assert not fees
        assert not (buys and terms.position_limit)
        assert conditions == Conditions(pick=conditions.pick)
        return
    assert extras.display == conditions.display_quantity
    assert bool(extras.stop_price) is is_stop(order.command)
    assert extras.stops is None or extras.stops is instrument.stops
    limited = buys and terms.position_limit
    holding = order.account.holdings[instrument.name] if limited else None
    assert extras.holding is holding
    is_gtd = order.command.time_in_force is GTD
    assert extras.timers is (state.timers if is_gtd else None)
    assert extras.rate == (highest_rate(terms) if buys else 0)
    _check_iceberg(extras, order)
    _check_fees(extras, order)


def _check_iceberg(extras: Extras, order: Order) -> None:
    assert extras.hidden >= 0
    assert 0 <= extras.refills <= MAX_REFILLS
    if extras.display == 0:
        assert extras.hidden == extras.refills == 0
    elif not order.waits:
        assert order.shown <= extras.display


def _check_fees(extras: Extras, order: Order) -> None:
    assert extras.owed >= 0
    assert extras.paid == -(-extras.owed // FEE_UNIT)
    if extras.rate:
        notional = order.unit * order.remaining
        least = notional * extras.rate - (extras.paid * FEE_UNIT - extras.owed)
        assert max(least, 0) <= extras.reserve * FEE_UNIT
        assert extras.reserve <= reserve(notional, extras.rate)
    else:
        assert extras.reserve == 0


def _check_ids(state: State, account: Account) -> None:
    """Assert that client order ids and refs belong to the account and fit its limit."""
    ids = account.client_ids
    assert len(ids) <= account.max_client_ids
    for generation in (ids.today, ids.yesterday):
        for name, order in generation.items():
            assert order.command.client_order_id == name
            assert order.account is account
            assert 0 < order.order_id <= state.last_order_id
            assert 0 <= order.remaining <= order.quantity
    refs = account.client_refs
    assert len(refs) <= account.max_client_ids
    for done_refs in (refs.today, refs.yesterday):
        for name, done in done_refs.items():
            assert done.command.client_ref == name
            assert done.command.account == account.name
            assert not done.answer.duplicate
