"""Timed work: feed flushes, heartbeats, pings, checks of disk and clock."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, final

import structlog

from carbonex.gateway.holds import FEED, TIMERS

from .host.clock import MAX_STEP_NS, SECOND_NS


if TYPE_CHECKING:
    from carbonex.gateway.feed import Feed
    from carbonex.gateway.venue import Venue
    from carbonex.journal import SegmentLog

    from .connections.clients import Clients
    from .host.clock_file import ClockFile
    from .pipeline import Pipeline


TICK_SECONDS: Final = 0.05  # the shortest interval of a conflated channel
TICKS_PER_SECOND: Final = 20
CLOCK_FILE_TICKS: Final = 60 * TICKS_PER_SECOND

_log = structlog.get_logger("carbonex.gateway")


@final
class Housekeeping:
    """The timers of a server, all driven by a 50 ms tick."""

    def __init__(
        self,
        venue: Venue,
        feed: Feed,
        clients: Clients,
        pipeline: Pipeline,
        clock_file: ClockFile,
        log: SegmentLog,
    ) -> None:
        self._venue = venue
        self._feed = feed
        self._clients = clients
        self._pipeline = pipeline
        self._clock = clients.clock
        self._holds = clients.holds
        self._clock_file = clock_file
        self._files = log
        self._synced = 0  # the last position for which a sync was requested
        self.day = 0  # the trading day last reported
        self._step_ns = self._clock.step_ns()  # last reported, by the start
        self._ping_ticks = max(1, int(clients.limits.ping_seconds / TICK_SECONDS))

    async def run(self) -> None:
        """Tick until cancelled. Missed ticks are skipped, not made up for."""
        now = asyncio.get_running_loop().time
        due = now()
        tick = 0
        self._note_time()
        while True:
            due = max(due + TICK_SECONDS, now())
            wait = due - now()
            self._holds.expect(wait)
            await asyncio.sleep(wait)
            late_ns = self._holds.late()
            self._clients.metrics.loop_late_seconds.observe(late_ns / SECOND_NS)
            tick += 1
            self._feed.flush(self._clock.now_ns())
            if held_ns := self._holds.lap():
                self._holds.tell(FEED, held_ns)
            if tick % TICKS_PER_SECOND == 0:
                self._every_second()
            if tick % self._ping_ticks == 0:
                self._clients.keep_alive()
            if tick % CLOCK_FILE_TICKS == 0:
                self._note_time()
            if held_ns := self._holds.lap():
                self._holds.tell(TIMERS, held_ns)
            # Events may have become due, and messages queued by this tick must be sent.
            self._pipeline.schedule()

    def _every_second(self) -> None:
        self._feed.heartbeat(self._clock.now_ns())
        self._sync_head()
        self._clients.watch()
        self._watch_day()
        self._watch_log()
        self._watch_clock()

    def _note_time(self) -> None:
        try:
            self._clock_file.note(self._clock.now_ns())
        except OSError as error:  # the next start may then need --accept-time
            _log.warning("clock not noted", reason=str(error))

    def _sync_head(self) -> None:
        """Sync the head, so that a power loss costs it one second of rows at most.

        The kernel by itself writes it back only every 30 s.
        """
        position = self._venue.position
        if position != self._synced:
            self._synced = position
            self._pipeline.sync_head()

    def _watch_day(self) -> None:
        exchange = self._venue.exchange
        if exchange.day == self.day:
            return
        if self.day:
            _log.info("day ended", day=self.day, seq=exchange.seq)
        if exchange.day:
            _log.info("day begun", day=exchange.day, seq=exchange.seq)
        self.day = exchange.day

    def _watch_log(self) -> None:
        log, venue = self._files, self._venue
        full = log.full
        if full is venue.log_full:
            return
        venue.log_full = full
        figures = {
            "path": str(log.path),
            "free_bytes": log.free_bytes,
            "reserve_bytes": log.reserve_bytes,
            "seq": venue.exchange.seq,
        }
        if full:
            _log.error("log full", **figures)
        else:
            _log.info("log has room", **figures)

    def _watch_clock(self) -> None:
        """Report each step of the wall clock once; the venue's clock runs on evenly."""
        step_ns = self._clock.step_ns()
        if abs(step_ns - self._step_ns) > MAX_STEP_NS:
            self._step_ns = step_ns
            _log.warning("clock stepped", seconds=step_ns / SECOND_NS)
