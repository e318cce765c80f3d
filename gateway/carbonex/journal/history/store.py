"""The history store: what happened, in SQLite, for whoever asks about the past.

One thread fills it, off the hot path, from what applying the log's rows did. It
may be deleted at any time: recovery replays what it lacks.
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

    # A batch's effect and the log's place after it; whom to tell that it got here; or
    # the end.
    _Item = tuple[Watermark, Applied] | threading.Event | None


# Commands that wait to be written; their events take about 1 KB each, which a process
# that has fallen behind once does not give back. Beyond it ``put`` blocks: dropping
# would leave a hole, and whoever reads the log loses nothing by waiting.
MAX_WAITING: Final = 20_000

# A transaction holds what arrives in this time, up to so many commands: one for
# each of some thousand batches a second would cost more than the writing.
GATHER_S: Final = 0.02
MAX_GATHERED: Final = 5_000


class HistoryStore:
    """The history of one venue, in one file.

    One thread puts; a HistoryReader asks. If writing fails, ``failed`` says why
    and nothing more is written: trading goes on, and the next start makes up
    for it. ``recreated`` says why the file was made anew, if it was.
    """

    def __init__(self, path: Path, venue: str) -> None:
        """Open the file, made anew if it is damaged, or of another schema or venue.

        O(1), or O(its size) where the last writer did not close it.

        Raises:
            sqlite3.OperationalError: If another process is writing to it.
            OSError: If it can be neither read nor made.

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
        # Counted in commands, each by the one thread that changes it.
        self._given = 0
        self._taken = 0
        self._room = threading.Event()
        self._queue: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self._thread.start()

    @property
    def position(self) -> int:
        """The last position that is stored, 0 for none."""
        return self._watermark.position

    @property
    def watermark(self) -> Watermark:
        """The last position that is stored, and the log's chain hash there."""
        return self._watermark

    def put(self, position: int, applied: Applied, chain: bytes) -> None:
        """Have what the row at ``position`` did stored soon; ``chain`` is its hash.

        Positions that were put before are skipped, once their events are found to
        be the same as they were. Blocks while MAX_WAITING commands wait.

        Raises:
            HistoryError: If they are others: what was stored and what is put now
                are not of the same exchange.
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
                if self._given - self._taken > MAX_WAITING:
                    self._room.wait()
            self._given += _weight(applied)
            self._queue.put((Watermark(position, chain), applied))

    def start_at(self, position: int, exchange: Exchange, chain: bytes) -> None:
        """Go on after ``position``: what lies between is lost.

        ``exchange`` and ``chain`` are as they were there; what the accounts had is
        brought forward. Only before the first ``put``. Linear in the state.
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
        """Make the file anew, empty. Only before the first ``put``."""
        assert self._given == 0
        self._writer.close()
        remove(self._path)
        self._open()
        self.recreated = reason

    def flush(self) -> None:
        """Return when all that was put is stored, or the writing has failed."""
        done = threading.Event()
        self._queue.put(done)
        done.wait()

    def close(self) -> None:
        """Store all that was put, and close the file."""
        self._queue.put(None)
        self._thread.join()
        with suppress(sqlite3.Error):  # then the next writer looks at all of it
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
        """Hold the events of a row that is stored against those that it had then."""
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
        """Wait for the next item, and take those that soon follow it."""
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
        """Move the watermark, in the transaction that stores what is up to there.

        First of all, so that nothing is stored twice: a follower whose server was
        killed lives on for a moment, beside the next one. Both may have begun at the
        same watermark; only one goes on from it.
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
    """Return how much of MAX_WAITING a batch takes."""
    return 1 + len(applied.replies)
