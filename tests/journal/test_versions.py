"""Every file says which format it has, and an unknown one is refused by name."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from zlib import crc32

import msgspec
import pytest

from carbonex.engine import Exchange
from carbonex.engine.snapshot import FORMAT
from carbonex.journal import (
    HISTORY_NAME,
    HistoryError,
    HistoryReader,
    HistoryStore,
    LogError,
    LogReader,
    OsDisk,
    SegmentLog,
    SnapshotError,
    SnapshotStore,
    capture,
    recover,
    verify,
)
from carbonex.journal.archiving import archive_upto
from carbonex.journal.history.schema import SCHEMA_VERSION
from journal.samples import VENUE
from journal.trading import trading


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A data directory with a file of every kind."""
    with SegmentLog(tmp_path, VENUE, segment_bytes=65_536) as log:
        trading(60).publish(log, SnapshotStore(tmp_path))
    reader = LogReader(tmp_path)
    with closing(HistoryStore(tmp_path / HISTORY_NAME, VENUE)) as history:
        recover(reader, SnapshotStore(tmp_path), history=history)
    archive_upto(reader, tmp_path, 20, OsDisk())
    assert verify(tmp_path).ok
    return tmp_path


def put(path: Path, offset: int, data: bytes) -> Path:
    content = bytearray(path.read_bytes())
    content[offset : offset + len(data)] = data
    path.write_bytes(content)
    return path


def newer_segment(directory: Path) -> Path:
    return put(directory / "log" / f"{41:020d}.log", 8, b"\x07\0\0\0")


def newer_archive(directory: Path) -> Path:
    return put(directory / "archive" / f"{1:020d}.archive", 8, b"\x07\0\0\0")


def newer_head(directory: Path) -> Path:
    """A head of another version is not a damaged one: its checksum is right."""
    path = put(directory / "log" / "head", 7, b"7")
    return put(path, 48, crc32(path.read_bytes()[:48]).to_bytes(4, "little"))


def newer_snapshot(directory: Path) -> Path:
    return put(SnapshotStore(directory).path(60), 8, b"\x07\0\0\0")


def newer_history(directory: Path) -> Path:
    path = directory / HISTORY_NAME
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 77")
        connection.commit()
    return path


def open_log(directory: Path) -> None:
    SegmentLog(directory, VENUE, segment_bytes=65_536).close()


def read_history(directory: Path) -> None:
    HistoryReader(directory / HISTORY_NAME).close()


def write_history(directory: Path) -> None:
    HistoryStore(directory / HISTORY_NAME, VENUE).close()


def load_snapshot(directory: Path) -> None:
    SnapshotStore(directory).load(60)


@pytest.mark.parametrize(
    ("change", "known", "uses"),
    [
        (newer_segment, 1, (open_log, LogReader, verify, capture)),
        (newer_head, 1, (open_log, LogReader, verify, capture)),
        (newer_archive, 1, (open_log, LogReader, verify, capture)),
        (newer_snapshot, 1, (load_snapshot,)),
        (newer_history, SCHEMA_VERSION, (read_history, write_history)),
    ],
)
def test_an_unknown_version_is_refused_and_nothing_changed(
    directory: Path,
    change: Callable[[Path], Path],
    known: int,
    uses: tuple[Callable[[Path], object], ...],
) -> None:
    path = change(directory)
    version = 77 if change is newer_history else 7
    before = path.read_bytes()
    expected = (
        f"{path} has format version {version}, this carbonex reads {known}:"
        " use the release that wrote it"
    )
    for use in uses:
        with pytest.raises((LogError, HistoryError, SnapshotError)) as refused:
            use(directory)
        assert str(refused.value).startswith(expected)
        assert path.read_bytes() == before


def test_a_snapshot_of_an_unknown_version_is_passed_over_by_a_start(
    directory: Path,
) -> None:
    newer_snapshot(directory)
    recovered = recover(LogReader(directory), SnapshotStore(directory))
    assert recovered.snapshot == 40
    assert "has format version 7, this carbonex reads 1" in recovered.warnings[0]


def test_so_is_one_whose_state_has_another_format() -> None:
    image = msgspec.msgpack.decode(Exchange().snapshot())
    image[0] = FORMAT + 1
    expected = f"snapshot of format {FORMAT + 1}; this reads {FORMAT}"
    with pytest.raises(ValueError, match=expected):
        Exchange.restore(msgspec.msgpack.encode(image))


def test_every_kind_of_file_is_in_this_test(directory: Path) -> None:
    """What else there is says nothing: locks, and SQLite's own companions."""
    kinds = {
        path.suffix or path.name for path in directory.rglob("*") if path.is_file()
    }
    assert kinds - {"lock", ".sqlite-wal", ".sqlite-shm"} == {
        ".log",
        "head",
        ".archive",
        ".snapshot",
        ".sqlite",
    }
