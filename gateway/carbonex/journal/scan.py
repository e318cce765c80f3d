"""Reads segment files: rows in order, and a verdict on where they end.

Record n + 1 is never written before n is synced. So an invalid record with only zeros
behind it was being written when the power failed, and was never answered: a torn tail.
If data follows it, it had been durable: damage.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from .archives import (
    ARCHIVE_NAME,
    SUFFIX as ARCHIVE_SUFFIX,
    ArchiveSource,
    ChunkError,
    archive_path,
)
from .log import DamageError, LogError, Row
from .records import (
    HASH_BYTES,
    HEADER_BYTES,
    MAX_PAYLOAD,
    MIN_RECORD,
    RECORD,
    Head,
    Header,
    decode_head,
    decode_header,
    explain,
    parse,
    record_size,
)


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .disk import Disk


# Bytes read at once: large compared with a record, but small for the heap. Large pieces
# leave holes that smaller objects then split, and the heap only grows.
WINDOW: Final = 64 * 1024
SUFFIX: Final = ".log"
HEAD_NAME: Final = "head"
_POSITION: Final = re.compile("[0-9]{20}")  # the stem of a file name
_NOT_ZERO: Final = re.compile(rb"[^\0]")


class Segment(NamedTuple):
    """A segment, in its own file or archived, with its header."""

    path: Path
    header: Header

    @property
    def first(self) -> int:
        """The position of the first row."""
        return self.header.first

    @property
    def is_archived(self) -> bool:
        """Whether the file is an archive; a segment file may become one later."""
        return self.path.suffix == ARCHIVE_SUFFIX


class Mark(NamedTuple):
    """A row boundary: row ``position`` begins at ``offset``, after ``chain``."""

    position: int
    offset: int
    chain: bytes


class Found(NamedTuple):
    """A valid row and its location in the segment."""

    segment: Segment
    row: Row
    offset: int
    end: int

    def mark(self) -> Mark:
        """Return the boundary after the row."""
        return Mark(self.row.position + 1, self.end, self.row.hash)


def segment_name(first: int) -> str:
    """Return the name of the segment that begins at ``first``; names sort."""
    return f"{first:020d}{SUFFIX}"


def first_position(path: Path) -> int:
    """Parse the first position from a segment's or archive's file name.

    Raises:
        LogError: If the name holds no position.

    """
    digits = path.name.removesuffix(SUFFIX).removesuffix(ARCHIVE_SUFFIX)
    if not _POSITION.fullmatch(digits):
        raise LogError(f"{path} is no segment's name: it does not belong here")
    return int(digits)


def segment_paths(disk: Disk, directory: Path) -> list[Path]:
    """Return the segment files of a log directory, oldest first."""
    names = disk.names(directory)
    return [directory / name for name in names if name.endswith(SUFFIX)]


def open_segment(disk: Disk, path: Path) -> Segment:
    """Open a segment file and decode its header; errors as ``list_segments``."""
    first = first_position(path)
    fd = disk.open_read(path)
    try:
        block = disk.read(fd, HEADER_BYTES, 0)
    finally:
        disk.close(fd)
    return Segment(path, decode_header(block, path, first))


def list_segments(disk: Disk, directory: Path) -> list[Segment]:
    """Return the segment files of a log directory, oldest first, without archives.

    Raises:
        LogError: If one has another format version or venue.
        DamageError: If a header is damaged.

    """
    while True:
        paths = segment_paths(disk, directory)
        try:
            segments = [open_segment(disk, path) for path in paths]
        except FileNotFoundError:
            if segment_paths(disk, directory) == paths:
                raise
            continue  # a segment was archived meanwhile
        break
    for segment in segments[1:]:
        if segment.header.venue != segments[0].header.venue:
            raise LogError(
                f"{segment.path} belongs to venue {segment.header.venue!r}, "
                f"{segments[0].path} to {segments[0].header.venue!r}"
            )
    return segments


def read_head(disk: Disk, directory: Path) -> tuple[Head | None, str]:
    """Return the head, or None and the reason.

    Raises:
        LogError: If its format version is unknown.

    """
    path = directory / HEAD_NAME
    try:
        fd = disk.open_read(path)
    except FileNotFoundError:
        return None, f"{path} is missing"
    head = None
    try:
        for _ in range(3):  # a live server may be in the middle of writing it
            head = head or decode_head(disk.read(fd, disk.size(fd), 0), path)
    finally:
        disk.close(fd)
    return head, "" if head else f"{path} is damaged"


def start(segment: Segment) -> Mark:
    """Return the boundary before the segment's first row."""
    return Mark(segment.header.first, HEADER_BYTES, segment.header.hash_before)


