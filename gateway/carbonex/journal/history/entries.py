"""What the history store keeps of each event.

Entries hold integers (fen, tonnes, nanoseconds) and the wire's names. Their
fields are the columns of the store's tables, in this order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from carbonex.engine import (
    CancelReason,
    Deposit,
    Issue,
    Moved,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    Trade,
    Transfer,
    Withdraw,
)
from carbonex.wire.vocabulary import (
    CANCEL_REASON_NAMES,
    ORDER_TYPE_NAMES,
    SIDE_NAMES,
    TIME_IN_FORCE_NAMES,
)


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import Event, PlaceOrder


class TradeEntry(NamedTuple):
    """One trade; ``side`` is the taker's."""

    instrument: str
    trade_id: int
    seq: int
    time_ns: int
    price: int
    quantity: int
    side: str
    maker_id: int
    maker_account: str
    taker_id: int
    taker_account: str


class ExecutionEntry(NamedTuple):
    """One change of one order, as its account was told it.

    ``event`` is new, trade, reduced, amended or cancelled. ``price`` is what
    the order traded up to and ``quantity`` its total, both after the change.
    ``trade_id``, ``last_*`` and ``liquidity`` belong to trade, ``cancelled``
    and ``reason`` to cancelled and reduced, ``priority_kept`` to amended.
    """

    account: str
    exec_seq: int
    seq: int
    time_ns: int
    event: str
    order_id: int
    client_order_id: str
    instrument: str
    side: str
    order_type: str
    time_in_force: str
    price: int
    quantity: int
    filled: int
    remaining: int
    status: str
    trade_id: int | None = None
    last_price: int | None = None
    last_quantity: int | None = None
    liquidity: str | None = None
    cancelled: int | None = None
    reason: str | None = None
    priority_kept: bool | None = None


class MovementEntry(NamedTuple):
    """Cash (``instrument`` is empty, fen) or tonnes that came, went or changed hands.

    ``kind`` is deposit, withdraw, issue or transfer; trades are not among them.
    """

    seq: int
    time_ns: int
    kind: str
    account: str
    to_account: str
    instrument: str
    amount: int
    client_ref: str


_KINDS: Final = {
    Deposit: "deposit",
    Withdraw: "withdraw",
    Issue: "issue",
    Transfer: "transfer",
}


class Clerk:
    """Writes events down as entries."""

    def __init__(self) -> None:
        self.trades: list[TradeEntry] = []
        self.executions: list[ExecutionEntry] = []
        self.movements: list[MovementEntry] = []
        self._writers: dict[type[Event], Callable[[int, int, Any], None]] = {
            OrderAccepted: self._accepted,
            Trade: self._traded,
            OrderCancelled: self._cancelled,
            OrderReduced: self._reduced,
            OrderAmended: self._amended,
            Moved: self._moved,
        }

    def write(self, seq: int, time_ns: int, events: list[Event]) -> None:
        """Write down what command ``seq`` did."""
        for event in events:
            writer = self._writers.get(type(event))
            if writer is not None:
                writer(seq, time_ns, event)

    def _accepted(self, seq: int, time_ns: int, event: OrderAccepted) -> None:
        order, total = event.order, event.order.quantity
        head = order.account, event.exec_seq, seq, time_ns, "new", event.order_id
        left = event.price, total, 0, total, "open"
        self.executions.append(ExecutionEntry(*head, *_names(order), *left))

    def _traded(self, seq: int, time_ns: int, event: Trade) -> None:
        maker, taker = event.maker, event.taker
        self.trades.append(
            TradeEntry(
                maker.instrument,
                event.trade_id,
                seq,
                time_ns,
                event.price,
                event.quantity,
                SIDE_NAMES[taker.side],
                event.maker_id,
                maker.account,
                event.taker_id,
                taker.account,
            )
        )
        last = event.trade_id, event.price, event.quantity
        head = (
            maker.account,
            event.maker_exec_seq,
            seq,
            time_ns,
            "trade",
            event.maker_id,
        )
        left = _left(event.price, event.maker_total, event.maker_remaining)
        self.executions.append(
            ExecutionEntry(*head, *_names(maker), *left, *last, "maker")
        )
        head = (
            taker.account,
            event.taker_exec_seq,
            seq,
            time_ns,
            "trade",
            event.taker_id,
        )
        left = _left(event.taker_price, event.taker_total, event.taker_remaining)
        self.executions.append(
            ExecutionEntry(*head, *_names(taker), *left, *last, "taker")
        )

    def _cancelled(self, seq: int, time_ns: int, event: OrderCancelled) -> None:
        order, filled, quantity = event.order, event.filled, event.quantity
        head = order.account, event.exec_seq, seq, time_ns, "cancelled", event.order_id
        left = event.price, filled + quantity, filled, 0, "cancelled"
        self.executions.append(
            ExecutionEntry(
                *head,
                *_names(order),
                *left,
                cancelled=quantity,
                reason=CANCEL_REASON_NAMES[event.reason],
            )
        )

    def _reduced(self, seq: int, time_ns: int, event: OrderReduced) -> None:
        order = event.order
        head = order.account, event.exec_seq, seq, time_ns, "reduced", event.order_id
        left = _left(event.price, event.total, event.remaining)
        self.executions.append(
            ExecutionEntry(
                *head,
                *_names(order),
                *left,
                cancelled=event.quantity,
                reason=CANCEL_REASON_NAMES[CancelReason.SELF_TRADE],
            )
        )

    def _amended(self, seq: int, time_ns: int, event: OrderAmended) -> None:
        order = event.order
        head = order.account, event.exec_seq, seq, time_ns, "amended", event.order_id
        left = _left(event.price, event.quantity, event.remaining)
        self.executions.append(
            ExecutionEntry(
                *head, *_names(order), *left, priority_kept=event.priority_kept
            )
        )

    def _moved(self, seq: int, time_ns: int, event: Moved) -> None:
        terms = event.terms
        if event.duplicate:
            return
        if isinstance(terms, Deposit | Withdraw):
            what = "", terms.amount
        else:
            what = terms.instrument, terms.quantity
        self.movements.append(
            MovementEntry(
                seq,
                time_ns,
                _KINDS[type(terms)],
                terms.account,
                terms.to_account if type(terms) is Transfer else "",
                *what,
                terms.client_ref,
            )
        )


def _left(price: int, total: int, remaining: int) -> tuple[int, int, int, int, str]:
    """Return price, total, filled, remaining and status of an uncancelled order."""
    status = "open" if remaining else "filled"
    return price, total, total - remaining, remaining, status


def _names(order: PlaceOrder) -> tuple[str, str, str, str, str]:
    """Return what stays the same of an order, as the columns want it."""
    return (
        order.client_order_id,
        order.instrument,
        SIDE_NAMES[order.side],
        ORDER_TYPE_NAMES[order.order_type],
        TIME_IN_FORCE_NAMES[order.time_in_force],
    )
