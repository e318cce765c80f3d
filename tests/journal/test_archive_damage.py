"""Archives that are damaged, missing or another venue's: told, and a start goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonex.journal import LogError, LogReader, OsDisk, SegmentLog, recover, verify
from carbonex.journal.archives import archive_path
from carbonex.journal.archiving import archive_upto
from journal.faulty_disk import DIRECTORY, SimulatedDisk
from journal.samples import fill
from journal.trading import Venue, reopened, trading


if TYPE_CHECKING:
    from pathlib import Path


DONE = trading(60)
LOG = DIRECTORY / "log"
PLACE = DIRECTORY / "archive"


def move(disk: SimulatedDisk, position: int) -> None:
    archive_upto(LogReader(DIRECTORY, disk), DIRECTORY, position, disk)


def test_a_damaged_or_missing_archive_is_told_and_a_start_does_without() -> None:
    venue = Venue()
    move(venue.disk, 40)
    venue.disk.kill()
    newer = archive_path(PLACE, 21)
    venue.disk.content(newer)[30] ^= 1
    log = reopened(venue.disk)
    assert log.bounds() == (41, 60)
    assert f"{newer} is damaged at offset 0" in log.warnings[0]
    assert "positions 1 to 40 are neither in" in log.warnings[1]
    assert recover(log, venue.snapshots).exchange.digest() == DONE.states[-1].digest
    with pytest.raises(LogError, match="holds positions 41 to 60: cannot read from 1"):
        log.tail(1)
    log.close()
    report = verify(DIRECTORY, venue.disk)
    assert report.fault is not None
    assert report.fault.path == str(newer)

    venue.disk.remove(newer)
    assert LogReader(DIRECTORY, venue.disk).bounds() == (41, 60)
    report = verify(DIRECTORY, venue.disk)
    assert report.ok
    assert (report.first, report.last) == (41, 60)
    assert report.notes[0].startswith("positions 1 to 40 are neither in /data/log nor")


def test_a_damaged_row_in_an_archive_is_named_by_verify() -> None:
    venue = Venue()
    move(venue.disk, 40)
    path = archive_path(PLACE, 21)
    content = venue.disk.content(path)
    content[len(content) // 2] ^= 1
    report = verify(DIRECTORY, venue.disk)
    assert report.fault is not None
    assert (report.fault.path, report.last) == (str(path), 20)


@pytest.mark.parametrize("name", ["copy", "1", "²", f"{0:021d}", f"-{1:019d}"])
def test_what_is_not_ours_is_left_alone_and_told_once(name: str) -> None:
    venue = Venue()
    move(venue.disk, 20)
    other = PLACE / f"{name}.archive"
    unfinished = PLACE / f"{name}.new"
    for path in (other, unfinished):
        venue.disk.close(venue.disk.open_write(path))
    venue.disk.kill()
    log = reopened(venue.disk)
    told = f"{other} is no archive's name: it is left alone"
    assert log.bounds() == (1, 60)
    assert log.warnings == [told]
    log.close()
    reader = LogReader(DIRECTORY, venue.disk)
    assert [each.first for each in archive_upto(reader, DIRECTORY, 40, venue.disk)] == [
        21
    ]
    reader.refresh()
    assert reader.warnings == [told]
    report = verify(DIRECTORY, venue.disk)
    assert (report.ok, report.notes) == (True, [told])
    assert {other.name, unfinished.name} <= {*venue.disk.names(PLACE)}


def test_what_is_not_ours_keeps_no_new_log_from_being_made() -> None:
    disk = SimulatedDisk()
    disk.make_directory(DIRECTORY)
    disk.make_directory(PLACE)
    disk.close(disk.open_write(PLACE / "copy.archive"))
    with SegmentLog(DIRECTORY, "test", disk) as log:
        assert log.bounds() == (1, 0)


def test_archives_without_their_log_make_no_new_one() -> None:
    venue = Venue()
    move(venue.disk, 40)
    venue.disk.kill()
    for name in venue.disk.names(LOG):
        venue.disk.remove(LOG / name)
    with pytest.raises(LogError, match=r"holds no segments, but /data/archive/.* that"):
        reopened(venue.disk)


def test_an_archive_of_another_venue_is_refused() -> None:
    venue = Venue()
    move(venue.disk, 40)
    content = other_archive(venue.disk)
    venue.disk.content(archive_path(PLACE, 21))[:] = content
    with pytest.raises(LogError, match="belongs to venue 'elsewhere'"):
        LogReader(DIRECTORY, venue.disk)


def other_archive(disk: SimulatedDisk) -> bytes:
    """The bytes of an archive for positions 21 to 40 of a venue called elsewhere."""
    other = SimulatedDisk()
    log = SegmentLog(DIRECTORY, "elsewhere", other)
    for rows_of_one in (20, 20):
        fill(log, rows_of_one)
        log.roll()
    archive_upto(LogReader(DIRECTORY, other), DIRECTORY, 40, other)
    return bytes(other.content(archive_path(PLACE, 21)))


def test_a_place_is_named_where_rows_are_missing(tmp_path: Path) -> None:
    with SegmentLog(tmp_path, "test-venue", segment_bytes=65_536) as log:
        DONE.publish(log)
    archive_upto(LogReader(tmp_path), tmp_path, 40, OsDisk())
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "archive").rename(elsewhere)
    (tmp_path / "archive").symlink_to(elsewhere)
    assert LogReader(tmp_path).bounds() == (1, 60)
    elsewhere.rename(tmp_path / "tape")
    reader = LogReader(tmp_path)
    assert reader.bounds() == (41, 60)
    assert f"{tmp_path / 'archive'} (that is {elsewhere})" in reader.warnings[0]
