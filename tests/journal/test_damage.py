"""The log cut and flipped at every place: refused, or repaired and reported.

What the head names was answered and must be there; whatever a later row or
segment proves to have been durable must be there, too. Only a last row that
nothing speaks for may go, and never in silence.
"""

from __future__ import annotations

import copy
from itertools import pairwise, product
from typing import TYPE_CHECKING

import pytest

from carbonex.journal import DamageError, LogError, LogReader
from carbonex.journal.records import (
    HEADER_BYTES,
    Header,
    encode_head,
    encode_header,
    record_size,
)
from journal.faulty_disk import DIRECTORY, SECTOR
from journal.samples import (
    FIRST,
    HEAD,
    fill,
    open_log,
    rows,
    set_head,
    written,
)


if TYPE_CHECKING:
    from carbonex.journal import Row
    from journal.faulty_disk import SimulatedDisk


SECOND = DIRECTORY / "log" / "00000000000000000007.log"


def ends(written: list[Row]) -> list[int]:
    """Where each row ends in a segment that holds them all; 0 rows first."""
    offsets = [HEADER_BYTES]
    for row in written:
        offsets.append(offsets[-1] + record_size(len(row.payload)))
    return offsets


def flipped(disk: SimulatedDisk, offset: int, bit: int = 0) -> SimulatedDisk:
    disk = copy.deepcopy(disk)
    disk.content(FIRST)[offset] ^= 1 << bit
    return disk


def cut(disk: SimulatedDisk, size: int) -> SimulatedDisk:
    disk = copy.deepcopy(disk)
    del disk.content(FIRST)[size:]
    return disk


def refusal(disk: SimulatedDisk) -> DamageError:
    """Why the log is not opened, by its server or by a reader."""
    with pytest.raises(DamageError) as refused:
        open_log(disk)
    with pytest.raises(DamageError) as unread:
        LogReader(DIRECTORY, disk)
    assert str(refused.value) == str(unread.value)
    assert str(refused.value.path) in str(refused.value)
    assert f"offset {refused.value.offset} " in str(refused.value)
    assert f"(position {refused.value.position})" in str(refused.value)
    return refused.value


def opened(disk: SimulatedDisk, kept: list[Row], torn_at: int = 0) -> None:
    """Make sure that exactly ``kept`` is there, what was cut is told, and it goes on."""
    log = open_log(disk)
    assert rows(log) == kept
    if torn_at:
        (warning,) = log.warnings
        place = f"offset {torn_at} (position {len(kept) + 1})"
        assert f"{place}: removed; it was never answered" in warning
    else:
        assert log.warnings == []
    more = fill(log, 2)
    disk.kill()
    log = open_log(disk)
    assert log.warnings == []
    assert rows(log) == [*kept, *more]


def test_a_flip_anywhere_in_the_header_refuses_the_log() -> None:
    disk, _ = written(3)
    for offset in range(0, HEADER_BYTES, 3):
        with pytest.raises(LogError, match=str(FIRST)):
            open_log(flipped(disk, offset, offset % 8))


def test_a_flip_in_any_row_that_was_answered_refuses_the_log() -> None:
    disk, answered = written(6)
    places = ends(answered)
    for number, (begin, end) in enumerate(pairwise(places), 1):
        for offset in range(begin, end):
            error = refusal(flipped(disk, offset, offset % 8))
            assert (error.path, error.offset, error.position) == (FIRST, begin, number)


def test_without_the_head_only_the_last_row_may_go_and_it_is_told() -> None:
    disk, answered = written(6)
    set_head(disk, answered[2])
    places = ends(answered)
    for offset in range(HEADER_BYTES, places[-1]):
        damaged = flipped(disk, offset, offset % 8)
        if offset < places[-2]:
            assert refusal(damaged).offset <= offset
        else:
            opened(damaged, answered[:-1], torn_at=places[-2])


