"""Power lost in the middle of any call: nothing answered is lost, ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from journal.faulty_disk import PowerLost, SimulatedDisk
from journal.samples import batch, fill, open_log, rows


if TYPE_CHECKING:
    from carbonex.journal import SegmentLog


def work(disk: SimulatedDisk, answered: list[bytes], dropped: list[int]) -> None:
    """Use the log for everything it can do, noting what it promised."""
    log = open_log(disk, segment_bytes=8192)
    for i in range(12):
        answered.append(log.publish(batch(i, size=20 + 400 * (i % 5))).hash)
        if i == 4:
            log.roll()
    dropped.append(5)
    log.truncate(5)
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
    work(disk, [], [])
    return disk.calls


@pytest.mark.parametrize("seed", range(20))
def test_whatever_was_answered_survives_and_at_most_one_more(seed: int) -> None:
    for call in range(1, calls_of_work() + 1):
        disk = SimulatedDisk(seed * 1000 + call)
        disk.lose_power_after(call)
        answered: list[bytes] = []
        dropped: list[int] = []
        with pytest.raises(PowerLost):
            work(disk, answered, dropped)
        disk.restart()

        log = reopened(disk)
        first, last = log.bounds()
        assert first <= (dropped[0] if dropped else 1)
        assert len(answered) <= last <= len(answered) + 1
        assert [row.hash for row in rows(log)][: len(answered) - first + 1] == (
            answered[first - 1 :]
        )
        fill(log, 3)
        expected = rows(log)
        disk.kill()
        assert rows(open_log(disk, segment_bytes=8192)) == expected
