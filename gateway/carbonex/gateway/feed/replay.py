"""The rows that recovery replays before anybody follows the feed.

Channels read most of their data from the exchange's state when a client asks. Only
little comes from the rows themselves. The newest prints, alerts and bulletins are
stored at once; the newest executions are built from the last rows only. That takes a
fifth of the time that publishing would.
"""

from __future__ import annotations

from collections import deque
from itertools import chain
from typing import TYPE_CHECKING, Final, final

from carbonex.engine import (
    OffBookTrade,
    OrderAccepted,
    OrderCancelled,
    Rejected,
    Trade,
    TradeAnnulled,
)
from carbonex.wire.executions import EXECUTED, ORDER_CHANGES, accounts_of

from .record import Record


if TYPE_CHECKING:
    from carbonex.engine import Applied, Event

    from .dispatch import Dispatch
    from .rooms import Rooms


# Executions that are available right after a recovery; the history store has older
# ones. The channel keeps five times as many, but to build them all would take a tenth
# of the time of a replay of a million commands.
MAX_REPLAYED: Final = 100_000

# Hold rows only once the remaining rows are expected to have at most twice as many
# executions as are wanted, and the last ROWS_HELD rows in any case. A queue of rows
# that moves along with the whole replay is never in the processor's cache, and costs
# as much as decoding and hashing.
ROWS_HELD: Final = 1_000


@final
class Replay:
    """Takes row after row; ``finish`` passes the wanted executions to the feed."""

    def __init__(self, rooms: Rooms, dispatch: Dispatch, rows: int) -> None:
        """Expect ``rows`` rows."""
        self._rooms = rooms
        self._dispatch = dispatch
        # Executions of the newest rows, each row with its number of them. Older rows
        # are dropped once the newer ones have all the executions wanted.
        self._rows: deque[tuple[int, list[Record]]] = deque()
        self._held = 0
        self._rows_left = rows
        self._rows_seen = 0
        self._seen = 0  # executions
        self._most = min(MAX_REPLAYED, rooms.executions.max_kept)

    def read(self, applied: Applied) -> None:
        """Handle one row. O(events)."""
        seq, time_ns = applied.first_seq, applied.time_ns
        executions = self._note(seq, time_ns, applied.due) if applied.due else 0
        for i, events in enumerate(applied.replies):
            # Nine commands of ten have one of these three results, and no other event.
            kind = type(events[0]) if len(events) == 1 else None
            if kind is OrderAccepted or kind is OrderCancelled:
                executions += 1
            elif kind is not Rejected:
                executions += self._note(seq + i, time_ns, events)
        self._rows_left -= 1
        self._rows_seen += 1
        self._seen += executions
        if executions and self._nears_the_end():
            self._hold(executions, applied)

    def finish(self) -> None:
        """Pass the held executions to the feed. O(executions kept)."""
        for _, records in self._rows:
            self._execute(records)
        self._rows.clear()
        self._rooms.executions.renumber()
        self._rooms.tickers.flush()  # nobody follows yet: drop the changes so far

    def _note(self, seq: int, time_ns: int, events: list[Event]) -> int:
        """Store prints and rare events; return how many executions ``events`` have."""
        executions = 0
        for event in events:
            if type(event) is Trade:
                instrument = event.maker.instrument
                self._rooms.prints.remember(instrument, Record(seq, time_ns, event))
                executions += 2
            elif type(event) is OffBookTrade or type(event) is TradeAnnulled:
                record = Record(seq, time_ns, event)
                self._rooms.prints.remember(event.instrument, record)
                executions += 2
            elif isinstance(event, ORDER_CHANGES):
                executions += 1
            else:
                self._dispatch.read(seq, time_ns, [event])
        return executions

    def _nears_the_end(self) -> bool:
        left = self._rows_left
        return left < ROWS_HELD or left * self._seen <= 2 * self._most * self._rows_seen

    def _hold(self, executions: int, applied: Applied) -> None:
        rows = self._rows
        rows.append((executions, _records(applied)))
        self._held += executions
        while self._held - rows[0][0] >= self._most:
            self._held -= rows.popleft()[0]

    def _execute(self, records: list[Record]) -> None:
        add = self._rooms.executions.add
        for record in records:
            for account in accounts_of(record.event):
                add(account, record)


def _records(applied: Applied) -> list[Record]:
    """Return the row's events that appear on the executions channel. O(events)."""
    seq, time_ns = applied.first_seq, applied.time_ns
    numbered = chain([(seq, applied.due)], enumerate(applied.replies, seq))
    return [
        Record(number, time_ns, event)
        for number, events in numbered
        for event in events
        if isinstance(event, EXECUTED)
    ]
