"""The metrics of a server that are looked up at each scrape.

A scrape takes some tens of microseconds, or a millisecond with 10,000 clients.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from carbonex.engine import Phase

from .host.clock import SECOND_NS
from .metrics import counter, gauge


if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.metrics_core import Metric

    from carbonex.engine import Exchange
    from carbonex.gateway.holds import Holds
    from carbonex.gateway.venue import Venue

    from .connections.clients import Clients
    from .connections.gate import Gate
    from .readers.follower_process import FollowerProcess
    from .server import Server
    from .starting.recovering import Recovery


def figures(server: Server) -> Iterator[Metric]:
    """Yield the current metrics; the venue's only once it is recovered."""
    ready = server.readiness().ready
    yield gauge("ready", "1 while commands are taken.", ready)
    yield from _of_gate(server.clients.gate)
    yield from _of_holds(server.clients.holds)
    yield from _of_recovery(server.recovery)
    yield from _of_log(server)
    yield from _of_snapshots(server)
    step = server.clock.step_ns() / SECOND_NS
    yield gauge("clock_step_seconds", "Wall clock against the venue's own.", step)
    if not server.recovery.seconds:
        return
    yield from _of_venue(server.venue)
    yield from _of_market(server.venue.exchange, server.clock.now_ns())
    yield from _of_clients(server.clients)
    waiting = server.historian.waiting
    yield gauge("held_questions", "Put to the history.", waiting)
    if server.follower is not None:
        yield from _of_follower(server.follower, server.venue.position)


def _of_gate(gate: Gate) -> Iterator[Metric]:
    logins, handshakes = gate.logins.limit, gate.handshakes
    yield counter("logins_failed", "Not signed as they should be.", logins.charged)
    yield counter("logins_limited", "Not tried, as LOGIN_LIMITED.", logins.refused)
    yield counter("requests", "HTTP, and opening handshakes.", handshakes.charged)
    yield counter("requests_limited", "Answered with 429.", handshakes.refused)
    yield counter("origins_refused", "Answered with 403.", gate.origins.refused)


def _of_holds(holds: Holds) -> Iterator[Metric]:
    held = CounterMetricFamily(
        "carbonex_loop_held", "Times that one thing held the loop.", labels=["by"]
    )
    seconds = CounterMetricFamily(
        "carbonex_loop_held_seconds", "For how long in all.", labels=["by"]
    )
    for by, count in holds.counts.items():
        held.add_metric([by], count)
        seconds.add_metric([by], holds.held_ns[by] / SECOND_NS)
    yield held
    yield seconds


def _of_recovery(recovery: Recovery) -> Iterator[Metric]:
    done, last = recovery.position, recovery.last
    yield gauge("recovery_position", "Row that recovery has come to.", done)
    yield gauge("recovery_last_position", "Row that it had to reach.", last)
    yield gauge("recovery_commands", "Replayed at the start.", recovery.commands)
    took = recovery.seconds
    yield gauge("recovery_seconds", "It took; 0 while it goes on.", took)


def _of_log(server: Server) -> Iterator[Metric]:
    log = server.log
    yield gauge("log_free_bytes", "Left on the log's disk.", log.free_bytes)
    reserve = log.reserve_bytes
    yield gauge("log_reserve_bytes", "Below it new orders are refused.", reserve)
    yield gauge("log_segments", "Files that hold the log.", log.segment_count)
    first, _ = log.bounds()
    yield gauge("log_first_position", "The oldest row that is there.", first)


def _of_snapshots(server: Server) -> Iterator[Metric]:
    newest = max(server.snapshots.positions(), default=0)
    yield gauge("snapshot_position", "Of the newest; 0 if there is none.", newest)
    try:
        made = server.snapshots.path(newest).stat().st_mtime
    except OSError:  # no snapshot, or a follower has just removed it
        return
    age = time.time() - made
    yield gauge("snapshot_age_seconds", "Since the newest was kept.", age)


def _of_venue(venue: Venue) -> Iterator[Metric]:
    yield gauge("seq", "Commands applied since the beginning.", venue.exchange.seq)
    yield gauge("position", "The last applied row of the log.", venue.position)
    yield gauge("epoch", "How often the log was opened.", venue.epoch)
    yield gauge("waiting_commands", "In the queue for the log.", venue.waiting)
    flying = venue.in_flight_commands
    yield gauge("in_flight_commands", "Being made durable.", flying)
    yield gauge("log_full", "1 when the disk's reserve is reached.", venue.log_full)


def _of_market(exchange: Exchange, now_ns: int) -> Iterator[Metric]:
    behind = (now_ns - exchange.time_ns) / SECOND_NS
    yield gauge("trading_day", "As YYYYMMDD; 0 between two days.", exchange.day)
    yield gauge("log_time_age_seconds", "Since the last batch's time.", behind)
    phases = GaugeMetricFamily(
        "carbonex_instruments", "Listed instruments by phase.", labels=["phase"]
    )
    now = [instrument.phase for instrument in exchange.instruments.values()]
    for phase in Phase:
        phases.add_metric([phase.name.lower()], now.count(phase))
    yield phases


def _of_clients(clients: Clients) -> Iterator[Metric]:
    sessions, queued, largest = 0, 0, 0
    for connection in clients.connections():
        waits = connection.outbox.queued_bytes
        sessions += bool(connection.session.key_id)
        queued += waits
        largest = max(largest, waits)
    yield gauge("sessions", "Connections that are logged in.", sessions)
    yield gauge("outbox_bytes", "Waiting for all clients.", queued)
    yield gauge("outbox_largest_bytes", "Waiting for one client.", largest)


def _of_follower(follower: FollowerProcess, position: int) -> Iterator[Metric]:
    yield gauge("follower_up", "1 while the follower runs.", follower.alive)
    yield counter("follower_restarts", "Followers replaced.", follower.restarts)
    if follower.position:
        at = follower.position
        yield gauge("history_position", "The last row that the history has.", at)
        yield gauge("history_lag_rows", "Rows that it lacks.", max(0, position - at))
