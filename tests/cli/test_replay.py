"""``carbonex replay``: a log as a story, and as JSON."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import everything
from carbonex.cli.app import app
from carbonex.engine import Batch, CancelAll, Command, Exchange, GatewayOpened
from carbonex.journal import LogReader, SegmentLog, Snapshot, SnapshotStore
from driver import replay


run = CliRunner()
Traded = tuple[Path, Exchange]


def replayed(traded: Traded, *options: str) -> list[str]:
    result = run.invoke(app, ["replay", str(traded[0]), *options])
    assert result.exit_code == 0
    assert result.stderr == ""
    return result.stdout.splitlines()


def test_a_line_for_every_command(traded: Traded) -> None:
    lines = replayed(traded)
    assert lines[0] == "2026-07-29 (UTC+8)"
    assert lines[1] == "09:29:59.000000 #1 a gateway opens"
    assert lines[13] == (
        "09:30:00.000000 #13 buy 500 CEA25 @ 74.63 by acme-1 as 'a-1'"
        " → accepted as order 1"
    )
    assert lines[14] == (
        "09:30:01.000000 #14 sell 200 CEA25 @ 74.62 by wind-1"
        " → accepted as order 2, filled 200 @ 74.63 with order 1 of acme-1"
    )
    assert lines[16].startswith(
        "09:30:03.000000 #16 cancel order 99 by acme-1 → refused UNKNOWN_ORDER: "
    )
    assert len(lines) == 20  # date, 18 commands, end


def test_it_ends_with_the_digest_of_the_state(traded: Traded) -> None:
    digest = traded[1].digest().hex()
    assert replayed(traded)[-1] == f"seq 18, log position 8, digest {digest}"


def test_what_time_does_has_a_line_of_its_own(traded: Traded) -> None:
    directory, exchange = traded
    with SegmentLog(directory, "test", segment_bytes=65_536) as log:
        close = exchange.day_ends_ns
        log.publish(batch(close, GatewayOpened(""), epoch=2, n=0))
        log.publish(batch(close, CancelAll("k-1", "acme-1"), epoch=2, n=1))
    lines = replayed(traded, "--from", "19")
    assert lines[1].startswith("15:00:00.000000 order 1 cancelled (the trading day")
    assert lines[2] == "15:00:00.000000 #19 a gateway opens"
    assert "CEA25 closed" in lines[1]
    assert lines[3] == "15:00:00.000000 #20 cancel all orders of acme-1"


def test_from_and_to_choose_commands(traded: Traded) -> None:
    lines = replayed(traded, "--from", "14", "--to", "15")
    assert [line.split()[1] for line in lines[1:-1]] == ["#14", "#15"]
    assert lines[-1].startswith("seq 15, log position 5, digest ")


def test_one_instrument(traded: Traded) -> None:
    lines = replayed(traded, "--instrument", "CCER24")
    assert [line.split()[1] for line in lines[1:-1]] == [
        "#8",  # list
        "#11",  # issue
        "#12",  # the day opens
        "#15",  # sell
        "#17",  # buy
    ]


def test_one_instrument_with_its_blocks_and_bids(tmp_path: Path) -> None:
    driver = everything.venue()
    with SegmentLog(tmp_path, "test", segment_bytes=65_536) as log:
        for each in driver.batches:
            log.publish(each)
    result = run.invoke(app, ["replay", str(tmp_path), "--instrument", "CEA24"])
    assert result.exit_code == 0
    for words in (
        "accept block 1 by datang",
        "bid 30 @ 71.00 in auction 1",
        "bulletin of",
    ):
        assert words in result.stdout
    result = run.invoke(app, ["replay", str(tmp_path), "--instrument", "CCER"])
    assert "auction 1" not in result.stdout
    assert "block 1" not in result.stdout


def test_everything_that_there_is_can_be_told(tmp_path: Path) -> None:
    driver = everything.venue()
    with SegmentLog(tmp_path, "test", segment_bytes=65_536) as log:
        for each in driver.batches:
            log.publish(each)
    text = run.invoke(app, ["replay", str(tmp_path)])
    assert text.exit_code == 0
    told, _ = replay(driver.batches)
    assert text.stdout.splitlines()[-1].endswith(told.digest().hex())
    lines = run.invoke(app, ["replay", str(tmp_path), "--json"]).stdout.splitlines()
    listed = json.loads(next(line for line in lines if '"ListInstrument"' in line))
    assert listed["command"]["sessions"] == [[34_200, 41_400], [46_800, 54_000]]
    assert listed["command"]["fees"]["type"] == "Fees"


def test_json_has_one_object_per_command(traded: Traded) -> None:
    objects: list[dict[str, Any]] = [json.loads(x) for x in replayed(traded, "--json")]
    assert [each["seq"] for each in objects[:-1]] == list(range(1, 19))
    sell = objects[13]
    assert sell["position"] == 4
    assert sell["command"]["type"] == "PlaceOrder"
    assert sell["command"]["side"] == "sell"
    assert [event["type"] for event in sell["events"]] == ["OrderAccepted", "Trade"]
    trade = sell["events"][1]
    assert (trade["price"], trade["quantity"], trade["maker_id"]) == (7463, 200, 1)
    assert objects[5]["command"]["permissions"] == ["read", "trade"]
    assert objects[5]["command"]["public_key"] == "00" * 32
    digest = traded[1].digest().hex()
    assert objects[-1] == {"seq": 18, "position": 8, "digest": digest}


def test_a_batch_that_the_engine_ignores_shows_nothing(traded: Traded) -> None:
    directory, _ = traded
    with SegmentLog(directory, "test", segment_bytes=65_536) as log:
        log.publish(batch(0, CancelAll("k-1", "acme-1"), epoch=1, n=99))
    lines = replayed(traded)
    assert len(lines) == 20
    assert "log position 9" in lines[-1]


def without_beginning(traded: Traded, *snapshots: int) -> Path:
    """Write the log again without positions 1 and 2, with snapshots at these."""
    directory, _ = traded
    batches = [row.batch() for row in LogReader(directory).tail(1)]
    shutil.rmtree(directory / "log")
    exchange, store = Exchange(), SnapshotStore(directory)
    with SegmentLog(directory, "test", segment_bytes=65_536) as log:
        for each in batches:
            if log.bounds()[1] == 2:
                log.roll()
            row = log.publish(each)
            exchange.apply(each)
            if row.position in snapshots:
                store.save(Snapshot.of(exchange, row.position, row.hash))
    (directory / "log" / f"{1:020d}.log").unlink()
    return directory


def test_where_older_rows_are_gone_it_begins_behind_a_later_snapshot(
    traded: Traded,
) -> None:
    whole = replayed(traded)
    directory = without_beginning(traded, 5, 7)
    result = run.invoke(app, ["replay", str(directory), "--from", "16"])
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[1:] == whole[16:]  # seq 16 to the digest
    result = run.invoke(app, ["replay", str(directory)])
    assert result.stdout.splitlines()[1:] == whole[16:]
    said = "the first command that can be shown is #16, behind position 5"
    assert result.stderr.splitlines()[-1] == f"carbonex: warning: {said}"


@pytest.mark.parametrize("asked", ["--from", "--to"])
def test_what_came_before_is_refused_and_the_first_that_there_is_named(
    traded: Traded, asked: str
) -> None:
    directory = without_beginning(traded, 5)
    result = run.invoke(app, ["replay", str(directory), asked, "15"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1] == (
        "carbonex: command #15 cannot be shown, because older rows are missing: the"
        " first command that can be shown is #16, behind position 5; begin with --from"
        " 16, or put the older rows' archive files back"
    )


def test_a_snapshot_that_is_damaged_is_told_and_passed_over(traded: Traded) -> None:
    directory = without_beginning(traded, 5, 7)
    path = SnapshotStore(directory).path(5)
    path.write_bytes(path.read_bytes()[:-1])
    result = run.invoke(app, ["replay", str(directory)])
    assert result.exit_code == 0
    assert "warning: snapshot 5 was passed over: " in result.stderr
    assert "#18, behind position 7" in result.stderr


def test_a_damaged_log_is_named(traded: Traded) -> None:
    path = traded[0] / "log" / "00000000000000000001.log"
    data = bytearray(path.read_bytes())
    data[data.index(b"acme-1")] ^= 1
    path.write_bytes(data)
    result = run.invoke(app, ["replay", str(traded[0])])
    assert result.exit_code == 1
    assert f"carbonex: {path} is damaged at offset" in result.stderr
    assert "(position 2)" in result.stderr


def test_a_directory_without_a_log(tmp_path: Path) -> None:
    result = run.invoke(app, ["replay", str(tmp_path)])
    assert result.exit_code == 1
    assert result.stderr == f"carbonex: {tmp_path}/log holds no log\n"


def batch(time_ns: int, command: Command, *, epoch: int, n: int) -> Batch:
    return Batch(time_ns, 1, epoch, n, [command])
