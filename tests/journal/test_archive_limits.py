"""What may be archived: rows stay that a start may need, or the history."""

from __future__ import annotations

from typing import Any

import pytest

from carbonex.journal import LogReader, SnapshotStore, recover
from carbonex.journal.archiving import archive, needed_from
from journal.faulty_disk import DIRECTORY
from journal.trading import Venue, reopened, trading


DONE = trading(60)


def limit(venue: Venue, history: int, patch: Any) -> tuple[int, str]:
    module = "carbonex.journal.archiving._history_position"
    patch.setattr(module, lambda *_: history)
    log = LogReader(DIRECTORY, venue.disk)
    return needed_from(DIRECTORY, log, venue.disk)


@pytest.mark.parametrize("history", [20, 33, 60])
def test_what_follows_the_oldest_good_snapshot(
    history: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    venue = Venue()
    position, reason = limit(venue, history, monkeypatch)
    assert (position, reason) == (
        20,
        "a start may need what follows the snapshot at 20",
    )


def test_a_snapshot_that_is_no_good_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    venue = Venue()
    venue.damage_snapshot(20)
    assert limit(venue, 60, monkeypatch)[0] == 40
    foreign = DONE.snapshot(venue.rows[39])._replace(chain=bytes(32))
    venue.snapshots.save(foreign)
    assert limit(venue, 60, monkeypatch)[0] == 60
    wrong = DONE.snapshot(venue.rows[59])._replace(digest=bytes(32))
    venue.snapshots.save(wrong)
    position, reason = limit(venue, 60, monkeypatch)
    assert (position, reason) == (
        0,
        "no snapshot is good: make one with carbonex snapshot",
    )


def test_a_history_that_is_behind_needs_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There is no snapshot that its follower could begin with."""
    position, reason = limit(Venue(), 19, monkeypatch)
    assert position == 0
    assert "the history is at position 19, before the oldest good snap" in reason


def test_without_a_history_nothing_moves() -> None:
    venue = Venue()
    moved, limit = archive(DIRECTORY, venue.disk)
    assert (moved, limit.position) == ([], 0)
    assert "the history is at position 0" in limit.reason


def test_a_start_still_has_all_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the archive gone, whichever of the kept snapshots are damaged."""
    for damaged in ((), (60,), (60, 40)):
        venue = Venue()
        monkeypatch.setattr(
            "carbonex.journal.archiving._history_position", lambda *_: 60
        )
        moved, _ = archive(DIRECTORY, venue.disk)
        assert [each.first for each in moved] == [1]
        for each in moved:
            venue.disk.remove(each.path)
        for position in damaged:
            venue.damage_snapshot(position)
        venue.disk.kill()
        log = reopened(venue.disk)
        recovered = recover(log, SnapshotStore(DIRECTORY, venue.disk))
        assert recovered.exchange.digest() == DONE.states[-1].digest
