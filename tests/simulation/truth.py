"""The log's content: replayed from its first row, and rendered for clients."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, final

from carbonex.engine import (
    CancelReason,
    Command,
    DayBegun,
    Event,
    Exchange,
    OffBookTrade,
    OrderAccepted,
    OrderCancelled,
    Rejected,
    Trade,
    TradeAnnulled,
)
from feed_model import Accounts
from model import Comparison

from .absences import Absences
from .countdowns import Countdowns
from .due_order import DueOrder
from .host import encode, hash_of
from .order_numbers import IDS
from .past import Noted, Past
from .questions import Questions
from .record import wrong
from .wording import balances_of, book_of, news_of, ticker_of


if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonex.engine import Applied, Batch
    from carbonex.journal import Row
    from carbonex.wire import channels

    from .record import Shown


class Outcome(NamedTuple):
    """The outcome of a logged command."""

    seq: int
    time_ns: int
    events: list[Event]


@final
@dataclass
class Truth:
    """Everything in the log; ``wanted`` is what clients saw, by seq."""

    wanted: dict[int, list[Shown]] = field(default_factory=dict)
    exchange: Exchange = field(default_factory=Exchange)
    outcomes: dict[Command, list[Outcome]] = field(default_factory=dict)
    accounts: Accounts = field(
        default_factory=partial(
            Accounts,
            IDS.shown,
            shown_block=IDS.blocks.shown,
            shown_bid=IDS.bids.shown,
        )
    )
    news: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    hashes: dict[int, list[bytes]] = field(default_factory=dict)  # by seq
    # by position: hash, seq
    rows: dict[int, tuple[str, int]] = field(default_factory=dict)
    # hash of the epoch's first row
    epochs: dict[int, str] = field(default_factory=dict)
    purses: set[bytes] = field(default_factory=set)
    # by account, exec_seq
    opened: dict[tuple[str, int], Any] = field(default_factory=dict)
    refused: list[int] = field(default_factory=list)  # positions of refused rows
    # by account, id: day numbers
    accepted: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    cancelled: dict[CancelReason, int] = field(default_factory=dict)
    idle: int = 0  # rows without effect
    noted: dict[int, list[Noted]] = field(default_factory=dict)  # by position
    past: Past = field(default_factory=Past)
    questions: Questions = field(default_factory=Questions)
    _day: int = 0
    _kinds: Counter[str] = field(default_factory=Counter)
    _refused: Counter[str] = field(default_factory=Counter)
    _deals: list[Event] = field(default_factory=list)  # trades of the day
    _countdowns: Countdowns = field(default_factory=Countdowns)
    _absences: Absences = field(default_factory=Absences)
    _model: Comparison = field(default_factory=Comparison)

    def __post_init__(self) -> None:
        self.due_order = DueOrder(self._absences)

    def read(self, rows: Iterable[Row]) -> Truth:
        """Replay the whole log, and compare with the model."""
        exchange = self.exchange
        for row in rows:
            batch = row.batch()
            due_ns = exchange.next_due()
            applied = exchange.apply(batch)
            self.rows[row.position] = row.hash.hex(), exchange.seq
            self.questions.note(applied, exchange)
            self.questions.read(row.position, exchange)
            if not applied.accepted:
                self.idle += 1
                self._compare_noted(row)
                continue
            if batch.n == 0:
                self.epochs[batch.epoch] = row.hash.hex()
            self._judge(batch, applied)
            self._take(batch.commands, applied)
            if applied.due or any(first_of(e) != "Rejected" for e in applied.replies):
                self._look()
            elif due_ns is None or due_ns > exchange.time_ns:
                # Otherwise the end of a grace without orders may have changed the
                # state, and no event shows that.
                self.refused.append(row.position)
            for shown in self.wanted.pop(exchange.seq, ()):
                self._compare(shown)
            self._compare_noted(row)
        self.questions.end()
        self._model.compare(exchange)
        exchange.check()
        return self

    def executions(self) -> dict[tuple[str, int], channels.Execution]:
        """Return every execution by account and number."""
        return {
            (account, execution.exec_seq): execution
            for account, all_of_it in self.accounts.executions.items()
            for execution in all_of_it
        }

    def features(self) -> dict[str, int]:
        """Return the counts of what occurred, for the coverage."""
        counts = {f"event {name}": number for name, number in self._kinds.items()}
        for reason, number in self.cancelled.items():
            counts[f"cancelled {reason.name}"] = number
        for one, other in self.due_order.coincidences:
            counts[f"{one} and {other} at one instant"] = 1
        return counts | self._refused

    def _judge(self, batch: Batch, applied: Applied) -> None:
        done_ns = self.exchange.settled_ns
        self.due_order.read(applied, done_ns)
        self._countdowns.read(applied, done_ns)
        self._absences.read(batch.commands, applied, self.exchange)
        if self.exchange.is_late(done_ns):
            raise wrong(
                "timers fire in time", f"{self.exchange.next_due()} at {done_ns}"
            )
        self._model.read(batch, applied)

    def _take(self, commands: list[Command], applied: Applied) -> None:
        first = applied.first_seq
        if applied.due:
            self._note(first, applied.time_ns, applied.due)
        for i, events in enumerate(applied.replies):
            seq = first + i
            outcome = Outcome(seq, applied.time_ns, events)
            self.outcomes.setdefault(commands[i], []).append(outcome)
            self._note(seq, applied.time_ns, events)

    def _note(self, seq: int, time_ns: int, events: list[Event]) -> None:
        self.hashes.setdefault(seq, []).append(hash_of(events))
        for event in events:
            self.accounts.read(seq, time_ns, event)
            self.past.read(seq, time_ns, event)
            self._kinds[type(event).__name__] += 1
            if isinstance(event, Rejected):
                self._refused[f"refused {event.reason.name}"] += 1
            for channel, subject, item in news_of(seq, time_ns, event):
                self.news.setdefault((channel, subject), []).append(item)
            if isinstance(event, OrderAccepted) and event.order.client_order_id:
                known = event.order.account, event.order.client_order_id
                self.accepted.setdefault(known, []).append(self._day)
            elif isinstance(event, DayBegun):
                self._day += 1
                self._deals.clear()
            elif isinstance(event, Trade | OffBookTrade | TradeAnnulled):
                self._deals.append(event)
            elif isinstance(event, OrderCancelled):
                number = self.cancelled.get(event.reason, 0) + 1
                self.cancelled[event.reason] = number

    def _compare_noted(self, row: Row) -> None:
        """Compare the history's content at a follower's end with the expected one."""
        newest = {
            account: (len(told), told[-1].exec_seq)
            for account, told in self.accounts.executions.items()
        }
        held = {whose: number for whose, number in self.past.held.items() if number}
        for noted in self.noted.pop(row.position, ()):
            if noted.chain != row.hash:
                raise wrong(
                    "the history is the log's", f"another chain: {row.position}"
                )
            if noted.newest != newest or noted.held != held:
                real = f"{newest}, {held}"
                raise wrong("the history is the log's", f"{noted} but {real}")

    def _look(self) -> None:
        """Record the accounts' state: balances, and open orders if needed."""
        exchange = self.exchange
        for name, account in exchange.accounts.items():
            self.purses.add(encode(balances_of(account, exchange.day_number)))
            if (name, account.exec_seq) in self.opened:
                open_orders = self.accounts.open_orders(name)
                self.opened[name, account.exec_seq] = open_orders

    def _compare(self, shown: Shown) -> None:
        """Compare what a client saw at this seq with the state."""
        exchange, name = self.exchange, shown.name
        real: Any
        if shown.channel == "book":
            real = book_of(exchange, name, shown.depth)
        elif shown.channel == "ticker":
            real = ticker_of(exchange, name, self._deals)
        else:
            real = balances_of(exchange.accounts[name], exchange.day_number)
        if shown.value != real:
            raise wrong(
                f"{shown.channel} told is the replay's",
                f"{name} at {exchange.seq}: told {shown.value}, not {real}",
            )


def first_of(events: list[Event]) -> str:
    """Return the name of the first event."""
    return type(events[0]).__name__ if events else ""
