"""A process beside the server that follows the log: history and snapshots.

To write history down costs the interpreter as much as to trade it: done by a
thread of the server, it took 12 µs of CPU an order to 25, and 76,000 orders a
second to 20,000. A snapshot of a million orders would stop trading for half a
second. As a reader of the log, with an exchange of its own, a follower needs
nothing of the server, runs on another core, and may lag or die at will.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import sqlite3
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, final

import structlog

from carbonex.engine import DayEnded
from carbonex.gateway.server.host.log_lines import write_log_lines_to
from carbonex.journal import (
    HISTORY_NAME,
    HistoryError,
    HistoryStore,
    LogError,
    LogReader,
    Snapshot,
    SnapshotStore,
    recover,
    steps,
)


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import Applied, Batch, Exchange
    from carbonex.journal import Disk


PAUSE_SECONDS: Final = 1.0  # between two looks at the log
# Where it cannot go on it begins again after a pause, which doubles from the first
# to the longest: each time it reads a snapshot, and the whole history where writing
# that has failed.
RETRY_SECONDS: Final = 10.0
LONGEST_RETRY_SECONDS: Final = 160.0
NICE: Final = 10  # trading goes first

_log = structlog.get_logger("carbonex.follower")


@final
class Follower:
    """Keeps the history of one data directory, and a snapshot of each day's end."""

    def __init__(self, directory: Path, disk: Disk | None = None) -> None:
        """Open the history, and recover the exchange as it is at the log's end.

        Raises:
            LogError: If the log cannot be read.
            sqlite3.Error: If the history cannot be written; another follower
                may be at work.

        """
        self._snapshots = SnapshotStore(directory, disk)
        self._log = LogReader(directory, disk)
        self._history = HistoryStore(directory / HISTORY_NAME, self._log.venue)
        # The follower of a server that was killed may have stored rows that came
        # since the log was opened: they are not of a log that has lost them.
        self._log.refresh()
        self._day_ended = False  # since the newest snapshot that it knows
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
            OSError: If a snapshot cannot be written.
            sqlite3.Error: If the history cannot be written.

        """
        self._log.refresh()
        # A power loss may take a row behind that one, but not what we keep of it.
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
            path = self._snapshots.save(
                Snapshot.of(self._exchange, self.position, self._chain)
            )
            self._day_ended = False
            _log.info("snapshot kept", path=str(path), position=self.position)

    def _watch(self, _position: int, _batch: Batch, applied: Applied) -> None:
        self._day_ended |= any(type(event) is DayEnded for event in applied.due)

    def close(self) -> None:
        """Close the history."""
        self._history.close()


def follow(
    directory: Path,
    wait: Callable[[float], bool],
    told: Callable[[int], None] = lambda _: None,
) -> None:
    """Follow the log of ``directory`` until ``wait`` says that it ended.

    ``told`` hears the position that the history has, after each look at the
    log. ``wait(seconds)`` pauses, and returns True when the server is gone: what
    the log holds then is followed before the end.

    Raises:
        LogError, OSError, sqlite3.Error: As ``Follower``.

    """
    follower = Follower(directory)
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


def persist(directory: Path, wait: Callable[[float], bool]) -> None:
    """Follow the log of ``directory`` whatever happens, until ``wait`` says it ended.

    Another follower may still be at work, or the disk be full.
    """
    pause = RETRY_SECONDS
    while True:
        began = time.monotonic()
        try:
            follow(directory, wait, _tell)
        except (LogError, HistoryError, OSError, sqlite3.Error) as error:
            if time.monotonic() - began >= LONGEST_RETRY_SECONDS:
                pause = RETRY_SECONDS
            _log.warning("history waits", reason=str(error), retry_seconds=pause)
            if wait(pause):
                return
            pause = min(2 * pause, LONGEST_RETRY_SECONDS)
        else:
            return


def main() -> None:
    """Follow the log of the directory in argv until stdin ends.

    The server holds the other end of stdin, so that whatever happens to it,
    its follower ends too.
    """
    # uvloop hands on what it has duplicated, and with it perhaps the port, which
    # the next server must not find taken when this one is killed.
    os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    # The server decides when to end, although systemd asks both of them.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICE)
    write_log_lines_to(sys.stderr)
    persist(Path(sys.argv[1]), _stdin_ended)


def _stdin_ended(seconds: float) -> bool:
    return bool(select.select([sys.stdin], [], [], seconds)[0])


def _tell(position: int) -> None:
    """Tell the server how far the history is, as long as there is one."""
    with contextlib.suppress(BrokenPipeError):
        os.write(sys.stdout.fileno(), b"%d\n" % position)


if __name__ == "__main__":
    main()
