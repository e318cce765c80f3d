"""When the whole of a history's file is looked through, and what shows damage else."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from carbonex.journal import (
    HISTORY_NAME,
    HistoryError,
    HistoryReader,
    HistoryStore,
    SegmentLog,
    recover,
    verify,
)
from carbonex.journal.history import schema
from journal.histories import DONE, contents, put
from journal.samples import VENUE
from journal.trading import ACCOUNTS, Venue


if TYPE_CHECKING:
    from pathlib import Path

    from journal.histories import Contents


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What each look through a whole file has found."""
    found: list[str] = []
    look = schema.damage

    def noted(connection: sqlite3.Connection) -> str:
        found.append(look(connection))
        return found[-1]

    monkeypatch.setattr(schema, "damage", noted)
    return found


def killed(path: Path, last: int = 60) -> None:
    """Leave a history as a follower that is killed does, which closes nothing."""
    aside = path.with_name("at-work.sqlite")
    with closing(HistoryStore(aside, VENUE)) as store:
        put(store, last=last)
        for suffix in ("", "-wal"):
            shutil.copy(f"{aside}{suffix}", f"{path}{suffix}")


def spoil(path: Path, table: str) -> None:
    """Overwrite the root page of a table, which a start does not read."""
    with closing(sqlite3.connect(path)) as connection:
        sql = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        (root,) = connection.execute(sql, [table]).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[(root - 1) * size : root * size] = b"\x55" * size
    path.write_bytes(content)


def test_a_file_that_was_closed_is_believed(path: Path, checks: list[str]) -> None:
    for last in (0, 20, 20, 60):
        with closing(HistoryStore(path, VENUE)) as store:
            put(store, last=last)
    assert checks == []


def test_all_of_one_that_was_not_closed_is_read_once(
    path: Path, checks: list[str], complete: Contents
) -> None:
    killed(path, last=30)
    for _ in range(2):
        with closing(HistoryStore(path, VENUE)) as store:
            assert store.recreated == ""
            put(store)
    assert checks == [""]
    assert contents(path) == complete


def test_where_it_is_damaged_it_is_made_anew(
    path: Path, checks: list[str], complete: Contents
) -> None:
    killed(path)
    spoil(path, "trades")
    venue = Venue()
    with closing(HistoryStore(path, VENUE)) as store:
        recovered = recover(venue.log, venue.snapshots, history=store)
        assert "made anew: it is damaged: " in recovered.warnings[0]
        assert contents(path) == complete
    assert len(checks) == 1


def test_damage_that_the_writer_meets_later_is_mended_by_the_next_start(
    path: Path, complete: Contents
) -> None:
    with closing(HistoryStore(path, VENUE)) as store:
        put(store, last=30)
    spoil(path, "trades")
    with closing(HistoryStore(path, VENUE)) as store:
        assert store.recreated == ""  # a start has no reason to look
        put(store)
        assert isinstance(store.failed, sqlite3.DatabaseError)
        assert store.position == 30
    with closing(HistoryStore(path, VENUE)) as store:
        assert store.recreated.startswith("it is damaged: ")
        put(store)
        assert contents(path) == complete


def test_damage_that_a_question_meets_is_told_and_verify_finds_it(
    tmp_path: Path,
) -> None:
    with SegmentLog(tmp_path, VENUE, segment_bytes=65_536) as log:
        DONE.publish(log)
    path = tmp_path / HISTORY_NAME
    with closing(HistoryStore(path, VENUE)) as store:
        put(store)
    assert verify(tmp_path).notes == []
    spoil(path, "executions")
    advice = r"stop the server and remove the file, the next start makes it anew"
    with (
        HistoryReader(path) as history,
        pytest.raises(HistoryError, match=rf"{path} cannot be read: .*{advice}"),
    ):
        history.executions(ACCOUNTS[0])
    report = verify(tmp_path)
    assert report.ok
    (note,) = report.notes
    assert note.startswith(f"the history was not compared: {path} cannot be read: ")


def test_a_writer_that_failed_does_not_call_it_closed(
    path: Path, checks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with closing(HistoryStore(path, VENUE)) as store:
        put(store, last=30)
    with closing(HistoryStore(path, VENUE)) as store:
        monkeypatch.setattr(store, "_store", fail)
        put(store)
    with closing(HistoryStore(path, VENUE)) as store:
        assert store.position == 30
    assert checks == [""]


def test_a_late_writer_does_not_close_what_another_is_at_work_on(path: Path) -> None:
    with closing(HistoryStore(path, VENUE)) as late:
        put(late, last=10)
        with closing(HistoryStore(path, VENUE)) as early:
            put(early, last=20)
            late.close()
            with HistoryReader(path) as history:
                assert history.select("SELECT closed FROM progress") == [(0,)]
        with HistoryReader(path) as history:
            assert history.select("SELECT closed FROM progress") == [(1,)]
