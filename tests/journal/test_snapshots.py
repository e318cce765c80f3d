"""Snapshots: kept atomically, and never believed when damaged."""

from __future__ import annotations

import copy
import errno
from hashlib import blake2b

import pytest

from carbonex.engine import Exchange
from carbonex.journal import Snapshot, SnapshotError, SnapshotStore
from journal.faulty_disk import DIRECTORY, PowerLost, SimulatedDisk
from journal.trading import trading


def snapshot(position: int, size: int = 100) -> Snapshot:
    return Snapshot(position, bytes([position]) * 32, b"d" * 32, b"state" * size)


def store(disk: SimulatedDisk) -> SnapshotStore:
    disk.make_directory(DIRECTORY)
    return SnapshotStore(DIRECTORY, disk)


def test_what_was_saved_is_loaded() -> None:
    snapshots = store(SimulatedDisk())
    assert snapshots.positions() == []
    for position in (7, 3, 12):
        path = snapshots.save(snapshot(position, position * 100))
        assert path == snapshots.path(position)
    assert snapshots.positions() == [3, 7, 12]
    assert snapshots.load(7) == snapshot(7, 700)
    with pytest.raises(SnapshotError, match="cannot be read"):
        snapshots.load(8)


def test_that_of_an_exchange_is_its_state_with_its_digest() -> None:
    exchange = Exchange()
    for batch in trading().batches:
        exchange.apply(batch)
    taken = Snapshot.of(exchange, 60, b"c" * 32)
    assert taken == Snapshot(60, b"c" * 32, exchange.digest(), exchange.snapshot())
    assert Exchange.restore(taken.data).digest() == taken.digest


def test_format_version_1_does_not_change() -> None:
    disk = SimulatedDisk()
    content = disk.content(store(disk).save(snapshot(5)))
    assert blake2b(content, digest_size=16).hexdigest() == (
        "414e5aae1210880280fb50b8eeafdfbd"
    )


def test_only_the_newest_are_kept() -> None:
    disk = SimulatedDisk()
    snapshots = store(disk)
    for position in range(1, 8):
        snapshots.save(snapshot(position))
        assert snapshots.positions() == [*range(max(1, position - 2), position + 1)]
    few = SnapshotStore(DIRECTORY, disk, keep=1)
    few.save(snapshot(8))
    assert few.positions() == [8]


def test_those_of_during_a_day_take_no_place_of_a_days_end() -> None:
    snapshots = store(SimulatedDisk())
    for position in (10, 20, 30, 40):
        snapshots.save(snapshot(position))
    for position in range(41, 60):
        snapshots.save_passing(snapshot(position))
    assert snapshots.positions() == [20, 30, 40, 58, 59]
    snapshots.save(snapshot(60))
    assert snapshots.positions() == [30, 40, 58, 59, 60]
    assert snapshots.load(58) == snapshot(58)


def test_a_days_end_is_not_replaced_by_one_in_passing() -> None:
    snapshots = store(SimulatedDisk())
    path = snapshots.save(snapshot(10))
    assert snapshots.save_passing(snapshot(10)) == path
    for position in (11, 12, 13):
        snapshots.save_passing(snapshot(position))
    snapshots.save(snapshot(13))  # and the other way round it is
    for position in (14, 15):
        snapshots.save_passing(snapshot(position))
    assert snapshots.positions() == [10, 13, 14, 15]


def test_one_that_cannot_be_read_counts_as_a_days_end() -> None:
    disk = SimulatedDisk()
    snapshots = store(disk)
    for position in (1, 2):
        disk.content(snapshots.save_passing(snapshot(position)))[:] = b"nothing"
    for position in (3, 4):
        snapshots.save_passing(snapshot(position))
    assert snapshots.positions() == [1, 2, 3, 4]


def test_other_names_are_no_positions() -> None:
    disk = SimulatedDisk()
    snapshots = store(disk)
    path = snapshots.save(snapshot(7))
    for name in ("7", "\u0667" * 20, "0" * 21, f"{7:020d}\n"):
        disk.close(disk.open_write(path.with_name(f"{name}.snapshot")))
    assert snapshots.positions() == [7]


def test_a_flip_or_a_cut_anywhere_is_noticed() -> None:
    disk = SimulatedDisk()
    snapshots = store(disk)
    path = snapshots.save(snapshot(5, 20))
    content = disk.content(path)
    good = bytes(content)
    for offset in range(len(good)):
        content[offset] ^= 1 << offset % 8
        with pytest.raises(SnapshotError, match=str(path)):
            snapshots.load(5)
        content[:] = good[:offset]
        with pytest.raises(SnapshotError, match=str(path)):
            snapshots.load(5)
        content[:] = good
    content += b"\0"
    with pytest.raises(SnapshotError, match="size or position is wrong"):
        snapshots.load(5)
    content[:] = good
    content[8] = 9
    with pytest.raises(SnapshotError, match=r"has format version 9, .* reads 1"):
        snapshots.load(5)


def test_a_snapshot_under_another_name_is_noticed() -> None:
    disk = SimulatedDisk()
    snapshots = store(disk)
    disk.rename(snapshots.save(snapshot(5)), snapshots.path(6))
    with pytest.raises(SnapshotError, match="size or position is wrong"):
        snapshots.load(6)


def test_a_save_that_fails_leaves_the_others_and_no_trace_for_recovery() -> None:
    disk = SimulatedDisk()
    snapshots = store(disk)
    snapshots.save(snapshot(1))
    for position, call in enumerate(("pwrite", "sync", "rename"), 2):
        disk.fail(call, errno.ENOSPC)
        with pytest.raises(OSError, match="simulated"):
            snapshots.save(snapshot(position, 300))
        assert snapshots.positions() == [1]
    snapshots.save(snapshot(4, 10))  # over what an attempt at the same left behind
    assert snapshots.load(4) == snapshot(4, 10)
    assert disk.names(DIRECTORY / "snapshots") == [
        snapshots.path(1).name,
        snapshots.path(4).name,
    ]


@pytest.mark.parametrize("seed", range(20))
def test_power_may_fail_at_any_call_of_a_save(seed: int) -> None:
    disk = SimulatedDisk(seed)
    snapshots = store(disk)
    for position in (1, 2, 3):
        snapshots.save(snapshot(position))
    for call in range(1, 9):
        hit = copy.deepcopy(disk)
        hit.lose_power_after(call)
        snapshots = SnapshotStore(DIRECTORY, hit)
        saved = False
        try:
            snapshots.save(snapshot(4, 2000))
            saved = True
        except PowerLost:
            pass
        hit.restart()
        positions = snapshots.positions()
        assert {2, 3} <= set(positions)
        assert 4 in positions or not saved
        for position in positions:
            snapshots.load(position)
        snapshots.save(snapshot(5))
        assert len(hit.names(DIRECTORY / "snapshots")) == 3
