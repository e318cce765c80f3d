"""From the newest good snapshot and the tail to the very same exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from carbonex.engine import Batch, Exchange
from carbonex.engine.snapshot import FORMAT
from carbonex.journal import (
    DamageError,
    LogError,
    LogReader,
    SnapshotStore,
    recover,
)
from journal.faulty_disk import DIRECTORY, SimulatedDisk
from journal.samples import FIRST, open_log
from journal.trading import Venue, trading


if TYPE_CHECKING:
    from carbonex.engine import Applied


DONE = trading(60)


def test_without_snapshots_everything_is_replayed() -> None:
    venue = Venue()
    seen: list[tuple[int, Batch, Applied]] = []
    recovered = recover(
        venue.log,
        SnapshotStore(DIRECTORY / "none", venue.disk),
        progress=lambda *what: seen.append(what),
    )
    assert recovered.position == 60
    assert recovered.snapshot == 0
    assert recovered.chain == venue.rows[-1].hash
    assert recovered.warnings == []
    assert recovered.exchange.digest() == DONE.states[-1].digest
    assert [position for position, _, _ in seen] == list(range(1, 61))
    assert [batch for _, batch, _ in seen] == DONE.batches
    assert [applied for _, _, applied in seen] == DONE.applied


@pytest.mark.parametrize("upto", range(61))
def test_any_position_can_be_recovered_from_the_snapshot_before_it(upto: int) -> None:
    venue = Venue()
    recovered = recover(venue.log, venue.snapshots, upto)
    assert recovered.position == upto
    assert recovered.snapshot == upto // 20 * 20
    assert recovered.chain == venue.log.hash_at(upto)
    expected = DONE.states[upto - 1].digest if upto else Exchange().digest()
    assert recovered.exchange.digest() == expected


def test_an_empty_log_gives_an_empty_exchange() -> None:
    disk = SimulatedDisk()
    log = open_log(disk)
    recovered = recover(log, SnapshotStore(DIRECTORY, disk))
    assert recovered[1:] == (0, log.hash_at(0), 0, [])
    assert recovered.exchange.digest() == Exchange().digest()


def test_a_damaged_snapshot_falls_back_to_the_one_before_and_to_the_beginning() -> None:
    venue = Venue()
    for position, fallback in ((60, 40), (40, 20), (20, 0)):
        venue.damage_snapshot(position)
        recovered = recover(venue.log, venue.snapshots)
        assert recovered.snapshot == fallback
        assert recovered.exchange.digest() == DONE.states[-1].digest
        assert len(recovered.warnings) == 3 - fallback // 20
        assert "snapshot 60 was passed over: " in recovered.warnings[0]
        assert "its checksum is wrong" in recovered.warnings[0]


def test_a_snapshot_of_another_log_or_format_is_passed_over() -> None:
    venue = Venue()
    row = venue.rows[-1]
    venue.snapshots.save(DONE.snapshot(row)._replace(chain=bytes(32)))
    assert "is of another log" in recover(venue.log, venue.snapshots).warnings[0]
    venue.snapshots.save(DONE.snapshot(row)._replace(data=b"\x90"))
    recovered = recover(venue.log, venue.snapshots)
    assert "cannot be restored: not a snapshot" in recovered.warnings[0]
    assert recovered.snapshot == 40


def test_a_snapshot_of_an_older_release_is_passed_over() -> None:
    venue = Venue()
    older = msgspec.msgpack.encode([0, 42, 0, 0, []])  # it begins with its format
    venue.snapshots.save(DONE.snapshot(venue.rows[-1])._replace(data=older))
    recovered = recover(venue.log, venue.snapshots)
    assert recovered.warnings == [
        (
            "snapshot 60 was passed over: it cannot be restored:"
            f" snapshot of format 0; this reads {FORMAT}"
        )
    ]
    assert recovered.snapshot == 40
    assert recovered.exchange.digest() == DONE.states[-1].digest


def test_a_truncated_log_needs_a_snapshot_that_reaches_its_beginning() -> None:
    venue = Venue()
    venue.truncate(41)
    first, _ = venue.log.bounds()
    venue.damage_snapshot(60)
    recovered = recover(venue.log, venue.snapshots)
    assert recovered.snapshot == 40
    assert recovered.exchange.digest() == DONE.states[-1].digest

    venue.damage_snapshot(40)
    expected = rf"begins at position {first}, and no snapshot from {first - 1} to 60"
    with pytest.raises(LogError, match=expected + r".*checksum.*checksum"):
        recover(venue.log, venue.snapshots)
    venue.remove_snapshot(40)
    venue.remove_snapshot(60)
    with pytest.raises(LogError, match=expected + r" can be used: there is none"):
        recover(venue.log, venue.snapshots)
    with pytest.raises(LogError, match=rf"from {first - 1} to {first - 1} can be"):
        recover(venue.log, venue.snapshots, upto=0)  # before the log's beginning


def test_a_log_that_ends_before_a_snapshot_has_lost_rows() -> None:
    venue = Venue()
    venue.snapshots.save(DONE.snapshot(venue.rows[-1])._replace(position=61))
    with pytest.raises(LogError, match=r"ends at position 60, but .*61.snapshot was"):
        recover(venue.log, venue.snapshots)


def test_damage_in_the_rows_that_are_needed_stops_the_recovery() -> None:
    venue = Venue()
    venue.disk.content(FIRST)[5000] ^= 1
    recover(venue.log, venue.snapshots, upto=60)
    with pytest.raises(DamageError, match=r"0001\.log is damaged at offset"):
        recover(venue.log, SnapshotStore(DIRECTORY / "none", venue.disk))


def test_a_payload_of_a_newer_release_is_named_and_not_guessed() -> None:
    disk = SimulatedDisk()
    log = open_log(disk)
    row = DONE.publish(log)[0]._replace(payload=b"\x91\x92\x7f\xa0")
    with pytest.raises(LogError, match=r"row 1 cannot be read: .* a newer carbonex"):
        row.batch()


def test_a_follower_recovers_beside_the_live_server() -> None:
    venue = Venue()
    reader = LogReader(DIRECTORY, venue.disk)
    venue.log.publish(Batch(0, 1, 1, 60, []))
    recovered = recover(reader, venue.snapshots)
    assert recovered.position == 60
    assert recovered.exchange.digest() == DONE.states[-1].digest