def test_a_flip_in_the_zeros_ahead_is_removed() -> None:
    disk, answered = written(6)
    end = ends(answered)[-1]
    size = len(disk.content(FIRST))
    assert size > end + 1000
    for offset in (*range(end, end + 200), *range(end + 200, size, 97), size - 1):
        opened(flipped(disk, offset, offset % 8), answered, torn_at=end)


def test_a_log_cut_before_the_head_is_refused_at_every_byte_and_left_alone() -> None:
    disk, answered = written(6)
    places = ends(answered)
    content = disk.content(FIRST)
    for size in range(len(content), places[-1] - 1, -16):
        opened(cut(disk, size), answered)
    for size in range(places[-1] - 1, -1, -1):
        del content[size:]
        before = bytes(content)
        error = refusal(disk)
        assert disk.content(FIRST) == before
        whole = sum(end <= size for end in places) - 1
        if whole < 0:
            assert (error.offset, error.position) == (0, 1)
        else:
            assert (error.offset, error.position) == (places[whole], whole + 1)


def test_a_log_cut_behind_the_head_keeps_every_whole_row() -> None:
    disk, answered = written(6)
    set_head(disk, answered[2])
    places = ends(answered)
    for size in range(places[2], places[-1]):
        damaged = cut(disk, size)
        whole = sum(end <= size for end in places) - 1
        if whole < 3:
            refusal(damaged)
        else:
            is_torn = size > places[whole]
            opened(damaged, answered[:whole], torn_at=places[whole] * is_torn)