def walk(disk: Disk, segments: list[Segment], mark: Mark) -> Iterator[Found]:
    """Yield the rows from ``mark`` on, a boundary in the first of ``segments``.

    It ends at the first place in the last segment without a valid record;
    ``torn_bytes`` judges that place. O(bytes read), one window in memory.

    Raises:
        DamageError: If a segment does not continue where the previous one ends.

    """
    for number, segment in enumerate(segments):
        if number:
            mark = start(segment)
        for found in _rows(disk, segment, mark):
            yield found
            mark = found.mark()
        if number + 1 < len(segments):
            _check_joint(disk, segment, mark, segments[number + 1])


def torn_bytes(disk: Disk, segment: Segment, mark: Mark) -> int:
    """Return the size of a torn tail at ``mark``, where the valid rows end.

    0 means that only zeros follow: a clean end. O(bytes that follow).

    Raises:
        DamageError: If later written data follows.

    """
    source = open_source(disk, segment.path)
    try:
        if _is_blank(source, mark.offset):
            return 0
        rest = source.read(source.size - mark.offset, mark.offset)
        torn = len(rest.rstrip(b"\0"))
        if not torn or not _written_later(rest, torn, mark.position):
            return torn
        # Beside a live server, this record may have been read while it was being
        # written, and the next one afterwards. The record is complete by now: read
        # again.
        again = source.read(len(rest), mark.offset)
    finally:
        source.close()
    if parse(again, 0, mark.position, mark.chain) is not None:
        return 0
    expected, found = explain(again, mark.position, mark.chain)
    raise DamageError(segment.path, mark.offset, mark.position, expected, found)


def _is_blank(source: Source, offset: int) -> bool:
    """Return whether only zeros follow ``offset``; one window in memory."""
    while window := source.read(WINDOW, offset):
        if window.rstrip(b"\0"):
            return False
        offset += len(window)
    return True


def _rest(disk: Disk, segment: Segment, offset: int) -> bytes:
    source = open_source(disk, segment.path)
    try:
        return source.read(source.size - offset, offset)
    finally:
        source.close()


def _rows(disk: Disk, segment: Segment, mark: Mark) -> Iterator[Found]:
    """Yield the rows of one segment up to the first invalid record."""
    position, offset, chain = mark
    source = open_source(disk, segment.path)
    try:
        window, base = b"", offset
        while True:
            row = parse(window, offset - base, position, chain)
            if row is None:  # perhaps only because the window ends here
                window, base = _window(source, offset), offset
                row = parse(window, 0, position, chain)
                if row is None:
                    return
            end = offset + record_size(len(row.payload))
            yield Found(segment, row, offset, end)
            position, offset, chain = position + 1, end, row.hash
    except ChunkError as error:
        raise DamageError(
            segment.path, error.offset, position, error.expected, error.found
        ) from None
    finally:
        source.close()


def _window(source: Source, offset: int) -> bytes:
    """Read a window at ``offset``; it holds at least one record if there is one."""
    window = source.read(WINDOW, offset)
    if len(window) == WINDOW:
        length = RECORD.unpack_from(window)[0]
        if WINDOW < record_size(length) <= record_size(MAX_PAYLOAD):
            return source.read(record_size(length), offset)
    return window


