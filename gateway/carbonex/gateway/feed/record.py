"""An execution as it is kept, and as its account is told it.

An order's events name the command that made it. What amends and self-trade
prevention have made of its price and total since, a record adds.
"""

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
    from carbonex.engine import Exchange, PlaceOrder

    OrderEvent = OrderAccepted | Trade | OrderCancelled | OrderReduced | OrderAmended
    Terms = tuple[int, int]  # an order's price in fen, its total in tonnes
    # seq, time in ns, the event, and the order's terms at that moment: None
    # where they are its command's, or the event tells them
    Record = tuple[int, int, OrderEvent, Terms | None]


def changed_terms(exchange: Exchange) -> dict[int, Terms]:
    """Return the terms of the open orders that are not their commands' any more.

    Linear in the open orders.
    """
    return {
        order_id: (order.price, order.quantity)
        for account in exchange.accounts.values()
        for order_id, order in account.orders.items()
        if (order.price, order.quantity)
        != (order.command.price, order.command.quantity)
    }


def execution_of(
    account: str, record: Record, *, replayed: bool = False
) -> channels.Execution:
    """Return ``record`` as ``account``, one of its parties, is told it."""
    seq, time_ns, event, terms = record
    change = _change_of(event, account, terms)
    order, (price, quantity) = change.order, change.terms
    return channels.Execution(
        account,
        change.exec_seq,
        change.event,
        str(change.order_id),
        order.instrument,
        SIDE_NAMES[order.side],
        ORDER_TYPE_NAMES[order.order_type],
        TIME_IN_FORCE_NAMES[order.time_in_force],
        format_fen(price),
        quantity,
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
    terms: Terms
    filled: int
    remaining: int
    more: dict[str, Any]


def _change_of(event: OrderEvent, account: str, terms: Terms | None) -> _Change:
    if type(event) is OrderAccepted:
        return _accepted(event)
    if type(event) is Trade:
        return _traded(event, account, terms)
    if type(event) is OrderCancelled:
        return _cancelled(event)
    if type(event) is OrderAmended:
        return _amended(event)
    if type(event) is OrderReduced:
        assert terms is not None
        return _reduced(event, terms)
    assert_never(event)


def _accepted(event: OrderAccepted) -> _Change:
    quantity = event.order.quantity
    return _Change(
        "new",
        "open",
        event.order_id,
        event.exec_seq,
        event.order,
        (event.price, quantity),
        0,
        quantity,
        {},
    )


def _traded(event: Trade, account: str, terms: Terms | None) -> _Change:
    liquidity: Literal["maker", "taker"]
    if event.maker.account == account:
        liquidity, order, remaining = "maker", event.maker, event.maker_remaining
        order_id, exec_seq = event.maker_id, event.maker_exec_seq
    else:
        liquidity, order, remaining = "taker", event.taker, event.taker_remaining
        order_id, exec_seq = event.taker_id, event.taker_exec_seq
    price, quantity = terms or (order.price, order.quantity)
    return _Change(
        "trade",
        "open" if remaining else "filled",
        order_id,
        exec_seq,
        order,
        (price, quantity),
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
        (event.price, event.filled + event.quantity),
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
        (event.price, event.quantity),
        event.quantity - event.remaining,
        event.remaining,
        {"priority_kept": event.priority_kept},
    )


def _reduced(event: OrderReduced, terms: Terms) -> _Change:
    return _Change(
        "reduced",
        "open",
        event.order_id,
        event.exec_seq,
        event.order,
        terms,
        terms[1] - event.remaining,
        event.remaining,
        {
            "cancelled": event.quantity,
            "reason": CANCEL_REASON_NAMES[CancelReason.SELF_TRADE],
        },
    )
