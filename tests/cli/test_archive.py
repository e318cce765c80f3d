"""``carbonex archive`` beside a real server, and every command on what it leaves."""

from __future__ import annotations

import re
import signal
import time
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from carbonex.cli.app import app
from carbonex.gateway.server.readers.follower import Follower
from carbonex.journal import HISTORY_NAME, LogReader, OsDisk, SegmentLog
from carbonex.journal.archive_place import LOCK_NAME
from carbonex.journal.making import lock
from carbonex.wire.counts import counted
from cli.served import opened, trade
from market import make_market
from stranger import Stranger
from venue_process import write_config


if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from carbonex.engine import Exchange

    Program = Callable[..., subprocess.Popen[str]]


run = CliRunner()


def do(*arguments: object) -> str:
    """Run a command, which must work, and return what it prints."""
    result = run.invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


@pytest.fixture
def venue(tmp_path: Path, program: Program) -> Iterator[tuple[Path, int]]:
    """A server whose segments are full after some thirty rows, and its port."""
    make_market(tmp_path, write_config(tmp_path, segment_bytes=8192))
    server = program("serve", str(tmp_path), "--port", "0")
    yield tmp_path, opened(server)
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=60)


async def test_beside_a_live_server_and_read_by_every_command(
    venue: tuple[Path, int],
) -> None:
    directory, port = venue
    async with Stranger(port) as maker:
        await maker.login("maker")
        await trade(maker, 120)
        do("snapshot", directory)
        await trade(maker, 10)
        before = do("replay", directory, "--to", 130)
        kept = LogReader(directory)
        said = do("archive", directory)
        while said.startswith("nothing to archive: the history is at position"):
            time.sleep(0.1)  # noqa: ASYNC251 - the follower looks once a second
            said = do("archive", directory)
        assert "archived" in said, said
        moved = names(directory / "archive")
        assert f"{counted(len(moved), 'segment')} archived" in said
        assert len(moved) >= 2
        assert f"{1:020d}.log" not in names(directory / "log")
        await trade(maker, 40)  # the live one goes on, into new segments
    assert do("replay", directory, "--to", 130) == before
    position = kept.bounds()[1]
    reader = LogReader(directory)
    assert reader.bounds()[0] == 1
    assert reader.hash_at(position) == kept.hash_at(position)
    witness = f"3:{kept.hash_at(3).hex()}"
    assert "all good" in do("verify", directory, "--deep", "--witness", witness)
    do("snapshot", directory)
    assert "nothing to archive: a start may need what follows" in do(
        "archive", directory
    )


def segmented(directory: Path, rows: int = 8) -> None:
    """Write the log again in segments of two rows, with a snapshot and a history."""
    batches = [row.batch() for row in LogReader(directory).tail(1)]
    assert len(batches) == rows
    for path in (directory / "log").iterdir():
        path.unlink()
    with SegmentLog(directory, "test", segment_bytes=65_536) as log:
        for i, batch in enumerate(batches):
            if i and i % 2 == 0:
                log.roll()
            log.publish(batch)
    do("snapshot", directory)


@pytest.fixture
def stored(traded: tuple[Path, Exchange]) -> Path:
    """DIR with a morning's trading in four segments, of which three are closed."""
    directory, _ = traded
    segmented(directory)
    follower = Follower(directory)
    follower.catch_up()
    follower.close()
    return directory


def test_it_says_what_it_moved(stored: Path) -> None:
    lines = do("archive", stored).splitlines()
    first = stored / "archive" / f"{1:020d}.archive"
    assert re.fullmatch(rf"positions 1 to 2: {first}, [\d,]+ bytes to [\d,]+", lines[0])
    assert lines[-1].startswith("3 segments archived, ")
    assert names(stored / "log") == [f"{7:020d}.log", "head"]
    assert do("archive", stored).startswith("nothing to archive: ")


def test_the_history_is_made_again_from_the_archive(stored: Path) -> None:
    do("archive", stored)
    before = do("verify", stored)
    (stored / HISTORY_NAME).unlink()
    follower = Follower(stored)
    follower.catch_up()
    follower.close()
    assert do("verify", stored) == before
    assert "history  6 balances and 1 digest over events compared" in before
    said = do("archive", stored)
    assert said.startswith("nothing to archive")


def test_without_snapshot_or_history_nothing_moves(
    traded: tuple[Path, Exchange],
) -> None:
    directory, _ = traded
    said = do("archive", directory)
    assert said == (
        "nothing to archive: no snapshot is good: make one with carbonex snapshot\n"
    )
    segmented(directory)
    said = do("archive", directory)
    assert said.startswith("nothing to archive: the history is at position 0, before")
    assert len(names(directory / "log")) == 5


