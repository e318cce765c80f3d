"""Who can read a venue's files: its own user, whatever the umask."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import structlog
from typer.testing import CliRunner

import carbonex.sdk
from carbonex.cli.app import app
from carbonex.cli.init import operator_key
from carbonex.gateway.server.server import Server
from carbonex.gateway.server.starting import modes as modes_module
from carbonex.gateway.server.starting.modes import tighten
from carbonex.wire.keys import generate_key
from market import config, make_market
from stranger import eventually
from venue_process import VenueProcess


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


run = CliRunner()


@pytest.fixture(params=[0o000, 0o022])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(directory: Path) -> dict[str, int]:
    paths = [directory, *directory.rglob("*")]
    return {str(path): path.stat().st_mode & 0o777 for path in paths}


def check(directory: Path) -> None:
    """Nobody but the owner may do anything with anything."""
    for path, mode in modes(directory).items():
        assert mode & 0o077 == 0, (path, oct(mode))


@pytest.mark.usefixtures("umask")
async def test_everything_that_a_venue_writes_is_for_its_user_only(
    tmp_path: Path,
) -> None:
    directory = tmp_path / "acme"
    command = ["init", str(directory), "--port", "0", "--market", "continuous"]
    assert run.invoke(app, command).exit_code == 0
    check(directory)
    assert operator_key(directory).stat().st_mode & 0o777 == 0o600
    async with VenueProcess(directory) as venue:
        url = f"ws://127.0.0.1:{venue.port}"
        async with carbonex.sdk.connect(url, operator_key(directory)) as operator:
            await operator.register_participant("mm")
            await operator.open_account("mm", "mm-1")
            await operator.deposit("mm-1", "5.00", client_ref="first")
        # The follower's file and the two that SQLite keeps beside it.
        history = directory / "history.sqlite"
        wal, shm = (history.with_name(f"{history.name}-{s}") for s in ("wal", "shm"))
        await eventually(lambda: wal.exists() and shm.exists())
        check(directory)
        assert await venue.stop() == 0
    names = {path.name for path in directory.rglob("*")}
    assert "history.sqlite" in names
    assert list((directory / "snapshots").iterdir())
    check(directory)


@pytest.mark.usefixtures("umask")
def test_keygen_makes_a_file_for_its_user_only(tmp_path: Path) -> None:
    path = tmp_path / "mm-1.pem"
    assert run.invoke(app, ["keygen", "mm-1", "--out", str(path)]).exit_code == 0
    assert path.stat().st_mode & 0o777 == 0o600


async def test_a_start_closes_what_was_open_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_market(tmp_path, config())
    segment = next((tmp_path / "log").glob("*.log"))
    segment.chmod(0o644)
    tmp_path.chmod(0o755)  # noqa: ASYNC240 - before the server is there
    async with Server.start(tmp_path, config()):
        check(tmp_path)
    said = capsys.readouterr()
    told = said.out + said.err
    assert f"{tmp_path} was open to others, mode 0755: now 0700" in told
    assert f"{segment} was open to others, mode 0644: now 0600" in told
    async with Server.start(tmp_path, config()):
        pass
    assert "open to others" not in "".join(capsys.readouterr())


async def test_the_place_of_an_archive_elsewhere_keeps_its_mode_and_is_told(
    tmp_path: Path,
) -> None:
    directory, place = tmp_path / "venue", tmp_path / "place"
    place.mkdir()
    place.chmod(0o755)
    make_market(directory, config())
    (directory / "archive").symlink_to(place)
    with structlog.testing.capture_logs() as logs:
        async with Server.start(directory, config()):
            pass
    told = [line["warning"] for line in logs if line["event"] == "files"]
    assert [text for text in told if str(place) in text] == [
        (
            f"{place}, where the archive of {directory} is kept, is open to others, mode"
            " 0755: chmod it to 0700, if nobody else has to enter it"
        )
    ]
    assert modes(place) == {str(place): 0o755}


def test_a_private_key_in_the_directory_is_pointed_out(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    generate_key("operator").save(tmp_path / "operator.pem")
    (warning,) = tighten(tmp_path)
    assert warning.startswith(f"{tmp_path / 'operator.pem'} is a private key, which")


def test_links_are_left_alone(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o755)
    (outside / "file").touch(0o644)
    inside = tmp_path / "inside"
    inside.mkdir(mode=0o700)
    (inside / "folder").symlink_to(outside)
    (inside / "file").symlink_to(outside / "file")
    (inside / "broken").symlink_to(tmp_path / "nowhere")
    before = modes(outside)
    assert tighten(inside) == []
    assert modes(outside) == before


def test_what_cannot_be_closed_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o750)

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("pathlib.Path.chmod", refuse)
    assert tighten(tmp_path) == [
        f"{tmp_path} is open to others, mode 0750: Operation not permitted"
    ]


def test_a_file_that_goes_meanwhile_is_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``carbonex snapshot`` and ``archive`` may be at work: theirs get other names."""
    for name in ("a", "b.new", "c"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    tightened = modes_module._tightened

    def meanwhile(path: Path, mode: int, most: int) -> list[str]:
        (tmp_path / "b.new").unlink(missing_ok=True)
        return tightened(path, mode, most)

    monkeypatch.setattr(modes_module, "_tightened", meanwhile)
    tighten(tmp_path)
    check(tmp_path)


def test_what_cannot_be_looked_into_keeps_no_venue_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The directory is a disk of its own, with root's lost+found in it."""
    lost = tmp_path / "lost+found"
    lost.mkdir(mode=0o700)
    iterdir = type(lost).iterdir

    def closed(path: Path) -> Iterator[Path]:
        if path == lost:
            raise PermissionError(13, "Permission denied")
        return iterdir(path)

    monkeypatch.setattr(type(lost), "iterdir", closed)
    (told,) = [text for text in tighten(tmp_path) if "lost+found" in text]
    assert told == f"{lost} cannot be looked into: Permission denied"
