"""A write or a sync that fails poisons the log: nothing is tried again."""

from __future__ import annotations

import errno

import pytest

from carbonex.journal import PoisonedError
from journal.faulty_disk import DIRECTORY, SimulatedDisk
from journal.samples import batch, fill, open_log, rows


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("call", ["pwrite", "sync"])
@pytest.mark.parametrize("seed", range(10))
def test_after_an_error_every_publish_raises_and_the_next_start_recovers(
    call: str, code: int, seed: int
) -> None:
    disk = SimulatedDisk(seed)
    log = open_log(disk)
    answered = fill(log, 5)
    disk.fail(call, code)
    for _ in range(3):  # the fault is gone after the first
        with pytest.raises(PoisonedError, match=r"failed: .*simulated"):
            log.publish(batch(5))
    with pytest.raises(PoisonedError):
        log.roll()
    assert log.bounds() == (1, 5)
    assert rows(log) == answered
    log.close()

    log = open_log(disk)
    found = rows(log)
    assert found[:5] == answered
    assert len(found) <= 6  # the fate of the sixth was unknown, and now it is known
    answered = found + fill(log, 3)
    disk.restart()
    assert rows(open_log(disk)) == answered


def test_a_row_that_only_the_page_cache_has_is_written_again() -> None:
    """A failed sync leaves clean pages: syncing again would not write them."""
    for seed in range(20):
        disk = SimulatedDisk(seed)
        log = open_log(disk)
        fill(log, 2)
        disk.fail("sync", errno.EIO)
        with pytest.raises(PoisonedError):
            fill(log, 1)
        disk.kill()
        recovered = rows(open_log(disk))  # what is seen now may be answered
        assert len(recovered) == 3
        disk.restart()
        assert rows(open_log(disk)) == recovered


class InterruptedDisk(SimulatedDisk):
    """Its syncs, once armed, never come to be."""

    is_armed = False

    def sync(self, fd: int) -> None:
        if self.is_armed:
            raise KeyboardInterrupt
        super().sync(fd)


def interrupted(seed: int) -> InterruptedDisk:
    """A disk with two rows, and one that was written and not synced."""
    disk = InterruptedDisk(seed)
    log = open_log(disk)
    fill(log, 2)
    disk.is_armed = True
    with pytest.raises(KeyboardInterrupt):
        fill(log, 1)
    with pytest.raises(PoisonedError):
        fill(log, 1)
    disk.is_armed = False
    return disk


def test_a_row_whose_process_was_killed_before_its_sync_is_made_durable() -> None:
    for seed in range(20):
        disk = interrupted(seed)
        disk.kill()
        recovered = rows(open_log(disk))  # what is seen now may be answered
        assert len(recovered) == 3
        disk.restart()
        assert rows(open_log(disk)) == recovered


@pytest.mark.parametrize("call", ["pwrite", "sync", "rename", "sync_directory"])
def test_a_new_segment_that_cannot_be_made_poisons_the_log(call: str) -> None:
    disk = SimulatedDisk()
    log = open_log(disk)
    answered = fill(log, 3)
    disk.fail(call, errno.ENOSPC)
    with pytest.raises(PoisonedError, match="simulated"):
        log.roll()
    with pytest.raises(PoisonedError):
        fill(log, 1)
    disk.kill()
    log = open_log(disk)
    assert rows(log) == answered
    assert log.warnings == []
    answered += fill(log, 3)
    disk.restart()
    assert rows(open_log(disk)) == answered


def test_zeros_are_written_ahead_so_that_a_row_does_not_grow_the_file() -> None:
    disk = SimulatedDisk()
    log = open_log(disk, segment_bytes=64 << 20)
    path = DIRECTORY / "log" / "00000000000000000001.log"
    size = len(disk.content(path))
    assert size == 4096 + (1 << 20)
    grown = 0
    for _ in range(3000):
        fill(log, 1, size=1000)
        now = len(disk.content(path))
        if now != size:
            assert now - size == 1 << 20
            grown += 1
        size = now
        assert not any(disk.content(path)[log._offset : log._offset + 200])
    assert grown == 3
