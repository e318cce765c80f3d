"""The history's balances are held against the exchange that the log makes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from carbonex.engine import Exchange
from carbonex.journal import (
    HISTORY_NAME,
    HistoryStore,
    LogReader,
    SegmentLog,
    verify,
)
from everything import venue
from journal.samples import VENUE


if TYPE_CHECKING:
    from pathlib import Path


def write(directory: Path, stored: int | None = None) -> int:
    """Write a log with everything in it, and its history up to row ``stored``."""
    driver = venue()
    with SegmentLog(directory, VENUE, segment_bytes=65_536) as log:
        for batch in driver.batches:
            log.publish(batch)
    put(directory, len(driver.batches) if stored is None else stored)
    return len(driver.batches)


def put(directory: Path, rows: int) -> None:
    exchange = Exchange()
    with closing(HistoryStore(directory / HISTORY_NAME, VENUE)) as store:
        for row in LogReader(directory).tail(1):
            if row.position <= rows:
                store.put(row.position, exchange.apply(row.batch()), row.hash)


def change(directory: Path, statement: str) -> None:
    with closing(sqlite3.connect(directory / HISTORY_NAME)) as connection:
        connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize("behind", [0, 20])
def test_balances_are_compared_where_the_history_is(
    tmp_path: Path, behind: int
) -> None:
    rows = write(tmp_path, len(venue().batches) - behind)
    report = verify(tmp_path)
    assert report.ok
    assert report.last == rows
    assert report.balances > 20
    assert not any("history" in note for note in report.notes)


def test_without_a_history_there_is_nothing_to_compare(tmp_path: Path) -> None:
    write(tmp_path)
    for path in tmp_path.glob("history.sqlite*"):
        path.unlink()
    report = verify(tmp_path)
    assert (report.ok, report.balances) == (True, 0)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        (
            """UPDATE holdings SET quantity = quantity + 7
               WHERE account = 'datang' AND instrument = ''""",
            "account datang with fen",
        ),
        (
            "DELETE FROM holdings WHERE account = 'datang' AND instrument = 'CEA24'",
            "account datang with CEA24",
        ),
        ("DELETE FROM holdings WHERE account = ''", "the venue's fees with fen"),
    ],
)
def test_a_balance_that_differs_is_named(
    tmp_path: Path, statement: str, what: str
) -> None:
    rows = write(tmp_path)
    change(tmp_path, statement)
    fault = verify(tmp_path).fault
    assert fault is not None
    assert fault.path == str(tmp_path / HISTORY_NAME)
    assert fault.position == rows
    assert fault.expected.startswith(what)


def test_what_cannot_be_compared_is_noted(tmp_path: Path) -> None:
    rows = write(tmp_path)
    change(tmp_path, "PRAGMA user_version = 0")
    report = verify(tmp_path)
    assert report.ok
    assert report.last == rows
    assert "the history was not compared: " in report.notes[-1]
    assert "schema version 0, not 1" in report.notes[-1]
