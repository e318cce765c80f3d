"""A new meaning of commands in a venue's log: activated, followed, refused.

The later release of these tests knows meaning 2, in which a deposit is worth one
fen more.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from carbonex.cli.app import app
from carbonex.engine import (
    VENUE_KEY,
    ActivateSemantics,
    BeginDay,
    Deposit,
    Exchange,
    GatewayOpened,
    HideOrderIds,
)
from carbonex.engine.market.dates import date_at
from carbonex.gateway.server.host.clock import HOUR_NS, Clock, ClockError
from carbonex.gateway.server.host.machine import Machine, since_boot_ns
from carbonex.gateway.server.readers import follower
from carbonex.gateway.server.server import Server
from carbonex.gateway.server.starting.activation import activate_newest
from carbonex.gateway.server.starting.opening import bootstrap, open_log, open_venue
from carbonex.journal import (
    LockedError,
    LogReader,
    SnapshotStore,
    UnknownSemanticsError,
    capture,
    recover,
    verify,
)
from later_release import Release
from market import config, make_market, market_commands


if TYPE_CHECKING:
    from pathlib import Path


CASH = 10**12  # what the market gives to each trader


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Release:
    return Release(monkeypatch)


def deposit(directory: Path, amount: int, ref: str) -> Exchange:
    """Log a deposit for the maker as a server would; return the exchange then."""
    with open_log(directory, config()) as log:
        venue = open_venue(log, SnapshotStore(directory), config()).venue
        venue.submit(None, 0, Deposit("", "maker", amount, ref))
        while (batch := venue.take_batch(Clock().now_ns())) is not None:
            row = log.publish(batch)
            venue.committed(batch, row.position, row.hash)
        return venue.exchange


@pytest.fixture
def upgraded(tmp_path: Path, release: Release) -> Path:
    """A venue with a deposit of 100 of each meaning."""
    make_market(tmp_path, config())
    deposit(tmp_path, 100, "old")
    release.knows(2)
    done = activate_newest(tmp_path, config())
    assert (done.before, done.number) == (1, 2)
    assert done.snapshot == SnapshotStore(tmp_path).path(done.position)
    exchange = deposit(tmp_path, 100, "new")
    assert exchange.accounts["maker"].cash == CASH + 201
    return tmp_path


def digest(directory: Path, snapshots: Path) -> bytes:
    return recover(LogReader(directory), SnapshotStore(snapshots)).exchange.digest()


def test_old_rows_keep_their_meaning_in_replay_and_snapshot(
    upgraded: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    replayed = digest(upgraded, tmp_path_factory.mktemp("no-snapshots"))
    assert replayed == digest(upgraded, upgraded)
    assert capture(upgraded).digest == replayed
    report = verify(upgraded, deep=True)
    assert report.ok
    assert (report.digest, report.snapshots) == (replayed.hex(), 2)


async def test_the_server_goes_on_with_the_new_meaning(upgraded: Path) -> None:
    async with Server.start(upgraded, config()) as server:
        assert server.venue.exchange.semantics == 2
        assert server.venue.exchange.accounts["maker"].cash == CASH + 201


def test_an_older_release_names_the_row_and_what_it_would_need(
    upgraded: Path, release: Release, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (activated,) = SnapshotStore(upgraded).positions()
    release.knows(1)
    expected = (
        rf"row {activated} needs semantics 2; this carbonex knows only 1:"
        " use the release that wrote it, or a later one"
    )
    with pytest.raises(UnknownSemanticsError, match=expected) as raised:
        recover(LogReader(upgraded), SnapshotStore(upgraded))
    assert (raised.value.position, raised.value.number) == (activated, 2)
    elsewhere = SnapshotStore(tmp_path_factory.mktemp("no-snapshots"))
    with (
        open_log(upgraded, config()) as log,
        pytest.raises(UnknownSemanticsError, match=expected),
    ):
        open_venue(log, elsewhere, config())
    for refused in (verify, capture, follower.Follower):
        with pytest.raises(UnknownSemanticsError, match=expected):
            refused(upgraded)
    for command in ("replay", "verify", "snapshot"):
        result = CliRunner().invoke(app, [command, str(upgraded)])
        assert result.exit_code == 1
        assert f"row {activated} needs semantics 2" in result.stderr


def test_a_live_follower_says_so_as_well(tmp_path: Path, release: Release) -> None:
    make_market(tmp_path, config())
    following = follower.Follower(tmp_path)
    release.knows(2)
    activate_newest(tmp_path, config())
    release.knows(1)
    with pytest.raises(UnknownSemanticsError, match="needs semantics 2"):
        following.catch_up()
    following.close()


def test_it_happens_once(upgraded: Path) -> None:
    before = LogReader(upgraded).bounds()
    done = activate_newest(upgraded, config())
    assert (done.before, done.number, done.snapshot) == (2, 2, None)
    assert LogReader(upgraded).bounds() == before


def test_a_new_venue_begins_with_the_newest(tmp_path: Path, release: Release) -> None:
    release.knows(3)
    bootstrap(tmp_path, config(), [])
    commands = [row.batch().commands for row in LogReader(tmp_path).tail(1)]
    (opened,), (activation, hidden) = commands
    assert (opened, activation) == (GatewayOpened(""), ActivateSemantics("", 3))
    assert isinstance(hidden, HideOrderIds)
    assert len(set(hidden.secret)) > 16  # this machine's chance


def test_neither_a_wrong_clock_nor_a_running_server_is_passed_by(
    tmp_path: Path, release: Release
) -> None:
    now_ns = time.time_ns()
    day = BeginDay(VENUE_KEY, date_at(now_ns), now_ns + HOUR_NS)
    bootstrap(tmp_path, config(), [*market_commands(), day])
    (tmp_path / "clock").unlink()  # as after a reboot: there is only the wall clock
    release.knows(2)
    with open_log(tmp_path, config()), pytest.raises(LockedError):
        activate_newest(tmp_path, config())
    wrong = Machine(wall_ns=lambda: time.time_ns() + 26 * HOUR_NS)
    with pytest.raises(ClockError, match="--accept-time"):
        activate_newest(tmp_path, config(), machine=wrong)
    done = activate_newest(tmp_path, config(), accept_time=True, machine=wrong)
    assert done.snapshot is not None


def test_a_night_on_the_same_boot_needs_no_word_about_the_clock(
    tmp_path: Path, release: Release
) -> None:
    """As for any other start: log time stood still, and the witness knows why."""
    make_market(tmp_path, config())
    release.knows(2)
    night = 17 * HOUR_NS
    morning = Machine(
        wall_ns=lambda: time.time_ns() + night,
        monotonic_ns=lambda: since_boot_ns() + night,
    )
    done = activate_newest(tmp_path, config(), machine=morning)
    assert done.snapshot is not None


def test_without_a_newer_meaning_the_flag_changes_nothing(tmp_path: Path) -> None:
    make_market(tmp_path, config())
    before = LogReader(tmp_path).bounds()
    assert activate_newest(tmp_path, config()).snapshot is None
    assert LogReader(tmp_path).bounds() == before
