"""``carbonex serve``: open, closed in good order, and never two at once."""

from __future__ import annotations

import json
import re
import signal
import socket
import time
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

import carbonex.sdk
from carbonex.cli.app import app
from carbonex.cli.init import operator_key
from carbonex.engine import VENUE_KEY, BeginDay, Checkpoint
from carbonex.engine.market.dates import date_at
from carbonex.engine.semantics import NEWEST
from carbonex.gateway.server.host.clock import HOUR_NS
from carbonex.gateway.server.host.clock_file import ClockFile
from carbonex.gateway.server.host.machine import since_boot_ns
from carbonex.journal import LogReader, OsDisk, SegmentLog, SnapshotStore, recover


if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Program = Callable[..., subprocess.Popen[str]]


run = CliRunner()


def open_at(process: subprocess.Popen[str]) -> str:
    """Return the address that the server says it is open at."""
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.fullmatch(r"acme is open at (ws://127\.0\.0\.1:\d+), .*\n", line)
    assert found, line
    return found[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_serves_until_it_is_asked_to_stop(
    number: signal.Signals, directory: Path, program: Program
) -> None:
    process = program("serve", str(directory), "--port", "0")
    key = operator_key(directory)
    async with carbonex.sdk.connect(open_at(process), key) as venue:
        await venue.list_instrument("CEA25")
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert out == f"acme has stopped; its state is kept in {directory}\n"
    reports = [json.loads(line)["event"] for line in err.splitlines()]
    assert reports[0] == "listening"
    assert reports[-1] == "stopped"
    reader = LogReader(directory)
    (last,) = reader.tail(reader.bounds()[1])
    assert [type(command) for command in last.batch().commands] == [Checkpoint]
    assert run.invoke(app, ["verify", str(directory), "--deep"]).exit_code == 0


async def test_it_goes_on_when_nobody_takes_its_log_lines(
    directory: Path, program: Program
) -> None:
    process = program("serve", str(directory), "--port", "0")
    address = open_at(process)
    assert process.stderr is not None
    process.stderr.close()  # as when a log collector dies
    async with carbonex.sdk.connect(address, operator_key(directory)) as venue:
        await venue.list_instrument("CEA25")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0  # it says good-bye into the broken pipe
    assert run.invoke(app, ["verify", str(directory)]).exit_code == 0


def test_a_second_server_is_kept_out(directory: Path, program: Program) -> None:
    first = program("serve", str(directory), "--port", "0")
    open_at(first)
    second = program("serve", str(directory), "--port", "0")
    out, err = second.communicate(timeout=60)
    assert second.returncode == 1
    assert out == ""
    assert (
        err
        == f"carbonex: {directory} is in use by process {first.pid}: stop it first\n"
    )
    assert first.poll() is None


def test_an_address_that_is_taken(directory: Path, program: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = program("serve", str(directory), "--port", port)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"carbonex: the venue cannot open at 127.0.0.1:{port}" in err
    assert "Address already in use" in err.lower() or "address already in use" in err
    assert "Traceback" not in err


def test_a_directory_without_a_venue(tmp_path: Path) -> None:
    result = run.invoke(app, ["serve", str(tmp_path)])
    assert result.exit_code == 1
    assert f"{tmp_path} has no venue" in result.stderr
    assert "carbonex init" in result.stderr


def test_a_configuration_that_is_wrong(directory: Path) -> None:
    file = directory / "venue.toml"
    file.write_text(file.read_text().replace("port = 8080", "port = 80800"))
    result = run.invoke(app, ["serve", str(directory)])
    assert result.exit_code == 1
    assert f"carbonex: {file}: listen.port = 80800: " in result.stderr


def test_a_damaged_log_is_not_served(directory: Path) -> None:
    path = directory / "log" / "00000000000000000001.log"
    data = bytearray(path.read_bytes())
    data[data.index(b"operator")] ^= 1
    path.write_bytes(data)
    result = run.invoke(app, ["serve", str(directory), "--port", "0"])
    assert result.exit_code == 1
    assert f"carbonex: {path} is damaged at offset" in result.stderr
    assert "(position 2)" in result.stderr


def test_a_clock_far_ahead_of_the_log_needs_a_decision(
    directory: Path, program: Program
) -> None:
    rewrite_two_hours_ago(directory)
    refused = program("serve", str(directory), "--port", "0")
    _, err = refused.communicate(timeout=60)
    assert refused.returncode == 1
    assert "--accept-time" in err
    accepted = program("serve", str(directory), "--port", "0", "--accept-time")
    open_at(accepted)


def test_a_torn_row_without_a_head_needs_a_decision(
    directory: Path, program: Program
) -> None:
    (directory / "log" / "head").unlink()
    path = directory / "log" / "00000000000000000001.log"
    with SegmentLog(directory, "acme") as log:
        end = log._offset
    data = bytearray(path.read_bytes())
    data[end - 9] ^= 1
    path.write_bytes(data)
    (directory / "log" / "head").unlink()
    refused = program("serve", str(directory), "--port", "0")
    _, err = refused.communicate(timeout=60)
    assert refused.returncode == 1
    assert err.count("nobody knows whether it was answered") == 1
    assert "--accept-loss" in err
    accepted = program("serve", str(directory), "--port", "0", "--accept-loss")
    open_at(accepted)
    accepted.send_signal(signal.SIGTERM)
    _, err = accepted.communicate(timeout=60)
    assert "(position 2): removed; it may have been answered" in err
    assert LogReader(directory).warnings == []


def test_activating_what_is_active_says_so_and_opens(
    directory: Path, program: Program
) -> None:
    process = program("serve", str(directory), "--port", "0", "--activate")
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line == f"semantics {NEWEST} are active already, and the newest known\n"
    open_at(process)


def rewrite_two_hours_ago(directory: Path) -> None:
    """Write the log as it would be from two hours ago, and a day that is over by now."""

    batches = [row.batch() for row in LogReader(directory).tail(1)]
    (directory / "clock").unlink()
    for path in (directory / "log").iterdir():
        path.unlink()
    with SegmentLog(directory, "acme") as log:
        for batch in batches:
            log.publish(replace(batch, time_ns=batch.time_ns - 2 * HOUR_NS))
        last = batches[-1]
        ends_ns = last.time_ns - HOUR_NS
        day = [BeginDay(VENUE_KEY, date_at(ends_ns), ends_ns)]
        time_ns = last.time_ns - 2 * HOUR_NS
        log.publish(replace(last, time_ns=time_ns, n=last.n + 1, commands=day))


def note_the_clock(directory: Path, hours: int) -> None:
    """Make the venue's note of the time one of so many hours ago, on this boot."""
    ago_ns = hours * HOUR_NS
    kept = ClockFile(directory, OsDisk(), lambda: since_boot_ns() - ago_ns)
    kept.note(time.time_ns() - ago_ns)


def test_the_morning_after_needs_no_decision(directory: Path, program: Program) -> None:
    rewrite_two_hours_ago(directory)
    note_the_clock(directory, 17)
    open_at(program("serve", str(directory), "--port", "0"))


def test_a_clock_that_went_wrong_over_night_is_not_followed(
    directory: Path, program: Program
) -> None:
    """By the wall clock it was two hours, by the monotonic one a moment."""
    rewrite_two_hours_ago(directory)
    kept = ClockFile(directory, OsDisk(), since_boot_ns)
    kept.note(time.time_ns() - 2 * HOUR_NS)
    process = program("serve", str(directory), "--port", "0")
    open_at(process)
    process.terminate()
    _, err = process.communicate(timeout=60)
    ahead = [json.loads(line) for line in err.splitlines() if "clock ahead" in line]
    assert [round(line["seconds"] / 3600) for line in ahead] == [2]
    assert "--accept-time" in ahead[0]["advice"]
    exchange = recover(LogReader(directory), SnapshotStore(directory)).exchange
    assert exchange.day == date_at(exchange.day_ends_ns)
