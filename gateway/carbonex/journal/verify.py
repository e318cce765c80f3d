"""Verifies a data directory: the chain, the replay, and every digest.

It writes and locks nothing, so a copy can be verified as well. The directory's server
must not be running: rows being written would look torn.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from carbonex.wire.counts import counted

from .audit import Audit
from .disk import OsDisk
from .log import DamageError, LogError
from .reader import Archives, archives_before
from .reconcile import Reconciliation
from .scan import (
    HEAD_NAME,
    Mark,
    first_position,
    open_segment,
    read_head,
    segment_paths,
    start,
    torn_bytes,
    walk,
)
from .skips import Skips, marker_in
from .snapshots import SnapshotError, SnapshotStore


if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .disk import Disk
    from .scan import Segment


class Fault(msgspec.Struct, frozen=True):
    """The first error: its location, the expected and the found contents."""

    path: str
    offset: int  # in the file, in bytes
    position: int  # of the row concerned
    expected: str
    found: str


class Witness(NamedTuple):
    """A chain hash recorded outside: the hash after ``position``.

    Clients receive it in heartbeats.
    """

    position: int
    hash: bytes


class Report(msgspec.Struct, frozen=True):
    """The results of the checks up to the end, or up to ``fault``.

    ``first`` and ``last`` are positions. ``commands`` counts replayed commands,
    ``balances`` the compared balances of the history, ``witnesses`` the matching hashes
    from outside, ``event_digests`` the compared event digests of the history. ``hash``
    and ``digest`` are the chain's and the exchange's after the last row, as hex.
    ``torn_bytes`` behind the last row are no fault: they were never answered, and the
    next start removes them. ``notes`` name the checks that were not possible.
    """

    venue: str
    first: int
    last: int
    commands: int
    checkpoints: int
    snapshots: int
    balances: int
    witnesses: int
    torn_bytes: int
    hash: str
    digest: str
    notes: list[str]
    fault: Fault | None
    event_digests: int = 0

    @property
    def ok(self) -> bool:
        """Whether no fault was found."""
        return self.fault is None


def verify(
    directory: Path,
    disk: Disk | None = None,
    *,
    deep: bool = False,
    witnesses: Sequence[Witness] = (),
) -> Report:
    """Verify the data directory ``directory`` up to the first fault.

    The chain is verified from the first row on, including archives as far back as they
    connect to the log without a gap. Everything is replayed from the beginning, or from
    the oldest snapshot if the beginning was truncated. Every checkpoint's and
    snapshot's digest is compared with the replayed exchange. So are the history's
    balances and event digests, if its chain hash shows that it belongs to this log.
    ``deep`` also checks the exchange's invariants at every checkpoint and at the end.
    The chain must have the hash of each of ``witnesses``: a log rewritten to its end
    has a valid chain, but not these hashes. O(log), and O(state) for each digest.

    Raises:
        LogError: If there is no log, or its format version is unknown.
        UnknownSemanticsError: If a row has semantics unknown to this build.
        UnappliableRowError: If a row raises an error in the engine.

    """
    auditor = _Auditor(directory, disk or OsDisk(), witnesses, deep=deep)
    fault = None
    try:
        auditor.run()
    except DamageError as error:
        fault = Fault(
            str(error.path), error.offset, error.position, error.expected, error.found
        )
    return auditor.report(fault)


class _Auditor:
    """One pass through a directory; the first fault raises DamageError."""

    def __init__(
        self, directory: Path, disk: Disk, witnesses: Sequence[Witness], *, deep: bool
    ) -> None:
        self._disk = disk
        self._directory = directory / "log"
        self._store = SnapshotStore(directory, disk)
        self._snapshots = self._store.positions()
        self._head, self._head_fault = read_head(disk, self._directory)
        self._paths = segment_paths(disk, self._directory)
        if not self._paths:
            raise LogError(f"{self._directory} holds no log")
        self._archives = self._archived(directory)
        self._segments: list[Segment] = [*self._archives.segments]
        oldest = self._segments[0].path if self._segments else self._paths[0]
        self._first = first_position(oldest)
        self._mark = Mark(self._first, 0, b"")
        self._torn = 0
        self._witnesses = witnesses
        self._witnessed = 0
        self._notes = [*self._archives.notes]
        venue = self._segments[0].header.venue if self._segments else ""
        self._skips = Skips(venue)
        self._audit = Audit(self._skips, from_snapshot=self._first > 1, deep=deep)
        self._history = Reconciliation(directory)

    def run(self) -> None:
        """Check everything in order of position."""
        if self._archives.damage is not None:
            raise self._archives.damage
        header_fault = self._open_segments()
        if self._segments:
            self._mark = start(self._segments[0])
            self._compare()
            self._history.events.start(self._mark.position - 1)
            self._reconcile()
            self._find_skips()
            for found in walk(self._disk, self._segments, self._mark):
                self._mark = found.mark()
                applied = self._audit.apply(found)
                if applied is not None:
                    self._history.events.take(found.row.position, applied)
                self._compare()
                self._reconcile()
        if header_fault is not None:
            raise self._gap(header_fault)
        if self._segments[-1].first == self._mark.position:
            self._mark = start(self._segments[-1])
        self._torn = torn_bytes(self._disk, self._segments[-1], self._mark)
        self._check_end()

    def _find_skips(self) -> None:
        """Find the log's skip markers, as far as it is readable."""
        self._skips = Skips(self._segments[0].header.venue)
        self._audit.skips = self._skips
        with suppress(DamageError):
            for found in walk(self._disk, self._segments, self._mark):
                marker = marker_in(found.row)
                if marker is not None:
                    self._skips.add(marker)

    def report(self, fault: Fault | None) -> Report:
        """Return the results so far."""
        return Report(
            venue=self._segments[0].header.venue if self._segments else "",
            first=self._first,
            last=self._mark.position - 1,
            commands=self._audit.commands,
            checkpoints=self._audit.checkpoints,
            snapshots=self._audit.snapshots,
            balances=self._history.compared,
            witnesses=self._witnessed,
            torn_bytes=self._torn,
            hash=self._mark.chain.hex(),
            digest=self._audit.digest(),
            notes=[*self._notes, *self._skips.warnings],
            fault=fault,
            event_digests=self._history.events.compared,
        )

    def _archived(self, directory: Path) -> Archives:
        """Return the archives before the first segment, if its header is valid."""
        try:
            segment = open_segment(self._disk, self._paths[0])
        except DamageError:
            return Archives([], None, [])
        return archives_before(self._disk, directory, segment)

    def _open_segments(self) -> DamageError | None:
        """Open segments up to a damaged header: rows before it are checked first."""
        for path in self._paths:
            try:
                self._segments.append(open_segment(self._disk, path))
            except DamageError as error:
                return error
        return None

    def _gap(self, header_fault: DamageError) -> DamageError:
        """Return the fault of the rows before a damaged header, or the header's."""
        if not self._segments or self._mark.position == header_fault.position:
            return header_fault
        expected = f"rows up to {header_fault.position - 1}"
        path, (position, offset, _) = self._segments[-1].path, self._mark
        return DamageError(path, offset, position, expected, "no valid record")

    def _compare(self) -> None:
        """Compare head, witnesses and snapshot at the position just reached."""
        position, chain = self._mark.position - 1, self._mark.chain
        head, path = self._head, self._directory / HEAD_NAME
        if head is not None and head.position == position and head.hash != chain:
            expected = f"the chain hash {chain.hex()}"
            raise DamageError(path, 0, position, expected, head.hash.hex())
        self._compare_witnesses(position, chain)
        if position in self._snapshots:
            self._compare_snapshot(position, chain)

    def _compare_witnesses(self, position: int, chain: bytes) -> None:
        for witness in self._witnesses:
            if witness.position == position:
                if witness.hash != chain:
                    expected = (
                        f"the chain hash {witness.hash.hex()}, which is witnessed"
                    )
                    where = self._directory, 0, position
                    raise DamageError(*where, expected, chain.hex())
                self._witnessed += 1

    def _compare_snapshot(self, position: int, chain: bytes) -> None:
        path = self._store.path(position)
        try:
            snapshot = self._store.load(position)
        except SnapshotError as error:
            if position not in self._store.positions():  # removed by a newer save
                self._notes.append(f"snapshot {position} was removed meanwhile")
                return
            raise DamageError(path, 0, position, "a snapshot", str(error)) from None
        if snapshot.chain != chain:
            expected = f"the chain hash {chain.hex()}"
            raise DamageError(path, 0, position, expected, snapshot.chain.hex())
        reason = self._audit.compare(snapshot, path)
        if reason:
            self._notes.append(f"snapshot {position} was not compared: {reason}")

    def _reconcile(self) -> None:
        """Compare the history with chain and state at the position just reached."""
        if 0 < self._history.position == self._mark.position - 1:
            self._history.compare(self._mark.chain, self._audit.exchange)

    def _check_end(self) -> None:
        """Check that nothing names rows beyond the last, and note omissions."""
        path, (position, offset, _) = self._segments[-1].path, self._mark
        last = position - 1
        head, newest = self._head, max(self._snapshots, default=0)
        witnessed = [witness.position for witness in self._witnesses]
        stored = self._history.position
        promised = max(head.position if head else 0, newest, stored, *witnessed)
        if promised > last:
            expected = f"rows up to {promised}, which head, snapshots, history or witnesses name"
            raise DamageError(path, offset, position, expected, "the log's end")
        self._check_head(last)
        if self._audit.exchange is None:
            expected = "a snapshot to replay from, for the log's beginning is gone"
            raise DamageError(self._store.path(last), 0, self._first, expected, "none")
        self._audit.check(path, offset, last)
        old = [str(p) for p in witnessed if p < self._first - 1]
        if old:
            self._notes.append(
                f"older than the log and not compared: witnesses of {', '.join(old)}"
            )
        older = [p for p in self._snapshots if p < self._first - 1]
        if older:
            self._notes.append(
                f"older than the log and not compared: snapshots {older}"
            )
        if self._audit.not_compared:
            self._notes.append(
                "of another release's snapshots and not compared:"
                f" {counted(self._audit.not_compared, 'checkpoint')}"
            )
        self._history.end(self._first)
        if self._history.note:
            self._notes.append(self._history.note)

    def _check_head(self, last: int) -> None:
        if self._head is not None:
            return
        path = self._directory / HEAD_NAME
        if self._torn:
            expected = f"a good head, for the row after {last} is torn"
            raise DamageError(path, 0, last + 1, expected, self._head_fault)
        if HEAD_NAME in self._disk.names(self._directory):
            raise DamageError(path, 0, last, "a head", "one with a wrong checksum")
        self._notes.append(f"{self._head_fault}: no lower bound for the log's end")
