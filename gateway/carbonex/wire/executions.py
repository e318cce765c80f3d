"""The executions of an event: what each of its accounts receives, and the stored form.

Every execution is made here. The feed sends it from memory with the ids that clients
see. The history stores it with the engine's numbers, and ``with_ids`` then replaces
these by the same ids, so that clients receive the same bytes from both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, assert_never

import msgspec
from msgspec.structs import astuple, fields, replace

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

from . import channels
from .money import format_fen
from .vocabulary import (
    CANCEL_REASON_NAMES,
    METHOD_NAMES,
    ORDER_TYPE_NAMES,
    SIDE_NAMES,
    TIME_IN_FORCE_NAMES,
)


if TYPE_CHECKING:
    from carbonex.engine import Conditions, OrderChange, PlaceOrder

    from .order_ids import OrderIds

    Executed = OrderChange | OffBookTrade | TradeAnnulled


# The events that accounts receive as executions: a change of one order, or a trade.
ORDER_CHANGES: Final = (
    OrderAccepted,
    OrderTriggered,
    OrderRefilled,
    OrderCancelled,
    OrderReduced,
    OrderAmended,
)
TRADES: Final = (Trade, OffBookTrade, TradeAnnulled)
EXECUTED: Final = (*ORDER_CHANGES, *TRADES)

# Index: whether the account is the taker.
_LIQUIDITY: Final[tuple[Literal["maker"], Literal["taker"]]] = ("maker", "taker")


def accounts_of(event: Executed) -> tuple[str, ...]:
    """Return the accounts that have an execution of ``event``.

    They are the maker and the taker, the buyer and the seller, or the order's account.
    """
    if type(event) is Trade:
        return event.maker.account, event.taker.account
    if type(event) is OffBookTrade or type(event) is TradeAnnulled:
        return event.buyer, event.seller
    return (event.order.account,)


def order_of(event: Executed, account: str) -> PlaceOrder | None:
    """Return the order of ``account`` that ``event`` changed, if it changed one."""
    if type(event) is Trade:
        return event.maker if event.maker.account == account else event.taker
    if type(event) is OffBookTrade or type(event) is TradeAnnulled:
        return None
    return event.order


def fee_of(event: Trade | OffBookTrade | TradeAnnulled, account: str) -> int:
    """Return the fee, in fen, that a trade cost ``account``, or that came back."""
    if type(event) is Trade:
        return event.maker_fee if event.maker.account == account else event.taker_fee
    return event.buyer_fee if event.buyer == account else event.seller_fee


def execution_of(
    account: str,
    seq: int,
    time_ns: int,
    event: Executed,
    ids: OrderIds,
    *,
    replayed: bool = False,
) -> channels.Execution:
    """Return the execution of ``event`` for ``account``, one of its accounts.

    ``seq`` is that of the command that caused the event at ``time_ns``.
    """
    when = seq, time_ns // 1000
    if type(event) is OffBookTrade or type(event) is TradeAnnulled:
        return _trade_of(account, when, event, ids, replayed=replayed)
    change = _change_of(event, account)
    order, more = change.order, change.more
    if order.conditions is not None:
        more = _conditions(order.conditions) | more
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
        *when,
        order.client_order_id,
        replayed=replayed,
        **more,
    )


def encode(execution: channels.Execution) -> bytes:
    """Return the stored form: the values without the names, a third of the size.

    The last values are left out where they are the defaults.
    """
    values = astuple(execution)
    for end, defaults in _ENDS:
        if values[end:] == defaults:
            return _ENCODER.encode(values[:end])
    return _ENCODER.encode(values)


def decode(data: bytes) -> channels.Execution:
    """Return the execution of which ``data`` is the stored form."""
    return channels.Execution(*astuple(_DECODER.decode(data)))


def with_ids(
    execution: channels.Execution, ids: OrderIds, *, replayed: bool
) -> channels.Execution:
    """Return an execution that has the engine's numbers as clients receive it."""
    order_id, source_id = execution.order_id, execution.source_id
    if order_id:
        order_id = ids.shown(int(order_id))
    if source_id:
        source_id = ids.source_shown(
            execution.method, execution.liquidity, int(source_id)
        )
    return replace(execution, order_id=order_id, source_id=source_id, replayed=replayed)


class _Array(channels.Execution, frozen=True, array_like=True):
    """The type of the stored form.

    Its decoder returns the names of the vocabularies as the very objects that are the
    defaults: msgspec omits a text that is a default only if it is the same object.
    """


def _end(name: str) -> tuple[int, tuple[Any, ...]]:
    """Return the place after a field, and the defaults of the fields from there on."""
    known = fields(channels.Execution)
    end = [field.name for field in known].index(name) + 1
    return end, tuple(field.default for field in known[end:])


# The last fields that a new order, a cancellation, and a listed trade usually have: to
# look for each execution's own last field would take longer than to encode it.
_ENDS: Final = tuple(map(_end, ("client_order_id", "reason", "called")))
_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(_Array)


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


def _conditions(given: Conditions) -> dict[str, Any]:
    """Return the conditions with which an order was placed."""
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


def _trade_of(
    account: str,
    when: tuple[int, int],
    event: OffBookTrade | TradeAnnulled,
    ids: OrderIds,
    *,
    replayed: bool,
) -> channels.Execution:
    """Return a trade of a block or an auction, or a trade that was annulled.

    Neither changes an order.
    """
    buys = event.buyer == account
    fee = fee_of(event, account)
    side = BUY if buys else SELL
    takes = side is event.taker_side
    annulled, called, reason = False, False, ""
    if type(event) is TradeAnnulled:
        annulled, called, reason = True, event.called, event.reason
        takes = takes and not called
        source_id = event.buyer_source if buys else event.seller_source
    else:
        source_id = event.bid_id if event.bid_id and takes else event.source_id
    method, liquidity = METHOD_NAMES[event.method], _LIQUIDITY[takes]
    return channels.Execution(
        account,
        event.buyer_exec_seq if buys else event.seller_exec_seq,
        "annulled" if annulled else "trade",
        "",
        event.instrument,
        SIDE_NAMES[side],
        ORDER_TYPE_NAMES[LIMIT],
        TIME_IN_FORCE_NAMES[DAY],
        format_fen(event.price),
        event.quantity,
        0 if annulled else event.quantity,
        0,
        "cancelled" if annulled else "filled",
        *when,
        trade_id=str(event.trade_id),
        last_price=format_fen(event.price),
        last_quantity=event.quantity,
        liquidity=liquidity,
        reason=reason,
        replayed=replayed,
        fee=format_fen(fee) if fee else "",
        method=method,
        called=called,
        source_id=ids.source_shown(method, liquidity, source_id),
    )
