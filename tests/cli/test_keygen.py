"""``carbonex keygen``: the private key stays here, the public one is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from carbonex.cli.app import app
from carbonex.wire.keys import load_key


if TYPE_CHECKING:
    from pathlib import Path


run = CliRunner()


def test_it_writes_the_key_and_prints_the_public_half(tmp_path: Path) -> None:
    path = tmp_path / "mm.pem"
    result = run.invoke(app, ["keygen", "mm-1", "--out", str(path)])
    assert result.exit_code == 0
    key = load_key(path)
    assert key.key_id == "mm-1"
    assert path.stat().st_mode & 0o777 == 0o600
    assert f"key id       {key.key_id}\n" in result.stdout
    assert f"public key   {key.public_text}\n" in result.stdout
    assert "PRIVATE" not in result.output


def test_it_goes_into_this_directory_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run.invoke(app, ["keygen", "mm-1"]).exit_code == 0
    assert load_key(tmp_path / "mm-1.pem").key_id == "mm-1"


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "mm.pem"
    path.write_text("precious")
    result = run.invoke(app, ["keygen", "mm-1", "--out", str(path)])
    assert result.exit_code == 1
    assert f"carbonex: {path} exists" in result.stderr
    assert path.read_text() == "precious"


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "mm.pem"
    result = run.invoke(app, ["keygen", "mm-1", "--out", str(path)])
    assert result.exit_code == 1
    assert f"{path} cannot be written: No such file or directory" in result.stderr


@pytest.mark.parametrize("name", ["x" * 37, " mm", "a\nb"])
def test_a_bad_name_is_a_usage_error(name: str, tmp_path: Path) -> None:
    result = run.invoke(app, ["keygen", name, "--out", str(tmp_path / "k.pem")])
    assert result.exit_code == 2
    assert "is not a key id" in result.stderr
    assert not list(tmp_path.iterdir())
