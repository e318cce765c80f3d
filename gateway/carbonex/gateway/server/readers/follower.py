"""A process beside the server that follows the log: it writes history and snapshots.

Writing history costs as much interpreter time as trading. Done by a thread of the
server, it raised CPU per order from 12 µs to 25 and cut throughput from 76,000 orders a
second to 20,000. A snapshot of a million orders would stop trading for half a second.
The follower reads the log and has its own exchange: it needs nothing from the server,
runs on another core, and may lag or crash without harm.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sqlite3
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, final

import structlog

from carbonex.engine import DayEnded
from carbonex.gateway.config import Snapshots
from carbonex.gateway.server.host.log_lines import write_log_lines_to
from carbonex.journal import (
    HISTORY_NAME,
    HistoryError,
    HistoryStore,
    LogError,
    LogReader,
    OsDisk,
    Snapshot,
    SnapshotStore,
    recover,
    steps,
)

from .server_watch import ServerWatch


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import Applied, Batch, Exchange
    from carbonex.journal import Disk


PAUSE_SECONDS: Final = 1.0  # between two looks at the log
# After an error the follower starts again. The pause before it doubles from the first
# to the longest, because each start reads a snapshot, and after a failed write the
# whole history.
RETRY_SECONDS: Final = 10.0
LONGEST_RETRY_SECONDS: Final = 160.0
NICE: Final = 10  # trading goes first

LOCK_NAME: Final = "follower.lock"  # keeps the next server's follower waiting
# A follower ends within LEAVE_SECONDS of its server's end.
OTHER_SECONDS: Final = 10.0
OTHER_PAUSE: Final = 0.25

DEFAULT: Final = Snapshots()

_log = structlog.get_logger("carbonex.follower")


class ServerGone(Exception):  # noqa: N818 - it says what happened
    """The server was killed; the next follower stores the rows not yet stored."""


def _never() -> bool:
    return False


@final
class Follower:
    """Writes the history of a data directory, and snapshots.

    Saves a snapshot at each day's end, and during the day as often as ``cadence`` says.
    """

    def __init__(
        self,
        directory: Path,
        disk: Disk | None = None,
        cadence: Snapshots = DEFAULT,
        is_gone: Callable[[], bool] = _never,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open the history, and recover the exchange to the log's end.

        ``is_gone`` is called at every row and returns True when the follower must
        leave.

        Raises:
            LogError: If the log cannot be read.
            sqlite3.Error: If the history cannot be written; another follower may be
            running.
            ServerGone: If ``is_gone`` returns True.

        """
        self._snapshots = SnapshotStore(directory, disk)
        self._cadence = cadence
        self._is_gone = is_gone
        self._now = now
        self._log = LogReader(directory, disk)
        self._history = HistoryStore(directory / HISTORY_NAME, self._log.venue)
        # The follower of a killed server may have stored rows appended since the log
        # was opened. Refresh first, or those rows would look lost from the log.
        self._log.refresh()
        self._day_ended = False  # since the newest snapshot
        self._commands = 0  # since the newest snapshot
        self._rests_until = 0.0  # no snapshot during the day before then
        try:
            recovered = recover(
                self._log,
                self._snapshots,
                self._log.durable,
                self._watch,
                self._history,
            )
        except BaseException:
            self._history.close()
            raise
        self._exchange: Exchange = recovered.exchange
        self.position = recovered.position
        self._chain = recovered.chain
        for warning in recovered.warnings:
            _log.warning("history recovery", warning=warning)

    def catch_up(self) -> None:
        """Follow to the log's end. O(new rows).

        Raises:
            LogError: If the log cannot be read.
            OSError: If the snapshot at a day's end cannot be written.
            sqlite3.Error: If the history cannot be written.
            ServerGone: If it must leave; the rows it has read are stored.

        """
        self._log.refresh()
        # Stop at the durable end: a power loss may take later rows from the log, but
        # would leave them in the history.
        last = self._log.durable
        for row, batch, applied in steps(
            self._log, self._exchange, self.position, last
        ):
            self._history.put(row.position, applied, row.hash)
            self.position, self._chain = row.position, row.hash
            self._watch(row.position, batch, applied)
        self._history.flush()
        if self._history.failed is not None:
            raise self._history.failed
        if self._day_ended:
            self._kept(self._snapshots.save(self._snapshot()))
        elif self._is_due():
            self._keep_passing()

    def _watch(self, _position: int, _batch: Batch, applied: Applied) -> None:
        if self._is_gone():
            raise ServerGone
        self._commands += len(applied.replies)
        self._day_ended |= any(type(event) is DayEnded for event in applied.due)

    def _is_due(self) -> bool:
        """Return whether a start would replay enough rows to justify a snapshot."""
        enough = self._commands >= self._cadence.commands
        return enough and self._now() >= self._rests_until

    def _keep_passing(self) -> None:
        """Save a snapshot during the day; without it a start only replays more."""
        try:
            path = self._snapshots.save_passing(self._snapshot())
        except OSError as error:
            _log.warning("no snapshot", reason=str(error))
        else:
            self._kept(path)
        self._rests_until = self._now() + self._cadence.seconds

    def _snapshot(self) -> Snapshot:
        return Snapshot.of(self._exchange, self.position, self._chain)

    def _kept(self, path: Path) -> None:
        self._day_ended, self._commands = False, 0
        _log.info("snapshot kept", path=str(path), position=self.position)

    def close(self) -> None:
        """Close the history."""
        self._history.close()


