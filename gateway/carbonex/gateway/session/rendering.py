"""Build a request's result from the engine events that it caused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.engine import (
    CancelsFollow,
    CountdownSet,
    EligibilitySet,
    FreezeChanged,
    Moved,
    ObligationSet,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    OrderStands,
    OrderStatus,
    OrderTriggered,
    Trade,
    TradeAnnulled,
)
from carbonex.gateway.feed.countdowns import countdown_of
from carbonex.wire import answers
from carbonex.wire.eligibility import wire_rule
from carbonex.wire.money import format_fen
from carbonex.wire.vocabulary import CANCEL_REASON_NAMES, STATUS_NAMES


if TYPE_CHECKING:
    from carbonex.engine import Event
    from carbonex.wire.order_ids import OrderIds


EMPTY: Final = answers.Empty()

OPEN: Final = STATUS_NAMES[OrderStatus.OPEN]
FILLED: Final = STATUS_NAMES[OrderStatus.FILLED]
CANCELLED: Final = STATUS_NAMES[OrderStatus.CANCELLED]


def placed(events: list[Event], ids: OrderIds) -> answers.OrderResult:
    """Return the result of add_order. Linear in the events."""
    first = events[0]
    if type(first) is OrderStands:
        return _standing(first, ids)
    assert type(first) is OrderAccepted
    order = first.order
    if len(events) == 1 and order.conditions is None:
        return answers.OrderResult(
            ids.shown(first.order_id),
            OPEN,
            format_fen(first.price),
            order.quantity,
            0,
            order.client_order_id,
        )
    return _after(
        events, ids, first, order.quantity, order.quantity, priority_kept=None
    )


def amended(events: list[Event], ids: OrderIds) -> answers.OrderResult:
    """Return the result of amend_order. Linear in the events."""
    first = events[0]
    assert type(first) is OrderAmended
    return _after(
        events,
        ids,
        first,
        first.quantity,
        first.remaining,
        priority_kept=first.priority_kept,
    )


def cancelled(events: list[Event], ids: OrderIds) -> answers.Cancelled:
    """Return the result of cancel_order."""
    return _cancelled(events[0], ids)


def cancelled_all(events: list[Event], ids: OrderIds) -> answers.CancelledAll:
    """Return the result of cancel_all."""
    return answers.CancelledAll(
        [_cancelled(event, ids) for event in events if type(event) is OrderCancelled],
        sum(event.orders for event in events if type(event) is CancelsFollow),
    )


def countdown_set(events: list[Event], _ids: OrderIds) -> answers.Countdown:
    """Return the result of cancel_all_orders_after."""
    first = events[0]
    assert type(first) is CountdownSet
    return countdown_of(first)


def moved(events: list[Event], _ids: OrderIds) -> answers.Moved:
    """Return the result of a method that moves cash or tonnes."""
    first = events[0]
    assert type(first) is Moved
    return answers.Moved(first.terms.client_ref, first.duplicate)


def froze_cash(events: list[Event], _ids: OrderIds) -> answers.FrozenCash:
    """Return the result of freeze_cash and unfreeze_cash."""
    first = events[0]
    assert type(first) is FreezeChanged
    frozen, pending = format_fen(first.frozen), format_fen(first.pending)
    return answers.FrozenCash(first.terms.client_ref, frozen, pending, first.duplicate)


def froze_tonnes(events: list[Event], _ids: OrderIds) -> answers.FrozenTonnes:
    """Return the result of freeze_tonnes and unfreeze_tonnes."""
    first = events[0]
    assert type(first) is FreezeChanged
    ref, duplicate = first.terms.client_ref, first.duplicate
    return answers.FrozenTonnes(ref, first.frozen, first.pending, duplicate)


def annulled(events: list[Event], _ids: OrderIds) -> answers.Annulled:
    """Return the result of annul_trade."""
    first = events[0]
    assert type(first) is TradeAnnulled
    return answers.Annulled(
        first.instrument,
        str(first.trade_id),
        format_fen(first.price),
        first.quantity,
        first.buyer,
        format_fen(first.buyer_fee),
        first.seller,
        format_fen(first.seller_fee),
    )


def obliged(events: list[Event], _ids: OrderIds) -> answers.Obligation:
    """Return the result of set_obligation."""
    first = events[0]
    assert type(first) is ObligationSet
    terms = first.terms
    return answers.Obligation(
        terms.participant, terms.year, terms.due, first.surrendered, first.offset
    )


def entitled(events: list[Event], _ids: OrderIds) -> answers.Eligibility:
    """Return the result of set_eligibility."""
    first = events[0]
    assert type(first) is EligibilitySet
    terms = first.terms
    return answers.Eligibility(terms.product, list(map(wire_rule, terms.rules)))


def done(_events: list[Event], _ids: OrderIds) -> answers.Empty:
    """Return the empty result of a method that only reports success."""
    return EMPTY


def _standing(event: OrderStands, ids: OrderIds) -> answers.OrderResult:
    return answers.OrderResult(
        ids.shown(event.order_id),
        STATUS_NAMES[event.status],
        format_fen(event.price),
        event.quantity,
        event.filled,
        event.order.client_order_id,
        duplicate=True,
        waiting=event.waiting,
    )


def _after(
    events: list[Event],
    ids: OrderIds,
    first: OrderAccepted | OrderAmended,
    quantity: int,
    remaining: int,
    *,
    priority_kept: bool | None,
) -> answers.OrderResult:
    """Follow an order of ``quantity``, ``remaining`` open, through its ``events``.

    The events also include other orders: makers that self-trade prevention
    cancelled or reduced, and stop orders that the order's trades triggered.
    """
    order_id, reason = first.order_id, ""
    waiting = _waits(first)
    for event in events:
        if type(event) is Trade:
            if event.taker_id == order_id:
                remaining = event.taker_remaining
            elif event.maker_id == order_id:
                remaining = event.maker_remaining
        elif type(event) is OrderTriggered and event.order_id == order_id:
            waiting = False
        elif type(event) is OrderReduced and event.order_id == order_id:
            quantity, remaining = event.total, event.remaining
        elif type(event) is OrderCancelled and event.order_id == order_id:
            reason = CANCEL_REASON_NAMES[event.reason]
    status = CANCELLED if reason else OPEN if remaining else FILLED
    return answers.OrderResult(
        ids.shown(order_id),
        status,
        format_fen(first.price),
        quantity,
        quantity - remaining,
        first.order.client_order_id,
        reason,
        priority_kept=priority_kept,
        waiting=waiting and status == OPEN,
    )


def _waits(first: OrderAccepted | OrderAmended) -> bool:
    """Tell whether the accepted or amended order waits for its stop price."""
    if type(first) is OrderAmended:
        return bool(first.stop_price)
    conditions = first.order.conditions
    return conditions is not None and bool(conditions.stop_price)


def _cancelled(event: Event, ids: OrderIds) -> answers.Cancelled:
    assert type(event) is OrderCancelled
    return answers.Cancelled(
        ids.shown(event.order_id),
        event.quantity,
        event.filled,
        event.order.client_order_id,
    )
