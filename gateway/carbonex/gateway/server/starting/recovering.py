"""How far a recovery has come, for those who wait for it."""

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
    """Nobody waits for the recovery any more."""


@final
class Recovery:
    """Counts, written by the thread that recovers and read by any other.

    ``snapshot`` is the position it starts from (0: the beginning of the log),
    ``position`` the last row it has applied, ``last`` the one to reach,
    ``commands`` how many it has replayed, ``seconds`` how long it took in the
    end.
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
        """Note that the state after ``position`` is restored, then all to ``last``."""
        self.snapshot = self.position = self._start = position
        self.last = last
        _log.info("recovering", snapshot=position, position=position, last=last)

    def passed(self, position: int, _batch: Batch, applied: Applied) -> None:
        """Count a row that was replayed because the newest snapshot was not good."""
        if not self._is_replaying:  # an older one has just been restored, or none
            self._start = position - 1
            self._replay()
        self.count(position, len(applied.replies))

    def count(self, position: int, commands: int) -> None:
        """Note that the row at ``position``, with ``commands``, is replayed.

        Raises:
            InterruptedRecoveryError: If nobody waits for the others.

        """
        if self._is_interrupted:
            raise InterruptedRecoveryError
        self.position = position
        self.commands += commands

    def restored(self, snapshot: int) -> None:
        """Note that the state is there and rows are replayed from now on."""
        self.snapshot = snapshot
        if not self._is_replaying:
            self._replay()

    def _replay(self) -> None:
        self._is_replaying = True
        self._replaying_since = time.monotonic()

    @contextlib.asynccontextmanager
    async def watched(self, watch: Watch) -> AsyncIterator[None]:
        """Run ``watch`` as long as the block, then note how long it took.

        Where the block is cancelled, a process that ends would still have to wait
        for the thread that recovers: it stops at its next row.
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
        """Commands per second while rows were replayed."""
        return self.commands / max(time.monotonic() - self._replaying_since, 1e-9)

    @property
    def done(self) -> int:
        """How many rows were replayed."""
        return self.position - self._start

    @property
    def total(self) -> int:
        """How many rows there are to replay."""
        return self.last - self._start

    @property
    def remaining_seconds(self) -> float | None:
        """How long it will take at the present rate; None before it is known."""
        done = self.done
        if not done:
            return None
        elapsed = time.monotonic() - self._replaying_since
        return elapsed / done * (self.total - done)

    def __str__(self) -> str:
        """Return it as /ready says it."""
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
