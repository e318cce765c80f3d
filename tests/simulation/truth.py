"""What a log says happened: replayed from its first row, and put as clients hear it.

The rendering is this module's own, in numbers, so that the gateway's is judged
and not trusted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, final

from auditor import Auditor
from carbonex.engine import (
    CancelReason,
    Command,
    DayBegun,
    Event,
    Exchange,
    OffBookTrade,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    OrderRefilled,
    OrderTriggered,
    Side,
    Trade,
)
from carbonex.wire.money import format_fen

from .absences import Absences
from .host import hash_of
from .record import Level, wrong


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from carbonex.engine import Applied
    from carbonex.engine.accounts import Account
    from carbonex.journal import Row


class Outcome(NamedTuple):
    """What became of a logged command."""

    seq: int
    time_ns: int
    events: list[Event]


class Execution(NamedTuple):
    """One change of an order, as its account must be told it; prices in fen."""

    event: str
    order_id: int
    price: int  # of a trade
    quantity: int  # traded, cancelled or reduced by it
    filled: int
    remaining: int
    trade_id: int
    seq: int


class Print(NamedTuple):
    """A trade as everybody must be told it."""

    price: int
    quantity: int
    seq: int


class Purse(NamedTuple):
    """An account's cash and tonnes, with locks."""

    cash: str
    locked: str
    holdings: tuple[tuple[str, int, int], ...]


@final
@dataclass
class Truth:
    """Everything that the log says. ``wanted`` are the books that were told."""

    wanted: dict[tuple[str, int], list[Level]] = field(default_factory=dict)
    exchange: Exchange = field(default_factory=Exchange)
    outcomes: dict[Command, list[Outcome]] = field(default_factory=dict)
    executions: dict[tuple[str, int], Execution] = field(default_factory=dict)
    prints: dict[tuple[str, int], Print] = field(default_factory=dict)
    hashes: dict[int, list[bytes]] = field(default_factory=dict)  # by seq
    rows: dict[int, tuple[str, int]] = field(default_factory=dict)  # hash, seq
    purses: dict[str, list[Purse]] = field(default_factory=dict)
    filled: dict[int, set[int]] = field(default_factory=dict)  # by order id
    refused: list[int] = field(default_factory=list)  # positions
    accepted: dict[tuple[str, str], list[int]] = field(default_factory=dict)  # on day
    cancelled: dict[CancelReason, int] = field(default_factory=dict)
    idle: int = 0  # rows that were no-ops
    _day: int = 0
    _absences: Absences = field(default_factory=Absences)
    _auditor: Auditor = field(default_factory=Auditor)

    def read(self, rows: Iterable[Row]) -> Truth:
        """Replay the whole log, under the auditor's eyes."""
        exchange = self.exchange
        for row in rows:
            batch = row.batch()
            applied = exchange.apply(batch)
            self.rows[row.position] = row.hash.hex(), exchange.seq
            if not applied.accepted:
                self.idle += 1
                continue
            self._auditor.read(applied)
            self._absences.read(batch.commands, applied, exchange)
            due_ns = exchange.next_due()
            if due_ns is not None and due_ns <= exchange.time_ns:
                raise wrong("timers fire in time", f"{due_ns} at {exchange.time_ns}")
            self._take(batch.commands, applied)
            if applied.due or any(told(e) != "Rejected" for e in applied.replies):
                self._look(exchange)
            else:
                self.refused.append(row.position)
            self.compare_books()
        self._auditor.compare(exchange)
        exchange.check()
        return self

    def _take(self, commands: list[Command], applied: Applied) -> None:
        first = applied.first_seq
        if applied.due:
            self.hashes.setdefault(first, []).append(hash_of(applied.due))
            self._note(first, applied.due)
        for i, events in enumerate(applied.replies):
            seq = first + i
            self.hashes.setdefault(seq, []).append(hash_of(events))
            outcome = Outcome(seq, applied.time_ns, events)
            self.outcomes.setdefault(commands[i], []).append(outcome)
            self._note(seq, events)

    def _note(self, seq: int, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, OrderAccepted) and event.order.client_order_id:
                known = event.order.account, event.order.client_order_id
                self.accepted.setdefault(known, []).append(self._day)
            elif isinstance(event, DayBegun):
                self._day += 1
            elif isinstance(event, OrderCancelled):
                number = self.cancelled.get(event.reason, 0) + 1
                self.cancelled[event.reason] = number
            for account, number, execution in executions_of(event, seq):
                self.executions[account, number] = execution
                self.filled.setdefault(execution.order_id, {0}).add(execution.filled)
            if isinstance(event, Trade | OffBookTrade):
                name = (
                    event.instrument
                    if isinstance(event, OffBookTrade)
                    else event.taker.instrument
                )
                told_as = Print(event.price, event.quantity, seq)
                self.prints[name, event.trade_id] = told_as

    def _look(self, exchange: Exchange) -> None:
        """Keep how the accounts stand now."""
        for name, account in exchange.accounts.items():
            purse, known = purse_of(account), self.purses.setdefault(name, [])
            if not known or known[-1] != purse:
                known.append(purse)

    def compare_books(self) -> None:
        """Hold the books told at this seq against the exchange's."""
        exchange = self.exchange
        for name, instrument in exchange.instruments.items():
            for level in self.wanted.pop((name, exchange.seq), ()):
                for side, told_as in ((Side.BUY, level.bids), (Side.SELL, level.asks)):
                    real = tuple(
                        (format_fen(price), total, orders)
                        for price, total, orders in instrument.book.depth(
                            side, level.depth or 1_000_000
                        )
                    )
                    if real != told_as:
                        raise wrong(
                            "books told are the replay's",
                            f"{name} at {exchange.seq}: told {told_as}, not {real}",
                        )