def follow(
    follower: Follower,
    wait: Callable[[float], bool],
    told: Callable[[int], None] = lambda _: None,
) -> None:
    """Follow the log until ``wait`` returns True, then close the history.

    ``told`` receives the last position in the history after each look at the log.
    ``wait(seconds)`` pauses, and returns True when the server is gone; the rest of the
    log is then followed before the end.

    Raises:
        LogError, OSError, sqlite3.Error, ServerGone: As ``Follower``.

    """
    try:
        ended = False
        while not ended:
            follower.catch_up()
            told(follower.position)
            ended = wait(PAUSE_SECONDS)
        follower.catch_up()
        told(follower.position)
    finally:
        follower.close()


def persist(begin: Callable[[], Follower], wait: Callable[[float], bool]) -> None:
    """Follow the log and retry after errors, until ``wait`` returns True.

    ``begin`` returns a new follower. Errors are expected: another follower may still be
    running, or the disk may be full.
    """
    pause = RETRY_SECONDS
    while True:
        began = time.monotonic()
        try:
            follow(begin(), wait, _tell)
        except (LogError, HistoryError, OSError, sqlite3.Error) as error:
            if time.monotonic() - began >= LONGEST_RETRY_SECONDS:
                pause = RETRY_SECONDS
            _log.warning("history waits", reason=str(error), retry_seconds=pause)
            if wait(pause):
                return
            pause = min(2 * pause, LONGEST_RETRY_SECONDS)
        except ServerGone:
            _log.info("history left", reason="the server is gone")
            return
        else:
            return


def wait_for_other(
    directory: Path, wait: Callable[[float], bool], disk: Disk | None = None
) -> None:
    """Wait a limited time until the follower of a killed server has ended.

    That follower is told to end, and kills itself if it does not. If it lives on all
    the same, SQLite allows only one writer, and this follower retries until it can
    write. The lock is held until the process ends.
    """
    disk = disk or OsDisk()
    fd = disk.open_write(directory / LOCK_NAME)
    patience = OTHER_SECONDS
    while not _locked(disk, fd):
        if patience == OTHER_SECONDS:
            other = disk.read(fd, 20, 0).decode(errors="replace").strip()
            reason = f"process {other}, the follower before, has not ended yet"
            _log.warning("history waits", reason=reason, retry_seconds=OTHER_PAUSE)
        if patience <= 0 or wait(OTHER_PAUSE):
            return
        patience -= OTHER_PAUSE
    disk.pwrite(fd, f"{os.getpid():<20}\n".encode(), 0)


def _locked(disk: Disk, fd: int) -> bool:
    try:
        disk.lock(fd)
    except BlockingIOError:
        return False
    return True


def main() -> None:
    """Follow the log of the directory in argv until stdin ends.

    The next two arguments are the cadence of snapshots during the day: commands,
    seconds.
    """
    # uvloop passes duplicated descriptors on to children, perhaps including the
    # listening port. Close them, or the next server finds the port taken when this one
    # is killed.
    os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    server = ServerWatch(sys.stdin.fileno())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, server.asked_to_end)
    os.nice(NICE)
    write_log_lines_to(sys.stderr)
    directory, commands, seconds = sys.argv[1:]
    cadence = Snapshots(int(commands), float(seconds))

    def begin() -> Follower:
        return Follower(Path(directory), None, cadence, lambda: server.gone)

    server.start()
    with contextlib.suppress(OSError):  # disk full: rely on SQLite's own lock
        wait_for_other(Path(directory), server.wait)
    persist(begin, server.wait)


def _tell(position: int) -> None:
    """Send the server the last position in the history, while it is running."""
    with contextlib.suppress(BrokenPipeError):
        os.write(sys.stdout.fileno(), b"%d\n" % position)


if __name__ == "__main__":
    main()
