"""The pipeline of batches: to the commit thread, and back into the event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, final

from carbonex.engine import DayEnded
from carbonex.gateway.holds import BATCH, LOG, WRITING

from .committer import Committer
from .host.clock import SECOND_NS


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import Applied, Batch, BeginDay, Exchange
    from carbonex.gateway.venue import Venue
    from carbonex.journal import Row

    from .committer import Publisher
    from .connections.clients import Clients
    from .host.machine import Machine


# A batch on an idle venue is committed in the loop itself: the hand-over to the commit
# thread and back takes longer than a fast disk blocks the loop, and two threads then
# compete for processors. Exceptions: a batch so large that the loop had better work on
# the next commands meanwhile, and a disk whose last batch took so long that reads,
# writes and market data would have to wait.
FEW_COMMANDS: Final = 100
QUICK_NS: Final = 500_000


@final
class Pipeline:
    """The batch pipeline of a venue in its event loop.

    ``failed`` is called once with the error that ends the pipeline: an error of the
    log, or a bug in this code. From then on no command is applied or answered.
    """

    def __init__(
        self,
        venue: Venue,
        log: Publisher,
        clients: Clients,
        machine: Machine,
        failed: Callable[[Exception], None],
    ) -> None:
        self._venue = venue
        self._clients = clients
        self._clock = clients.clock
        self._metrics = clients.metrics
        self._holds = clients.holds
        self._failed = failed
        self._loop = asyncio.get_running_loop()
        self._committer = Committer(
            log,
            self._loop,
            self._durable,
            self._fail,
            machine.worker,
            machine.monotonic_ns,
        )
        self._handed_over_ns = 0
        self._turning = False
        self._dead = False
        self._idle: asyncio.Future[None] | None = None
        self.day_to_begin: Callable[[Exchange, int], BeginDay | None] | None = None
        self._committer.start()

    def schedule(self) -> None:
        """Schedule a turn after every socket that is readable now has been read.

        One batch then takes the commands of all clients, and one write per client
        carries all its answers.
        """
        if not self._turning:
            self._turning = True
            self._loop.call_soon(self._turn)

    def pump(self) -> None:
        """Hand over the next batch, if there is one and none is in flight."""
        batch = self._take_batch()
        if batch is not None:
            self._committer.publish(batch)

    def sync_head(self) -> None:
        """Have the commit thread sync the log's head soon."""
        if not self._dead:
            self._committer.sync_head()

    async def drain(self) -> None:
        """Wait until no command is pending or in flight, or the pipeline has failed."""
        while not self._dead and not self._venue.idle:
            self._idle = self._loop.create_future()
            self.schedule()
            await self._idle

    def stop(self) -> None:
        """Stop the commit thread; a batch in flight is made durable first."""
        self._dead = True
        self._committer.stop()

    def _take_batch(self) -> Batch | None:
        venue = self._venue
        if self._dead or venue.in_flight:
            return None
        self._holds.begin()
        now_ns = self._clock.now_ns()
        late = venue.exchange.is_late(now_ns)  # due events come before a new day
        if self.day_to_begin is not None and not (late or venue.draining):
            begin = self.day_to_begin(venue.exchange, now_ns)
            if begin is not None:
                venue.submit_first(begin)
        batch = venue.take_batch(now_ns)
        self._handed_over_ns = self._clock.now_ns()
        return batch

    def _turn(self) -> None:
        self._turning = False
        try:
            batch = self._take_batch()
            if batch is None:
                self._flush()
            elif self._is_quick(batch):
                # Write pending answers before the disk blocks the loop.
                self._flush()
                row = self._committer.publish_here(batch)
                if held_ns := self._holds.lap():
                    self._holds.tell(LOG, held_ns, position=row.position)
                self._durable(batch, row)
            else:
                # Write pending answers while the disk is busy with the batch.
                self._committer.publish(batch)
                self._flush()
        except Exception as error:  # noqa: BLE001 - the log's error or a bug; stop
            self._fail(error)

    def _flush(self) -> None:
        written = self._clients.flush()
        if held_ns := self._holds.lap():
            self._holds.tell(WRITING, held_ns, connections=written)

    def _is_quick(self, batch: Batch) -> bool:
        """Return whether a commit in the loop takes less time than a hand-over."""
        few = len(batch.commands) <= FEW_COMMANDS
        return few and self._committer.publish_ns < QUICK_NS

    def _durable(self, batch: Batch, row: Row) -> None:
        if self._dead:
            return
        seconds = (self._holds.begin() - self._handed_over_ns) / SECOND_NS
        self._metrics.commit_seconds.observe(seconds)
        self._metrics.batch_commands.observe(len(batch.commands))
        try:
            applied = self._venue.committed(batch, row.position, row.hash)
            if held_ns := self._holds.lap():
                self._holds.tell(BATCH, held_ns, **_described(batch, applied, row))
            if any(type(event) is DayEnded for event in applied.due):
                self._committer.roll()
            self._clients.resume()
            # Hand over the next batch before writing answers, to keep the disk busy.
            self.pump()
            self._flush()
        except Exception as error:  # noqa: BLE001 - a bug of ours; stop
            self._fail(error)
        if self._venue.idle:
            self._settle()

    def _fail(self, error: Exception) -> None:
        if not self._dead:
            self._dead = True
            self._failed(error)
        self._settle()

    def _settle(self) -> None:
        if self._idle is not None and not self._idle.done():
            self._idle.set_result(None)


def _described(batch: Batch, applied: Applied, row: Row) -> dict[str, object]:
    """Describe a batch that took long: its size and its most expensive command."""
    counts = [len(events) for events in applied.replies]
    most = max(counts, default=0)
    dearest = type(batch.commands[counts.index(most)]).__name__ if counts else ""
    return {
        "position": row.position,
        "commands": len(batch.commands),
        "dearest": dearest,
        "events": most,
        "due_events": len(applied.due),
    }
