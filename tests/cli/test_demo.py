"""``carbonex demo`` as a user runs it: to the end, interrupted, and stopped."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from carbonex.cli.app import app


if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    Program = Callable[..., subprocess.Popen[str]]


SECONDS = 120  # for what takes five on an idle machine


def processes_at(directory: Path) -> list[str]:
    """Return the command lines of the processes that name ``directory``."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode()
        except OSError:  # it has just ended
            continue
        if str(directory) in line:
            found.append(line)
    return found


def assert_ended(directory: Path) -> None:
    """Check that no process is left, but one whose end is under way.

    What follows the log ends by itself when its server, killed, has gone.
    """
    patience = time.monotonic() + SECONDS
    while left := processes_at(directory):
        assert time.monotonic() < patience, left
        time.sleep(0.05)


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """Return where the demo makes its temporary directory."""
    path = tmp_path / "temporary"
    path.mkdir()
    return path


def until(process: subprocess.Popen[str], words: str) -> str:
    """Read lines until one has ``words`` in it; return it."""
    assert process.stdout is not None
    for line in process.stdout:
        if words in line:
            return line
    raise AssertionError(f"{words!r} never came: {process.communicate()[1]}")


def test_it_trades_is_killed_comes_back_and_everything_was_kept(
    program: Program, tmp_path: Path
) -> None:
    directory = tmp_path / "kept"
    process = program("demo", "--seconds", "5", "--plain", "--dir", str(directory))
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (0, "")
    assert "the venue was killed with kill -9 while it traded" in out
    assert "it came back from its log; trading went on after" in out
    assert out.count("✓") == 10
    assert "✗" not in out
    assert "Everything was kept" in out
    assert_ended(directory)
    verified = CliRunner().invoke(app, ["verify", str(directory), "--deep"])
    assert verified.exit_code == 0
    assert "digests  2 checkpoints and 2 snapshots compared" in verified.stdout


def test_ctrl_c_ends_the_trading_early_and_the_audit_follows(
    program: Program, temporary: Path
) -> None:
    process = program("demo", "--seconds", "600", "--plain", TMPDIR=str(temporary))
    until(process, "trades/s")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (0, "")
    assert "Everything was kept" in out
    assert_ended(temporary)
    assert list(temporary.iterdir()) == []


def test_a_second_ctrl_c_ends_everything(program: Program, temporary: Path) -> None:
    process = program("demo", "--seconds", "600", "--plain", TMPDIR=str(temporary))
    until(process, "trades/s")
    process.send_signal(signal.SIGINT)
    until(process, "killed with kill -9")
    process.send_signal(signal.SIGINT)
    assert_stopped(process, temporary)


def test_sigterm_ends_everything(program: Program, temporary: Path) -> None:
    process = program("demo", "--seconds", "600", "--plain", TMPDIR=str(temporary))
    until(process, "trades/s")
    assert processes_at(temporary)  # the venue, and what follows its log
    process.send_signal(signal.SIGTERM)
    assert_stopped(process, temporary)


def assert_stopped(process: subprocess.Popen[str], temporary: Path) -> None:
    _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert err == "carbonex: stopped; nothing is left behind\n"
    assert_ended(temporary)
    assert list(temporary.iterdir()) == []


def test_a_directory_with_a_venue_is_refused(tmp_path: Path) -> None:
    directory = tmp_path / "venue"
    CliRunner().invoke(app, ["init", str(directory)])
    result = CliRunner().invoke(app, ["demo", "--dir", str(directory)])
    assert result.exit_code == 1
    assert (
        f"carbonex: the demo failed: {directory} has a venue already" in result.stderr
    )
