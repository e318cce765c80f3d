"""The history in the log, replayed from its first row by a separate engine."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from carbonex.engine import (
    Checkpoint,
    Deposit,
    Exchange,
    GatewayOpened,
    Issue,
    Moved,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    PlaceOrder,
    Trade,
    Withdraw,
)
from carbonex.journal import LogReader
from carbonex.wire.order_ids import OrderIds


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.engine import Event
    from carbonex.journal import Row


class Fact(NamedTuple):
    """One execution of an account; fields that do not apply are 0.

    ``price`` is in fen, ``quantity`` in tonnes. They are the trade's, or the order's
    if it is new or amended. For a cancelled or reduced order, ``quantity`` is the
    part that left the book without trading.
    """

    event: str
    order_id: int
    price: int
    quantity: int
    trade_id: int


class Printed(NamedTuple):
    """One trade on the public tape, in fen and tonnes; ``side`` is the taker's."""

    price: int
    quantity: int
    side: str


class Record:
    """Everything in the log that clients may have received."""

    def __init__(self, ids: OrderIds) -> None:
        """Start empty; ``ids`` translates order ids to client-visible ids."""
        self._ids = ids
        # The digest of the state at each start of the venue's process. The row that
        # created the venue (position 1) is left out: no process was running.
        self.starts: list[str] = []
        self.hashes: dict[int, str] = {}  # by position
        self.orders: dict[int, tuple[str, str]] = {}  # id: account, client order id
        self.executions: dict[tuple[str, int], Fact] = {}  # by account, exec_seq
        self.prints: dict[tuple[str, int], Printed] = {}  # by instrument, trade_id
        self.cash = 0  # fen deposited minus fen withdrawn
        self.issued: Counter[str] = Counter()  # tonnes by instrument
        self.stated = ""  # the digest in the newest checkpoint
        self.replayed = ""  # the digest of the replay just before that checkpoint

    def add(self, row: Row, exchange: Exchange) -> None:
        """Apply one row to ``exchange`` and record its events."""
        self.hashes[row.position] = row.hash.hex()
        batch = row.batch()
        # Take digests before the batch applies: a checkpoint states the state so far.
        for command in batch.commands:
            if type(command) is Checkpoint:
                self.stated = command.digest.hex()
                self.replayed = exchange.digest().hex()
            elif type(command) is GatewayOpened and row.position > 1:
                self.starts.append(exchange.digest().hex())
        applied = exchange.apply(batch)
        for events in (applied.due, *applied.replies):
            for event in events:
                self._take(event)

    def _take(self, event: Event) -> None:
        if isinstance(event, Trade):
            self._trade(event)
        elif isinstance(event, Moved):
            self._move(event)
        elif isinstance(event, OrderAccepted):
            order = event.order
            number = self._number(event.order_id)
            self.orders[number] = (order.account, order.client_order_id)
            fact = Fact("new", number, event.price, order.quantity, 0)
            self._execute(order, event.exec_seq, fact)
        elif isinstance(event, OrderAmended):
            number = self._number(event.order_id)
            fact = Fact("amended", number, event.price, event.quantity, 0)
            self._execute(event.order, event.exec_seq, fact)
        elif isinstance(event, OrderCancelled | OrderReduced):
            name = "cancelled" if isinstance(event, OrderCancelled) else "reduced"
            number = self._number(event.order_id)
            fact = Fact(name, number, 0, event.quantity, 0)
            self._execute(event.order, event.exec_seq, fact)

    def _trade(self, trade: Trade) -> None:
        side = trade.taker.side.name.lower()
        printed = Printed(trade.price, trade.quantity, side)
        self.prints[trade.taker.instrument, trade.trade_id] = printed
        for order, order_id, exec_seq in (
            (trade.maker, trade.maker_id, trade.maker_exec_seq),
            (trade.taker, trade.taker_id, trade.taker_exec_seq),
        ):
            number = self._number(order_id)
            fact = Fact("trade", number, trade.price, trade.quantity, trade.trade_id)
            self._execute(order, exec_seq, fact)

    def _number(self, order_id: int) -> int:
        """Return the client-visible id of an order."""
        return int(self._ids.shown(order_id))

    def _move(self, moved: Moved) -> None:
        terms = moved.terms
        if moved.duplicate:
            return
        if isinstance(terms, Deposit):
            self.cash += terms.amount
        elif isinstance(terms, Withdraw):
            self.cash -= terms.amount
        elif isinstance(terms, Issue):
            self.issued[terms.instrument] += terms.quantity

    def _execute(self, order: PlaceOrder, exec_seq: int, fact: Fact) -> None:
        self.executions[order.account, exec_seq] = fact


def read_record(directory: Path) -> tuple[Record, Exchange]:
    """Replay the log of ``directory``; return its record and the final state.

    Raises:
            LogError: If the log cannot be read or is damaged.

    """
    reader = LogReader(directory)
    exchange = Exchange()
    record = Record(OrderIds(exchange))
    for row in reader.tail(1):
        record.add(row, exchange)
    return record, exchange
