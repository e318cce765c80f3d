"""Reading a log: what it costs, and what it meets beside a live server."""

from __future__ import annotations

from pathlib import Path

import pytest

from carbonex.journal import DamageError, LogError, LogReader, SegmentLog
from carbonex.journal.records import HEADER_BYTES
from journal.faulty_disk import DIRECTORY, SimulatedDisk
from journal.samples import (
    FIRST,
    VENUE,
    fill,
    open_log,
    remove_beginning,
    rows,
    set_head,
)


def test_reading_begins_near_the_position_and_not_at_the_segment() -> None:
    disk = SimulatedDisk()
    log = open_log(disk, segment_bytes=1 << 30)
    written = fill(log, 50, size=100_000)
    for reader in (log, LogReader(DIRECTORY, disk)):
        disk.bytes_read = 0
        assert reader.hash_at(40) == written[39].hash
        assert disk.bytes_read <= 2 * 1024 * 1024


def test_readers_do_not_disturb_a_live_log_and_see_what_was_there() -> None:
    disk = SimulatedDisk()
    log = open_log(disk)
    written = fill(log, 3)
    reader = LogReader(DIRECTORY, disk)
    fill(log, 20, size=400)
    assert rows(reader) == written
    assert reader.venue == VENUE
    with pytest.raises(LogError, match="/nowhere/log holds no log"):
        LogReader(Path("/nowhere"), disk)


def test_a_refresh_costs_what_is_new_and_not_what_was_there() -> None:
    disk = SimulatedDisk()
    log = open_log(disk, segment_bytes=1 << 30)
    written = fill(log, 300, size=100_000)
    reader = LogReader(DIRECTORY, disk)
    for step in range(6):
        seen = len(written)
        written += fill(log, 3)
        if step % 2:
            log.roll()
            written += fill(log, 2)
        disk.bytes_read = 0
        reader.refresh()
        assert disk.bytes_read < 8 << 20
        assert reader.bounds() == (1, len(written))
        assert list(reader.tail(seen + 1)) == written[seen:]
    assert rows(reader) == written
    assert reader.hash_at(301) == written[300].hash
    assert reader.torn == 0


def test_a_refresh_follows_a_truncation_and_notices_damage() -> None:
    disk = SimulatedDisk()
    log = open_log(disk)
    written = fill(log, 3)
    behind, reader = LogReader(DIRECTORY, disk), LogReader(DIRECTORY, disk)
    for _ in range(3):
        log.roll()
        written += fill(log, 3)
    reader.refresh()
    remove_beginning(log, 7)
    for each in (behind, reader):
        each.refresh()
        assert each.bounds() == (7, 12)
        assert rows(each) == written[6:]
    fill(log, 2)
    disk.content(FIRST.with_name("00000000000000000010.log"))[log._offset - 10] ^= 1
    with pytest.raises(DamageError, match=r"position 14"):
        reader.refresh()


def test_a_reader_that_meets_a_row_being_written_ends_before_it() -> None:
    """It may see the row half written, although the next one is there already."""
    disk = RacingDisk()
    log = open_log(disk)
    written = fill(log, 3)
    half, end = bytes(disk.content(FIRST)), log._offset
    fill(log, 2)
    whole = bytes(disk.content(FIRST))
    set_head(disk, written[-1])
    disk.views = [whole[: end + 50] + half[end + 50 : end + 60] + whole[end + 60 :]] * 4
    disk.views.append(whole)

    reader = LogReader(DIRECTORY, disk)
    assert disk.views == []
    assert rows(reader) == written
    assert reader.torn == 0


def test_a_reader_does_not_mistake_a_log_that_goes_on_for_one_that_lost_rows() -> None:
    disk = GrowingDisk()
    log = open_log(disk)
    written = fill(log, 3)
    disk.writer = log
    reader = LogReader(DIRECTORY, disk)
    assert disk.writer is None
    assert rows(reader) == written
    assert log.bounds() == (1, 6)


def test_following_takes_no_large_pieces_of_memory() -> None:
    """They leave holes in the heap, which then only grows."""
    disk = SimulatedDisk()
    log = open_log(disk, segment_bytes=1 << 30)
    written = fill(log, 300, size=10_000)
    reader = LogReader(DIRECTORY, disk)
    for _ in range(3):
        seen = len(written)
        written += fill(log, 30, size=10_000)
        disk.largest_read = 0
        reader.refresh()
        assert list(reader.tail(seen + 1)) == written[seen:]
        assert 0 < disk.largest_read <= 64 * 1024
    assert disk.size(disk.open_read(FIRST)) > log._offset + 200_000  # zeros are ahead


class GrowingDisk(SimulatedDisk):
    """The log rolls and grows right after a reader has listed its files."""

    def __init__(self) -> None:
        super().__init__()
        self.writer: SegmentLog | None = None

    def names(self, path: Path) -> list[str]:
        names = super().names(path)
        if self.writer is not None:
            writer, self.writer = self.writer, None
            writer.roll()
            fill(writer, 3)
        return names


class RacingDisk(SimulatedDisk):
    """Each read of the segment's rows sees the next of ``views``."""

    def __init__(self) -> None:
        super().__init__()
        self.views: list[bytes] = []

    def read(self, fd: int, size: int, offset: int) -> bytes:
        if self.views and offset >= HEADER_BYTES:
            self.content(FIRST)[:] = self.views.pop(0)
        return super().read(fd, size, offset)
