"""Batches that are cheap to make and easy to tell apart, and logs full of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import Batch, Deposit
from carbonex.journal import SegmentLog
from carbonex.journal.records import encode_head
from journal.faulty_disk import DIRECTORY, SimulatedDisk


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.journal import Disk, Row, Tail


VENUE = "test-venue"
CHAIN = bytes(32)  # for what is stored without a log
FIRST = DIRECTORY / "log" / "00000000000000000001.log"
HEAD = DIRECTORY / "log" / "head"


def batch(n: int, size: int = 20) -> Batch:
    """A batch whose payload grows with ``size``."""
    return Batch(n * 10, 1, 1, n, [Deposit("", "a", n, "x" * size)])


def open_log(
    disk: Disk, directory: Path = DIRECTORY, segment_bytes: int = 8 * 1024
) -> SegmentLog:
    return SegmentLog(directory, VENUE, disk, segment_bytes, reserve_bytes=1000)


def fill(log: SegmentLog, rows: int, size: int = 20) -> list[Row]:
    """Publish ``rows`` more batches."""
    after = log.bounds()[1]
    return [log.publish(batch(after + i, size)) for i in range(rows)]


def rows(log: Tail) -> list[Row]:
    """Everything that the log holds."""
    return list(log.tail(log.bounds()[0]))


def written(rows: int, size: int = 20) -> tuple[SimulatedDisk, list[Row]]:
    """A disk with a log of ``rows`` whose server was killed."""
    disk = SimulatedDisk()
    kept = fill(open_log(disk), rows, size)
    disk.kill()
    disk.settle()
    return disk, kept


def set_head(disk: SimulatedDisk, row: Row) -> None:
    """Let the head be as old as a power loss may leave it."""
    disk.content(HEAD)[:] = encode_head(row.position, row.hash)


def remove_beginning(log: SegmentLog, position: int) -> None:
    """Remove the segments that hold only rows before ``position``, as people may."""
    while len(log._segments) > 1 and log._segments[1].first <= position:
        oldest, *log._segments = log._segments
        if not oldest.is_archived:
            log._disk.remove(oldest.path)
        log._disk.sync_directory(oldest.path.parent)
