"""A log that ends before its own history or snapshots: it is never gone on with.

What was answered would be taken for a row that never was, and what proves it removed.
"""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from carbonex.journal import (
    HISTORY_NAME,
    DamageError,
    HistoryReader,
    HistoryStore,
    LogError,
    SegmentLog,
    SnapshotStore,
    verify,
)
from carbonex.journal.disk import OsDisk
from carbonex.journal.making import prepare
from carbonex.journal.promised import promised
from journal.histories import DONE, put
from journal.samples import VENUE


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS = 60
NEWEST = "00000000000000000041.log"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A venue whose server ended: its log, its history, no snapshot."""
    with SegmentLog(tmp_path, VENUE, segment_bytes=65_536) as log:
        DONE.publish(log)
    with closing(HistoryStore(tmp_path / HISTORY_NAME, VENUE)) as store:
        put(store)
    return tmp_path


def head(directory: Path) -> Path:
    return directory / "log" / "head"


def damage_last_row(directory: Path) -> None:
    path = directory / "log" / NEWEST
    content = bytearray(path.read_bytes())
    content[len(content.rstrip(b"\0")) - 60] ^= 1
    path.write_bytes(content)


def make_head_old(directory: Path) -> None:
    """Have the head as a power loss may leave it: some rows behind."""
    other = directory / "other"
    with SegmentLog(other, VENUE) as log:
        for batch in DONE.batches[: ROWS - 5]:
            log.publish(batch)
    shutil.copy(head(other), head(directory))
    shutil.rmtree(other)


def make_head_bad(directory: Path) -> None:
    head(directory).write_bytes(b"x" * 52)


def remove_head(directory: Path) -> None:
    head(directory).unlink()


def contents(directory: Path) -> dict[str, bytes]:
    files = (path for path in directory.rglob("*") if path.is_file())
    return {
        str(path): path.read_bytes()
        for path in files
        if path.name != "lock" and not path.name.endswith(("-shm", "-wal"))
    }


@pytest.mark.parametrize("head", [make_head_old, make_head_bad, remove_head])
@pytest.mark.parametrize("accept_loss", [False, True])
def test_damage_in_the_last_row_is_no_torn_tail_where_the_history_has_it(
    directory: Path, head: Callable[[Path], None], accept_loss: bool
) -> None:
    damage_last_row(directory)
    head(directory)
    before = contents(directory)
    with pytest.raises(
        DamageError, match=r"history\.sqlite was made of those up to 60"
    ):
        SegmentLog(directory, VENUE, accept_loss=accept_loss)
    assert contents(directory) == before
    with HistoryReader(directory / HISTORY_NAME) as history:
        assert history.position == ROWS


@pytest.mark.parametrize("head", [make_head_old, remove_head])
def test_a_row_that_the_history_does_not_have_may_be_torn(
    directory: Path, head: Callable[[Path], None]
) -> None:
    (directory / HISTORY_NAME).unlink()
    with closing(HistoryStore(directory / HISTORY_NAME, VENUE)) as store:
        put(store, last=ROWS - 1)
    damage_last_row(directory)
    head(directory)
    with SegmentLog(directory, VENUE, accept_loss=True) as log:
        assert log.bounds()[1] == ROWS - 1
        assert "torn row" in log.warnings[-1]


def test_a_segment_that_is_missing_is_missed_without_a_head(directory: Path) -> None:
    remove_head(directory)
    (directory / "log" / NEWEST).unlink()
    with pytest.raises(LogError, match=r"ends at position 40, .* 60: rows are lost"):
        SegmentLog(directory, VENUE)
    fault = verify(directory).fault
    assert fault is not None
    assert "rows up to 60" in fault.expected


def test_a_snapshot_proves_it_before_anything_is_written(directory: Path) -> None:
    (directory / HISTORY_NAME).unlink()
    with SegmentLog(directory, VENUE) as log:
        row = next(log.tail(ROWS))
    path = SnapshotStore(directory).save(DONE.snapshot(row))
    damage_last_row(directory)
    make_head_old(directory)
    before = contents(directory)
    with pytest.raises(DamageError, match=path.name):
        SegmentLog(directory, VENUE)
    assert contents(directory) == before


@pytest.mark.parametrize("also", ["log", ""])
def test_an_empty_log_beside_a_history_is_no_new_venue(
    directory: Path, also: str
) -> None:
    shutil.rmtree(directory / "log")
    if also:
        (directory / also).mkdir()
    told = r"no segments, but .*history\.sqlite .* 60: restore .* carbonex init"
    with pytest.raises(LogError, match=told):
        SegmentLog(directory, VENUE)
    (directory / HISTORY_NAME).unlink()
    SegmentLog(directory, VENUE).close()


def test_nor_beside_a_snapshot(directory: Path) -> None:
    (directory / HISTORY_NAME).unlink()
    with SegmentLog(directory, VENUE) as log:
        SnapshotStore(directory).save(DONE.snapshot(next(log.tail(ROWS))))
    shutil.rmtree(directory / "log")
    with pytest.raises(LogError, match=r"no segments, but .*60\.snapshot"):
        SegmentLog(directory, VENUE)


def test_a_history_of_another_venue_or_of_nothing_says_nothing(tmp_path: Path) -> None:
    disk, path = OsDisk(), tmp_path / HISTORY_NAME
    assert promised(disk, tmp_path, VENUE).position == 0
    with closing(HistoryStore(path, VENUE)) as store:
        assert promised(disk, tmp_path, VENUE).position == 0
        put(store, last=7)
    assert promised(disk, tmp_path, VENUE) == (7, path)
    assert promised(disk, tmp_path, "another").position == 0
    path.write_bytes(b"no database")
    assert promised(disk, tmp_path, VENUE).position == 0


def test_an_interrupted_beginning_goes_on(tmp_path: Path) -> None:
    disk = OsDisk()
    for _ in range(2):
        prepare(disk, tmp_path / "log", VENUE, 65_536, promised(disk, tmp_path, VENUE))
    SegmentLog(tmp_path, VENUE).close()


def test_the_head_is_synced_beside_the_rows(tmp_path: Path) -> None:
    synced: list[int] = []

    class Disk(OsDisk):
        def sync(self, fd: int) -> None:
            synced.append(fd)
            super().sync(fd)

    with SegmentLog(tmp_path, VENUE, Disk()) as log:
        log.publish(DONE.batches[0])
        synced.clear()
        log.sync_head()
        assert synced == [log._head]
