"""``carbonex serve --market``, ``init --market`` and ``carbonex market``."""

from __future__ import annotations

import json
import re
import signal
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from carbonex.cli.app import app
from carbonex.engine import BeginDay, ListInstrument, UpdateInstrument
from carbonex.gateway.config import load_config
from carbonex.gateway.market import PRESETS, load_market, market_text
from carbonex.journal import LogReader


if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Program = Callable[..., subprocess.Popen[str]]


run = CliRunner()


def serve(program: Program, directory: Path, *options: str) -> list[dict[str, object]]:
    """Serve the directory until it is open, stop it, and return its reports."""
    process = program("serve", str(directory), "--port", "0", *options)
    assert process.stdout is not None
    assert re.match("acme is open at", process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    return [json.loads(line) for line in err.splitlines()]


def logged(directory: Path, kind: type) -> list[object]:
    """Return all commands of a kind in the directory's log."""
    rows = LogReader(directory).tail(1)
    return [c for row in rows for c in row.batch().commands if type(c) is kind]


def listings(preset: str) -> list[ListInstrument]:
    return [listing.terms for listing in load_market(preset).listings]


def test_a_preset_is_listed_once(directory: Path, program: Program) -> None:
    reports = serve(program, directory, "--market", "cea")
    names = [line["instrument"] for line in reports if "instrument" in line]
    assert names == ["CEA", "CEA21", "CEA22", "CEA23", "CEA24", "CEA25"]
    assert any(str(line["event"]).startswith("next trading day") for line in reports)
    serve(program, directory, "--market", "cea")
    assert logged(directory, ListInstrument) == listings("cea")
    assert logged(directory, UpdateInstrument) == []
    assert run.invoke(app, ["verify", str(directory), "--deep"]).exit_code == 0


def test_round_the_clock_a_day_is_open_at_once(
    directory: Path, program: Program
) -> None:
    serve(program, directory, "--market", "continuous")
    assert logged(directory, ListInstrument) == listings("continuous")
    assert logged(directory, BeginDay)


def test_a_file_of_ones_own_changes_terms(
    directory: Path, program: Program, tmp_path: Path
) -> None:
    serve(program, directory, "--market", "continuous")
    text = market_text("continuous").replace("100_000", "50_000", 1)
    (tmp_path / "own.toml").write_text(text)
    reports = serve(program, directory, "--market", str(tmp_path / "own.toml"))
    changed = [line["instrument"] for line in reports if "terms" in str(line["event"])]
    assert changed == ["CEA24", "CEA25"]


def test_a_file_that_is_wrong_opens_nothing(directory: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("[product.CEA]\nlots = 1\n")
    result = run.invoke(app, ["serve", str(directory), "--market", str(path)])
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == (
        f"carbonex: {path}: product.CEA.lots = 1: there is no such key;"
        " did you mean lot?"
    )


def test_a_file_that_the_venue_cannot_follow(
    directory: Path, program: Program, tmp_path: Path
) -> None:
    serve(program, directory, "--market", "continuous")
    path = tmp_path / "own.toml"
    path.write_text(market_text("continuous").replace('"0.01"', '"0.02"'))
    process = program("serve", str(directory), "--port", "0", "--market", str(path))
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert out == ""
    assert err.splitlines()[-1] == (
        f'carbonex: {path}: instrument.CEA24.reference = "76.39":'
        " must be a multiple of the tick, 0.02"
    )
    path.write_text(market_text("continuous").replace("lot = 1\n", "lot = 10\n"))
    process = program("serve", str(directory), "--port", "0", "--market", str(path))
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.splitlines()[-1] == (
        f"carbonex: {path}: instrument.CEA24.lot = 10:"
        " it is listed with 1, and that cannot change"
    )
    assert run.invoke(app, ["verify", str(directory), "--deep"]).exit_code == 0


@pytest.mark.parametrize("preset", PRESETS)
def test_a_new_venue_remembers_its_market(preset: str, tmp_path: Path) -> None:
    directory = tmp_path / "acme"
    result = run.invoke(app, ["init", str(directory), "--market", preset])
    assert result.exit_code == 0
    assert load_config(directory / "venue.toml").market == preset
    assert "It lists CEA" in result.stdout or "It lists CCER" in result.stdout
    assert "list_instrument" not in result.stdout


def test_a_new_venue_remembers_where_its_file_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.toml").write_text(market_text("cea"))
    assert run.invoke(app, ["init", "acme", "--market", "own.toml"]).exit_code == 0
    market = load_config(tmp_path / "acme" / "venue.toml").market
    assert market == str(tmp_path / "own.toml")


def test_a_new_venue_is_not_made_for_a_market_that_is_not_there(
    tmp_path: Path,
) -> None:
    result = run.invoke(app, ["init", str(tmp_path / "acme"), "--market", "sea"])
    assert result.exit_code == 2
    assert "there is no such file, and the presets are cea, ccer" in result.stderr
    assert not (tmp_path / "acme").exists()


def test_a_market_that_is_not_there_is_a_wrong_command_line(tmp_path: Path) -> None:
    """Whichever command names it."""
    made = run.invoke(app, ["init", str(tmp_path / "acme")])
    assert made.exit_code == 0
    for line in (
        ["market", "sea"],
        ["serve", str(tmp_path / "acme"), "--market", "sea"],
    ):
        result = run.invoke(app, line)
        assert result.exit_code == 2
        assert "there is no such file, and the presets are cea, ccer" in result.stderr


def test_a_market_that_is_not_there_ends_the_start_alike_if_venue_toml_names_it(
    tmp_path: Path,
) -> None:
    directory = tmp_path / "acme"
    assert run.invoke(app, ["init", str(directory), "--market", "cea"]).exit_code == 0
    file = directory / "venue.toml"
    file.write_text(file.read_text().replace('market = "cea"', 'market = "sea"'))
    result = run.invoke(app, ["serve", str(directory)])
    assert result.exit_code == 2
    missing = "sea: there is no such file, and the presets are cea, ccer"
    assert f"{directory}/{missing}" in result.stderr


def test_a_preset_is_printed_to_begin_ones_own_with(tmp_path: Path) -> None:
    printed = run.invoke(app, ["market", "cea"])
    assert (printed.exit_code, printed.stdout) == (0, market_text("cea"))
    path = tmp_path / "own.toml"
    path.write_text(printed.stdout.replace("lot = 1", "lot = 0", 1))
    checked = run.invoke(app, ["market", str(path)])
    assert checked.exit_code == 1
    assert checked.stdout == ""
    assert checked.stderr == (
        f"carbonex: {path}: product.CEA.lot = 0: must be at least 1\n"
    )
