"""Segments become archives: at no moment is a row missing, or there twice."""

from __future__ import annotations

import copy
import errno
import random
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from carbonex.engine import Batch
from carbonex.journal import (
    DamageError,
    LockedError,
    LogError,
    LogReader,
    SegmentLog,
    SnapshotStore,
    recover,
    verify,
)
from carbonex.journal.archives import archive_path
from carbonex.journal.archiving import (
    LOCK_NAME,
    archive,
    archive_upto,
    needed_from,
)
from carbonex.journal.making import lock
from journal.faulty_disk import DIRECTORY, PowerLost, SimulatedDisk
from journal.samples import fill, rows
from journal.trading import Venue, trading


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from carbonex.journal import Row
    from carbonex.journal.archiving import Moved


DONE = trading(60)
LOG = DIRECTORY / "log"
PLACE = DIRECTORY / "archive"


def move(disk: SimulatedDisk, position: int) -> list[Moved]:
    return archive_upto(LogReader(DIRECTORY, disk), DIRECTORY, position, disk)


def files(disk: SimulatedDisk) -> tuple[list[int], list[int]]:
    """The first positions of segments, and of archives."""
    names = disk.names(LOG), disk.names(PLACE)
    return (
        [int(name[:20]) for name in names[0] if name.endswith(".log")],
        [int(name[:20]) for name in names[1] if name.endswith(".archive")],
    )


@pytest.mark.parametrize(
    ("position", "left", "archived"),
    [
        (0, [1, 21, 41], []),
        (19, [1, 21, 41], []),
        (20, [21, 41], [1]),
        (39, [21, 41], [1]),
        (40, [41], [1, 21]),
        (99, [41], [1, 21]),  # the newest segment always stays
    ],
)
def test_closed_segments_of_old_rows_alone_are_moved(
    position: int, left: list[int], archived: list[int]
) -> None:
    venue = Venue()
    moved = move(venue.disk, position)
    assert [each.first for each in moved] == archived
    assert files(venue.disk) == (left, archived)
    assert rows(LogReader(DIRECTORY, venue.disk)) == venue.rows
    assert move(venue.disk, position) == []


def test_the_live_log_reads_on_what_has_moved() -> None:
    venue = Venue()
    tail = venue.log.tail(1)
    begun = [next(tail)]
    move(venue.disk, 40)
    assert begun + list(tail) == venue.rows
    assert rows(venue.log) == venue.rows
    for position in range(61):
        expected = venue.rows[position - 1].hash if position else venue.log.hash_at(0)
        assert venue.log.hash_at(position) == expected
    row = venue.log.publish(Batch(0, 1, 1, 60, []))
    assert rows(venue.log) == [*venue.rows, row]


def test_the_live_log_can_be_truncated_all_the_same() -> None:
    venue = Venue()
    move(venue.disk, 20)
    venue.log.truncate(41)
    assert venue.log.bounds() == (41, 60)
    assert files(venue.disk) == ([41], [1])
    venue.log.publish(Batch(0, 1, 1, 60, []))
    venue.disk.kill()
    for log in (LogReader(DIRECTORY, venue.disk), reopened(venue.disk)):
        assert log.bounds() == (41, 61)
        (warning,) = log.warnings
        assert warning.startswith(
            "positions 1 to 40 are neither in /data/log nor in /data/archive:"
        )


def reopened(disk: SimulatedDisk) -> SegmentLog:
    return SegmentLog(DIRECTORY, "test-venue", disk, segment_bytes=65_536)


@pytest.mark.parametrize("position", [20, 40])
def test_a_restart_goes_on_and_can_go_back_to_the_beginning(position: int) -> None:
    venue = Venue()
    move(venue.disk, position)
    venue.disk.kill()
    log = reopened(venue.disk)
    assert log.warnings == []
    assert log.bounds() == (1, 60)
    assert recover(log, venue.snapshots).snapshot == 60
    for snapshot in (60, 40, 20):
        venue.damage_snapshot(snapshot)
    recovered = recover(log, venue.snapshots)
    assert recovered.snapshot == 0
    assert recovered.exchange.digest() == DONE.states[-1].digest
    log.roll()
    log.publish(Batch(0, 1, 1, 60, []))
    assert log.bounds() == (1, 61)


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("position", [20, 40])
def test_verify_accepts_any_mixture(position: int, *, deep: bool) -> None:
    venue = Venue()
    before = verify(DIRECTORY, venue.disk, deep=deep)
    move(venue.disk, position)
    assert verify(DIRECTORY, venue.disk, deep=deep) == before
    assert before.ok