class TestElsewhere:
    """With ``--to``."""

    def test_a_link_leads_there(self, stored: Path, tmp_path: Path) -> None:
        place = empty(tmp_path / "disk")
        before = do("replay", stored)
        do("archive", stored, "--to", place)
        assert len(names(place)) == 3
        assert (stored / "archive").resolve() == place
        assert do("replay", stored) == before
        do("archive", stored, "--to", place)
        assert "all good" in do("verify", stored)

    def test_it_has_to_be_there(self, stored: Path, tmp_path: Path) -> None:
        result = run.invoke(app, ["archive", str(stored), "--to", str(tmp_path / "x")])
        assert result.exit_code == 2
        assert len(names(stored / "log")) == 5

    def test_another_place_needs_the_files(self, stored: Path, tmp_path: Path) -> None:
        do("archive", stored)
        place = empty(tmp_path / "disk")
        result = run.invoke(app, ["archive", str(stored), "--to", str(place)])
        assert result.exit_code == 1
        assert f"{stored / 'archive'} has 3 archive files" in " ".join(
            result.stderr.split()
        )
        assert f"move all to {place}" in " ".join(result.stderr.split())
        for path in [*(stored / "archive").iterdir()]:
            path.rename(place / path.name)
        do("archive", stored, "--to", place)
        assert LogReader(stored).bounds() == (1, 8)

    def test_not_while_an_archiving_is_at_work(
        self, stored: Path, tmp_path: Path
    ) -> None:
        """It would write into one place and remove segments for the other."""
        disk = OsDisk()
        held = lock(disk, stored / LOCK_NAME)
        arguments = ["archive", str(stored), "--to", str(empty(tmp_path / "empty"))]
        result = run.invoke(app, arguments)
        disk.close(held)
        assert result.exit_code == 1
        assert "is in use by process" in " ".join(result.stderr.split())
        assert not (stored / "archive").is_symlink()

    def test_a_mount_point_without_its_disk_gets_nothing(
        self, stored: Path, tmp_path: Path
    ) -> None:
        """What is put there is hidden as soon as the disk is mounted."""
        place = empty(tmp_path / "empty")
        do("archive", stored, "--to", place)
        place.rename(tmp_path / "disk")
        place.mkdir()
        result = run.invoke(app, ["archive", str(stored)])
        assert result.exit_code == 1
        text = " ".join(result.stderr.split())
        assert f"begins at position 7, and {place}, where the archive is kept," in text
        assert do("archive", stored, "--to", place).startswith("nothing to archive: ")

    def test_what_was_interrupted_is_no_hindrance(
        self, stored: Path, tmp_path: Path
    ) -> None:
        (stored / "archive").mkdir()
        (stored / "archive" / f"{1:020d}.new").touch()
        place = empty(tmp_path / "empty")
        do("archive", stored, "--to", place)
        assert (stored / "archive").resolve() == place

    def test_what_is_not_of_the_archive_has_to_be_moved_away(
        self, stored: Path, tmp_path: Path
    ) -> None:
        (stored / "archive").mkdir()
        (stored / "archive" / "copy.archive").touch()
        place = empty(tmp_path / "empty")
        arguments = ["archive", str(stored), "--to", str(place)]
        result = run.invoke(app, arguments)
        assert result.exit_code == 1
        assert "'copy.archive', which is not of the archive" in " ".join(
            result.stderr.split()
        )
        (stored / "archive" / "copy.archive").rename(place / "copy.archive")
        do(*arguments)
        assert len(names(place)) == 4

    def test_its_mode_stays_and_is_told_where_others_may_enter(
        self, stored: Path, tmp_path: Path
    ) -> None:
        place = empty(tmp_path / "disk")
        place.chmod(0o750)
        arguments = ["archive", str(stored), "--to", str(place)]
        result = run.invoke(app, arguments)
        assert result.exit_code == 0
        assert place.stat().st_mode & 0o777 == 0o750
        assert {path.stat().st_mode & 0o777 for path in place.iterdir()} == {0o600}
        assert result.stderr == (
            f"carbonex: warning: {place}, where the archive of {stored} is kept, is open"
            " to others, mode 0750: chmod it to 0700, if nobody else has to enter it\n"
        )
        place.chmod(0o700)
        assert run.invoke(app, ["archive", str(stored)]).stderr == ""

    def test_another_venues_is_refused(self, stored: Path, tmp_path: Path) -> None:
        place = empty(tmp_path / "disk")
        do("archive", stored, "--to", place)
        other = tmp_path / "other"
        SegmentLog(other, "other").close()
        result = run.invoke(app, ["archive", str(other), "--to", str(place)])
        assert result.exit_code == 1
        assert f"{place} holds the archive of venue 'test', not 'other'" in " ".join(
            result.stderr.split()
        )

    def test_what_is_missing_is_said(self, stored: Path, tmp_path: Path) -> None:
        place = empty(tmp_path / "disk")
        do("archive", stored, "--to", place)
        place.rename(tmp_path / "tape")
        missing = (
            f"positions 1 to 6 are neither in {stored / 'log'} nor in"
            f" {stored / 'archive'} (that is {place})"
        )
        replayed = run.invoke(app, ["replay", str(stored), "--from", "1"])
        assert replayed.exit_code == 1
        assert missing in replayed.stderr
        assert "command #1 cannot be shown" in replayed.stderr
        assert missing in do("verify", stored)
        do("snapshot", stored)  # and a start works too: it needs none of that
        for arguments in ([], ["--to", str(empty(tmp_path / "empty"))]):
            result = run.invoke(app, ["archive", str(stored), *arguments])
            assert result.exit_code == 1
            text = " ".join(result.stderr.split())
            assert f"is kept in {place}, which is not there: mount it" in text
        do("archive", stored, "--to", tmp_path / "tape")
        assert LogReader(stored).bounds() == (1, 8)


def empty(path: Path) -> Path:
    """Return a new directory."""
    path.mkdir()
    return path
