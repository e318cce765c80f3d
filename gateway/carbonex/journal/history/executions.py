"""Converts order and trade events to entries of the accounts' executions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.engine import (
    BUY,
    DAY,
    LIMIT,
    SELL,
    CancelReason,
    Method,
)
from carbonex.wire.vocabulary import (
    CANCEL_REASON_NAMES,
    METHOD_NAMES,
    ORDER_TYPE_NAMES,
    POST_ONLY_NAMES,
    SELF_TRADE_NAMES,
    SIDE_NAMES,
    TIME_IN_FORCE_NAMES,
)

from .entries import ExecutionEntry


if TYPE_CHECKING:
    from carbonex.engine import (
        Conditions,
        OffBookTrade,
        OrderAccepted,
        OrderAmended,
        OrderCancelled,
        OrderReduced,
        OrderRefilled,
        OrderTriggered,
        PlaceOrder,
        Side,
        Trade,
        TradeAnnulled,
    )

    # seq, time in ns, date
    When = tuple[int, int, int]
    # price, total, filled, remaining, status
    Left = tuple[int, int, int, int, str]


def accepted(when: When, event: OrderAccepted) -> ExecutionEntry:
    """Return the entry of an accepted order."""
    total = event.order.quantity
    return _changed(when, "new", event, _left(event.price, total, total))


def traded(when: When, event: Trade) -> tuple[ExecutionEntry, ExecutionEntry]:
    """Return the entries of a listed trade, the maker's first."""
    last = event.trade_id, event.price, event.quantity
    how = METHOD_NAMES[Method.LISTED], event.called, None
    price = event.maker_price or event.price
    taken = "maker" if event.called else "taker"
    return (
        _entry(
            when,
            (event.maker.account, event.maker_exec_seq, "trade", event.maker_id),
            event.maker,
            _left(price, event.maker_total, event.maker_remaining),
            (*last, "maker", event.maker_fee, *how, *_NO_CHANGE),
        ),
        _entry(
            when,
            (event.taker.account, event.taker_exec_seq, "trade", event.taker_id),
            event.taker,
            _left(event.taker_price, event.taker_total, event.taker_remaining),
            (*last, taken, event.taker_fee, *how, *_NO_CHANGE),
        ),
    )


def off_book(when: When, event: OffBookTrade) -> tuple[ExecutionEntry, ExecutionEntry]:
    """Return the entries of a block's or an auction's trade, the buyer's first."""
    buyer = event.buyer, event.buyer_exec_seq, event.buyer_fee
    seller = event.seller, event.seller_exec_seq, event.seller_fee
    return _off_book(when, event, BUY, *buyer), _off_book(when, event, SELL, *seller)


def annulled(when: When, event: TradeAnnulled) -> tuple[ExecutionEntry, ExecutionEntry]:
    """Return the entries of an annulled trade, the buyer's first."""
    buyer = event.buyer, event.buyer_exec_seq, event.buyer_source, event.buyer_fee
    seller = event.seller, event.seller_exec_seq, event.seller_source, event.seller_fee
    return _annulled(when, event, BUY, buyer), _annulled(when, event, SELL, seller)


def triggered(when: When, event: OrderTriggered) -> ExecutionEntry:
    """Return the entry of a triggered stop order."""
    left = _left(event.price, event.quantity, event.quantity)
    return _changed(when, "triggered", event, left)


def refilled(when: When, event: OrderRefilled) -> ExecutionEntry:
    """Return the entry of an iceberg order that shows its next part."""
    left = _left(event.price, event.total, event.remaining)
    return _changed(when, "refilled", event, left, (None, None, None, event.shown))


def cancelled(when: When, event: OrderCancelled) -> ExecutionEntry:
    """Return the entry of an order whose remaining quantity was cancelled."""
    total = event.filled + event.quantity
    left = event.price, total, event.filled, 0, "cancelled"
    change = event.quantity, CANCEL_REASON_NAMES[event.reason], None, None
    return _changed(when, "cancelled", event, left, change)


def reduced(when: When, event: OrderReduced) -> ExecutionEntry:
    """Return the entry of an order reduced by self-trade prevention."""
    left = _left(event.price, event.total, event.remaining)
    reason = CANCEL_REASON_NAMES[CancelReason.SELF_TRADE]
    return _changed(when, "reduced", event, left, (event.quantity, reason, None, None))


