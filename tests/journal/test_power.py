"""Power lost in the middle of any call: nothing answered is lost, ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonex.journal.scan import read_head
from journal.faulty_disk import DIRECTORY, PowerLost, SimulatedDisk
from journal.samples import batch, fill, open_log, rows


if TYPE_CHECKING:
    from carbonex.journal import Row, SegmentLog


def work(disk: SimulatedDisk, answered: list[bytes]) -> None:
    """Use the log for everything it can do, noting what it promised."""
    log = open_log(disk, segment_bytes=8192)
    for i in range(12):
        answered.append(log.publish(batch(i, size=20 + 400 * (i % 5))).hash)
        if i == 4:
            log.roll()
    log.roll()
    answered.append(log.publish(batch(12, size=3000)).hash)
    log.close()


def reopened(disk: SimulatedDisk) -> SegmentLog:
    """Open the log, with power lost in the middle of that, too."""
    disk.lose_power_after(disk.random.randrange(1, 20))
    try:
        log = open_log(disk, segment_bytes=8192)
    except PowerLost:
        disk.restart()
        return open_log(disk, segment_bytes=8192)
    disk.lose_power_after(0)
    return log


def calls_of_work() -> int:
    disk = SimulatedDisk()
    work(disk, [])
    return disk.calls


@pytest.mark.parametrize("seed", range(20))
def test_whatever_was_answered_survives_and_at_most_one_more(seed: int) -> None:
    for call in range(1, calls_of_work() + 1):
        disk = SimulatedDisk(seed * 1000 + call)
        disk.lose_power_after(call)
        answered: list[bytes] = []
        with pytest.raises(PowerLost):
            work(disk, answered)
        disk.restart()

        log = reopened(disk)
        names = disk.names(DIRECTORY / "log")
        assert all(name == "head" or name.endswith(".log") for name in names)
        first, last = log.bounds()
        assert first == 1
        assert len(answered) <= last <= len(answered) + 1
        assert [row.hash for row in rows(log)][: len(answered)] == answered
        fill(log, 3)
        expected = rows(log)
        disk.kill()
        assert rows(open_log(disk, segment_bytes=8192)) == expected


def many_segments(seed: int) -> tuple[SimulatedDisk, list[Row]]:
    """Twelve rows, two in each segment."""
    disk = SimulatedDisk(seed)
    log = open_log(disk)
    answered = []
    for _ in range(6):
        log.roll()
        answered += fill(log, 2)
    disk.kill()
    return disk, answered


def test_a_new_segment_makes_the_head_durable() -> None:
    """Else a power loss could leave one from before the log's beginning."""
    for seed in range(10):
        disk, _ = many_segments(seed)
        log = open_log(disk)
        fill(log, 1)
        log.roll()
        disk.restart()
        head, _ = read_head(disk, DIRECTORY / "log")
        assert head is not None
        assert head.position == 13
