"""Writes the history store: past events in SQLite, for queries.

One thread fills it, off the hot path, from the results of applied log rows. It may be
deleted at any time: recovery replays the missing rows.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from .clerk import Clerk
from .days import bring_forward
from .event_digest import Comparison, DigestKeeper
from .reader import HistoryReader
from .schema import HistoryError, Watermark, open_writer, remove


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.engine import Applied, Exchange

    # A batch's result and the log's position after it; or an event to set once
    # everything before it is stored; or None for the end.
    _Item = tuple[Watermark, Applied] | threading.Event | None


# Commands that may wait to be written. Reason: their events take about 1 KB each, and a
# process that lags once does not return the memory. Policy: ``put`` blocks above it;
# dropping would leave a gap, and the follower loses nothing by waiting.
MAX_WAITING: Final = 20_000

# A transaction holds the rows that arrive in this time, up to this many commands: one
# transaction for each of some thousand batches a second would cost more than the
# writing.
GATHER_S: Final = 0.02
MAX_GATHERED: Final = 5_000


class HistoryStore:
    """The history of a venue, in a single file.

    One thread calls ``put``; a HistoryReader queries. If a write fails, ``failed``
    holds the error and nothing more is written: trading goes on, and the next start
    stores the missing rows. ``recreated`` is the reason for recreating the file, or "".
    """

    def __init__(self, path: Path, venue: str) -> None:
        """Open the file; recreate it if damaged, or of another schema or venue.

        O(1), or O(its size) if the last writer did not close it.

        Raises:
            sqlite3.OperationalError: If another process is writing to it.
            OSError: If it can be neither read nor created.

        """
        self._path = path
        self._venue = venue
        self.failed: Exception | None = None
        self.recreated = ""
        self._watermark: Watermark
        self._clerk: Clerk
        self._digests: DigestKeeper
        self._comparison: Comparison | None
        self._open()
        # Counts of commands, each changed by one thread only.
        self._given = 0
        self._taken = 0
        self._room = threading.Event()
        self._queue: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self._thread.start()

    @property
    def position(self) -> int:
        """The last stored position, 0 for none."""
        return self._watermark.position

    @property
    def watermark(self) -> Watermark:
        """The last stored position, and the log's chain hash there."""
        return self._watermark

    def put(self, position: int, applied: Applied, chain: bytes) -> None:
        """Queue the result of the row at ``position``; ``chain`` is the row's hash.

        Positions already stored are skipped, after a check that their events are the
        same as before. Blocks while MAX_WAITING commands wait.

        Raises:
            HistoryError: If the events differ: the stored events and ``applied`` are
                not from the same exchange.
            ValueError: If positions are left out.

        """
        if position < self._next:
            self._compare(position, applied)
            return
        if position > self._next:
            raise ValueError(f"the history needs position {self._next}, not {position}")
        self._next += 1
        if self.failed is None:
            while self._given - self._taken > MAX_WAITING:
                self._room.clear()
                # Check again: the writer may have made room before the clear.
                if self._given - self._taken > MAX_WAITING:
                    self._room.wait()
            self._given += _weight(applied)
            self._queue.put((Watermark(position, chain), applied))

    def start_at(self, position: int, exchange: Exchange, chain: bytes) -> None:
        """Continue after ``position``; the rows before it that are not stored are lost.

        ``exchange`` and ``chain`` must be those at that position; the accounts'
        balances are brought forward. Call it only before the first ``put``. O(state).
        """
        assert self._given == 0
        reached = Watermark(position, chain)
        with self._writer as connection:
            connection.execute("BEGIN")
            self._advance(reached)
            self._digests.start_at(position)
            bring_forward(connection, self._clerk.date, exchange)
            self._clerk.date = exchange.day
            self._note_date()
        self._watermark, self._next = reached, position + 1

    def start_over(self, reason: str) -> None:
        """Recreate the file, empty. Call it only before the first ``put``."""
        assert self._given == 0
        self._writer.close()
        remove(self._path)
        self._open()
        self.recreated = reason

    def flush(self) -> None:
        """Wait until all queued results are stored, or writing has failed."""
        done = threading.Event()
        self._queue.put(done)
        done.wait()

    def close(self) -> None:
        """Store all queued results, and close the file."""
        self._queue.put(None)
        self._thread.join()
        with suppress(sqlite3.Error):  # the next writer then checks the whole file
            self._writer.execute(
                "UPDATE progress SET closed = ? WHERE position = ? AND chain = ?",
                [self.failed is None, *self._watermark],
            )
        self._writer.close()

    def _open(self) -> None:
        self._writer, self.recreated = open_writer(self._path, self._venue)
        select = "SELECT position, chain, date FROM progress"
        position, chain, date = self._writer.execute(select).fetchone()
        self._watermark = Watermark(position, chain)
        self._next = position + 1
        self._clerk = Clerk(self._writer, date)
        self._digests = DigestKeeper(self._writer)
        self._comparison = None

    def _compare(self, position: int, applied: Applied) -> None:
        """Compare the events of a stored row with those stored before."""
        if self._comparison is None:
            with HistoryReader(self._path) as history:
                self._comparison = Comparison(history.event_digests())
            self._comparison.start(position - 1)
        self._comparison.take(position, applied)
        deviation = self._comparison.deviation
        if deviation is not None:
            raise HistoryError(
                f"{self._path} is of another course of events: {deviation}. The build"
                " or the machine has changed what the log means: compare it on another"
                " machine by carbonex verify; if the log is good there, remove the"
                " file, and the next start makes it anew"
            )

    def _run(self) -> None:
        is_open = True
        while is_open:
            items = self._gather()
            self._write([item for item in items if type(item) is tuple])
            for item in items:
                if isinstance(item, threading.Event):
                    item.set()
            is_open = None not in items

    def _gather(self) -> list[_Item]:
        """Wait for the next item, and collect those that soon follow it."""
        items = [self._queue.get()]
        if type(items[0]) is tuple:
            time.sleep(GATHER_S)
        commands = 0
        while commands < MAX_GATHERED and items[-1] is not None:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                break
            if type(item) is tuple:
                commands += _weight(item[1])
            items.append(item)
        return items

    def _write(self, batches: list[tuple[Watermark, Applied]]) -> None:
        if batches and self.failed is None:
            try:
                self._store(batches)
            except Exception as error:  # noqa: BLE001 - trading goes on without it
                self.failed = error
        self._taken += sum(_weight(applied) for _, applied in batches)
        self._room.set()

    def _store(self, batches: list[tuple[Watermark, Applied]]) -> None:
        reached = batches[-1][0]
        with self._writer as connection:
            connection.execute("BEGIN")
            self._advance(reached)
            for (position, _), applied in batches:
                self._clerk.write(applied)
                self._digests.take(position, applied)
            self._clerk.flush()
            self._digests.flush()
            self._note_date()
        self._watermark = reached

    def _advance(self, to: Watermark) -> None:
        """Move the watermark, in the transaction that stores the rows up to it.

        Do this first, so that no row is stored twice: the follower of a killed server
        lives on for a moment beside the next follower. Both may have begun at the same
        watermark; only one can move on from it.
        """
        moved = self._writer.execute(
            """UPDATE progress SET position = ?, chain = ?, closed = 0
               WHERE position = ? AND chain = ?""",
            [*to, *self._watermark],
        )
        if moved.rowcount != 1:
            raise sqlite3.OperationalError(
                f"{self._path} is not at position {self.position} any more: "
                "another process has stored what follows"
            )

    def _note_date(self) -> None:
        self._writer.execute("UPDATE progress SET date = ?", [self._clerk.date])


def _weight(applied: Applied) -> int:
    """Return how many commands a batch counts for in MAX_WAITING."""
    return 1 + len(applied.replies)
