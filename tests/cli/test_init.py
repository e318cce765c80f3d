"""``carbonex init``: what is in a new venue's directory, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from carbonex.cli import init as init_module
from carbonex.cli.app import app
from carbonex.cli.init import InitError, config_text, create_venue, operator_key
from carbonex.engine import Permission
from carbonex.gateway.config import load_config
from carbonex.journal import LogReader, SnapshotStore, recover
from carbonex.wire.keys import generate_key, load_key
from carbonex.wire.login import encode_bytes


if TYPE_CHECKING:
    from pathlib import Path


run = CliRunner()


def test_the_directory_of_a_new_venue(tmp_path: Path) -> None:
    directory = tmp_path / "acme"
    result = run.invoke(app, ["init", str(directory), "--port", "9001"])
    assert result.exit_code == 0
    assert directory.stat().st_mode & 0o777 == 0o700
    assert operator_key(directory).stat().st_mode & 0o777 == 0o600
    config = load_config(directory / "venue.toml")
    assert (config.venue, config.listen.port) == ("acme", 9001)
    assert f"carbonex serve {directory}" in result.stdout
    assert result.stdout.count("ws://127.0.0.1:9001") == 2


def test_a_port_that_the_system_chooses_is_not_told_before(tmp_path: Path) -> None:
    result = run.invoke(app, ["init", str(tmp_path / "acme"), "--port", "0"])
    assert ":0" not in result.stdout
    assert "serve prints" in result.stdout
    assert 'connect("ws://127.0.0.1:PORT"' in result.stdout


def test_the_log_begins_with_the_operator(tmp_path: Path) -> None:
    directory = tmp_path / "acme"
    run.invoke(app, ["init", str(directory)])
    exchange = recover(LogReader(directory), SnapshotStore(directory)).exchange
    assert list(exchange.participants) == ["operator"]
    key = exchange.keys["operator"]
    file = load_key(operator_key(directory))
    assert encode_bytes(key.public_key) == file.public_text
    assert Permission.TRADE not in key.permissions


def test_the_operators_key_is_not_where_the_server_works(tmp_path: Path) -> None:
    directory = tmp_path / "acme"
    result = run.invoke(app, ["init", str(directory)])
    assert operator_key(directory) == tmp_path / "acme-operator.pem"
    assert f"\n  {operator_key(directory)}\n" in result.stdout
    assert not list(directory.rglob("*.pem"))


def test_a_key_made_elsewhere_will_do(tmp_path: Path) -> None:
    directory = tmp_path / "acme"
    key = generate_key("ops-1")
    arguments = ["init", str(directory), "--operator", "ops-1", key.public_text]
    result = run.invoke(app, arguments)
    assert result.exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["acme"]
    exchange = recover(LogReader(directory), SnapshotStore(directory)).exchange
    assert encode_bytes(exchange.keys["ops-1"].public_key) == key.public_text


@pytest.mark.parametrize(
    ("key_id", "public_text", "code", "message"),
    [
        ("ops-1", "AAAA", 2, "'AAAA' is no public key: give what carbonex keygen"),
        ("ops-1", "!" * 43, 2, "!' is no public key"),
        ("ops 1", "A" * 43, 1, "cannot be made a venue: AddKey"),
    ],
)
def test_an_operator_that_cannot_be_one(
    key_id: str, public_text: str, code: int, message: str, tmp_path: Path
) -> None:
    directory = tmp_path / "acme"
    arguments = ["init", str(directory), "--operator", key_id, public_text]
    result = run.invoke(app, arguments)
    assert (result.exit_code, message in result.stderr) == (code, True)
    assert not directory.exists() or not list(directory.iterdir())


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    directory = tmp_path / "acme"
    operator_key(directory).write_text("precious")
    result = run.invoke(app, ["init", str(directory)])
    assert result.exit_code == 1
    assert "acme-operator.pem exists, and a key is never overwritten" in result.stderr
    assert operator_key(directory).read_text() == "precious"
    assert not list(directory.iterdir())


def test_an_empty_directory_will_do(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    result = run.invoke(app, ["init", str(tmp_path), "--name", "acme"])
    assert result.exit_code == 0
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_a_venue_is_never_made_twice(tmp_path: Path) -> None:
    directory = tmp_path / "acme"
    run.invoke(app, ["init", str(directory)])
    before = contents(directory)
    result = run.invoke(app, ["init", str(directory)])
    assert result.exit_code == 1
    assert f"carbonex: {directory} has a venue already" in result.stderr
    assert contents(directory) == before


def test_a_directory_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("precious")
    result = run.invoke(app, ["init", str(tmp_path), "--name", "acme"])
    assert result.exit_code == 1
    assert "is not empty, it has thesis.tex" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("name", ["no spaces", "-x", "x" * 37])
def test_a_bad_name_is_a_usage_error(name: str, tmp_path: Path) -> None:
    directory = tmp_path / "acme"
    result = run.invoke(app, ["init", str(directory), "--name", name])
    assert result.exit_code == 2
    assert f"{name!r} cannot be a venue's name" in result.stderr
    assert not directory.exists()


def test_a_path_that_cannot_be_a_directory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run.invoke(app, ["init", str(tmp_path / "file" / "acme")])
    assert result.exit_code == 1
    assert "cannot be used: Not a directory" in result.stderr


def test_a_failed_attempt_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(init_module, "bootstrap", full)
    with pytest.raises(InitError, match="No space left on device"):
        create_venue(tmp_path / "acme", config_text("acme", 0))
    assert not list((tmp_path / "acme").iterdir())
    assert not operator_key(tmp_path / "acme").exists()


def contents(directory: Path) -> dict[Path, bytes]:
    return {p: p.read_bytes() for p in directory.rglob("*") if p.is_file()}
