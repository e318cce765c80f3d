"""``carbonex snapshot`` beside a real server that goes on trading."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from carbonex.cli.app import app
from carbonex.journal import LogReader, SnapshotStore, recover
from cli.served import opened, trade
from market import make_market
from stranger import Stranger
from venue_process import write_config


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Program = Callable[..., subprocess.Popen[str]]


run = CliRunner()

# The command itself, held where the snapshot is written and not yet synced.
HELD = """
import sys
from carbonex.cli import main
from carbonex.journal import OsDisk
sync = OsDisk.sync
def held(self, fd):
    print("held", flush=True)
    sys.stdin.readline()
    sync(self, fd)
OsDisk.sync = held
sys.argv = ["carbonex", "snapshot", sys.argv[1]]
main()
"""


def held(directory: Path) -> subprocess.Popen[str]:
    """Start the command, and return when it is in the middle of its work."""
    process = subprocess.Popen(
        [sys.executable, "-c", HELD, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def killed(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """Kill a server, and return what it reported."""
    process.send_signal(signal.SIGKILL)
    _, err = process.communicate(timeout=60)
    return [json.loads(line) for line in err.splitlines() if line.startswith("{")]


async def test_trading_goes_on_while_it_works_and_a_restart_uses_it(
    tmp_path: Path, program: Program, sources: None
) -> None:
    make_market(tmp_path, write_config(tmp_path))
    server = program("serve", str(tmp_path), "--port", "0")
    async with Stranger(opened(server)) as maker:
        await maker.login("maker")
        await trade(maker, 30)
        at_start = LogReader(tmp_path).bounds()[1]
        snapshot = held(tmp_path)
        await trade(maker, 50)  # each is answered, thus durable and applied
        assert snapshot.poll() is None
        assert LogReader(tmp_path).bounds()[1] >= at_start + 50
        out, _ = snapshot.communicate("\n", timeout=60)
        assert snapshot.returncode == 0
        await trade(maker, 5)
    killed(server)

    (position,) = SnapshotStore(tmp_path).positions()
    assert at_start <= position < at_start + 50
    kept = SnapshotStore(tmp_path).load(position)
    assert f"position {position}, seq " in out
    assert f"digest   {kept.digest.hex()}" in out

    log = LogReader(tmp_path)
    assert recover(log, SnapshotStore(tmp_path)).snapshot == position
    again = program("serve", str(tmp_path), "--port", "0")
    opened(again)
    reports = killed(again)
    (recovered,) = [report for report in reports if report["event"] == "recovered"]
    rows = [row.batch() for row in log.tail(position + 1)]
    assert recovered["commands"] == sum(len(batch.commands) for batch in rows)
    assert recovered["commands"] >= 50


async def test_a_damaged_one_falls_back_and_nothing_is_missing(
    tmp_path: Path, program: Program
) -> None:
    make_market(tmp_path, write_config(tmp_path))
    server = program("serve", str(tmp_path), "--port", "0")
    async with Stranger(opened(server)) as maker:
        await maker.login("maker")
        for _ in range(2):
            await trade(maker, 20)
            assert run.invoke(app, ["snapshot", str(tmp_path)]).exit_code == 0
        await trade(maker, 5)
    killed(server)
    snapshots = SnapshotStore(tmp_path)
    older, newest = snapshots.positions()
    content = bytearray(snapshots.path(newest).read_bytes())
    content[len(content) // 2] ^= 1
    snapshots.path(newest).write_bytes(content)

    again = program("serve", str(tmp_path), "--port", "0")
    async with Stranger(opened(again)) as maker:
        await maker.login("maker")
        assert len((await maker.call("open_orders"))["orders"]) == 45
    reports = killed(again)
    (warned,) = [report for report in reports if report["event"] == "recovery"]
    assert f"snapshot {newest} was passed over" in warned["warning"]
    (recovered,) = [report for report in reports if report["event"] == "recovered"]
    assert recovered["position"] - older >= 25
    verified = run.invoke(app, ["verify", str(tmp_path)])
    assert f"DAMAGED at position {newest}" in verified.stdout


def test_it_works_without_a_server_and_twice(directory: Path) -> None:
    first = run.invoke(app, ["snapshot", str(directory)])
    assert first.exit_code == 0
    path = directory / "snapshots" / f"{2:020d}.snapshot"
    assert first.stdout.splitlines()[0] == f"snapshot {path}"
    second = run.invoke(app, ["snapshot", str(directory)])
    assert second.exit_code == 0
    assert second.stdout.splitlines()[0] == f"snapshot {path} (it was there already)"
    assert first.stdout.splitlines()[1:] == second.stdout.splitlines()[1:]


@pytest.mark.parametrize("damage", [b"", b"no log"])
def test_a_log_that_cannot_be_read_is_told(directory: Path, damage: bytes) -> None:
    path = directory / "log" / "00000000000000000001.log"
    path.write_bytes(damage)
    result = run.invoke(app, ["snapshot", str(directory)])
    assert result.exit_code == 1
    assert f"carbonex: {path} is damaged" in result.stderr
    assert not (directory / "snapshots").exists()
