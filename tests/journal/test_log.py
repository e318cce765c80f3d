"""The log does what its interface says."""

from __future__ import annotations

import os
from hashlib import blake2b
from typing import TYPE_CHECKING

import pytest

from carbonex.engine import Batch, Deposit
from carbonex.journal import (
    LockedError,
    Log,
    LogError,
    LogReader,
    PoisonedError,
    SegmentLog,
)
from carbonex.journal.records import MAX_PAYLOAD, genesis
from journal.faulty_disk import DIRECTORY, SimulatedDisk
from journal.samples import FIRST, HEAD, VENUE, batch, fill, open_log, rows


if TYPE_CHECKING:
    from carbonex.journal import Row


def chained(row: Row, before: bytes) -> bytes:
    """The hash of ``row`` as the format's description has it."""
    fields = (
        len(row.payload).to_bytes(4, "little"),
        row.gateway.to_bytes(4, "little"),
        row.position.to_bytes(8, "little"),
        row.time_ns.to_bytes(8, "little", signed=True),
        row.epoch.to_bytes(8, "little"),
        row.n.to_bytes(8, "little"),
        row.payload.ljust((len(row.payload) + 7) // 8 * 8, b"\0"),
    )
    return blake2b(before + b"".join(fields), digest_size=32).digest()


def test_a_published_batch_comes_back_as_the_row_that_publish_returned() -> None:
    disk = SimulatedDisk()
    log: Log = open_log(disk)
    assert log.bounds() == (1, 0)
    assert list(log.tail(1)) == []

    sent = Batch(-5, 7, 3, 9, [Deposit("k", "a", 1, "r"), Deposit("k", "b", 2, "s")])
    row = log.publish(sent)
    assert row[:5] == (1, -5, 7, 3, 9)
    assert row.batch() == sent
    assert log.bounds() == (1, 1)
    assert list(log.tail(1)) == [row]


def test_the_chain_covers_every_field_and_begins_with_the_venue() -> None:
    log = open_log(SimulatedDisk())
    before = log.hash_at(0)
    assert before == genesis(VENUE) != genesis("another-venue")
    for size in range(20):  # payloads of every length modulo eight
        row = fill(log, 1, size)[0]
        assert row.hash == chained(row, before)
        before = row.hash
    assert log.hash_at(20) == before


def test_the_log_goes_on_where_it_was_closed() -> None:
    disk = SimulatedDisk()
    with open_log(disk) as log:
        written = fill(log, 5)
    with open_log(disk) as log:
        assert log.warnings == []
        assert rows(log) == written
        written += fill(log, 5)
    assert rows(LogReader(DIRECTORY, disk)) == written


def test_the_tail_begins_anywhere_between_first_and_next() -> None:
    log = open_log(SimulatedDisk())
    written = fill(log, 40, size=100)
    assert len(list(log._segments)) > 1
    for position in range(1, 42):
        assert list(log.tail(position)) == written[position - 1 :]
        assert position == 41 or log.hash_at(position) == written[position - 1].hash
    for position in (0, 42):
        with pytest.raises(LogError, match=r"positions 1 to 40: cannot read from"):
            log.tail(position)


def test_the_tail_ends_with_what_is_durable_when_it_is_asked_for() -> None:
    log = open_log(SimulatedDisk())
    written = fill(log, 3)
    tail = log.tail(1)
    fill(log, 3)
    assert list(tail) == written


def test_format_version_1_does_not_change() -> None:
    """A log must be readable for as long as its venue has to answer for it."""
    disk = SimulatedDisk()
    fill(open_log(disk), 3)
    files = bytes(disk.content(FIRST) + disk.content(HEAD))
    assert blake2b(files, digest_size=16).hexdigest() == (
        "f105faa0a1c361a8e9afd7326e4a19c2"
    )


def test_a_full_segment_is_followed_by_a_new_one() -> None:
    disk = SimulatedDisk()
    log = open_log(disk, segment_bytes=8192)
    written = fill(log, 60, size=200)
    names = disk.names(DIRECTORY / "log")
    assert names == ["00000000000000000001.log", *names[1:-1], "head"]
    assert len(names) > 4
    for name in names[:-1]:
        assert len(disk.content(DIRECTORY / "log" / name)) <= 8192
    disk.kill()
    assert rows(open_log(disk)) == written


def test_a_row_larger_than_a_segment_has_one_of_its_own() -> None:
    disk = SimulatedDisk()
    log = open_log(disk, segment_bytes=8192)
    written = [*fill(log, 1), *fill(log, 1, size=20_000), *fill(log, 1)]
    assert len(disk.names(DIRECTORY / "log")) == 4
    disk.kill()
    assert rows(open_log(disk)) == written


def test_rows_of_any_size_are_read() -> None:
    disk = SimulatedDisk()
    log = open_log(disk, segment_bytes=1 << 30)
    written = [*fill(log, 2), *fill(log, 2, size=3 << 20), *fill(log, 2)]
    assert len(disk.names(DIRECTORY / "log")) == 2
    disk.kill()
    assert rows(open_log(disk)) == written


def test_roll_begins_a_segment_unless_the_last_one_is_empty() -> None:
    disk = SimulatedDisk()
    log = open_log(disk)
    log.roll()
    written = fill(log, 2)
    log.roll()
    log.roll()
    assert disk.names(DIRECTORY / "log") == [
        "00000000000000000001.log",
        "00000000000000000003.log",
        "head",
    ]
    assert LogReader(DIRECTORY, disk).bounds() == (1, 2)
    written += fill(log, 2)
    disk.kill()
    assert rows(open_log(disk)) == written


def test_a_batch_that_is_too_large_is_refused_and_changes_nothing() -> None:
    log = open_log(SimulatedDisk())
    with pytest.raises(LogError, match=f"above the limit of {MAX_PAYLOAD}"):
        log.publish(batch(0, size=MAX_PAYLOAD))
    assert log.bounds() == (1, 0)
    fill(log, 1)


def test_full_tells_when_the_reserve_is_reached() -> None:
    disk = SimulatedDisk()
    log = open_log(disk)
    disk.free = 1000
    assert not log.full
    disk.free = 999
    assert log.full
    fill(log, 1)  # what must still be logged is
    disk.free = 1000
    assert not log.full


def test_a_second_server_is_kept_out() -> None:
    disk = SimulatedDisk()
    log = open_log(disk)
    with pytest.raises(LockedError, match=rf"/data is in use by process {os.getpid()}"):
        open_log(disk)
    fill(log, 1)
    log.close()
    open_log(disk)


def test_an_open_that_fails_lets_go_of_the_lock() -> None:
    disk = SimulatedDisk()
    open_log(disk).close()
    with pytest.raises(LogError, match="of venue 'test-venue', not 'other'"):
        SegmentLog(DIRECTORY, "other", disk)
    open_log(disk)


def test_a_closed_log_takes_nothing() -> None:
    log = open_log(SimulatedDisk())
    log.close()
    with pytest.raises(PoisonedError, match="it was closed"):
        fill(log, 1)
