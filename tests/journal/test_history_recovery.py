"""A history that is behind, damaged or lost: brought up to date or made anew."""

from __future__ import annotations

import resource
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from carbonex.engine import Exchange
from carbonex.journal import HistoryError, HistoryReader, HistoryStore, recover
from carbonex.journal.history import ExecutionEntry
from carbonex.journal.history.balances import held_by
from journal.histories import CHAINS, DONE, contents, put
from journal.samples import VENUE
from journal.trading import ACCOUNTS, Venue


if TYPE_CHECKING:
    from pathlib import Path

    from journal.histories import Contents


@pytest.mark.parametrize("watermark", [0, 1, 2, 30, 41, 59, 60])
def test_what_was_stored_before_is_skipped_when_it_is_replayed(
    path: Path, complete: Contents, watermark: int
) -> None:
    with closing(HistoryStore(path, VENUE)) as store:
        put(store, last=watermark)
    with closing(HistoryStore(path, VENUE)) as store:
        assert store.position == watermark
        assert store.recreated == ""
        put(store)
        put(store)
        assert contents(path) == complete


def test_recovery_brings_the_history_up_to_date(path: Path, complete: Contents) -> None:
    venue = Venue()
    for watermark, snapshot in ((0, 0), (35, 20), (40, 40), (60, 60)):
        path.unlink(missing_ok=True)
        with closing(HistoryStore(path, VENUE)) as store:
            put(store, last=watermark)
        with closing(HistoryStore(path, VENUE)) as store:
            recovered = recover(venue.log, venue.snapshots, history=store)
            assert recovered.snapshot == snapshot
            assert recovered.warnings == []
            assert recovered.exchange.digest() == DONE.states[-1].digest
            assert contents(path) == complete


def spoil_pages(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for offset in range(4096, len(content), 64):
        content[offset] ^= 0x55
    path.write_bytes(content)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def replace_by_text(path: Path) -> None:
    path.write_text("this is not a database, though it is long enough\n" * 100)


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (spoil_pages, "damaged"),
        (cut_short, "damaged"),
        (replace_by_text, "damaged: file is not a database"),
        (lambda path: path.write_bytes(b""), "schema version 0, not 1"),
        (
            lambda path: change(path, "PRAGMA user_version = 0"),
            "schema version 0, not 1",
        ),
        (lambda path: change(path, "DROP TABLE progress"), "damaged: no such table"),
        (lambda path: change(path, "UPDATE progress SET venue = 'x'"), "venue 'x'"),
        (
            lambda path: change(path, "UPDATE progress SET position = 61"),
            "at position 61, the log ends at 60",
        ),
    ],
)
def test_a_file_that_is_no_use_is_made_anew_and_filled(
    path: Path, complete: Contents, spoil: object, reason: str
) -> None:
    venue = Venue()
    with closing(HistoryStore(path, VENUE)) as store:
        put(store)
    assert callable(spoil)
    spoil(path)
    with closing(HistoryStore(path, VENUE)) as store:
        recovered = recover(venue.log, venue.snapshots, history=store)
        assert len(recovered.warnings) == 1
        assert "the history was made anew: " in recovered.warnings[0]
        assert reason in recovered.warnings[0]
        assert contents(path) == complete