def test_a_reader_beside_it_finds_every_row_at_every_moment() -> None:
    """A new reader, one that refreshes, and one that is in the middle of reading."""
    disk = WatchedDisk()
    log = reopened(disk)
    written = DONE.publish(log)
    reader, tail = LogReader(DIRECTORY, disk), LogReader(DIRECTORY, disk).tail(1)
    read: list[Row] = []
    watched = 0

    def watch() -> None:
        nonlocal watched
        watched += 1
        assert rows(LogReader(DIRECTORY, disk)) == written
        reader.refresh()
        assert rows(reader) == rows(log) == written
        read.extend(islice(tail, 4))

    disk.watch = watch
    move(disk, 40)
    disk.watch = None
    assert watched > 12
    assert read + list(tail) == written


class WatchedDisk(SimulatedDisk):
    """``watch`` happens before every call that changes something, but in itself."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__(seed)
        self.watch: Callable[[], None] | None = None

    def _begin(self, call: str) -> None:
        if self.watch is not None:
            watch, self.watch = self.watch, None
            watch()
            self.watch = watch
        super()._begin(call)


@pytest.mark.parametrize("seed", range(10))
def test_power_may_fail_at_any_call(seed: int) -> None:
    disk = Venue().disk
    disk.kill()
    disk.settle()
    disk.random = random.Random(seed)
    expected = rows(LogReader(DIRECTORY, disk))
    calls = 0
    while True:
        calls += 1
        hit = copy.deepcopy(disk)
        hit.lose_power_after(calls)
        try:
            move(hit, 40)
        except PowerLost:
            hit.restart()
        else:
            break
        assert rows(LogReader(DIRECTORY, hit)) == expected
        log = reopened(hit)
        assert rows(log) == expected
        log.close()
        assert verify(DIRECTORY, hit).ok
        again = move(hit, 40)
        assert files(hit) == ([41], [1, 21])
        assert all(name.endswith(".archive") for name in hit.names(PLACE))
        assert rows(LogReader(DIRECTORY, hit)) == expected
        assert again or calls > 10
        hit.restart()  # what it has done is durable
        assert files(hit) == ([41], [1, 21])
        assert rows(LogReader(DIRECTORY, hit)) == expected
    assert calls > 10


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize(
    "call", ["open_write", "pwrite", "sync", "rename", "sync_directory", "remove"]
)
def test_an_error_at_any_call_leaves_every_row_and_the_next_one_goes_on(
    call: str, code: int
) -> None:
    after = 0
    while True:
        venue = Venue()
        venue.disk.fail(call, code, after)
        try:
            move(venue.disk, 40)
        except OSError:
            pass
        else:
            break
        after += 1
        assert rows(LogReader(DIRECTORY, venue.disk)) == venue.rows
        assert rows(venue.log) == venue.rows
        move(venue.disk, 40)
        assert files(venue.disk) == ([41], [1, 21])
        assert all(name.endswith(".archive") for name in venue.disk.names(PLACE))
        assert rows(venue.log) == venue.rows
    assert after >= 2


def test_a_damaged_segment_is_not_archived() -> None:
    venue = Venue()
    path = LOG / f"{21:020d}.log"
    venue.disk.content(path)[5000] ^= 1
    with pytest.raises(DamageError, match=str(path)):
        move(venue.disk, 40)
    assert files(venue.disk) == ([21, 41], [1])  # the one before it was good


class LyingDisk(SimulatedDisk):
    """The ``at``-th write from now puts down something else."""

    at = 0

    def pwrite(self, fd: int, data: bytes | memoryview, offset: int) -> None:
        self.at -= 1
        if self.at == 0:
            data = bytes([data[0] ^ 1]) + bytes(data[1:])
        super().pwrite(fd, data, offset)


@pytest.mark.parametrize("at", [1, 2])
def test_an_archive_that_cannot_be_read_back_removes_no_segment(at: int) -> None:
    disk = LyingDisk()
    written = DONE.publish(reopened(disk))
    disk.at = at
    with pytest.raises(DamageError, match=str(archive_path(PLACE, 1))):
        move(disk, 40)
    assert files(disk)[0] == [1, 21, 41]
    assert rows(LogReader(DIRECTORY, disk)) == written
    move(disk, 40)  # it is written anew
    assert files(disk) == ([41], [1, 21])
    assert rows(LogReader(DIRECTORY, disk)) == written


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


def test_only_one_archives_at_a_time() -> None:
    venue = Venue()
    fd = lock(venue.disk, DIRECTORY / LOCK_NAME)
    with pytest.raises(LockedError, match="/data is in use by process"):
        archive(DIRECTORY, venue.disk)
    venue.disk.close(fd)
    archive(DIRECTORY, venue.disk)


class TestWhatIsNeeded:
    """Rows stay that a start may need, or the history."""

    def limit(self, venue: Venue, history: int, patch: Any) -> tuple[int, str]:
        module = "carbonex.journal.archiving._history_position"
        patch.setattr(module, lambda _: history)
        log = LogReader(DIRECTORY, venue.disk)
        return needed_from(DIRECTORY, log, venue.disk)

    @pytest.mark.parametrize("history", [20, 33, 60])
    def test_what_follows_the_oldest_good_snapshot(
        self, history: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        venue = Venue()
        position, reason = self.limit(venue, history, monkeypatch)
        assert (position, reason) == (
            20,
            "a start may need what follows the snapshot at 20",
        )

    def test_a_snapshot_that_is_no_good_does_not_count(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        venue = Venue()
        venue.damage_snapshot(20)
        assert self.limit(venue, 60, monkeypatch)[0] == 40
        foreign = DONE.snapshot(venue.rows[39])._replace(chain=bytes(32))
        venue.snapshots.save(foreign)
        assert self.limit(venue, 60, monkeypatch)[0] == 60
        wrong = DONE.snapshot(venue.rows[59])._replace(digest=bytes(32))
        venue.snapshots.save(wrong)
        position, reason = self.limit(venue, 60, monkeypatch)
        assert (position, reason) == (
            0,
            "no snapshot is good: make one with carbonex snapshot",
        )

    def test_a_history_that_is_behind_needs_everything(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """There is no snapshot that its follower could begin with."""
        position, reason = self.limit(Venue(), 19, monkeypatch)
        assert position == 0
        assert "the history is at position 19, before the oldest good snap" in reason

    def test_without_a_history_nothing_moves(self) -> None:
        venue = Venue()
        moved, limit = archive(DIRECTORY, venue.disk)
        assert (moved, limit.position) == ([], 0)
        assert "the history is at position 0" in limit.reason

    def test_a_start_still_has_all_it_needs(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With the archive gone, whichever of the kept snapshots are damaged."""
        for damaged in ((), (60,), (60, 40)):
            venue = Venue()
            monkeypatch.setattr(
                "carbonex.journal.archiving._history_position", lambda _: 60
            )
            moved, _ = archive(DIRECTORY, venue.disk)
            assert [each.first for each in moved] == [1]
            for each in moved:
                venue.disk.remove(each.path)
            for position in damaged:
                venue.damage_snapshot(position)
            venue.disk.kill()
            log = reopened(venue.disk)
            recovered = recover(log, SnapshotStore(DIRECTORY, venue.disk))
            assert recovered.exchange.digest() == DONE.states[-1].digest


def test_a_place_is_named_where_rows_are_missing(tmp_path: Path) -> None:
    with SegmentLog(tmp_path, "test-venue", segment_bytes=65_536) as log:
        DONE.publish(log)
    archive_upto(LogReader(tmp_path), tmp_path, 40, log._disk)
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "archive").rename(elsewhere)
    (tmp_path / "archive").symlink_to(elsewhere)
    assert LogReader(tmp_path).bounds() == (1, 60)
    elsewhere.rename(tmp_path / "tape")
    reader = LogReader(tmp_path)
    assert reader.bounds() == (41, 60)
    assert f"{tmp_path / 'archive'} (that is {elsewhere})" in reader.warnings[0]
