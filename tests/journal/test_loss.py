"""A torn last row without a head that says it was never answered: nobody knows.

And what is kept beside the log is never of a row that a power loss may take.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest

from carbonex.journal import (
    LogError,
    LogReader,
    PoisonedError,
    SegmentLog,
    SnapshotStore,
    capture,
    recover,
    verify,
)
from journal.faulty_disk import DIRECTORY, SimulatedDisk
from journal.samples import FIRST, HEAD, VENUE, fill, open_log, rows, written
from journal.trading import trading


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.journal import Row


def torn() -> tuple[SimulatedDisk, list[Row]]:
    """A log of six rows, the last of which is torn."""
    disk, answered = written(6)
    log = open_log(disk)
    disk.content(FIRST)[log._offset - 5] ^= 1
    disk.kill()
    return disk, answered[:-1]


def without_head(disk: SimulatedDisk) -> None:
    disk.remove(HEAD)


def with_damaged_head(disk: SimulatedDisk) -> None:
    disk.content(HEAD)[20] ^= 1


UNBOUNDED = pytest.mark.parametrize(
    ("lose", "lost"), [(without_head, "missing"), (with_damaged_head, "damaged")]
)


@UNBOUNDED
def test_the_start_insists_on_an_answer(
    lose: Callable[[SimulatedDisk], None], lost: str
) -> None:
    disk, kept = torn()
    lose(disk)
    before = copy.deepcopy(disk)
    expected = (
        rf"/data/log/head is {lost}, and {FIRST} ends in a torn row of \d+ bytes at"
        r" offset \d+ \(position 6\): nobody knows whether it was answered\. Restore"
        r" the directory from a copy, or start with --accept-loss"
    )
    for _ in range(2):  # refusing changes nothing, so that it stays refused
        with pytest.raises(LogError, match=expected):
            open_log(disk)
        assert disk.content(FIRST) == before.content(FIRST)
    log = SegmentLog(DIRECTORY, VENUE, disk, accept_loss=True)
    assert rows(log) == kept
    assert log.warnings[0].startswith(f"/data/log/head is {lost}")
    assert log.warnings[1].endswith("(position 6): removed; it may have been answered")
    fill(log, 1)
    disk.kill()
    assert open_log(disk).warnings == []


@UNBOUNDED
def test_verify_says_what_the_start_would(
    lose: Callable[[SimulatedDisk], None], lost: str
) -> None:
    disk = SimulatedDisk()
    log = SegmentLog(DIRECTORY, VENUE, disk, segment_bytes=65_536)
    trading().publish(log)
    disk.content(log._segments[-1].path)[log._offset - 5] ^= 1
    disk.kill()
    lose(disk)
    report = verify(DIRECTORY, disk)
    assert report.fault is not None
    assert (report.last, report.fault.path) == (59, str(HEAD))
    assert report.fault.expected == "a good head, for the row after 59 is torn"
    assert lost in report.fault.found


@UNBOUNDED
def test_a_clean_end_needs_no_answer(
    lose: Callable[[SimulatedDisk], None], lost: str
) -> None:
    disk, answered = written(6)
    lose(disk)
    log = open_log(disk)
    assert rows(log) == answered
    assert lost in log.warnings[0]


@pytest.mark.parametrize("seed", range(30))
def test_no_power_loss_leaves_a_torn_row_without_a_head(seed: int) -> None:
    """At the first start of a log, too: every call of it, and of its first rows."""
    calls = 0
    while True:
        calls += 1
        disk = SimulatedDisk(seed * 1000 + calls)
        disk.lose_power_after(calls)
        try:
            fill(open_log(disk), 3, size=2000)
        except BaseException:  # noqa: BLE001 - power is lost
            disk.restart()
        else:
            break
        open_log(disk)
    assert calls > 10


class HalfDisk(SimulatedDisk):
    """The first ``halves`` reads of the head see it half written."""

    halves = 0

    def read(self, fd: int, size: int, offset: int) -> bytes:
        data = super().read(fd, size, offset)
        if len(data) == 52 and self.halves:
            self.halves -= 1
            return data[:20] + bytes(32)
        return data


@pytest.mark.parametrize(("halves", "durable"), [(0, 3), (1, 3), (2, 3), (3, 4)])
def test_a_head_that_is_being_written_is_read_again(halves: int, durable: int) -> None:
    disk = HalfDisk()
    log = open_log(disk)
    fill(log, 3)
    head = bytes(disk.content(HEAD))
    fill(log, 1)
    disk.content(HEAD)[:] = head  # the fourth row is not known to be durable
    disk.halves = halves
    reader = LogReader(DIRECTORY, disk)
    assert reader.durable == durable
    assert bool(reader.unbounded) == (halves == 3)


class UnsyncedDisk(SimulatedDisk):
    """Its syncs, once armed, never come to be; the process dies waiting."""

    is_armed = False

    def sync(self, fd: int) -> None:
        if self.is_armed:
            raise KeyboardInterrupt
        super().sync(fd)


def test_no_snapshot_is_of_a_row_that_a_power_loss_may_take() -> None:
    """Else the log would end before a snapshot, as if it had lost rows."""
    done = trading(60)
    lost = 0
    for seed in range(20):
        disk = UnsyncedDisk(seed)
        log = SegmentLog(DIRECTORY, VENUE, disk, segment_bytes=65_536)
        for batch in done.batches[:30]:
            log.publish(batch)
        disk.is_armed = True
        with pytest.raises((KeyboardInterrupt, PoisonedError)):
            log.publish(done.batches[30])
        disk.is_armed = False
        disk.kill()
        reader = LogReader(DIRECTORY, disk)
        assert (reader.bounds(), reader.durable) == ((1, 31), 30)
        assert capture(DIRECTORY, disk).position == 30
        disk.restart()
        log = SegmentLog(DIRECTORY, VENUE, disk, segment_bytes=65_536)
        lost += log.bounds() == (1, 30)
        recovered = recover(log, SnapshotStore(DIRECTORY, disk))
        assert recovered.snapshot == 30
        log.close()
    assert 0 < lost < 20
