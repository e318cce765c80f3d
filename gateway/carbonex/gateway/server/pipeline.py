"""What drives the venue: batches to the commit thread, and back into the loop."""

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


# Commands that find the venue idle are made durable in the loop itself: to hand them to
# the thread and back takes longer than a quick disk blocks the loop, and has two
# threads want the processors. But not so many at once that it pays to go on with the
# next ones meanwhile, nor where the last batch took the disk so long that reading,
# writing and market data would have to wait.
FEW_COMMANDS: Final = 100
QUICK_NS: Final = 500_000


@final
class Pipeline:
    """One venue at work in one event loop.

    ``failed`` is called once with whatever ends it: an error of the log, or
    of our own code on the way. From then on nothing is applied or answered.
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
        """Have a turn soon: after every socket that is readable now was read.

        So one batch takes what all clients have sent, and one write per client
        takes what all of it has answered.
        """
        if not self._turning:
            self._turning = True
            self._loop.call_soon(self._turn)

    def pump(self) -> None:
        """Hand the next batch over, if there is one and none is in flight."""
        batch = self._take_batch()
        if batch is not None:
            self._committer.publish(batch)

    def sync_head(self) -> None:
        """Have the log's head synced soon, by the commit thread."""
        if not self._dead:
            self._committer.sync_head()

    async def drain(self) -> None:
        """Wait until nothing waits and nothing is in flight, or all is lost."""
        while not self._dead and not self._venue.idle:
            self._idle = self._loop.create_future()
            self.schedule()
            await self._idle

    def stop(self) -> None:
        """End the commit thread; a batch in flight is made durable first."""
        self._dead = True
        self._committer.stop()

    def _take_batch(self) -> Batch | None:
        venue = self._venue
        if self._dead or venue.in_flight:
            return None
        self._holds.begin()
        now_ns = self._clock.now_ns()
        late = venue.exchange.is_late(now_ns)  # what is due comes before a new day
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
                self._flush()
                row = self._committer.publish_here(batch)
                if held_ns := self._holds.lap():
                    self._holds.tell(LOG, held_ns, position=row.position)
                self._durable(batch, row)
            else:
                self._committer.publish(batch)
                self._flush()
        except Exception as error:  # noqa: BLE001 - the log's error or a bug; stop
            self._fail(error)

    def _flush(self) -> None:
        written = self._clients.flush()
        if held_ns := self._holds.lap():
            self._holds.tell(WRITING, held_ns, connections=written)

    def _is_quick(self, batch: Batch) -> bool:
        """Tell whether to commit takes less time than to hand over."""
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
            # The disk gets its next batch before the answers are written.
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
    """Return what is worth knowing of a batch that took long: its dearest command."""
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