def _check_joint(disk: Disk, segment: Segment, mark: Mark, after: Segment) -> None:
    """Check that ``after`` begins where the rows of ``segment`` end."""
    first, hash_before = after.first, after.header.hash_before
    if mark.position < first:
        rest = _rest(disk, segment, mark.offset)
        expected, found = explain(rest, mark.position, mark.chain)
        raise DamageError(segment.path, mark.offset, mark.position, expected, found)
    if mark.position > first or mark.chain != hash_before:
        expected = f"position {mark.position} after hash {mark.chain.hex()}"
        found = f"position {first} after hash {hash_before.hex()}"
        raise DamageError(after.path, 0, first, expected, found)


def _written_later(rest: bytes, torn: int, position: int) -> bool:
    """Return whether ``rest`` holds more than the record at its start.

    ``torn`` is the length of ``rest`` without trailing zeros.
    """
    length, _, found, *_ = RECORD.unpack_from(rest.ljust(RECORD.size, b"\0"))
    if found == position and 0 < length <= MAX_PAYLOAD and torn > record_size(length):
        return True
    # The last bytes of a record's hash may be zeros, too.
    return _holds_a_record(rest[: torn + HASH_BYTES], position)


def _holds_a_record(data: bytes, after: int) -> bool:
    """Return whether ``data`` holds a valid record with a position beyond ``after``.

    The hash it continues lies directly before it, at the end of the previous record.
    """
    most = after + len(data) // MIN_RECORD + 1
    at = MIN_RECORD
    while (hit := _NOT_ZERO.search(data, at)) is not None:
        at = hit.start() & ~7  # records begin at multiples of eight bytes
        if at + MIN_RECORD > len(data):
            return False
        found = RECORD.unpack_from(data, at)[2]
        if after < found <= most and parse(data, at, found, data[at - HASH_BYTES : at]):
            return True
        at += 8
    return False


class Source(Protocol):
    """The bytes of a segment; ``size`` is their present number."""

    @property
    def size(self) -> int:
        """The number of readable bytes."""

    def read(self, size: int, offset: int, /) -> bytes:
        """Return ``size`` bytes from ``offset``, fewer only at the end.

        Raises:
            ChunkError: If an archive's chunk is damaged.

        """

    def close(self) -> None:
        """Close the file."""


class FileSource:
    """A segment file, which may be growing."""

    def __init__(self, disk: Disk, path: Path) -> None:
        """Open the file.

        Raises:
            FileNotFoundError: If it is missing.

        """
        self._disk = disk
        self._fd = disk.open_read(path)

    @property
    def size(self) -> int:
        """The number of readable bytes."""
        return self._disk.size(self._fd)

    def read(self, size: int, offset: int) -> bytes:
        """Return ``size`` bytes from ``offset``, fewer only at the end."""
        return self._disk.read(self._fd, size, offset)

    def close(self) -> None:
        """Close the file."""
        self._disk.close(self._fd)


def open_source(disk: Disk, path: Path) -> Source:
    """Open a segment or an archive.

    If a segment was archived since it was listed, open its archive, which has the same
    bytes at the same offsets.

    Raises:
        LogError: If both are missing, or of another format version.
        DamageError: If an archive's header is damaged.

    """
    if path.suffix == ARCHIVE_SUFFIX:
        return ArchiveSource(disk, path)
    try:
        return FileSource(disk, path)
    except FileNotFoundError:
        pass
    archive = archive_path(path.parent.parent / ARCHIVE_NAME, int(path.stem))
    try:
        return ArchiveSource(disk, archive)
    except FileNotFoundError:
        raise LogError(
            f"{path} was removed, and {archive} is not there: put the archive files"
            " back, or begin at a later position"
        ) from None
