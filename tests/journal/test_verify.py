"""Verification finds nothing in a sound directory, and else the first fault."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from carbonex.engine import Batch, Checkpoint, Deposit, Exchange, GatewayOpened
from carbonex.engine.snapshot import FORMAT
from carbonex.journal import (
    LogError,
    OsDisk,
    SegmentLog,
    Snapshot,
    SnapshotStore,
    verify,
)
from carbonex.journal.records import HEADER_BYTES, encode_head
from journal.faulty_disk import DIRECTORY, SimulatedDisk
from journal.samples import FIRST, HEAD, open_log
from journal.trading import Venue, trading


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.journal import Fault, Row


DONE = trading(60)


class Reading(OsDisk):
    """A disk that must not be written to."""

    def open_write(self, path: Path) -> int:
        raise AssertionError(path)

    def pwrite(self, fd: int, data: bytes | memoryview, offset: int) -> None:
        raise AssertionError

    def lock(self, fd: int) -> None:
        raise AssertionError

    def make_directory(self, path: Path) -> None:
        raise AssertionError(path)


def fault(venue: Venue, *, deep: bool = False) -> Fault:
    report = verify(DIRECTORY, venue.disk, deep=deep)
    assert not report.ok
    assert report.fault is not None
    assert report.last <= max(report.fault.position, 60)
    return report.fault


def place(venue: Venue, position: int) -> tuple[Path, int, int]:
    """Where a row lies: file, offset, and the first byte of its payload."""
    for path in [DIRECTORY / "log" / n for n in venue.disk.names(DIRECTORY / "log")]:
        payload = venue.rows[position - 1].payload
        at = bytes(venue.disk.content(path)).find(payload)
        if at >= 0:
            return path, at - 40, at
    raise AssertionError


def flip(venue: Venue, position: int) -> tuple[Path, int]:
    path, offset, payload = place(venue, position)
    venue.disk.content(path)[payload] ^= 1
    return path, offset


@pytest.mark.parametrize("deep", [False, True])
def test_a_sound_directory_is_replayed_to_the_end(*, deep: bool) -> None:
    venue = Venue()
    report = verify(DIRECTORY, venue.disk, deep=deep)
    assert report.ok
    assert report.fault is None
    assert (report.venue, report.first, report.last) == ("test-venue", 1, 60)
    assert report.commands == sum(len(batch.commands) for batch in DONE.batches)
    assert (report.checkpoints, report.snapshots) == (6, 3)
    assert report.hash == venue.rows[-1].hash.hex()
    assert report.digest == DONE.states[-1].digest.hex()
    assert (report.torn_bytes, report.notes) == (0, [])


def test_a_copy_is_read_without_writing_or_locking(tmp_path: Path) -> None:
    with SegmentLog(tmp_path, "test-venue", segment_bytes=8192) as log:
        DONE.publish(log)
        report = verify(tmp_path, Reading(), deep=True)
    assert report.ok
    assert report.last == 60


def test_the_report_can_be_sent_as_json() -> None:
    venue = Venue()
    flip(venue, 7)
    report = json.loads(msgspec.json.encode(verify(DIRECTORY, venue.disk)))
    assert report["fault"]["position"] == 7
    assert report["last"] == 6


@pytest.mark.parametrize("position", range(1, 61))
def test_a_flipped_row_is_named(position: int) -> None:
    venue = Venue()
    path, offset = flip(venue, position)
    if position < 50:
        flip(venue, position + 10)  # the first is named
    found = fault(venue)
    assert (found.path, found.offset, found.position) == (str(path), offset, position)
    assert found.expected.startswith(("the chain hash", "rows up to 60"))


def test_a_row_without_its_head_is_torn_and_no_fault() -> None:
    venue = Venue()
    flip(venue, 60)
    venue.remove_snapshot(60)
    venue.disk.content(HEAD)[:] = encode_head(59, venue.rows[58].hash)
    report = verify(DIRECTORY, venue.disk)
    assert report.ok
    assert report.last == 59
    assert report.torn_bytes > 0


def test_a_lost_end_is_noticed_by_the_head_or_by_a_snapshot() -> None:
    venue = Venue()
    path, offset, _ = place(venue, 58)
    del venue.disk.content(path)[offset:]
    found = fault(venue)
    assert (found.path, found.offset, found.position) == (str(path), offset, 58)
    assert "rows up to 60" in found.expected
    venue.disk.remove(HEAD)
    assert fault(venue) == found
    venue.remove_snapshot(60)
    report = verify(DIRECTORY, venue.disk)
    assert report.ok
    assert "head is missing" in report.notes[0]


def test_a_damaged_header_is_named_after_the_rows_before_it() -> None:
    venue = Venue()
    names = venue.disk.names(DIRECTORY / "log")[:-1]
    assert len(names) > 2
    second = DIRECTORY / "log" / names[1]
    first = int(second.stem)
    venue.disk.content(second)[20] ^= 1
    found = fault(venue)
    assert (found.path, found.offset, found.position) == (str(second), 0, first)

    path, offset = flip(venue, first - 1)
    found = fault(venue)
    assert (found.path, found.offset, found.position) == (str(path), offset, first - 1)

    venue = Venue()
    venue.disk.content(FIRST)[HEADER_BYTES - 1] ^= 1
    found = fault(venue)
    assert (found.path, found.offset, found.position) == (str(FIRST), 0, 1)


def test_a_missing_segment_is_named() -> None:
    venue = Venue()
    second = DIRECTORY / "log" / venue.disk.names(DIRECTORY / "log")[1]
    venue.disk.remove(second)
    found = fault(venue)
    assert (found.path, found.position) == (str(FIRST), int(second.stem))


def test_a_head_that_does_not_fit_is_named() -> None:
    venue = Venue()
    venue.disk.content(HEAD)[:] = encode_head(30, bytes(32))
    found = fault(venue)
    assert (found.path, found.position) == (str(HEAD), 30)
    assert found.expected == f"the chain hash {venue.rows[29].hash.hex()}"
    venue.disk.content(HEAD)[3] ^= 1
    found = fault(venue)
    assert (found.path, found.expected) == (str(HEAD), "a head")


def test_a_damaged_snapshot_is_named() -> None:
    venue = Venue()
    venue.damage_snapshot(40)
    flip(venue, 41)
    found = fault(venue)
    assert (found.path, found.position) == (str(venue.snapshots.path(40)), 40)
    assert "checksum" in found.found


def test_a_snapshot_that_newer_ones_replaced_meanwhile_is_no_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """``carbonex snapshot`` was at work beside it."""
    venue, load = Venue(), SnapshotStore.load

    def meanwhile(store: SnapshotStore, position: int) -> Snapshot:
        if position == 20:
            venue.remove_snapshot(20)
        return load(store, position)

    monkeypatch.setattr(SnapshotStore, "load", meanwhile)
    report = verify(DIRECTORY, venue.disk)
    assert report.ok
    assert report.snapshots == 2
    assert report.notes == ["snapshot 20 was removed meanwhile"]


def test_a_snapshot_that_is_whole_but_not_the_replayed_state_is_named() -> None:
    venue = Venue()
    row = venue.rows[59]
    wrong = DONE.snapshot(row)._replace(digest=DONE.states[58].digest)
    venue.snapshots.save(wrong)
    found = fault(venue)
    assert found.position == 60
    assert DONE.states[59].digest.hex() in found.expected
    assert found.found == DONE.states[58].digest.hex()
    venue.snapshots.save(DONE.snapshot(row)._replace(chain=bytes(32)))
    found = fault(venue)
    assert (found.position, found.found) == (60, "00" * 32)


def test_a_snapshot_of_an_older_release_is_noted_and_not_compared() -> None:
    venue = Venue()
    older = msgspec.msgpack.encode([0, 42, 0, 0, []])  # it begins with its format
    snapshot = DONE.snapshot(venue.rows[-1])
    venue.snapshots.save(snapshot._replace(data=older, digest=bytes(32)))
    report = verify(DIRECTORY, venue.disk)
    assert report.ok
    assert report.snapshots == 2
    assert report.notes == [
        f"snapshot 60 was not compared: snapshot of format 0; this reads {FORMAT}"
    ]


def published(*batches: Batch) -> tuple[SimulatedDisk, list[Row]]:
    disk = SimulatedDisk()
    log = open_log(disk)
    return disk, [log.publish(batch) for batch in batches]


def test_a_checkpoint_that_does_not_fit_is_named() -> None:
    opened = Batch(0, 1, 1, 0, [GatewayOpened("")])
    exchange = Exchange()
    exchange.apply(opened)
    right, wrong = exchange.digest(), Exchange().digest()
    disk, _ = published(opened, Batch(0, 1, 1, 1, [Checkpoint("", right, FORMAT)]))
    assert verify(DIRECTORY, disk).checkpoints == 1

    disk, _ = published(
        opened,
        Batch(
            0, 1, 1, 0, [Checkpoint("", wrong, FORMAT)]
        ),  # not the next batch: nothing
        Batch(0, 1, 1, 1, [Deposit("", "a", 1, "r"), Checkpoint("", wrong, FORMAT)]),
    )
    found = verify(DIRECTORY, disk).fault
    assert found is not None
    assert (found.path, found.position) == (str(FIRST), 3)
    assert right.hex() in found.expected
    assert found.found == wrong.hex()


def test_a_checkpoint_of_another_release_is_noted_and_not_compared() -> None:
    opened = Batch(0, 1, 1, 0, [GatewayOpened("")])
    disk, _ = published(
        opened, Batch(0, 1, 1, 1, [Checkpoint("", bytes(32), FORMAT + 1)])
    )
    report = verify(DIRECTORY, disk)
    assert report.ok
    assert report.checkpoints == 0
    assert report.notes == [
        "of another release's snapshots and not compared: 1 checkpoint"
    ]


def test_an_exchange_that_breaks_its_invariants_is_named_where_deep() -> None:
    venue = Venue()
    exchange = Exchange.restore(DONE.states[39].data)
    exchange.cash += 1  # what all accounts hold together
    wrong = DONE.snapshot(venue.rows[39])._replace(
        data=exchange.snapshot(), digest=exchange.digest()
    )
    venue.snapshots.save(wrong)
    venue.truncate(41)  # so that nothing before it contradicts the snapshot
    found = fault(venue, deep=True)
    assert found.position == 46  # the first checkpoint
    assert found.expected == "an exchange whose invariants hold"
    assert "digest" in fault(venue).expected


def test_a_truncated_log_is_replayed_from_its_oldest_snapshot() -> None:
    venue = Venue()
    venue.truncate(21)
    for oldest in (20, 40, 60):
        report = verify(DIRECTORY, venue.disk, deep=True)
        assert report.ok
        assert (report.first, report.last) == (21, 60)
        assert report.commands == sum(len(b.commands) for b in DONE.batches[oldest:])
        assert report.digest == DONE.states[-1].digest.hex()
        (note,) = report.notes
        assert note.startswith("positions 1 to 20 are neither in /data/log nor in")
        venue.remove_snapshot(oldest)
    found = fault(venue)
    assert found.position == 21
    assert found.expected.startswith("a snapshot to replay from")


def test_snapshots_from_before_the_log_are_noted() -> None:
    venue = Venue()
    venue.truncate(41)
    report = verify(DIRECTORY, venue.disk)
    assert report.ok
    assert report.notes[1:] == ["older than the log and not compared: snapshots [20]"]


def test_what_cannot_be_verified_at_all_is_an_error() -> None:
    with pytest.raises(LogError, match="holds no log"):
        verify(DIRECTORY, SimulatedDisk())
    venue = Venue()
    venue.disk.content(FIRST)[8] = 3
    with pytest.raises(LogError, match="format version 3"):
        verify(DIRECTORY, venue.disk)
