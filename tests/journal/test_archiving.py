"""Segments become archives: at no moment is a row missing, or there twice."""

from __future__ import annotations

import copy
import errno
import random
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from carbonex.engine import Batch
from carbonex.journal import (
    DamageError,
    LockedError,
    LogError,
    LogReader,
    recover,
    verify,
)
from carbonex.journal.archive_place import LOCK_NAME
from carbonex.journal.archives import archive_path
from carbonex.journal.archiving import archive, archive_upto
from carbonex.journal.making import lock
from journal.faulty_disk import DIRECTORY, PowerLost, SimulatedDisk
from journal.samples import rows
from journal.trading import Venue, reopened, trading


if TYPE_CHECKING:
    from collections.abc import Callable

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


def test_what_another_run_has_archived_is_not_overwritten() -> None:
    """Two copies of a venue have gone on, and have one place for their archives."""
    other, venue = SimulatedDisk(), Venue()
    trading(60, seed=1).publish(reopened(other))
    move(other, 40)
    path = archive_path(PLACE, 21)
    theirs = bytes(other.content(path))
    venue.disk.make_directory(PLACE)
    fd = venue.disk.open_write(path)
    venue.disk.pwrite(fd, theirs, 0)
    venue.disk.close(fd)
    with pytest.raises(LogError, match=rf"{path} holds positions 21 to 40 of another"):
        move(venue.disk, 40)
    assert venue.disk.content(path) == theirs
    assert files(venue.disk) == ([21, 41], [1, 21])
    assert rows(LogReader(DIRECTORY, venue.disk)) == venue.rows


def test_what_another_run_has_archived_is_not_taken_for_ours() -> None:
    other, venue = SimulatedDisk(), Venue()
    trading(60, seed=1).publish(reopened(other))
    move(other, 40)
    move(venue.disk, 40)
    path = archive_path(PLACE, 21)
    venue.disk.content(path)[:] = other.content(path)
    reader = LogReader(DIRECTORY, venue.disk)
    assert reader.bounds() == (41, 60)
    assert any(str(path) in warning for warning in reader.warnings)
    fault = verify(DIRECTORY, disk=venue.disk).fault
    assert fault is not None
    assert fault.path == str(path)


def test_a_full_disk_keeps_nobody_from_archiving_to_another() -> None:
    venue = Venue()
    venue.disk.fail("pwrite", errno.ENOSPC, 0)  # the number in the lock's new file
    venue.disk.close(lock(venue.disk, DIRECTORY / LOCK_NAME))
    venue.disk.fail("pwrite", errno.EIO, 0)
    with pytest.raises(OSError, match="Errno 5"):
        lock(venue.disk, DIRECTORY / LOCK_NAME)
    venue.disk.close(lock(venue.disk, DIRECTORY / LOCK_NAME))


def test_only_one_archives_at_a_time() -> None:
    venue = Venue()
    fd = lock(venue.disk, DIRECTORY / LOCK_NAME)
    with pytest.raises(LockedError, match="/data is in use by process"):
        archive(DIRECTORY, venue.disk)
    venue.disk.close(fd)
    archive(DIRECTORY, venue.disk)
