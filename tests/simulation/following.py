"""The follower beside the server, on the same disk; its history is on a real one."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING, Final, final

from carbonex.gateway.server.readers.follower import PAUSE_SECONDS, Follower
from carbonex.journal import HistoryError, LogError

from .loop import Process


if TYPE_CHECKING:
    from pathlib import Path

    from journal.faulty_disk import SimulatedDisk

    from .loop import Turns
    from .record import Record


TROUBLES: Final = (LogError, HistoryError, OSError, sqlite3.Error)


@final
class FollowerHost:
    """Runs one follower after the other, each as long as its server."""

    def __init__(
        self, turns: Turns, record: Record, directory: Path, disk: SimulatedDisk
    ) -> None:
        self._turns = turns
        self._record = record
        self._directory = directory
        self._disk = disk
        self._process: Process | None = None
        self._follower: Follower | None = None

    def start(self) -> None:
        """Start one."""
        self._process = Process(self._turns, "follower", "10.0.0.1")
        self._process.spawn(self._run())

    def stop(self, *, caught_up: bool) -> None:
        """End it with its server; without power it cannot even catch up."""
        process, self._process = self._process, None
        if process is not None and process.alive:
            process.kill()
            process.bury()
        follower, self._follower = self._follower, None
        if follower is not None:
            if caught_up and self._turns.random.random() < 0.5:
                self._catch_up(follower)
            follower.close()

    async def _run(self) -> None:
        """Follow the log; what it cannot read now it reads later."""
        while True:
            await asyncio.sleep(PAUSE_SECONDS * self._turns.random.random())
            if self._follower is None:
                try:
                    self._follower = Follower(self._directory, self._disk)
                except TROUBLES:
                    self._record.count("followers that wait")
            elif not self._catch_up(self._follower):
                self._follower.close()
                self._follower = None

    def _catch_up(self, follower: Follower) -> bool:
        try:
            follower.catch_up()
        except TROUBLES:
            self._record.count("followers that wait")
            return False
        return True
