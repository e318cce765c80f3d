"""Activates the newest command semantics of a venue, once, before it opens.

Older releases cannot read the log from there on, so an operator must ask for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from carbonex.engine import Rejected
from carbonex.gateway.server.host.clock import Clock
from carbonex.gateway.server.host.machine import Machine
from carbonex.journal import SnapshotStore

from .opening import (
    clock_file,
    newest_semantics,
    open_log,
    open_venue,
    take_snapshot,
)
from .timing import StartTime


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.gateway.config import Config


class Activation(NamedTuple):
    """Commands after ``position`` have the semantics ``number``, not ``before``.

    ``snapshot`` is the snapshot at that position: a release without the old semantics
    can start there. It is None if ``number`` was active already.
    """

    before: int
    number: int
    position: int
    snapshot: Path | None


def activate_newest(
    directory: Path,
    config: Config,
    *,
    accept_time: bool = False,
    machine: Machine | None = None,
) -> Activation:
    """Activate the newest semantics known to this build, unless they are active.

    Raises:
        LogError: If another process has the log, or it cannot be recovered.
        ClockError: As at a start; see ``check_jump``.
        OSError: If the snapshot cannot be written; the activation is durable.

    """
    machine = machine or Machine()
    with open_log(directory, config, machine.disk) as log:
        snapshots = SnapshotStore(directory, machine.disk)
        venue = open_venue(log, snapshots, config).venue
        before = venue.exchange.semantics
        commands = newest_semantics(venue.exchange)
        if not commands:
            return Activation(before, before, venue.position, None)
        clock = Clock(machine.wall_ns, machine.monotonic_ns)
        known = clock_file(directory, machine).known()
        StartTime(clock, known, accept_time=accept_time).check(venue.exchange)
        now_ns = clock.now_ns()
        for command in commands:
            venue.submit(None, 0, command)
        while (batch := venue.take_batch(now_ns)) is not None:
            row = log.publish(batch)
            applied = venue.committed(batch, row.position, row.hash)
            assert not any(
                type(e) is Rejected for reply in applied.replies for e in reply
            )
        path = take_snapshot(venue, snapshots)
        return Activation(before, venue.exchange.semantics, venue.position, path)
