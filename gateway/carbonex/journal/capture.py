"""Takes a snapshot of a data directory's newest state, beside a running server.

Trading does not wait for it: the snapshot is built from the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .log import LogError
from .reader import LogReader
from .recovery import recover
from .snapshots import Snapshot, SnapshotStore


if TYPE_CHECKING:
    from pathlib import Path

    from .disk import Disk


class Captured(NamedTuple):
    """The snapshot ``path`` of the state after ``position``.

    ``seq`` and ``time_ns`` are the exchange's. ``is_new`` is False if a valid snapshot
    existed there already. ``warnings`` are the recovery's.
    """

    path: Path
    position: int
    seq: int
    time_ns: int
    digest: bytes
    is_new: bool
    warnings: list[str]


def capture(directory: Path, disk: Disk | None = None) -> Captured:
    """Save a snapshot of the state at the log's end, with or without a server.

    It takes no lock that a server needs, and leaves out rows written meanwhile. It also
    leaves out a row that is not known to be durable: if a power loss took that row, the
    snapshot would hold a state that never existed. O(the newest valid snapshot + rows
    after it).

    Raises:
        LogError: As ``recover``, or if the log is empty.
        OSError: If the snapshot cannot be written; the log is complete.

    """
    log, snapshots = LogReader(directory, disk), SnapshotStore(directory, disk)
    recovered = recover(log, snapshots, upto=log.durable)
    position, exchange = recovered.position, recovered.exchange
    if position == 0:
        raise LogError(f"the log in {directory} has no rows yet: nothing to keep")
    snapshot = Snapshot.of(exchange, position, recovered.chain)
    is_new = recovered.snapshot != position
    if is_new:
        snapshots.save(snapshot)
    return Captured(
        snapshots.path(position),
        position,
        exchange.seq,
        exchange.time_ns,
        snapshot.digest,
        is_new,
        [*log.warnings, *recovered.warnings],
    )
