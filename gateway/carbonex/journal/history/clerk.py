"""Writes events into the history's tables, within one transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final, final

from carbonex.engine import (
    AccountOpened,
    Alert,
    AuctionClosed,
    AuctionOpened,
    BidEnded,
    BidPlaced,
    BlockEnded,
    BlockProposed,
    Bulletin,
    DayBegun,
    DayCancelled,
    DayEnded,
    LargeHolder,
    Moved,
    OffBookTrade,
    ProductBulletin,
    Trade,
    TradeAnnulled,
)
from carbonex.wire.executions import ORDER_CHANGES
from carbonex.wire.vocabulary import ALERT_NAMES, SIDE_NAMES

from .balances import add_changes
from .bulletins import bulletin_row
from .conversions import (
    annulment,
    auction_step,
    bid_step,
    block_step,
    executed,
    listed_trade,
    moved,
    off_book_trade,
)
from .days import begin_day, cancel_day, end_day
from .entries import CASH, VENUE_FEES, AccountEntry, AlertEntry, TradeEntry


if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

    from carbonex.engine import Applied, Event
    from carbonex.wire.executions import Executed

    from .entries import When


# The largest table is clustered by account, while events come from all accounts in
# turn. Sorted by key, its rows make SQLite read and write each page once.
BY_ACCOUNT: Final = "executions"

LARGE_HOLDER: Final = "large_holder"


@final
class Clerk:
    """Collects rows for events; ``flush`` inserts them into the tables.

    ``date`` is the open trading day, 0 for none.
    """

    def __init__(self, connection: sqlite3.Connection, date: int) -> None:
        self.date = date
        self._connection = connection
        self._rows: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
        # Changes of each account's cash (fen) and tonnes since the last flush.
        self._changes: Counter[tuple[str, str]] = Counter()
        self._writers: dict[type[Event], Callable[[When, Any], None]] = {
            Trade: self._traded,
            OffBookTrade: self._traded_off_book,
            TradeAnnulled: self._annulled,
            Moved: self._moved,
            AccountOpened: self._account_opened,
            DayBegun: self._day_begun,
            DayEnded: self._day_ended,
            DayCancelled: self._day_cancelled,
            **dict.fromkeys(ORDER_CHANGES, self._executed),
            **{
                kind: self._writer("blocks", block_step)
                for kind in (BlockProposed, BlockEnded)
            },
            **{
                kind: self._writer("auctions", auction_step)
                for kind in (AuctionOpened, AuctionClosed)
            },
            **{kind: self._writer("bids", bid_step) for kind in (BidPlaced, BidEnded)},
            **{
                kind: self._writer("bulletins", bulletin_row)
                for kind in (Bulletin, ProductBulletin)
            },
            **{kind: self._writer("alerts", _alert) for kind in (Alert, LargeHolder)},
        }

    def write(self, applied: Applied) -> None:
        """Collect the rows for a batch's result."""
        seq, time_ns = applied.first_seq, applied.time_ns
        self._write(seq, time_ns, applied.due)
        for number, events in enumerate(applied.replies, seq):
            self._write(number, time_ns, events)

    def flush(self) -> None:
        """Insert the collected rows, and update the holdings."""
        for table, rows in self._rows.items():
            if table == BY_ACCOUNT:
                rows.sort()
            _insert(self._connection, table, rows)
        self._rows.clear()
        add_changes(self._connection, self._changes)
        self._changes.clear()

    def _write(self, seq: int, time_ns: int, events: Iterable[Event]) -> None:
        writers = self._writers
        for event in events:
            writer = writers.get(type(event))
            if writer is not None and not getattr(event, "duplicate", False):
                writer((seq, time_ns, self.date), event)

    def _writer(
        self, table: str, make: Callable[[When, Any], tuple[Any, ...]]
    ) -> Callable[[When, Any], None]:
        """Return a function that collects an event's one row for ``table``."""
        rows = self._rows
        return lambda when, event: rows[table].append(make(when, event))

    def _executed(self, when: When, event: Executed) -> None:
        self._rows["executions"] += executed(when, event)

    def _traded(self, when: When, event: Trade) -> None:
        self._executed(when, event)
        self._settled(listed_trade(when, event))

    def _traded_off_book(self, when: When, event: OffBookTrade) -> None:
        self._executed(when, event)
        self._settled(off_book_trade(when, event))

    def _settled(self, trade: TradeEntry) -> None:
        """Collect a trade, and its changes of tonnes, cash and fees."""
        self._rows["trades"].append(trade)
        changes, notional = self._changes, trade.price * trade.quantity
        changes[trade.buyer, trade.instrument] += trade.quantity
        changes[trade.seller, trade.instrument] -= trade.quantity
        changes[trade.buyer, CASH] -= notional + trade.buyer_fee
        changes[trade.seller, CASH] += notional - trade.seller_fee
        if trade.buyer_fee or trade.seller_fee:
            changes[VENUE_FEES, CASH] += trade.buyer_fee + trade.seller_fee

    def _annulled(self, when: When, event: TradeAnnulled) -> None:
        """Collect an annulled trade, and reverse its changes."""
        self._executed(when, event)
        self._rows["annulments"].append(annulment(when, event))
        changes, notional = self._changes, event.price * event.quantity
        changes[event.buyer, event.instrument] -= event.quantity
        changes[event.seller, event.instrument] += event.quantity
        changes[event.buyer, CASH] += notional + event.buyer_fee
        changes[event.seller, CASH] -= notional - event.seller_fee
        if event.buyer_fee or event.seller_fee:
            changes[VENUE_FEES, CASH] -= event.buyer_fee + event.seller_fee

    def _moved(self, when: When, event: Moved) -> None:
        entries = moved(when, event.terms)
        self._rows["movements"] += entries
        for entry in entries:
            self._changes[entry.account, entry.instrument] += entry.amount

    def _account_opened(self, when: When, event: AccountOpened) -> None:
        terms, (seq, time_ns, _) = event.terms, when
        entry = AccountEntry(terms.account, terms.participant, seq, time_ns)
        self._rows["accounts"].append(entry)

    def _day_begun(self, when: When, event: DayBegun) -> None:
        self.flush()
        begin_day(self._connection, when, event.date)
        self.date = event.date

    def _day_ended(self, when: When, event: DayEnded) -> None:
        self.flush()
        end_day(self._connection, when, event.date)
        self.date = 0

    def _day_cancelled(self, _: When, event: DayCancelled) -> None:
        self.flush()
        cancel_day(self._connection, event.date)
        self.date = 0


def _alert(when: When, event: Alert | LargeHolder) -> AlertEntry:
    """Return the entry of a surveillance alert or a large holder."""
    if isinstance(event, LargeHolder):
        who = event.instrument, event.participant, ""
        return AlertEntry(
            *when, LARGE_HOLDER, *who, event.held, event.limit, "", "", ""
        )
    return AlertEntry(
        *when,
        ALERT_NAMES[event.kind],
        event.instrument,
        event.participant,
        event.counterparty,
        event.value,
        event.limit,
        "" if event.side is None else SIDE_NAMES[event.side],
        ",".join(map(str, event.orders)),
        ",".join(map(str, event.trades)),
    )


def _insert(
    connection: sqlite3.Connection, table: str, rows: list[tuple[Any, ...]]
) -> None:
    """Insert rows of a table by one statement, whatever their number.

    A statement for each number of rows would be no faster, and SQLite caches prepared
    statements. Plain tuples are bound faster than named tuples.
    """
    values = ", ".join("?" * len(rows[0]))
    connection.executemany(f"INSERT INTO {table} VALUES ({values})", map(tuple, rows))
