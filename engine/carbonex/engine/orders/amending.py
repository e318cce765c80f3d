"""Amending open orders: run every check first, then change the order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from carbonex.engine.book import MAX_REFILLS, Order
from carbonex.engine.enums import BUY, LIMIT, STOP, Phase, PostOnly, Reason
from carbonex.engine.events import OrderAmended, Rejected
from carbonex.engine.market.rules import protection, reprice

from .entering import reenter, trigger
from .kinds import is_stop
from .locks import lock, reserve, unlock
from .placing import find_open
from .refusals import (
    bad_prices,
    bad_size,
    beyond_position,
    not_trading,
    restricted,
    unaffordable,
    unmatchable,
)
from .stops import reached


if TYPE_CHECKING:
    from carbonex.engine.commands import AmendOrder, Conditions, PlaceOrder
    from carbonex.engine.events import Event
    from carbonex.engine.state import Instrument, State


def amend(state: State, command: AmendOrder) -> list[Event]:
    """Change the price or total quantity of an open order; see AmendOrder.

    O(1) where the order keeps its queue priority, else the cost of a new order.
    """
    order = find_open(state, command)
    if type(order) is not Order:
        return [order]
    instrument = state.instruments[order.instrument]
    price = command.price or order.price
    quantity = command.quantity or order.quantity
    rejected = _unfit(state, instrument, order, command)
    if rejected is not None:
        return [rejected]
    if order.waits:
        return _amend_waiting(instrument, order, command)
    in_call = instrument.phase is Phase.CALL
    if command.price and order.command.post_only is PostOnly.REPRICE and not in_call:
        makers = instrument.book.opposite(order.side)
        price = reprice(instrument, makers, price)
    if price == order.price and quantity <= order.quantity:
        return [_shrink(order, quantity)]
    return _requeue(state, instrument, order, price, quantity)


def _unfit(
    state: State, instrument: Instrument, order: Order, command: AmendOrder
) -> Rejected | None:
    """Check the new values against the order, its account and its instrument."""
    quantity = command.quantity or order.quantity
    named = "order_id" if command.order_id else "client_order_id"
    prices = [("price", command.price), ("stop_price", command.stop_price)]
    rejected = (
        _misplaced(order, command)
        or restricted(order.account, order.side)
        or not_trading(state, instrument, named)
        or _too_many_refills(order, quantity)
        or bad_size(instrument, _display_of(order, quantity), quantity)
        or bad_prices(instrument, [item for item in prices if item[1]])
    )
    if rejected is None and quantity <= order.filled:
        reason = Reason.QTY_BELOW_FILLED
        return Rejected(reason, "quantity", quantity, order.filled)
    if rejected is None and order.side is BUY and quantity > order.quantity:
        more = quantity - order.quantity
        return beyond_position(instrument, order.account, more)
    return rejected


def _display_of(order: Order, quantity: int) -> Conditions | None:
    """Return the conditions to check the display of an order that grows.

    None where there is nothing to check. An iceberg whose new total is below its
    display quantity counts as showing all of itself.
    """
    conditions = order.command.conditions
    if conditions is None or quantity <= order.quantity:
        return None
    if conditions.display_quantity <= quantity:
        return conditions
    return replace(conditions, display_quantity=quantity)


def _too_many_refills(order: Order, quantity: int) -> Rejected | None:
    """Check that an iceberg raised to ``quantity`` cannot exceed MAX_REFILLS.

    Self-trade prevention can reduce an iceberg after some refills. It has then had
    more refills than its display quantity and total imply.
    """
    extras = order.extras
    if extras is None or not extras.display:
        return None
    slices = MAX_REFILLS + 1 - extras.refills
    least = -((order.filled - quantity) // slices)  # rounded up
    if quantity <= order.quantity or extras.display >= least:
        return None
    return Rejected(Reason.BAD_QTY, "display_quantity", extras.display, least)


def _misplaced(order: Order, command: AmendOrder) -> Rejected | None:
    """Check that the order has the fields that the command changes."""
    if command.stop_price and not order.waits:
        return Rejected(Reason.BAD_PARAMETER, "stop_price", command.stop_price)
    if command.price and order.command.order_type is STOP:
        return Rejected(Reason.BAD_PARAMETER, "price", command.price)
    return None


def _shrink(order: Order, quantity: int) -> Event:
    """Lower the total in place: the order keeps its queue priority.

    An iceberg loses hidden tonnes first.
    """
    shown, before = order.shown, (order.price, order.quantity)
    unlock(order)
    order.remaining -= order.quantity - quantity
    order.quantity = quantity
    if order.extras is not None:
        order.extras.hidden = max(order.remaining - shown, 0)
    withdrawn = shown - order.shown
    order.level.total -= withdrawn
    lock(order)
    return _amended(order, before, (withdrawn, 0), priority_kept=True)


def _requeue(
    state: State, instrument: Instrument, order: Order, price: int, quantity: int
) -> list[Event]:
    """Change the price or raise the total: the order re-enters and loses priority."""
    remaining = quantity - order.filled
    command = order.command
    if is_stop(command):  # already triggered, so it behaves as a limit order
        command = replace(command, order_type=LIMIT)
    if instrument.phase is Phase.CALL:
        command = _resting(command)
    rejected = _short(order, price, remaining) or unmatchable(
        state, instrument, order.account, command, price, remaining
    )
    if rejected is not None:
        return [rejected]
    order.level.remove(order)
    previous, seen = (order.price, order.quantity), _seen(order, price, remaining)
    _change(order, price, quantity, remaining)
    events: list[Event] = [_amended(order, previous, seen, priority_kept=False)]
    reenter(instrument, order, events)
    return events


def _seen(order: Order, price: int, remaining: int) -> tuple[int, int]:
    """Return the displayed tonnes that the amendment withdraws, and those it adds.

    A worse price withdraws all displayed tonnes: they no longer trade at the old
    price. At a better price they still do, so only a change in quantity counts.
    """
    before, extras = order.shown, order.extras
    display = remaining if extras is None else extras.display or remaining
    after = min(remaining, display)
    better = price - order.price if order.side is BUY else order.price - price
    if better < 0:
        return before, after
    return max(before - after, 0), max(after - before, 0)


def _resting(command: PlaceOrder) -> PlaceOrder:
    """Return the command without post-only and pick.

    A call auction has no takers, so neither applies there. The order may have been
    placed with them during continuous trading.
    """
    conditions = command.conditions
    if conditions is not None:
        conditions = replace(conditions, pick=())
    return replace(command, post_only=PostOnly.OFF, conditions=conditions)


def _amend_waiting(
    instrument: Instrument, order: Order, command: AmendOrder
) -> list[Event]:
    """Change an untriggered stop order; a new stop price may trigger it at once.

    Its priority is its place among the orders of the same stop price.
    """
    extras = order.extras
    assert extras is not None
    stop = command.stop_price or extras.stop_price
    quantity = command.quantity or order.quantity
    price = command.price or order.price
    if order.command.order_type is STOP:
        price = protection(instrument, order.side, stop)
    rejected = _short(order, price, quantity)
    if rejected is not None:
        return [rejected]
    instrument.stops.remove(order)
    previous = order.price, order.quantity
    kept = stop == extras.stop_price and quantity <= order.quantity
    _change(order, price, quantity, quantity)
    lock(order)
    extras.stop_price = stop
    events: list[Event] = [_amended(order, previous, (0, 0), priority_kept=kept)]
    if reached(instrument, order):
        trigger(instrument, order, events)
    elif kept:
        instrument.stops.put_back(order)
    else:
        instrument.stops.add(order)
    return events


def _short(order: Order, price: int, remaining: int) -> Rejected | None:
    """Check that the account can lock what the amended order needs."""
    extras = order.extras
    need = (price if order.side is BUY else 1) * remaining
    held = order.unit * order.remaining
    if extras is not None:
        need += reserve(need, extras.rate)
        held += extras.reserve
    free = order.balance.available + held
    if need <= free:
        return None
    return unaffordable(order.account, order.command, need, free)


def _change(order: Order, price: int, quantity: int, remaining: int) -> None:
    """Set the order's new values and release its lock; the caller locks again."""
    unlock(order)
    order.price = price
    order.unit = price if order.side is BUY else 1
    order.quantity, order.remaining = quantity, remaining
    if order.extras is not None:
        order.extras.reserve = reserve(order.unit * remaining, order.extras.rate)


def _amended(
    order: Order, before: tuple[int, int], seen: tuple[int, int], *, priority_kept: bool
) -> Event:
    """Build the OrderAmended event of an order.

    ``before`` is its previous price and total, ``seen`` the displayed tonnes that
    the amendment withdrew and added (see ``_seen``).
    """
    previous_price, previous_quantity = before
    order.account.exec_seq += 1
    return OrderAmended(
        order.order_id,
        order.account.exec_seq,
        order.price,
        order.quantity,
        order.remaining,
        previous_price,
        priority_kept,
        order.command,
        order.extras.stop_price if order.extras is not None and order.waits else 0,
        *seen,
        previous_quantity,
    )
