"""Moves closed segments into archive files, beside a live server.

A segment's file is removed only after its archive is durable and was read back, and the
chain proves that it holds the same rows. At any moment readers find the rows in one of
the two.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from carbonex.engine import Exchange

from .archive_place import alone, require_files, require_place
from .archives import (
    ARCHIVE_NAME,
    ArchiveHeader,
    archive_path,
    read_archive_header,
    write_archive,
)
from .disk import NEW, OsDisk, make_file, remove_unfinished
from .history import HISTORY_NAME, HistoryError, HistoryReader
from .lineage import foreign
from .log import DamageError, LogError
from .reader import LogReader
from .records import Header
from .scan import Segment, start, walk
from .snapshots import SnapshotError, SnapshotStore


if TYPE_CHECKING:
    from pathlib import Path

    from .disk import Disk
    from .scan import Mark


class Moved(NamedTuple):
    """An archived segment: rows ``first`` to ``last``, and both file sizes."""

    path: Path
    first: int
    last: int
    segment_bytes: int
    archive_bytes: int


class Limit(NamedTuple):
    """Rows up to ``position`` may be archived; ``reason`` explains the limit."""

    position: int
    reason: str


def archive(
    directory: Path, disk: Disk | None = None, *, may_begin: bool = False
) -> tuple[list[Moved], Limit]:
    """Archive the rows that neither a start nor the history needs.

    Return the moved segments and the limit; see ``needed_from``. With ``may_begin`` the
    target of the link DIR/archive may be empty, although rows were archived before. A
    server may be running. O(moved segments), and the oldest snapshot is restored once.

    Raises:
        LockedError: If another archiving is running.
        LogError: If there is no log, its archive is missing or has rows of another run,
            or a file's format version is unknown.
        DamageError: If a row to be moved is damaged.
        OSError: If an archive cannot be written; earlier segments are moved.

    """
    disk = disk or OsDisk()
    require_place(directory)
    with alone(disk, directory):
        log = LogReader(directory, disk)
        if not may_begin:
            require_files(directory, log.first_segment)
        limit = needed_from(directory, log, disk)
        return archive_upto(log, directory, limit.position, disk), limit


def needed_from(directory: Path, log: LogReader, disk: Disk) -> Limit:
    """Return the last position needed neither for a start nor for the history.

    A start needs the rows after its snapshot, in the worst case the oldest valid one.
    The history's follower needs these rows, too, and can use that snapshot only if it
    is not beyond the history's position. O(the oldest valid snapshot).
    """
    oldest = _oldest_good(log, SnapshotStore(directory, disk))
    if oldest == 0:
        return Limit(0, "no snapshot is good: make one with carbonex snapshot")
    history = _history_position(directory, log)
    if history < oldest:
        return Limit(
            0,
            f"the history is at position {history}, before the oldest good snapshot at"
            f" {oldest}: let a server run until it has caught up",
        )
    return Limit(oldest, f"a start may need what follows the snapshot at {oldest}")


def archive_upto(
    log: LogReader, directory: Path, position: int, disk: Disk
) -> list[Moved]:
    """Archive the closed segments of ``log`` that hold only rows up to ``position``.

    Oldest first, so that archives always connect to the log.
    """
    place = directory / ARCHIVE_NAME
    moved: list[Moved] = []
    for segment, after in log.closed():
        if after.first - 1 > position:
            break
        if not moved:
            _prepare(disk, place)
        moved.append(_move(disk, place, segment, after))
    return moved


def _oldest_good(log: LogReader, snapshots: SnapshotStore) -> int:
    """Return the position of the oldest snapshot usable by a start, 0 if none."""
    first, last = log.bounds()
    for position in snapshots.positions():
        if first <= position <= last and _is_good(log, snapshots, position):
            return position
    return 0


def _is_good(log: LogReader, snapshots: SnapshotStore, position: int) -> bool:
    try:
        snapshot = snapshots.load(position)
        if snapshot.chain != log.hash_at(position):
            return False
        return Exchange.restore(snapshot.data).digest() == snapshot.digest
    except (SnapshotError, ValueError):
        return False


def _history_position(directory: Path, log: LogReader) -> int:
    """Return the position of the history of ``log``, 0 if none is readable."""
    path = directory / HISTORY_NAME
    if not path.exists():
        return 0
    try:
        with HistoryReader(path) as history:
            watermark = history.watermark
    except HistoryError:
        return 0
    return 0 if foreign(log, *watermark) else watermark.position


def _prepare(disk: Disk, place: Path) -> None:
    """Create the directory, and remove incomplete files in it.

    The target of a link exists already, and its mode must not be changed.
    """
    if not place.is_symlink():
        disk.make_directory(place)
    remove_unfinished(disk, place)


def _move(disk: Disk, place: Path, segment: Segment, after: Segment) -> Moved:
    """Archive ``segment``, which ends where ``after`` begins, and remove its file."""
    end = _end(disk, segment, after)
    header = ArchiveHeader(
        segment.header.venue,
        segment.first,
        after.first - 1,
        segment.header.hash_before,
        after.header.hash_before,
        end.offset,
    )
    path = archive_path(place, segment.first)
    if not _is_whole(disk, path, header):
        _write(disk, path, header, segment)
        _check(disk, path, header)
    # Only now; a reader that no longer finds the segment opens the archive.
    disk.remove(segment.path)
    disk.sync_directory(segment.path.parent)
    size = _size(disk, path)
    return Moved(path, header.first, header.last, header.size, size)


def _end(disk: Disk, segment: Segment, after: Segment) -> Mark:
    """Return the boundary after the rows of ``segment``; verify the chain up to it."""
    mark = start(segment)
    for found in walk(disk, [segment, after], mark):
        if found.segment is after:
            break
        mark = found.mark()
    return mark


def _write(disk: Disk, path: Path, header: ArchiveHeader, segment: Segment) -> None:
    source = disk.open_read(segment.path)
    try:
        make_file(disk, path, lambda fd: write_archive(disk, fd, header, source))
    except OSError:
        with suppress(OSError):
            disk.remove(path.with_suffix(NEW))
        raise
    finally:
        disk.close(source)


def _is_whole(disk: Disk, path: Path, header: ArchiveHeader) -> bool:
    """Return whether a complete archive exists, from an interrupted archiving.

    Raises:
        LogError: If it belongs to another log, and may be the only copy of its rows.

    """
    try:
        found = read_archive_header(disk, path)
        if found != header:
            # Two copies of a venue both continued, perhaps one after a restore.
            raise LogError(
                f"{path} holds positions {found.first} to {found.last} of another run of"
                f" this venue, and may be all there is of them: keep the archive of"
                f" {path.parent.parent} in a place of its own"
            )
        _check(disk, path, header)
    except (FileNotFoundError, DamageError):
        return False
    # Its name may not be durable yet.
    disk.sync_directory(path.parent)
    return True


def _check(disk: Disk, path: Path, header: ArchiveHeader) -> None:
    """Read an archive back, and verify the chain from hash to hash.

    Raises:
        FileNotFoundError: If it is missing.
        DamageError: If it does not match ``header``.

    """
    found = read_archive_header(disk, path)
    if found != header:
        raise DamageError(path, 0, header.first, str(header), str(found))
    segment = Segment(path, Header(header.venue, header.first, header.hash_before))
    mark = start(segment)
    for row in walk(disk, [segment], mark):
        mark = row.mark()
    if mark != (header.last + 1, header.size, header.hash_after):
        expected = f"rows up to {header.last}, after which the hash is as it says"
        found_rows = f"{mark.position - 1}, {mark.chain.hex()}"
        raise DamageError(path, mark.offset, mark.position, expected, found_rows)


def _size(disk: Disk, path: Path) -> int:
    fd = disk.open_read(path)
    try:
        return disk.size(fd)
    finally:
        disk.close(fd)
