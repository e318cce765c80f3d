"""Archive files: the same bytes as the segment's, or a refusal that names the place."""

from __future__ import annotations

import copy
from hashlib import blake2b
from typing import TYPE_CHECKING

import pytest

from carbonex.journal import DamageError, LogError, LogReader
from carbonex.journal.archives import (
    CHUNK_BYTES,
    ArchiveSource,
    ChunkError,
    archive_path,
    read_archive_header,
)
from carbonex.journal.archiving import archive_upto
from journal.faulty_disk import DIRECTORY, SimulatedDisk
from journal.samples import FIRST, VENUE, fill, open_log, rows


if TYPE_CHECKING:
    from carbonex.journal import Row


PLACE = DIRECTORY / "archive"
ARCHIVE = archive_path(PLACE, 1)


def archived(count: int = 6, size: int = 20) -> tuple[SimulatedDisk, list[Row], bytes]:
    """A log whose first segment is archived, its rows, and that segment's bytes."""
    disk = SimulatedDisk()
    log = open_log(disk, segment_bytes=1 << 30)
    kept = fill(log, count, size)
    content = bytes(disk.content(FIRST)[: log._offset])
    log.roll()
    kept += fill(log, 3)
    disk.kill()
    (moved,) = archive_upto(LogReader(DIRECTORY, disk), DIRECTORY, count, disk)
    assert (moved.path, moved.first, moved.last) == (ARCHIVE, 1, count)
    assert moved.segment_bytes == len(content)
    assert moved.archive_bytes == len(disk.content(ARCHIVE))
    disk.settle()
    return disk, kept, content


def read_all(disk: SimulatedDisk) -> list[Row]:
    return rows(LogReader(DIRECTORY, disk))


def test_it_has_the_segments_bytes_wherever_one_begins_to_read() -> None:
    disk, kept, content = archived(count=30, size=200_000)
    assert len(content) > 5 * CHUNK_BYTES
    source = ArchiveSource(disk, ARCHIVE)
    assert source.size == len(content)
    assert source.read(1 << 30, 0) == content
    for offset in (*range(0, len(content), 333_333), CHUNK_BYTES - 1, len(content)):
        for size in (0, 1, 40, CHUNK_BYTES, 3 * CHUNK_BYTES):
            assert source.read(size, offset) == content[offset : offset + size]
    source.close()
    assert read_all(disk) == kept


def test_its_header_says_what_it_has() -> None:
    disk, kept, content = archived()
    header = read_archive_header(disk, ARCHIVE)
    assert (header.venue, header.first, header.last) == (VENUE, 1, 6)
    assert header.hash_before == LogReader(DIRECTORY, disk).hash_at(0)
    assert header.hash_after == kept[5].hash
    assert header.size == len(content)


def test_format_version_1_does_not_change() -> None:
    """What zlib makes of the rows may: the golden logs show that it can be read."""
    disk, _, content = archived()
    header = bytes(disk.content(ARCHIVE)[:176])
    assert blake2b(header, digest_size=16).hexdigest() == (
        "050a3fd33c14d377e7716d16e563011c"
    )
    assert len(content) == int.from_bytes(header[104:112], "little")


def test_a_flip_anywhere_is_noticed_and_the_file_named() -> None:
    disk, _, _ = archived()
    size = len(disk.content(ARCHIVE))
    for offset in range(size):
        hit = copy.deepcopy(disk)
        hit.content(ARCHIVE)[offset] ^= 1 << offset % 8
        with pytest.raises(LogError, match=str(ARCHIVE)):
            all_rows_or_error(hit)


def test_a_cut_anywhere_is_noticed() -> None:
    disk, _, _ = archived()
    for size in range(len(disk.content(ARCHIVE))):
        hit = copy.deepcopy(disk)
        del hit.content(ARCHIVE)[size:]
        with pytest.raises(DamageError, match=str(ARCHIVE)):
            all_rows_or_error(hit)


def all_rows_or_error(disk: SimulatedDisk) -> None:
    read_archive_header(disk, ARCHIVE)
    read_all(disk)


def test_a_damaged_chunk_is_placed() -> None:
    disk, kept, _ = archived(count=30, size=200_000)
    content = disk.content(ARCHIVE)
    content[len(content) * 3 // 4] ^= 1
    tail = LogReader(DIRECTORY, disk).tail(1)
    read: list[Row] = []
    with pytest.raises(DamageError, match=r"a chunk of \d+ bytes with CRC-32") as found:
        read.extend(tail)  # what comes before it is good
    assert found.value.path == ARCHIVE
    assert 1 < found.value.position < 30
    assert read == kept[: found.value.position - 1]
    source = ArchiveSource(disk, ARCHIVE)
    with pytest.raises(ChunkError, match="expected a chunk"):
        source.read(1 << 30, 0)


def test_an_archive_under_another_name_is_noticed() -> None:
    disk, _, _ = archived()
    other = archive_path(PLACE, 2)
    disk.rename(ARCHIVE, other)
    with pytest.raises(DamageError, match="first position 2, as its name says"):
        read_archive_header(disk, other)
