"""Reads a log directory and verifies the chain while reading."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from .archives import ARCHIVE_NAME, list_archives, read_archive_header
from .disk import OsDisk
from .log import DamageError, LogError
from .records import Header
from .scan import (
    HEAD_NAME,
    Mark,
    Segment,
    list_segments,
    read_head,
    start,
    torn_bytes,
    walk,
)


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .disk import Disk
    from .log import Row
    from .records import Head


# Distance between kept marks: a read from any position then takes some milliseconds
# until its first row, and a full segment has 256 marks.
MARK_BYTES: Final = 1024 * 1024


class LogFiles:
    """The rows of DIR/log and, before them, of DIR/archive.

    ``venue`` is the name in the segments. ``torn`` is the size of a record that a power
    loss left half written behind the last row. ``warnings`` report no loss of data. The
    rows up to ``durable`` survive a power loss; the row behind them, if any, may not
    have been synced yet. Without a valid head (``unbounded`` gives the reason), all
    readable rows count as durable.
    """

    def __init__(self, directory: Path, disk: Disk | None = None) -> None:
        """Open the log of the data directory ``directory``.

        Verify the chain from the head's segment on, which holds the newest rows;
        ``tail`` verifies the rows that it reads. O(that segment).

        Raises:
            LogError: If there is no log, or the head belongs to another log.
            DamageError: If a row is damaged or missing.

        """
        self._disk: Disk = disk or OsDisk()
        self._directory = directory / "log"
        self._archives: list[Segment] = []
        self._archives_end = 0  # the first position in DIR/log
        self.warnings: list[str] = []
        self._marks: dict[int, list[Mark]] = {}  # by the segment's first position
        # Read the head first: a live server keeps writing rows, and the head read now
        # is a lower bound for the rows read later.
        head, self.unbounded = read_head(self._disk, self._directory)
        self._segments = self._list()
        if head is None:
            self.warnings.append(f"{self.unbounded}: no lower bound for the log's end")
        self.venue = self._segments[0].header.venue
        index = max(0, self._index(head.position + 1)) if head else 0
        self._scan(start(self._segments[index]), index, head)

    @property
    def path(self) -> Path:
        """The directory of the segment files."""
        return self._directory

    def bounds(self) -> tuple[int, int]:
        """Return the first and last position; last is first - 1 if the log is empty."""
        return self._segments[0].first, self._newest[0]

    def tail(self, from_position: int) -> Iterator[Row]:
        """Yield the rows from ``from_position`` to the last one. O(rows read).

        Raises:
            LogError: If ``from_position`` is before first or beyond last + 1.
            DamageError: If a row is damaged.

        """
        first, last = self.bounds()
        if not first <= from_position <= last + 1:
            raise LogError(
                f"{self._directory} holds positions {first} to {last}: "
                f"cannot read from {from_position}"
            )
        return self._read(from_position, last)

    @property
    def first_segment(self) -> int:
        """The first position in DIR/log."""
        return self._archives_end

    def closed(self) -> list[tuple[Segment, Segment]]:
        """Return each complete segment in DIR/log, paired with its successor."""
        pairs = pairwise(self._segments)
        return [pair for pair in pairs if not pair[0].is_archived]

    def hash_at(self, position: int) -> bytes:
        """Return the chain hash after ``position``. O(MARK_BYTES).

        Raises:
            LogError: If ``position`` is not between first - 1 and last.
            DamageError: If a row is damaged.

        """
        last, chain = self._newest
        if position == last:
            return chain
        if position == self._segments[0].first - 1:
            return self._segments[0].header.hash_before
        return next(self.tail(position)).hash

    def _list(self) -> list[Segment]:
        # Segments archived from now on stay listed; readers find their archives.
        segments = list_segments(self._disk, self._directory)
        if not segments:
            raise LogError(f"{self._directory} holds no log")
        if segments[0].first != self._archives_end:
            self._list_archives(segments[0])
        return [*self._archives, *segments]

    def _list_archives(self, segment: Segment) -> None:
        found = archives_before(self._disk, self._directory.parent, segment)
        self._archives, self._archives_end = found.segments, segment.first
        told = [str(found.damage or ""), *found.notes]
        self.warnings += [text for text in told if text and text not in self.warnings]

    def _read(self, from_position: int, last: int) -> Iterator[Row]:
        if from_position > last:
            return
        segments = self._segments
        index = self._index(from_position)
        mark = self._mark_before(segments[index], from_position)
        for found in walk(self._disk, segments[index:], mark):
            row = found.row
            mark = found.mark()
            if row.position >= from_position:
                yield row
            if row.position == last:
                return
        raise DamageError(
            segments[-1].path, mark.offset, mark.position, "a record", "none"
        )

    def _index(self, position: int) -> int:
        """Return the index of the segment that holds, or will hold, ``position``."""
        return bisect_right(self._segments, position, key=attrgetter("first")) - 1

    def _mark_before(self, segment: Segment, position: int) -> Mark:
        marks = self._marks.get(segment.first)
        if not marks:
            return start(segment)
        index = bisect_right(marks, position, key=attrgetter("position"))
        return marks[index - 1] if index else start(segment)

    def _scan(self, mark: Mark, index: int, head: Head | None) -> None:
        """Verify from ``mark`` in segment ``index`` on, and store the log's end."""
        self._row_at = mark.offset
        self._compare(head, mark)
        for found in walk(self._disk, self._segments[index:], mark):
            mark = found.mark()
            self._compare(head, mark)
            self._note(found.segment, mark)
            self._row_at = found.offset
        newest = start(self._segments[-1])
        if newest.position == mark.position:  # the newest segment is empty
            mark, self._row_at = newest, newest.offset
        # One tuple, so that other threads see both values of the same row.
        self._newest = mark.position - 1, mark.chain
        self.durable = head.position if head else mark.position - 1
        self._offset = mark.offset
        self.torn = torn_bytes(self._disk, self._segments[-1], mark)
        self._check_head(head)

    def _compare(self, head: Head | None, mark: Mark) -> None:
        """Check that the head names a row of this chain."""
        if head and head.position == mark.position - 1 and head.hash != mark.chain:
            raise LogError(
                f"{self._directory / HEAD_NAME} names row {head.position} with hash "
                f"{head.hash.hex()}, the log has {mark.chain.hex()} there: "
                "they are not from the same run; restore the directory from a copy"
            )

    def _check_head(self, head: Head | None) -> None:
        last = self._newest[0]
        if head and head.position > last:
            expected = f"the rows up to {head.position}, which were answered"
            path = self._segments[-1].path
            raise DamageError(path, self._offset, last + 1, expected, "the log's end")

    def _note(self, segment: Segment, mark: Mark) -> None:
        """Keep ``mark`` if it is far enough from its segment's previous mark."""
        marks = self._marks.get(segment.first)
        if marks is None:
            marks = self._marks[segment.first] = [start(segment)]
        if mark.offset - marks[-1].offset >= MARK_BYTES:
            marks.append(mark)