def amended(when: When, event: OrderAmended) -> ExecutionEntry:
    """Return the entry of an amended order."""
    left = _left(event.price, event.quantity, event.remaining)
    change = None, None, event.priority_kept, None
    entry = _changed(when, "amended", event, left, change)
    return entry._replace(stop_price=event.stop_price) if event.stop_price else entry


# Placeholders for an entry's last fields: of trades, of changes, and of conditions and
# choices, which only some orders have.
_NO_TRADE: Final = (None,) * 8
_NO_CHANGE: Final = (None,) * 4
_NO_CONDITIONS: Final = (None,) * 3
_NO_CHOICES: Final = (None,) * 3


def _changed(
    when: When,
    name: str,
    event: OrderAccepted
    | OrderTriggered
    | OrderRefilled
    | OrderCancelled
    | OrderReduced
    | OrderAmended,
    left: Left,
    change: tuple[int | str | None, ...] = _NO_CHANGE,
) -> ExecutionEntry:
    which = event.order.account, event.exec_seq, name, event.order_id
    return _entry(when, which, event.order, left, _NO_TRADE + change)


def _entry(
    when: When,
    which: tuple[str, int, str, int],
    order: PlaceOrder,
    left: Left,
    more: tuple[int | str | None, ...],
) -> ExecutionEntry:
    account, exec_seq, name, order_id = which
    given = order.conditions
    return ExecutionEntry._make(
        (
            *(account, exec_seq, *when, name, order_id),
            order.client_order_id,
            order.instrument,
            SIDE_NAMES[order.side],
            ORDER_TYPE_NAMES[order.order_type],
            TIME_IN_FORCE_NAMES[order.time_in_force],
            *left,
            *more,
            *(_NO_CONDITIONS if given is None else _conditions(given)),
            POST_ONLY_NAMES[order.post_only] if order.post_only else None,
            SELF_TRADE_NAMES[order.self_trade] if order.self_trade else None,
            order.session or None,
        )
    )


def _off_book(
    when: When,
    event: OffBookTrade,
    side: Side,
    account: str,
    exec_seq: int,
    fee: int,
) -> ExecutionEntry:
    takes = side is event.taker_side
    source_id = event.bid_id if takes and event.bid_id else event.source_id
    return ExecutionEntry._make(
        (
            *(account, exec_seq, *when, "trade", 0, "", event.instrument),
            SIDE_NAMES[side],
            ORDER_TYPE_NAMES[LIMIT],
            TIME_IN_FORCE_NAMES[DAY],
            *_left(event.price, event.quantity, 0),
            *(event.trade_id, event.price, event.quantity),
            *("taker" if takes else "maker", fee),
            *(METHOD_NAMES[event.method], False, source_id),
            *_NO_CHANGE,
            *_NO_CONDITIONS,
            *_NO_CHOICES,
        )
    )


def _annulled(
    when: When,
    event: TradeAnnulled,
    side: Side,
    party: tuple[str, int, int, int],
) -> ExecutionEntry:
    account, exec_seq, source_id, fee = party
    takes = side is event.taker_side and not event.called
    return ExecutionEntry._make(
        (
            *(account, exec_seq, *when, "annulled", 0, "", event.instrument),
            SIDE_NAMES[side],
            ORDER_TYPE_NAMES[LIMIT],
            TIME_IN_FORCE_NAMES[DAY],
            *(event.price, event.quantity, 0, 0, "cancelled"),
            *(event.trade_id, event.price, event.quantity),
            *("taker" if takes else "maker", fee),
            *(METHOD_NAMES[event.method], event.called, source_id),
            *(None, event.reason, None, None),
            *_NO_CONDITIONS,
            *_NO_CHOICES,
        )
    )


def _left(price: int, total: int, remaining: int) -> Left:
    """Return price, total, filled, remaining and status of an uncancelled order."""
    status = "open" if remaining else "filled"
    return price, total, total - remaining, remaining, status


def _conditions(given: Conditions) -> tuple[int | None, int | None, int | None]:
    """Return the conditions that only some orders have, as placed."""
    return (
        given.stop_price or None,
        given.display_quantity or None,
        given.expires_ns or None,
    )