def test_a_row_torn_in_any_way_between_its_sectors_is_removed() -> None:
    disk, answered = written(3, size=40)
    log = open_log(disk)
    begin = log._offset
    row = fill(log, 1, size=5 * SECTOR)[0]
    end = log._offset
    set_head(disk, answered[-1])
    disk.kill()
    sectors = range(begin // SECTOR * SECTOR, end, SECTOR)
    for lost in product((False, True), repeat=len(sectors)):
        torn = copy.deepcopy(disk)
        for start, is_lost in zip(sectors, lost, strict=True):
            if is_lost:
                first, last = max(start, begin), min(start + SECTOR, end)
                torn.content(FIRST)[first:last] = bytes(last - first)
        if any(lost):
            torn_at = 0 if all(lost) else begin
            opened(torn, answered, torn_at)
        else:
            opened(torn, [*answered, row])


def test_a_lost_sector_across_two_rows_is_damage_even_at_the_end() -> None:
    """Nothing valid is left behind it, but what is left was written later."""
    disk, answered = written(6, size=300)
    set_head(disk, answered[2])
    places = ends(answered)
    disk.content(FIRST)[places[5] - 40 : places[5] + 100] = bytes(140)
    error = refusal(disk)
    assert (error.offset, error.position) == (places[4], 5)


def test_a_last_row_whose_hash_ends_in_zeros_proves_the_one_before() -> None:
    disk, _ = written(0)
    log = open_log(disk, segment_bytes=1 << 20)
    answered = fill(log, 3)
    while answered[-1].hash[-1] or len(answered) < 5:
        answered += fill(log, 1)
    disk.kill()
    set_head(disk, answered[-3])
    begin = ends(answered)[-3]
    disk.content(FIRST)[begin + 3] ^= 0x80  # its length: where it ends is unknown
    error = refusal(disk)
    assert (error.offset, error.position) == (begin, len(answered) - 1)


def two_segments() -> tuple[SimulatedDisk, list[Row]]:
    """Six rows in one segment, three in the next."""
    disk, answered = written(6)
    log = open_log(disk)
    log.roll()
    answered += fill(log, 3)
    disk.kill()
    return disk, answered


def test_a_later_segment_proves_every_row_of_the_ones_before() -> None:
    disk, answered = two_segments()
    set_head(disk, answered[2])
    places = ends(answered[:6])
    for offset in range(places[3], places[6], 7):
        error = refusal(flipped(disk, offset))
        assert error.path == FIRST
        assert error.offset == max(place for place in places if place <= offset)


def test_damage_in_old_segments_is_found_where_they_are_read() -> None:
    """Opening verifies from the head on: old rows cost time only when needed."""
    disk, answered = two_segments()
    offset = ends(answered[:6])[4] + 5
    log = open_log(flipped(disk, offset))
    assert list(log.tail(7)) == answered[6:]
    tail = log.tail(1)
    assert [next(tail) for _ in range(4)] == answered[:4]
    with pytest.raises(DamageError, match=r"01\.log is damaged .*\(position 5\)"):
        next(tail)


def test_a_segment_that_does_not_follow_the_one_before_is_damage() -> None:
    disk, answered = two_segments()
    disk.remove(HEAD)
    other, _ = written(5, size=21)
    log = open_log(other)
    fill(log, 1)
    log.roll()
    disk.content(SECOND)[:HEADER_BYTES] = other.content(SECOND)[:HEADER_BYTES]
    error = refusal(disk)
    assert (error.path, error.position) == (SECOND, 7)
    assert f"after hash {answered[5].hash.hex()}" in error.expected


def test_a_missing_segment_in_the_middle_is_named() -> None:
    disk, answered = two_segments()
    log = open_log(disk)
    log.roll()
    fill(log, 1)
    disk.kill()
    disk.remove(SECOND)
    disk.remove(HEAD)
    error = refusal(disk)
    assert (error.path, error.position) == (FIRST, 7)
    assert error.offset == ends(answered[:6])[-1]


def test_a_head_that_is_newer_than_the_log_refuses_it() -> None:
    disk, answered = two_segments()
    disk.remove(SECOND)
    error = refusal(disk)
    assert (error.path, error.position) == (FIRST, 7)
    assert error.expected == "the rows up to 9, which were answered"
    disk.remove(FIRST)
    with pytest.raises(LogError, match="no segments, but position 9 was answered"):
        open_log(disk)
    assert answered[-1].position == 9


def test_a_head_of_another_run_refuses_the_log() -> None:
    disk, answered = written(3)
    disk.content(HEAD)[:] = encode_head(2, answered[0].hash)
    with pytest.raises(LogError, match=r"names row 2 with hash .* not from the same"):
        open_log(disk)
    disk.content(HEAD)[:] = encode_head(0, answered[0].hash)
    with pytest.raises(LogError, match=r"names row 0 with hash .* not from the same"):
        open_log(disk)


def test_a_damaged_or_missing_head_is_told_and_made_anew() -> None:
    disk, answered = written(3)
    good = bytes(disk.content(HEAD))
    for offset in range(len(good)):
        damaged = copy.deepcopy(disk)
        damaged.content(HEAD)[offset] ^= 1 << offset % 8
        log = open_log(damaged)
        assert log.warnings == [
            "/data/log/head is damaged: no lower bound for the log's end"
        ]
        assert rows(log) == answered
        assert damaged.content(HEAD) == good
    del disk.content(HEAD)[20:]
    assert "damaged" in LogReader(DIRECTORY, disk).warnings[0]
    disk.remove(HEAD)
    assert "missing" in open_log(disk).warnings[0]


def test_another_format_version_is_refused_by_name() -> None:
    disk, _ = written(3)
    disk.content(FIRST)[8] = 2
    with pytest.raises(LogError, match=r"has format version 2, this carbonex reads 1"):
        open_log(disk)


def test_a_foreign_file_or_venue_among_the_segments_is_refused() -> None:
    disk, _ = two_segments()
    other, _ = written(0)
    header = Header("elsewhere", 7, bytes(32))
    disk.content(SECOND)[:HEADER_BYTES] = encode_header(header)
    with pytest.raises(LogError, match="belongs to venue 'elsewhere'"):
        open_log(disk)
    other.open_write(DIRECTORY / "log" / "copy.log")
    with pytest.raises(LogError, match=r"copy\.log is no segment's name"):
        open_log(other)
    disk.rename(FIRST, FIRST.with_name("00000000000000000002.log"))
    assert "first position 2, as its name says" in str(refusal(disk))
