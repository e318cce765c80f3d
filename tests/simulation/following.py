"""The followers beside the servers, on the same disk, and the history's files.

A follower lives as long as its server, and a little longer if the server was killed:
two then work on one history. SQLite's files are on a real disk. After a power cut they
are as at an earlier moment, with a part of what SQLite's log has gained since.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from typing import TYPE_CHECKING, Any, Final, final

from carbonex.gateway.server.readers.follower import PAUSE_SECONDS, Follower
from carbonex.journal import HISTORY_NAME, HistoryError, LogError
from carbonex.journal.history.store import HistoryStore

from .loop import SECOND_NS, Process
from .past import Noted, note_of


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from carbonex.engine import Applied
    from carbonex.journal.history.schema import Watermark
    from journal.faulty_disk import SimulatedDisk

    from .loop import Turns
    from .record import Record


TROUBLES: Final = (LogError, HistoryError, OSError, sqlite3.Error)

# How long a killed server's follower lives on, at most.
LIVES_ON_SECONDS: Final = 0.5

# Items per transaction of the history. It is a count, not a time, so that a seed gives
# the same transactions at any speed of the real disk.
GATHERED: Final = 40


@final
class FollowerHost:
    """Runs the followers; ``position`` is the newest follower's own report."""

    def __init__(
        self, turns: Turns, record: Record, directory: Path, disk: SimulatedDisk
    ) -> None:
        self.position = 0
        self.noted: list[Noted] = []  # the history's state at the end of each follower
        self.files = HistoryFiles(turns, record, directory)
        self._turns = turns
        self._record = record
        self._directory = directory
        self._disk = disk
        self._processes: list[Process] = []
        self._followers: dict[Process, Follower] = {}

    @property
    def alive(self) -> bool:
        """Whether a follower is alive."""
        return any(process.alive for process in self._processes)

    def start(self) -> None:
        """Start a follower; an earlier server's may still be alive."""
        process = Process(self._turns, "follower", "10.0.0.1")
        self._processes.append(process)
        process.spawn(self._run(process))

    def let_end(self) -> None:
        """Let followers notice soon that their server is gone, and catch up."""
        draw = self._turns.random.random
        for process in self._processes:
            delay_ns = int(draw() * LIVES_ON_SECONDS * SECOND_NS)
            self._turns.network.later(process, delay_ns, self._end, process)

    def catch_up(self) -> None:
        """Let all remaining followers catch up with the log's end, and end."""
        for process in [*self._processes]:
            self._end(process)

    def kill(self) -> None:
        """End all followers at once: the power is gone."""
        for process in [*self._processes]:
            self._bury(process)

    async def _run(self, process: Process) -> None:
        """Follow the log; retry later what is unreadable now."""
        while True:
            await asyncio.sleep(PAUSE_SECONDS * self._turns.random.random())
            if process not in self._followers:
                self._begin(process)
            else:
                self._catch_up(process)

    def _begin(self, process: Process) -> None:
        try:
            self._followers[process] = Follower(
                self._directory,
                self._disk,
                now=lambda: self._turns.now_ns / SECOND_NS,
            )
        except TROUBLES:
            self._record.count("followers that wait")

    def _catch_up(self, process: Process) -> None:
        follower = self._followers[process]
        try:
            follower.catch_up()
        except TROUBLES:
            self._record.count("followers that wait")
            self._followers.pop(process).close()
        else:
            self.position = follower.position
            self.files.keep()

    def _end(self, process: Process) -> None:
        if process in self._followers:
            self._catch_up(process)
        self._bury(process)

    def _bury(self, process: Process) -> None:
        if process in self._processes:
            self._processes.remove(process)
        follower = self._followers.pop(process, None)
        if follower is not None:
            follower.close()
            noted = note_of(self._directory / HISTORY_NAME)
            if noted is not None:
                self.noted.append(noted)
        if process.alive:
            process.kill()
            process.bury()


@final
class HistoryFiles:
    """The history's files, earlier copies of them, and their faults."""

    def __init__(self, turns: Turns, record: Record, directory: Path) -> None:
        self._draw = turns.random.random
        self._record = record
        self._path = directory / HISTORY_NAME
        self._copies = directory.with_name("history-copies")
        # position: whether its transaction is kept
        self._fails_at: dict[int, bool] = {}

    def keep(self) -> None:
        """Sometimes copy the files: a power cut leaves at least this copy."""
        if self._draw() < 0.3:
            self._copy(self._path.parent, self._copies)

    def lose(self) -> None:
        """Restore the copy, as a power cut does; SQLite's log may be torn."""
        share = self._draw()
        if share < 0.3 or not self._copies.exists():
            return
        self._record.count("histories set back by power cuts")
        current, kept = (path / self._path.name for path in self._both)
        torn = b""
        if share < 0.7 and kept.read_bytes() == current.read_bytes():
            torn = self._torn(share)
        self._copy(self._copies, self._path.parent)
        if torn:
            self._record.count("histories torn by power cuts")
            self._log_of(self._path.parent).write_bytes(torn)

    def spare(self) -> None:
        """Let nothing fail any more."""
        self._fails_at = {}

    def fail_at(self, position: int) -> None:
        """Let the transaction with a position fail, before or after its commit."""
        self._fails_at = {position: self._draw() < 0.5}

    def storing(self) -> Callable[[HistoryStore, list[tuple[Watermark, Applied]]], Any]:
        """Return a function that stores batches and fails where planned."""
        store = HistoryStore._store

        def failing(
            self_: HistoryStore, batches: list[tuple[Watermark, Applied]]
        ) -> None:
            positions = {watermark.position for watermark, _ in batches}
            struck = [at for at in self._fails_at if at <= max(positions)]
            is_kept = [self._fails_at.pop(at) for at in struck]
            if not struck or any(is_kept):
                store(self_, batches)
            if struck:
                self._record.count("failures of the history's transactions")
                raise sqlite3.OperationalError("disk I/O error (simulated)")

        return failing

    @property
    def _both(self) -> tuple[Path, Path]:
        return self._path.parent, self._copies

    def _torn(self, share: float) -> bytes:
        """Return a part of what SQLite's log has gained since the copy."""
        now, kept = (self._log_of(path) for path in self._both)
        if not now.exists() or not kept.exists():
            return b""
        data, size = now.read_bytes(), kept.stat().st_size
        if not data.startswith(kept.read_bytes()):
            return b""
        return data[: size + int((len(data) - size) * (share - 0.3) / 0.4)]

    def _log_of(self, directory: Path) -> Path:
        return directory / f"{self._path.name}-wal"

    def _copy(self, source: Path, target: Path) -> None:
        target.mkdir(exist_ok=True)
        for name in (self._path.name, f"{self._path.name}-wal"):
            if (source / name).exists():
                shutil.copyfile(source / name, target / name)
            else:
                (target / name).unlink(missing_ok=True)
        (target / f"{self._path.name}-shm").unlink(missing_ok=True)


def gathering(store: HistoryStore) -> list[Any]:
    """Take the queued items up to the next flush, at most GATHERED."""
    items: list[Any] = []
    while len(items) < GATHERED:
        items.append(store._queue.get())
        if type(items[-1]) is not tuple:
            break
    return items
