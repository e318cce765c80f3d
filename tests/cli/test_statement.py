"""``carbonex statement``: a day's statements as CSV, from the history or the log."""

from __future__ import annotations

import csv
import os
import shutil
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

import everything
from carbonex.cli.app import app
from carbonex.engine import AdvanceTime, Deposit, OpenAccount
from carbonex.journal import (
    HISTORY_NAME,
    HistoryStore,
    LogReader,
    OsDisk,
    SegmentLog,
    SnapshotStore,
    recover,
)
from carbonex.journal.archiving import archive_upto


if TYPE_CHECKING:
    from pathlib import Path


run = CliRunner()
Row = dict[str, str]

DAY = "2025-01-02"
NOTICE = "carbonex: the history does not reach that far: replaying the log instead\n"


@pytest.fixture
def venue(tmp_path: Path) -> Path:
    """A data directory with two days' trading, both of which are over."""
    driver = everything.venue()
    driver.apply(
        OpenAccount("", "Huadian", "a/../b"), Deposit("", "a/../b", 12_345, "d")
    )
    driver.time_ns = driver.exchange.day_ends_ns
    driver.apply(AdvanceTime(""))
    with SegmentLog(tmp_path / "venue", "test", segment_bytes=65_536) as log:
        for batch in driver.batches:
            log.publish(batch)
    return tmp_path / "venue"


def follow(venue: Path) -> None:
    """Let the history catch up, as the follower does."""
    log = LogReader(venue)
    store = HistoryStore(venue / HISTORY_NAME, log.venue)
    recover(log, SnapshotStore(venue), history=store)
    store.close()


def rows(text: str) -> list[Row]:
    return list(csv.DictReader(text.splitlines()))


def test_archived_rows_are_replayed(venue: Path) -> None:
    arguments = ["statement", str(venue), "--date", DAY, "--account", "datang"]
    before = run.invoke(app, arguments)
    with SegmentLog(venue, "test") as log:
        log.roll()
    assert len(archive_upto(LogReader(venue), venue, log.bounds()[1], OsDisk())) == 1
    after = run.invoke(app, arguments)
    assert (after.exit_code, after.stdout) == (0, before.stdout)
    assert after.stderr == NOTICE


def test_one_account_to_standard_output(venue: Path) -> None:
    follow(venue)
    options = ["--date", DAY, "--account", "datang"]
    result = run.invoke(app, ["statement", str(venue), *options])
    assert (result.exit_code, result.stderr) == (0, "")
    found = rows(result.stdout)
    assert {(row["account"], row["date"]) for row in found} == {("datang", DAY)}
    kinds = [row["kind"] for row in found]
    assert kinds[0] == "opening"
    assert kinds[-1] == "closing"
    trade = next(row for row in found if row["kind"] == "trade")
    assert trade == {
        "account": "datang",
        "date": DAY,
        "time": "2025-01-02T10:00:00.000000+08:00",
        "kind": "trade",
        "instrument": "CEA24",
        "trade_id": "1",
        "method": "listed",
        "side": "buy",
        "price": "70.10",
        "quantity": "15",
        "cash": "-1051.50",
        "tonnes": "15",
        "fee": "-0.22",
        "client_ref": "",
        "other_account": "",
    }


def test_all_accounts_into_files_that_add_up(venue: Path, tmp_path: Path) -> None:
    follow(venue)
    out = tmp_path / "out" / "statements"
    for date in (DAY, "2025-01-03"):
        result = run.invoke(
            app, ["statement", str(venue), "--date", date, "--all", "--out", str(out)]
        )
        assert (result.exit_code, result.stderr) == (0, "")
        assert f"8 statements of {date} in {out}" in result.stdout
    files = sorted(path.name for path in out.glob(f"{DAY}_*"))
    assert len(files) == 8
    assert f"{DAY}_venue fees.csv" in files
    assert f"{DAY}_a%2F..%2Fb.csv" in files
    traded: Counter[str] = Counter()
    fees = Decimal(0)
    for file in files:
        path = out / file
        assert path.stat().st_mode & 0o777 == 0o600
        content = path.read_bytes()
        assert content.count(b"\r\n") == content.count(b"\n")
        found = rows(content.decode())
        check_balances(found)
        for row in found:
            if row["kind"] == "trade":
                traded["cash"] += Decimal(row["cash"])  # type: ignore[assignment]
                traded[row["instrument"]] += int(row["tonnes"])
            fees += Decimal(row["fee"] or 0)
    assert not any(traded.values())
    assert fees == 0


