"""An execution as it is kept, and as its account is told it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, assert_never

from carbonex.engine import (
    CancelReason,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    Trade,
)
from carbonex.wire import channels
from carbonex.wire.money import format_fen
from carbonex.wire.vocabulary import (
    CANCEL_REASON_NAMES,
    ORDER_TYPE_NAMES,
    SIDE_NAMES,
    TIME_IN_FORCE_NAMES,
)


if TYPE_CHECKING:
    from carbonex.engine import PlaceOrder

    OrderEvent = OrderAccepted | Trade | OrderCancelled | OrderReduced | OrderAmended
    Record = tuple[int, int, OrderEvent]  # seq, time in ns, what happened


def execution_of(
    account: str, record: Record, *, replayed: bool = False
) -> channels.Execution:
    """Return ``record`` as ``account``, one of its parties, is told it."""
    seq, time_ns, event = record
    change = _change_of(event, account)
    order = change.order
    return channels.Execution(
        account,
        change.exec_seq,
        change.event,
        str(change.order_id),
        order.instrument,
        SIDE_NAMES[order.side],
        ORDER_TYPE_NAMES[order.order_type],
        TIME_IN_FORCE_NAMES[order.time_in_force],
        format_fen(change.price),
        change.quantity,
        change.filled,
        change.remaining,
        change.status,
        seq,
        time_ns // 1000,
        order.client_order_id,
        replayed=replayed,
        **change.more,
    )


class _Change(NamedTuple):
    """What an event did to one order."""

    event: Literal["new", "trade", "reduced", "amended", "cancelled"]
    status: Literal["open", "filled", "cancelled"]
    order_id: int
    exec_seq: int
    order: PlaceOrder
    price: int
    quantity: int
    filled: int
    remaining: int
    more: dict[str, Any]


def _change_of(event: OrderEvent, account: str) -> _Change:
    if type(event) is OrderAccepted:
        return _accepted(event)
    if type(event) is Trade:
        return _traded(event, account)
    if type(event) is OrderCancelled:
        return _cancelled(event)
    if type(event) is OrderAmended:
        return _amended(event)
    if type(event) is OrderReduced:
        return _reduced(event)
    assert_never(event)


def _accepted(event: OrderAccepted) -> _Change:
    quantity = event.order.quantity
    return _Change(
        "new",
        "open",
        event.order_id,
        event.exec_seq,
        event.order,
        event.price,
        quantity,
        0,
        quantity,
        {},
    )


def _traded(event: Trade, account: str) -> _Change:
    liquidity: Literal["maker", "taker"]
    if event.maker.account == account:
        liquidity, order, remaining = "maker", event.maker, event.maker_remaining
        order_id, exec_seq = event.maker_id, event.maker_exec_seq
        price, quantity = event.price, event.maker_total
    else:
        liquidity, order, remaining = "taker", event.taker, event.taker_remaining
        order_id, exec_seq = event.taker_id, event.taker_exec_seq
        price, quantity = event.taker_price, event.taker_total
    return _Change(
        "trade",
        "open" if remaining else "filled",
        order_id,
        exec_seq,
        order,
        price,
        quantity,
        quantity - remaining,
        remaining,
        {
            "trade_id": str(event.trade_id),
            "last_price": format_fen(event.price),
            "last_quantity": event.quantity,
            "liquidity": liquidity,
        },
    )


def _cancelled(event: OrderCancelled) -> _Change:
    return _Change(
        "cancelled",
        "cancelled",
        event.order_id,
        event.exec_seq,
        event.order,
        event.price,
        event.filled + event.quantity,
        event.filled,
        0,
        {
            "cancelled": event.quantity,
            "reason": CANCEL_REASON_NAMES[event.reason],
        },
    )


def _amended(event: OrderAmended) -> _Change:
    return _Change(
        "amended",
        "open",
        event.order_id,
        event.exec_seq,
        event.order,
        event.price,
        event.quantity,
        event.quantity - event.remaining,
        event.remaining,
        {"priority_kept": event.priority_kept},
    )


def _reduced(event: OrderReduced) -> _Change:
    return _Change(
        "reduced",
        "open",
        event.order_id,
        event.exec_seq,
        event.order,
        event.price,
        event.total,
        event.total - event.remaining,
        event.remaining,
        {
            "cancelled": event.quantity,
            "reason": CANCEL_REASON_NAMES[CancelReason.SELF_TRADE],
        },
    )
