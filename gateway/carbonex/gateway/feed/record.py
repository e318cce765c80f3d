"""Convert an execution to the form that its account receives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, assert_never

from carbonex.engine import (
    BUY,
    DAY,
    LIMIT,
    SELL,
    CancelReason,
    OffBookTrade,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    OrderRefilled,
    OrderTriggered,
    Trade,
    TradeAnnulled,
)
from carbonex.wire import channels
from carbonex.wire.money import format_fen
from carbonex.wire.vocabulary import (
    CANCEL_REASON_NAMES,
    METHOD_NAMES,
    ORDER_TYPE_NAMES,
    SIDE_NAMES,
    TIME_IN_FORCE_NAMES,
)


if TYPE_CHECKING:
    from carbonex.engine import OrderChange, PlaceOrder
    from carbonex.wire.order_ids import OrderIds

    from .kept import Record


# Index: whether the account is the taker.
_LIQUIDITY: Final[tuple[Literal["maker"], Literal["taker"]]] = ("maker", "taker")


def execution_of(
    account: str, record: Record, ids: OrderIds, *, replayed: bool = False
) -> channels.Execution:
    """Return ``record`` in the view of ``account``, one of its parties."""
    seq, time_ns, event = record.seq, record.time_ns, record.event
    if type(event) is OffBookTrade:
        return _off_book(account, record, event, ids, replayed=replayed)
    if type(event) is TradeAnnulled:
        return _annulled(account, record, event, ids, replayed=replayed)
    change = _change_of(event, account)
    order = change.order
    return channels.Execution(
        account,
        change.exec_seq,
        change.event,
        ids.shown(change.order_id),
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
        **(_conditions(order) | change.more),
    )


class _Change(NamedTuple):
    """The effect of an event on one order."""

    event: Literal[
        "new", "trade", "triggered", "refilled", "reduced", "amended", "cancelled"
    ]
    status: Literal["open", "filled", "cancelled"]
    order_id: int
    exec_seq: int
    order: PlaceOrder
    price: int
    quantity: int
    filled: int
    remaining: int
    more: dict[str, Any]


def _change_of(event: OrderChange, account: str) -> _Change:
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
    if type(event) is OrderTriggered:
        return _triggered(event)
    if type(event) is OrderRefilled:
        return _refilled(event)
    assert_never(event)


def _conditions(order: PlaceOrder) -> dict[str, Any]:
    """Return the conditions with which the order was placed, if it has any."""
    given = order.conditions
    if given is None:
        return {}
    return {
        "stop_price": format_fen(given.stop_price) if given.stop_price else "",
        "display_quantity": given.display_quantity,
        "expires": given.expires_ns // 1000,
    }


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
        price, quantity = event.maker_price or event.price, event.maker_total
        fee = event.maker_fee
    else:
        liquidity, order, remaining = "taker", event.taker, event.taker_remaining
        order_id, exec_seq = event.taker_id, event.taker_exec_seq
        price, quantity = event.taker_price, event.taker_total
        fee = event.taker_fee
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
            "liquidity": "maker" if event.called else liquidity,
            "called": event.called,
            "fee": format_fen(fee) if fee else "",
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
        {"priority_kept": event.priority_kept}
        | ({"stop_price": format_fen(event.stop_price)} if event.stop_price else {}),
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


def _triggered(event: OrderTriggered) -> _Change:
    return _Change(
        "triggered",
        "open",
        event.order_id,
        event.exec_seq,
        event.order,
        event.price,
        event.quantity,
        0,
        event.quantity,
        {},
    )


def _refilled(event: OrderRefilled) -> _Change:
    return _Change(
        "refilled",
        "open",
        event.order_id,
        event.exec_seq,
        event.order,
        event.price,
        event.total,
        event.total - event.remaining,
        event.remaining,
        {"shown": event.shown},
    )


def _off_book(
    account: str,
    record: Record,
    event: OffBookTrade,
    ids: OrderIds,
    *,
    replayed: bool,
) -> channels.Execution:
    """Return the trade of a block or an auction, which has no order."""
    buys = event.buyer == account
    fee = event.buyer_fee if buys else event.seller_fee
    side = BUY if buys else SELL
    takes = side is event.taker_side
    source_id = event.bid_id if event.bid_id and takes else event.source_id
    method, liquidity = METHOD_NAMES[event.method], _LIQUIDITY[takes]
    return channels.Execution(
        account,
        event.buyer_exec_seq if buys else event.seller_exec_seq,
        "trade",
        "",
        event.instrument,
        SIDE_NAMES[side],
        ORDER_TYPE_NAMES[LIMIT],
        TIME_IN_FORCE_NAMES[DAY],
        format_fen(event.price),
        event.quantity,
        event.quantity,
        0,
        "filled",
        record.seq,
        record.time_ns // 1000,
        trade_id=str(event.trade_id),
        last_price=format_fen(event.price),
        last_quantity=event.quantity,
        liquidity=liquidity,
        replayed=replayed,
        fee=format_fen(fee) if fee else "",
        method=method,
        source_id=ids.source_shown(method, liquidity, source_id),
    )


def _annulled(
    account: str,
    record: Record,
    event: TradeAnnulled,
    ids: OrderIds,
    *,
    replayed: bool,
) -> channels.Execution:
    """Return an annulled trade; the annulment changes no order."""
    buys = event.buyer == account
    source_id = event.buyer_source if buys else event.seller_source
    fee = event.buyer_fee if buys else event.seller_fee
    side = BUY if buys else SELL
    takes = side is event.taker_side and not event.called
    method, liquidity = METHOD_NAMES[event.method], _LIQUIDITY[takes]
    return channels.Execution(
        account,
        event.buyer_exec_seq if buys else event.seller_exec_seq,
        "annulled",
        "",
        event.instrument,
        SIDE_NAMES[side],
        ORDER_TYPE_NAMES[LIMIT],
        TIME_IN_FORCE_NAMES[DAY],
        format_fen(event.price),
        event.quantity,
        0,
        0,
        "cancelled",
        record.seq,
        record.time_ns // 1000,
        trade_id=str(event.trade_id),
        last_price=format_fen(event.price),
        last_quantity=event.quantity,
        liquidity=liquidity,
        reason=event.reason,
        replayed=replayed,
        fee=format_fen(fee) if fee else "",
        method=method,
        called=event.called,
        source_id=ids.source_shown(method, liquidity, source_id),
    )