def told(events: list[Event]) -> str:
    """Return the name of the first event."""
    return type(events[0]).__name__ if events else ""


def purse_of(account: Account) -> Purse:
    """Return how an account stands."""
    return Purse(
        format_fen(account.cash),
        format_fen(account.locked),
        tuple(
            (name, holding.quantity, holding.locked)
            for name, holding in account.holdings.items()
        ),
    )


def executions_of(event: Event, seq: int) -> Iterator[tuple[str, int, Execution]]:
    """Yield account, exec_seq and execution for whomever an event concerns."""
    if isinstance(event, Trade):
        yield from _of_trade(event, seq)
    elif isinstance(event, OffBookTrade):
        size = event.quantity
        execution = Execution(
            "trade", 0, event.price, size, size, 0, event.trade_id, seq
        )
        yield event.buyer, event.buyer_exec_seq, execution
        yield event.seller, event.seller_exec_seq, execution
    elif isinstance(event, OrderAccepted | OrderTriggered):
        left = (
            event.order.quantity if isinstance(event, OrderAccepted) else event.quantity
        )
        name = "new" if isinstance(event, OrderAccepted) else "triggered"
        yield _of(event, Execution(name, event.order_id, 0, 0, 0, left, 0, seq))
    elif isinstance(event, OrderCancelled):
        yield _of(
            event,
            Execution(
                "cancelled", event.order_id, 0, event.quantity, event.filled, 0, 0, seq
            ),
        )
    elif isinstance(event, OrderReduced | OrderAmended | OrderRefilled):
        yield _of(event, _change(event, seq))


def _change(event: OrderReduced | OrderAmended | OrderRefilled, seq: int) -> Execution:
    left = event.remaining
    if isinstance(event, OrderReduced):
        done = event.total - left
        return Execution(
            "reduced", event.order_id, 0, event.quantity, done, left, 0, seq
        )
    if isinstance(event, OrderAmended):
        done = event.quantity - left
        return Execution("amended", event.order_id, 0, 0, done, left, 0, seq)
    done = event.total - left
    return Execution("refilled", event.order_id, 0, 0, done, left, 0, seq)


def _of(
    event: OrderAccepted
    | OrderTriggered
    | OrderCancelled
    | OrderReduced
    | OrderAmended
    | OrderRefilled,
    execution: Execution,
) -> tuple[str, int, Execution]:
    return event.order.account, event.exec_seq, execution


def _of_trade(event: Trade, seq: int) -> Iterator[tuple[str, int, Execution]]:
    price, size, number = event.price, event.quantity, event.trade_id
    for account, order_id, exec_seq, total, left in (
        (
            event.maker.account,
            event.maker_id,
            event.maker_exec_seq,
            event.maker_total,
            event.maker_remaining,
        ),
        (
            event.taker.account,
            event.taker_id,
            event.taker_exec_seq,
            event.taker_total,
            event.taker_remaining,
        ),
    ):
        execution = Execution(
            "trade", order_id, price, size, total - left, left, number, seq
        )
        yield account, exec_seq, execution
