"""The command line as a whole: help, version, usage errors."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from carbonex.cli.app import app
from carbonex.engine import book


if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from carbonex.engine import Exchange


run = CliRunner()
BUILD = "pure Python" if book.__file__.endswith(".py") else "compiled"
VERSION = f"carbonex {version('carbonex')} ({BUILD})\n"
COMMANDS = (
    "demo",
    "init",
    "serve",
    "keygen",
    "replay",
    "verify",
    "snapshot",
    "archive",
    "statement",
    "feed",
    "official",
)


def test_help_lists_every_command() -> None:
    text = run.invoke(app, ["--help"]).stdout
    for command in COMMANDS:
        assert f"│ {command} " in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    result = run.invoke(app, [command, "-h"])
    assert result.exit_code == 0
    assert f"Usage: carbonex {command} [OPTIONS]" in result.stdout
    sentences = result.stdout.partition("[OPTIONS]")[2].partition("╭")[0]
    assert len(sentences.split()) > 8


def test_the_version() -> None:
    result = run.invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.stdout == VERSION


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["serve"], "Missing argument 'DIR'"),
        (["serve", "/nowhere"], "dir '/nowhere' does not exist"),
        (["replay", ".", "--from", "0"], "Invalid value for '--from'"),
        (["demo", "--seconds", "1"], "Invalid value for '--seconds'"),
        (["nonsense"], "No such command 'nonsense'"),
    ],
)
def test_usage_errors_exit_with_2(arguments: list[str], complaint: str) -> None:
    result = run.invoke(app, arguments)
    assert result.exit_code == 2
    assert complaint in result.stderr


def test_python_m_is_the_same_program(
    program: Callable[..., subprocess.Popen[str]],
) -> None:
    out, err = program("--version").communicate(timeout=60)
    assert (out, err) == (VERSION, "")


def test_a_reader_that_goes_away_is_no_error(
    program: Callable[..., subprocess.Popen[str]], traded: tuple[Path, Exchange]
) -> None:
    process = program("replay", str(traded[0]), "--json")
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(timeout=60)
    assert err == ""
