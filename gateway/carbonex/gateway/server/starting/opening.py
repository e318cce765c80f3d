"""Opens a venue from its data directory; every function here blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.engine import (
    VENUE_KEY,
    ActivateSemantics,
    AddKey,
    Exchange,
    HideOrderIds,
    Permission,
    RegisterParticipant,
    Rejected,
    semantics,
)
from carbonex.engine.hiding import SECRET_BYTES
from carbonex.gateway.feed import Feed
from carbonex.gateway.feed.premium import NO_PAIRS
from carbonex.gateway.server.host.clock import Clock
from carbonex.gateway.server.host.clock_file import ClockFile
from carbonex.gateway.server.host.machine import Machine
from carbonex.gateway.venue import Venue, opening_epoch
from carbonex.journal import (
    SegmentLog,
    Snapshot,
    SnapshotStore,
    no_collection,
    recover,
    steps,
)

from .recovering import Recovery


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from carbonex.engine import Batch, Command
    from carbonex.gateway.config import Config
    from carbonex.gateway.feed.premium import Pairs
    from carbonex.journal import Disk, Row, Tail


GATEWAY: Final = 1  # the embedded log has one gateway
OPERATOR: Final = "operator"  # the participant of the venue's operators


class Opened(NamedTuple):
    """A recovered venue with its feed; ``warnings`` report no loss of data."""

    venue: Venue
    feed: Feed
    digest: bytes
    warnings: list[str]


def open_log(directory: Path, config: Config, disk: Disk | None = None) -> SegmentLog:
    """Open the directory's log for writing.

    Raises:
        LogError: If it is damaged, locked by another process, or another venue's.

    """
    return SegmentLog(
        directory,
        config.venue,
        disk,
        segment_bytes=config.log.segment_bytes,
        reserve_bytes=config.log.reserve_bytes,
    )


def accept_loss(directory: Path, config: Config) -> list[str]:
    """Remove a torn row that may have been answered; return what was removed.

    Raises:
        LogError: As ``open_log``, except for that row.

    """
    with SegmentLog(directory, config.venue, accept_loss=True) as log:
        return log.warnings


def open_venue(
    log: Tail,
    snapshots: SnapshotStore,
    config: Config,
    premiums: Pairs = NO_PAIRS,
    recovery: Recovery | None = None,
) -> Opened:
    """Recover the venue: load the newest valid snapshot, then replay the rows after it.

    The feed reads these rows, too, to know recent executions and prints. ``recovery``
    is updated with the progress. O(snapshot + rows).

    Raises:
        LogError: If the log cannot be followed to its end.
        InterruptedRecoveryError: If the recovery was interrupted.

    """
    recovery = recovery or Recovery()
    first, last = log.bounds()
    start = max((p for p in snapshots.positions() if p <= last), default=0)
    recovery.begin(start or first - 1, last)
    with no_collection():
        recovered = recover(log, snapshots, start, recovery.passed)
        exchange = recovered.exchange
        recovery.restored(recovered.snapshot)
        venue = _new_venue(exchange, config)
        venue.position, venue.chain = recovered.position, recovered.chain
        feed = Feed(venue, premiums=premiums)
        venue.readers.append(feed)
        _replay(log, venue, feed, recovery, recovered.warnings)
        venue.epoch = opening_epoch(exchange, GATEWAY)
        digest = exchange.digest()
    return Opened(venue, feed, digest, recovered.warnings)


def _replay(
    log: Tail, venue: Venue, feed: Feed, recovery: Recovery, warnings: list[str]
) -> None:
    """Replay the log to its end into ``venue`` and ``feed``."""
    replay = feed.replay(recovery.last - venue.position)
    for row, _, applied in steps(
        log, venue.exchange, venue.position, warnings=warnings
    ):
        venue.position, venue.chain = row.position, row.hash
        replay.read(applied)
        recovery.count(row.position, len(applied.replies))
    replay.finish()


def take_snapshot(venue: Venue, snapshots: SnapshotStore) -> Path:
    """Save a snapshot of the current state; no batch may be in flight. O(state).

    Raises:
        OSError: If it cannot be written.

    """
    return snapshots.save(Snapshot.of(venue.exchange, venue.position, venue.chain))


def clock_file(directory: Path, machine: Machine) -> ClockFile:
    """Return the clock file of the data directory."""
    return ClockFile(directory, machine.disk, machine.monotonic_ns)


def bootstrap(
    directory: Path,
    config: Config,
    commands: Iterable[Command],
    machine: Machine | None = None,
) -> Row:
    """Write a new venue's first commands, with the venue's own key.

    The venue has the newest semantics from the beginning, and hides order ids by a
    secret that is drawn here. The commands are tried on an empty exchange first:
    nothing is written unless all are accepted. Return the log's last row.

    Raises:
        ValueError: If the engine rejects a command, or the log holds rows already.
        LogError: If the directory is unusable.

    """
    machine = machine or Machine()
    now_ns = Clock(machine.wall_ns, machine.monotonic_ns).now_ns()
    venue = _new_venue(Exchange(), config)
    secret = HideOrderIds(VENUE_KEY, machine.secret(SECRET_BYTES))
    beginning = [*newest_semantics(venue.exchange), secret]
    batches = list(_batches(venue, [*beginning, *commands], now_ns))
    with open_log(directory, config, machine.disk) as log:
        if log.bounds()[1]:
            raise ValueError(f"{directory} holds a venue already")
        row = [log.publish(batch) for batch in batches][-1]
        clock_file(directory, machine).note(row.time_ns)
        return row


def newest_semantics(exchange: Exchange) -> list[Command]:
    """Return the command that activates the newest semantics, or none if active."""
    newest = semantics.NEWEST
    if exchange.semantics >= newest:
        return []
    return [ActivateSemantics(VENUE_KEY, newest)]


def operator_commands(key_id: str, public_key: bytes) -> list[Command]:
    """Return the commands that register the first key; it may do all but trade."""
    permissions = Permission.READ | Permission.OPERATE | Permission.REGISTRY
    return [
        RegisterParticipant(VENUE_KEY, OPERATOR),
        AddKey(VENUE_KEY, OPERATOR, key_id, public_key, permissions),
    ]


def _new_venue(exchange: Exchange, config: Config) -> Venue:
    return Venue(
        exchange,
        config.venue,
        GATEWAY,
        opening_epoch(exchange, GATEWAY),
        config.limits.waiting,
        config.limits.batch,
    )


def _batches(venue: Venue, commands: Iterable[Command], now_ns: int) -> Iterator[Batch]:
    """Yield the batches that carry ``commands``, applying them to ``venue``."""
    for command in commands:
        venue.submit(None, 0, command)
    while (batch := venue.take_batch(now_ns)) is not None:
        applied = venue.committed(batch, venue.position + 1, b"")
        for command, events in zip(batch.commands, applied.replies, strict=True):
            if events and type(events[0]) is Rejected:
                raise ValueError(f"{command} was refused: {events[0]}")
        yield batch
