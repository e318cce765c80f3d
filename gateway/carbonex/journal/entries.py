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

    from carbonex.engine import Event, Exchange, PlaceOrder

    Terms = dict[int, tuple[int, int]]  # by order id: price in fen, total in tonnes


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


def changed_terms(exchange: Exchange) -> Terms:
    """Return the terms of open orders that are not their commands'. O(open orders)."""
    return {
        order_id: (order.price, order.quantity)
        for account in exchange.accounts.values()
        for order_id, order in account.orders.items()
        if (order.price, order.quantity)
        != (order.command.price, order.command.quantity)
    }


class Clerk:
    """Writes events down as entries.

    An event names its order's command. What amends, protection prices and
    self-trade prevention made of its price and total since, the clerk keeps in
    ``terms``, for open orders only; ``touched`` are those whose terms changed.
    """

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.touched: set[int] = set()
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

    def clear(self) -> None:
        """Forget the entries, which have been stored."""
        self.touched.clear()
        self.trades.clear()
        self.executions.clear()
        self.movements.clear()

    def _accepted(self, seq: int, time_ns: int, event: OrderAccepted) -> None:
        order, price = event.order, event.price
        quantity = order.quantity
        if price != order.price:
            self._change(event.order_id, (price, quantity))
        head = order.account, event.exec_seq, seq, time_ns, "new", event.order_id
        self.executions.append(
            ExecutionEntry(*head, *_names(order), price, quantity, 0, quantity, "open")
        )

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
        left = self._left(event.maker_id, maker, event.maker_remaining)
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
        left = self._left(event.taker_id, taker, event.taker_remaining)
        self.executions.append(
            ExecutionEntry(*head, *_names(taker), *left, *last, "taker")
        )

    def _cancelled(self, seq: int, time_ns: int, event: OrderCancelled) -> None:
        order, quantity = event.order, event.quantity
        if event.order_id in self.terms:
            self._change(event.order_id, None)
        head = order.account, event.exec_seq, seq, time_ns, "cancelled", event.order_id
        total = event.filled + quantity
        self.executions.append(
            ExecutionEntry(
                *head,
                *_names(order),
                event.price,
                total,
                event.filled,
                0,
                "cancelled",
                cancelled=quantity,
                reason=CANCEL_REASON_NAMES[event.reason],
            )
        )

    def _reduced(self, seq: int, time_ns: int, event: OrderReduced) -> None:
        order = event.order
        _, before = self.terms.get(event.order_id, (0, order.quantity))
        self._change(event.order_id, (event.price, before - event.quantity))
        head = order.account, event.exec_seq, seq, time_ns, "reduced", event.order_id
        left = self._left(event.order_id, order, event.remaining)
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
        self._change(event.order_id, (event.price, event.quantity))
        head = order.account, event.exec_seq, seq, time_ns, "amended", event.order_id
        left = self._left(event.order_id, order, event.remaining)
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

    def _left(
        self, order_id: int, order: PlaceOrder, remaining: int
    ) -> tuple[int, int, int, int, str]:
        """Return price, total, filled, remaining and status of an order that lives.

        One that has nothing left is filled, and its terms need no keeping.
        """
        price, quantity = self.terms.get(order_id, (order.price, order.quantity))
        if not remaining and order_id in self.terms:
            self._change(order_id, None)
        status = "open" if remaining else "filled"
        return price, quantity, quantity - remaining, remaining, status

    def _change(self, order_id: int, terms: tuple[int, int] | None) -> None:
        self.touched.add(order_id)
        if terms is None:
            self.terms.pop(order_id, None)
        else:
            self.terms[order_id] = terms


def _names(order: PlaceOrder) -> tuple[str, str, str, str, str]:
    """Return what stays the same of an order, as the columns want it."""
    return (
        order.client_order_id,
        order.instrument,
        SIDE_NAMES[order.side],
        ORDER_TYPE_NAMES[order.order_type],
        TIME_IN_FORCE_NAMES[order.time_in_force],
    )
