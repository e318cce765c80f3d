"""``carbonex verify``: all good, or the first place that is wrong and exit code 1."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from carbonex.cli.app import app
from carbonex.engine import Checkpoint, Exchange, PlaceOrder
from carbonex.journal import (
    HISTORY_NAME,
    HistoryStore,
    LogReader,
    SegmentLog,
    Snapshot,
    SnapshotStore,
    recover,
)


run = CliRunner()
Traded = tuple[Path, Exchange]


def damage(directory: Path) -> Path:
    """Flip a bit in row 3, the buy order."""
    path = directory / "log" / "00000000000000000001.log"
    data = bytearray(path.read_bytes())
    data[data.index(b"a-1")] ^= 1
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("deep", [[], ["--deep"]])
def test_a_good_log(traded: Traded, deep: list[str]) -> None:
    result = run.invoke(app, ["verify", str(traded[0]), *deep])
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[1] == "rows     1 to 8, 18 commands replayed"
    assert lines[2] == "digests  1 checkpoint and 0 snapshots compared"
    assert lines[4] == f"state    {traded[1].digest().hex()}"
    assert lines[-1] == "all good"


def test_a_damaged_log(traded: Traded) -> None:
    path = damage(traded[0])
    result = run.invoke(app, ["verify", str(traded[0])])
    assert result.exit_code == 1
    assert "rows     1 to 2" in result.stdout
    assert f"DAMAGED at position 3: {path}, offset " in result.stdout
    assert "all good" not in result.stdout


def test_json(traded: Traded) -> None:
    good = run.invoke(app, ["verify", str(traded[0]), "--json"])
    report = json.loads(good.stdout)
    assert report["ok"] is True
    assert (report["last"], report["fault"]) == (8, None)
    damage(traded[0])
    bad = run.invoke(app, ["verify", str(traded[0]), "--json"])
    assert bad.exit_code == 1
    report = json.loads(bad.stdout)
    assert report["ok"] is False
    assert report["fault"]["position"] == 3


def rewritten(directory: Path) -> None:
    """Write the log again with another price, as somebody who may write might."""
    batches = [row.batch() for row in LogReader(directory).tail(1)]
    shutil.rmtree(directory / "log")
    with SegmentLog(directory, "test", segment_bytes=65_536) as log:
        for batch in batches:
            commands = [
                replace(c, price=c.price + 1) if type(c) is PlaceOrder else c
                for c in batch.commands
                if type(c) is not Checkpoint
            ]
            log.publish(replace(batch, commands=commands))


def test_a_witness_knows_a_log_that_was_rewritten(traded: Traded) -> None:
    """Its chain is whole and its replay sound: nothing inside it says so."""
    directory, _ = traded
    reader = LogReader(directory)
    kept = [f"{position}:{reader.hash_at(position).hex()}" for position in (2, 5)]
    witnesses = ["--witness", kept[0], "--witness", kept[1].upper()]
    good = run.invoke(app, ["verify", str(directory), *witnesses])
    assert good.exit_code == 0
    assert "witness  2 hashes as witnessed" in good.stdout
    rewritten(directory)
    assert run.invoke(app, ["verify", str(directory)]).exit_code == 0
    bad = run.invoke(app, ["verify", str(directory), *witnesses])
    assert bad.exit_code == 1
    assert f"DAMAGED at position 5: {directory / 'log'}" in bad.stdout
    assert f"{kept[1].partition(':')[2]}, which is witnessed" in bad.stdout
    assert "it was rewritten, there or before" in bad.stdout


def test_a_witness_of_rows_that_are_gone(traded: Traded) -> None:
    result = run.invoke(
        app, ["verify", str(traded[0]), "--witness", f"9:{bytes(32).hex()}"]
    )
    assert result.exit_code == 1
    assert "expected rows up to 9, which head, snapshots, history or" in result.stdout


@pytest.mark.parametrize(
    "text",
    [
        *("", "5", "5:ab"),
        *(
            f"{start}:{'0' * 64}"
            for start in ("x", "-1", " 1", "1_0", "٣", "9" * 5_000)
        ),
        *(f"1:{'0' * 64}{end}" for end in ("\n", " ", "0")),
    ],
)
def test_what_is_no_witness(traded: Traded, text: str) -> None:
    result = run.invoke(app, ["verify", str(traded[0]), "--witness", text])
    assert result.exit_code == 2
    assert "is not POSITION:HASH" in result.stderr


def test_a_torn_row_is_a_note_and_no_fault(traded: Traded) -> None:
    path = traded[0] / "log" / "00000000000000000001.log"
    data = bytearray(path.read_bytes())
    end = len(data.rstrip(b"\0")) + 7 & ~7
    data[end : end + 12] = b"\x20\0\0\0\x01\0\0\0\x09\0\0\0"
    path.write_bytes(data)
    result = run.invoke(app, ["verify", str(traded[0])])
    assert result.exit_code == 0
    assert "note: a torn row of 9 bytes follows the last one" in result.stdout


def test_a_damaged_snapshot_is_not_a_damaged_log(traded: Traded) -> None:
    directory, exchange = traded
    store = SnapshotStore(directory)
    reader = LogReader(directory)
    last = reader.bounds()[1]
    path = store.save(
        Snapshot(last, reader.hash_at(last), exchange.digest(), exchange.snapshot())
    )
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    result = run.invoke(app, ["verify", str(directory)])
    assert result.exit_code == 1
    assert "Remove this file: a start does without it." in result.stdout
    path.unlink()
    assert run.invoke(app, ["verify", str(directory)]).exit_code == 0


def test_a_beginning_that_is_gone_is_not_said_to_be_spare(traded: Traded) -> None:
    directory, _ = traded
    batches = [row.batch() for row in LogReader(directory).tail(1)]
    shutil.rmtree(directory / "log")
    with SegmentLog(directory, "test", segment_bytes=65_536) as log:
        for batch in batches:
            log.publish(batch)
            log.roll()
    (directory / "log" / "00000000000000000001.log").unlink()
    result = run.invoke(app, ["verify", str(directory)])
    assert result.exit_code == 1
    assert "expected a snapshot to replay from" in result.stdout
    assert "A start is refused without it." in result.stdout
    assert "Remove this file" not in result.stdout


def test_a_history_that_differs_is_not_a_damaged_log(traded: Traded) -> None:
    directory, _ = traded
    log = LogReader(directory)
    store = HistoryStore(directory / HISTORY_NAME, log.venue)
    recover(log, SnapshotStore(directory), history=store)
    store.close()
    good = run.invoke(app, ["verify", str(directory)])
    assert good.exit_code == 0
    assert "history  6 balances and 1 digest over events compared" in good.stdout
    with closing(sqlite3.connect(directory / HISTORY_NAME)) as connection:
        connection.execute("UPDATE holdings SET quantity = 1 WHERE account = 'acme-1'")
        connection.commit()
    bad = run.invoke(app, ["verify", str(directory)])
    assert bad.exit_code == 1
    assert "account acme-1 with fen" in bad.stdout
    assert "The log is good. Remove this file" in bad.stdout


def test_a_directory_without_a_log(tmp_path: Path) -> None:
    result = run.invoke(app, ["verify", str(tmp_path)])
    assert result.exit_code == 1
    assert result.stderr == f"carbonex: {tmp_path}/log holds no log\n"
