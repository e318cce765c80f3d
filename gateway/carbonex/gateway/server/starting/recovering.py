"""Progress of a recovery: counts, readiness text and log lines."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Final, final

import structlog


if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from carbonex.engine import Applied, Batch

    Watch = Callable[["Recovery"], Awaitable[None]]


REPORT_SECONDS: Final = 5.0  # between two log lines of one recovery

_log = structlog.get_logger("carbonex.gateway")


class InterruptedRecoveryError(Exception):
    """The recovery was cancelled: no caller waits for it any more."""


@final
class Recovery:
    """Counts, written by the recovering thread and read by any other.

    ``snapshot`` is the position it starts from (0: the beginning of the log),
    ``position`` the last applied row, ``last`` the row to reach, ``commands`` the
    number of replayed commands. ``seconds`` is the total duration, 0 until the end.
    """

    def __init__(self) -> None:
        self.snapshot = 0
        self.position = 0
        self.last = 0
        self.commands = 0
        self.seconds = 0.0
        self._start = 0
        self._began = time.monotonic()
        self._replaying_since = self._began
        self._is_replaying = False
        self._is_interrupted = False

    def begin(self, position: int, last: int) -> None:
        """Note the plan: restore the state at ``position``, replay to ``last``."""
        self.snapshot = self.position = self._start = position
        self.last = last
        _log.info("recovering", snapshot=position, position=position, last=last)

    def passed(self, position: int, _batch: Batch, applied: Applied) -> None:
        """Count a row that is replayed because the newest snapshot is invalid."""
        if not self._is_replaying:  # an older snapshot was just restored, or none
            self._start = position - 1
            self._replay()
        self.count(position, len(applied.replies))

    def count(self, position: int, commands: int) -> None:
        """Note that the row at ``position``, with ``commands``, is replayed.

        Raises:
            InterruptedRecoveryError: If the recovery was interrupted.

        """
        if self._is_interrupted:
            raise InterruptedRecoveryError
        self.position = position
        self.commands += commands

    def restored(self, snapshot: int) -> None:
        """Note that the snapshot is restored and the replay begins."""
        self.snapshot = snapshot
        if not self._is_replaying:
            self._replay()

    def _replay(self) -> None:
        self._is_replaying = True
        self._replaying_since = time.monotonic()

    @contextlib.asynccontextmanager
    async def watched(self, watch: Watch) -> AsyncIterator[None]:
        """Run ``watch`` during the block, then note how long the block took.

        If the block is cancelled, interrupt the recovering thread at its next row: the
        process could not exit before the thread ends.
        """
        watching = asyncio.ensure_future(watch(self))
        try:
            yield
        except asyncio.CancelledError:
            self._is_interrupted = True
            raise
        finally:
            watching.cancel()
            await asyncio.wait([watching])
        self.seconds = time.monotonic() - self._began

    @property
    def rate(self) -> float:
        """Commands per second since the replay began."""
        return self.commands / max(time.monotonic() - self._replaying_since, 1e-9)

    @property
    def done(self) -> int:
        """The number of rows replayed."""
        return self.position - self._start

    @property
    def total(self) -> int:
        """The number of rows to replay."""
        return self.last - self._start

    @property
    def remaining_seconds(self) -> float | None:
        """Estimated remaining time at the present rate; None before the first row."""
        done = self.done
        if not done:
            return None
        elapsed = time.monotonic() - self._replaying_since
        return elapsed / done * (self.total - done)

    def __str__(self) -> str:
        """Return the text that /ready shows."""
        if not self.done:
            return "recovering from the log"
        return f"recovering from the log: row {self.position:,} of {self.last:,}"


async def report(recovery: Recovery) -> None:
    """Write a log line every few seconds, until cancelled."""
    while True:
        await asyncio.sleep(REPORT_SECONDS)
        remaining = recovery.remaining_seconds
        _log.info(
            "recovering",
            snapshot=recovery.snapshot,
            position=recovery.position,
            last=recovery.last,
            commands=recovery.commands,
            commands_per_second=round(recovery.rate),
            remaining_seconds=None if remaining is None else round(remaining, 1),
        )
