"""A snapshot made beside the live log, and several made at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonex.engine import Batch, Exchange
from carbonex.journal import (
    LogError,
    LogReader,
    Snapshot,
    SnapshotStore,
    capture,
    recover,
)
from journal.faulty_disk import DIRECTORY, SimulatedDisk
from journal.samples import open_log
from journal.trading import Venue, trading


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


DONE = trading(60)


def test_the_state_at_the_end_of_a_live_log_is_kept() -> None:
    venue = Venue()
    venue.remove_snapshot(60)
    captured = capture(DIRECTORY, venue.disk)
    assert captured.path == venue.snapshots.path(60)
    assert (captured.position, captured.is_new, captured.warnings) == (60, True, [])
    assert captured.digest == DONE.states[-1].digest
    assert venue.snapshots.load(60) == DONE.snapshot(venue.rows[-1])
    exchange = recover(venue.log, venue.snapshots).exchange
    assert (captured.seq, captured.time_ns) == (exchange.seq, exchange.time_ns)
    venue.log.publish(Batch(0, 1, 1, 60, []))  # its server still has the log


def test_a_good_one_that_is_there_is_left_and_a_damaged_one_made_anew() -> None:
    venue = Venue()
    before = venue.disk.calls
    assert not capture(DIRECTORY, venue.disk).is_new
    assert venue.disk.calls == before
    venue.damage_snapshot(60)
    captured = capture(DIRECTORY, venue.disk)
    assert captured.is_new
    assert "snapshot 60 was passed over" in captured.warnings[0]
    assert recover(venue.log, venue.snapshots).snapshot == 60


def test_an_empty_log_has_nothing_to_keep() -> None:
    disk = SimulatedDisk()
    open_log(disk)
    with pytest.raises(LogError, match="has no rows yet"):
        capture(DIRECTORY, disk)


def test_a_snapshot_beyond_what_a_reader_has_seen_is_no_lost_row() -> None:
    """Between its look at the log and at the snapshots the server may have gone on."""
    venue = Venue()
    reader = LogReader(DIRECTORY, venue.disk)
    exchange = Exchange.restore(DONE.states[-1].data)
    batch = Batch(0, 1, 1, 60, [])
    row = venue.log.publish(batch)
    exchange.apply(batch)
    venue.snapshots.save(Snapshot(61, row.hash, exchange.digest(), exchange.snapshot()))
    recovered = recover(reader, venue.snapshots)
    assert (recovered.position, recovered.snapshot) == (61, 61)


class MeddlingDisk(SimulatedDisk):
    """Before its ``at``-th call of any kind, ``meddle`` happens, once."""

    def __init__(self, at: int, meddle: Callable[[], object]) -> None:
        super().__init__()
        self.at = at
        self.meddle: Callable[[], object] | None = meddle

    def _tick(self) -> None:
        self.at -= 1
        if self.at == 0 and self.meddle is not None:
            meddle, self.meddle = self.meddle, None
            meddle()

    def open_read(self, path: Path) -> int:
        self._tick()
        return super().open_read(path)

    def open_write(self, path: Path) -> int:
        self._tick()
        return super().open_write(path)

    def lock(self, fd: int) -> None:
        self._tick()
        super().lock(fd)

    def names(self, path: Path) -> list[str]:
        self._tick()
        return super().names(path)

    def pwrite(self, fd: int, data: bytes | memoryview, offset: int) -> None:
        self._tick()
        super().pwrite(fd, data, offset)

    def sync(self, fd: int) -> None:
        self._tick()
        super().sync(fd)

    def rename(self, source: Path, target: Path) -> None:
        self._tick()
        super().rename(source, target)

    def remove(self, path: Path) -> None:
        self._tick()
        super().remove(path)


@pytest.mark.parametrize("other", [4, 5, 6])
@pytest.mark.parametrize("leftover", [False, True])
def test_two_that_save_at_once_do_not_hurt_each_other(
    other: int, *, leftover: bool
) -> None:
    """One of them saves as a whole between any two calls of the other."""
    calls = 0
    while True:
        calls += 1
        disk = MeddlingDisk(
            0,
            lambda: SnapshotStore(DIRECTORY, disk).save(sample(other)),  # noqa: B023
        )
        disk.make_directory(DIRECTORY)
        snapshots = SnapshotStore(DIRECTORY, disk)
        snapshots.save(sample(3))
        if leftover:
            disk.open_write(snapshots.path(2).with_suffix(".7-0.new"))
            disk.kill()
        disk.at = calls
        snapshots.save(sample(5))
        if disk.meddle is not None:
            break
        assert snapshots.positions() == sorted({3, 5, other})
        for position in snapshots.positions():
            assert snapshots.load(position) == sample(position)
        snapshots.save(sample(7))
        names = disk.names(DIRECTORY / "snapshots")
        assert all(name.endswith(".snapshot") for name in names)
    assert calls > 8


def sample(position: int) -> Snapshot:
    return Snapshot(position, bytes([position]) * 32, b"d" * 32, b"state" * 1000)