def check_balances(found: list[Row]) -> None:
    """Assert that opening and all that follows come to the closing."""
    cash: Counter[str] = Counter()
    for row in found:
        sign = -1 if row["kind"] == "closing" else 1
        if row["cash"] or row["fee"]:
            amount = Decimal(row["cash"] or 0) + Decimal(row["fee"] or 0)
            cash[""] += sign * amount  # type: ignore[assignment]
        if row["tonnes"]:
            cash[row["instrument"]] += sign * int(row["tonnes"])
    assert not any(cash.values())


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_statements_are_for_their_reader_only(
    venue: Path, tmp_path: Path, umask: int
) -> None:
    out = tmp_path / "out"
    arguments = ["statement", str(venue), "--date", DAY, "--all", "--out", str(out)]
    before = os.umask(umask)
    try:
        for _ in range(2):
            assert run.invoke(app, arguments).exit_code == 0
            assert out.stat().st_mode & 0o777 == 0o700
            for path in out.iterdir():
                assert path.stat().st_mode & 0o777 == 0o600
                path.chmod(0o644)  # as an older one may be
    finally:
        os.umask(before)


def test_where_the_history_is_behind_the_log_is_replayed(venue: Path) -> None:
    follow(venue)
    options = ["statement", str(venue), "--date", DAY, "--account", "venue fees"]
    stored = run.invoke(app, options)
    (venue / HISTORY_NAME).unlink()
    replayed = run.invoke(app, options)
    assert replayed.exit_code == 0
    assert replayed.stderr == NOTICE
    assert replayed.stdout == stored.stdout
    assert [row["kind"] for row in rows(stored.stdout)] == [
        "opening",
        "fee",
        "fee",
        "fee",
        "fee",
        "closing",
    ]
    assert not (venue / HISTORY_NAME).exists()


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--date", DAY], 2, "name an account with --account, or all of them"),
        (["--date", DAY, "--all", "--account", "x"], 2, "name an account"),
        (["--date", DAY, "--all"], 2, "name a directory for them with --out"),
        (["--date", "tomorrow", "--account", "x"], 2, "'tomorrow' is not a date"),
        (["--date", "20250102", "--account", "x"], 2, "'20250102' is not a date"),
        (["--date", "2025-W01-4", "--account", "x"], 2, "'2025-W01-4' is not a date"),
        (["--date", DAY, "--account", "nobody"], 1, "there is no account nobody"),
        (
            ["--date", "2025-01-01", "--account", "datang"],
            1,
            (
                "the log has no trading day 2025-01-01 from beginning to end;"
                " the newest is 2025-01-03"
            ),
        ),
    ],
)
def test_what_cannot_be_told(
    venue: Path, options: list[str], code: int, message: str
) -> None:
    follow(venue)
    result = run.invoke(app, ["statement", str(venue), *options])
    assert result.exit_code == code
    assert result.stdout == ""
    assert message in result.stderr


def test_a_day_that_has_not_ended(traded: tuple[Path, object]) -> None:
    options = ["--date", "2026-07-29", "--account", "acme-1"]
    result = run.invoke(app, ["statement", str(traded[0]), *options])
    assert result.exit_code == 1
    assert result.stderr == NOTICE + (
        "carbonex: the trading day 2026-07-29 has not ended; there is none yet\n"
    )


def test_a_history_that_does_not_add_up_is_named(venue: Path) -> None:
    follow(venue)
    store = HistoryStore(venue / HISTORY_NAME, "test")
    store._writer.execute("UPDATE balances SET quantity = 7 WHERE account = 'datang'")
    store.close()
    options = ["--date", DAY, "--account", "datang"]
    result = run.invoke(app, ["statement", str(venue), *options])
    assert result.exit_code == 1
    assert "of datang of 20250102 does not add up" in result.stderr


def test_a_history_of_another_log_is_not_used(venue: Path, tmp_path: Path) -> None:
    """It has the day, as it went in a venue that was replaced by an older copy."""
    follow(venue)
    options = ["statement", str(venue), "--date", DAY, "--account", "datang"]
    expected = run.invoke(app, options).stdout
    batches = [row.batch() for row in LogReader(venue).tail(1)]
    with SegmentLog(tmp_path / "other", "test", segment_bytes=65_536) as log:
        for batch in batches[:-1]:
            log.publish(batch)
        last = batches[-1]
        log.publish(replace(last, time_ns=last.time_ns + 1))
    follow(tmp_path / "other")
    shutil.copy(tmp_path / "other" / HISTORY_NAME, venue / HISTORY_NAME)
    result = run.invoke(app, options)
    assert (result.exit_code, result.stdout) == (0, expected)
    assert "the history is not used: it is of another log" in result.stderr
    assert result.stderr.endswith(": replaying the log instead\n")