class LogReader(LogFiles):
    """A log that another process may be writing.

    The directory may belong to a live server, or be a copy. The bounds change only with
    ``refresh``.
    """

    def refresh(self) -> None:
        """Read the rows written since the last refresh or the opening.

        O(new rows), plus a millisecond for the zeros ahead of them.

        Raises:
            LogError, DamageError: As on opening; the log must then be reopened.

        """
        head, _ = read_head(self._disk, self._directory)
        last, chain = self._newest
        mark = Mark(last + 1, self._offset, chain)
        newest = self._segments[-1].first
        self._segments = self._list()
        index = max(0, self._index(newest))
        if self._segments[index].first != newest:  # it is removed or archived
            mark = start(self._segments[index])
        self._scan(mark, index, head)


class Archives(NamedTuple):
    """The contiguous archived ``segments`` before a position, oldest first.

    ``damage`` is the error in the next older file, if that is why they end. ``notes``
    name missing rows, and files in the archive's directory that are not archives.
    """

    segments: list[Segment]
    damage: DamageError | None
    notes: list[str]


def archives_before(disk: Disk, directory: Path, segment: Segment) -> Archives:
    """Return the contiguous archives in DIR/archive before the log's first ``segment``.

    O(archive files).

    Raises:
        LogError: If one belongs to another venue, or its format version is unknown.

    """
    place, found = directory / ARCHIVE_NAME, list[Segment]()
    first, chain = segment.first, segment.header.hash_before
    damage = None
    paths, strays = list_archives(disk, place)
    for path in reversed([p for p in paths if int(p.stem) < first]):
        try:
            header = read_archive_header(disk, path)
        except DamageError as error:
            damage = error
            break
        if header.venue != segment.header.venue:
            raise LogError(
                f"{path} belongs to venue {header.venue!r}, {segment.path} to"
                f" {segment.header.venue!r}"
            )
        if header.last + 1 != first:
            break
        if header.hash_after != chain:
            expected = f"rows up to hash {chain.hex()}, from which the next ones go on"
            damage = DamageError(
                path, 0, header.first, expected, header.hash_after.hex()
            )
            break
        first, chain = header.first, header.hash_before
        before = Header(header.venue, header.first, header.hash_before)
        found.insert(0, Segment(path, before))
    notes = [] if first == 1 else [_missing(directory, place, first)]
    notes += [f"{path} is no archive's name: it is left alone" for path in strays]
    return Archives(found, damage, notes)


def _missing(directory: Path, place: Path, first: int) -> str:
    target = place.resolve()  # ``place`` may be a link to the archive's directory
    shown = place if target == place.absolute() else f"{place} (that is {target})"
    return (
        f"positions 1 to {first - 1} are neither in {directory / 'log'} nor in {shown}:"
        " what needs them asks for their archive files to be put back"
    )