def test_a_file_that_cannot_be_opened_for_lack_of_room_is_left_alone(
    path: Path, complete: Contents
) -> None:
    """It is sound, and the log may not have any more what it tells."""
    with closing(HistoryStore(path, VENUE)) as store:
        put(store)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))  # as a full disk does
    try:
        with pytest.raises(sqlite3.OperationalError):
            HistoryStore(path, VENUE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    with closing(HistoryStore(path, VENUE)) as store:
        assert store.recreated == ""
        assert contents(path) == complete


def test_where_the_log_does_not_reach_back_the_history_says_so_and_goes_on(
    path: Path, store: HistoryStore, history: HistoryReader, complete: Contents
) -> None:
    venue = Venue()
    venue.truncate(41)
    recovered = recover(venue.log, venue.snapshots, history=store)
    assert recovered.snapshot == 40
    assert "positions 1 to 40 cannot be replayed any more" in recovered.warnings[0]
    assert store.position == 60
    for name, entries in without_brought_forward(contents(path)).items():
        expected = complete[name]
        assert entries == expected[len(expected) - len(entries) :]
    assert history.executions("a-1", limit=1)[0].exec_seq > 1
    assert history.held() == held_by(recovered.exchange)
    assert {a.account for a in history.accounts()} == set(ACCOUNTS)


def test_what_lies_between_is_all_that_a_gap_costs(
    path: Path, complete: Contents
) -> None:
    with closing(HistoryStore(path, VENUE)) as store:
        put(store, last=20)
    with closing(HistoryStore(path, VENUE)) as store:
        store.start_at(40, Exchange.restore(DONE.states[39].data), CHAINS[39])
    with closing(HistoryStore(path, VENUE)) as store:  # it was stored, too
        assert store.position == 40
        put(store)
    begin, end = DONE.applied[20].first_seq, DONE.applied[40].first_seq
    for name, entries in without_brought_forward(contents(path)).items():
        expected = [e for e in complete[name] if not begin <= seq_of(e) < end]
        assert entries == expected
    with HistoryReader(path) as history:
        last = Exchange.restore(DONE.states[-1].data)
        assert history.held() == held_by(last)


def test_what_rows_that_are_missing_have_told_is_known_to_be_missing(
    path: Path,
) -> None:
    lost = Exchange.restore(DONE.states[39].data)
    with closing(HistoryStore(path, VENUE)) as store:
        put(store, last=20)
        store.close()
    with HistoryReader(path) as history:
        seen = {name: history.newest_execution(name) for name in ACCOUNTS}
        assert [history.missing_executions(name) for name in ACCOUNTS] == [0] * 4
    with closing(HistoryStore(path, VENUE)) as store:
        store.start_at(40, lost, CHAINS[39])
        put(store, first=41)
    with HistoryReader(path) as history:
        for name in ACCOUNTS:
            newest = lost.accounts[name].exec_seq
            assert history.missing_executions(name) == (
                newest if newest > seen[name] else 0
            )
            numbers = [e.exec_seq for e in history.executions(name)]
            assert numbers == [
                *range(1, seen[name] + 1),
                *range(newest + 1, history.newest_execution(name) + 1),
            ]


def seq_of(entry: Any) -> int:
    """Return the seq of an entry of any kind."""
    seq: int = entry.execution.seq if isinstance(entry, ExecutionEntry) else entry.seq
    return seq


def without_brought_forward(found: Contents) -> Contents:
    """Leave out what makes up for missing rows."""
    return {
        name: [e for e in entries if getattr(e, "kind", "") != "brought_forward"]  # type: ignore[misc]
        for name, entries in found.items()
    }


def test_a_write_that_fails_stops_the_history_and_nothing_else(
    path: Path, monkeypatch: pytest.MonkeyPatch, complete: Contents
) -> None:
    venue = Venue()
    with closing(HistoryStore(path, VENUE)) as store:
        put(store, last=30)
        before = contents(path)

        def fail(*_: object) -> None:
            raise sqlite3.OperationalError("database or disk is full")

        monkeypatch.setattr(store, "_store", fail)
        put(store, first=31, last=40)
        monkeypatch.undo()
        put(store, first=41)  # not even when it would work again: rows are missing
        assert isinstance(store.failed, sqlite3.OperationalError)
        assert store.position == 30
        assert contents(path) == before
    with closing(HistoryStore(path, VENUE)) as store:
        recover(venue.log, venue.snapshots, history=store)
        assert store.failed is None
        assert contents(path) == complete


def test_a_file_that_breaks_while_it_is_in_use_is_named(
    path: Path, store: HistoryStore, history: HistoryReader
) -> None:
    put(store, last=30)
    change(path, "DROP TABLE trades")
    with pytest.raises(HistoryError, match=rf"{path} cannot be read: .* remove the"):
        history.trades("CEA24")


def test_a_reader_names_a_file_that_is_missing_or_of_another_schema(
    path: Path,
) -> None:
    with pytest.raises(HistoryError, match=rf"^{path} cannot be read: unable to open"):
        HistoryReader(path)
    with closing(HistoryStore(path, VENUE)) as store:
        put(store, last=10)
    change(path, "PRAGMA user_version = 0")
    with pytest.raises(HistoryError, match=r"schema version 0, not 1: the next start"):
        HistoryReader(path)
