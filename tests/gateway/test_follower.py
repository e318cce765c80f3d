"""The follower: history and snapshots made from the log, beside the server."""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING

import pytest
import structlog

from carbonex.gateway.server.readers.follower import (
    Follower,
    follow,
)
from carbonex.journal import (
    HISTORY_NAME,
    HistoryStore,
    LogError,
    PoisonedError,
    Snapshot,
    SnapshotStore,
)
from gateway.log_writer import Writer, make, prices, trade


if TYPE_CHECKING:
    from pathlib import Path


def test_it_stores_what_there_is_and_then_what_comes(tmp_path: Path) -> None:
    writer = make(tmp_path)
    writer.do(*trade(7000))
    follower = Follower(tmp_path)
    writer.do(*trade(7001))
    follower.catch_up()
    writer.do(*trade(7002))
    follower.catch_up()
    assert follower.position == writer.venue.position
    follower.close()
    assert prices(tmp_path) == [7000, 7001, 7002]


def test_what_is_written_and_not_synced_is_left_alone(tmp_path: Path) -> None:
    """A power loss could take it back, and the history would tell of it for ever."""
    writer = make(tmp_path)
    writer.do(*trade(7000))
    durable = writer.venue.position
    follower = Follower(tmp_path)
    writer.disk.fails = True
    with pytest.raises(PoisonedError):
        writer.do(*trade(7001))
    follower.catch_up()
    another = Follower(tmp_path)
    assert follower.position == another.position == durable
    for one in (follower, another):
        one.close()
    assert prices(tmp_path) == [7000]


def test_it_goes_on_where_another_was(tmp_path: Path) -> None:
    writer = make(tmp_path)
    for price in (7000, 7001):
        writer.do(*trade(price))
        Follower(tmp_path).close()
    assert prices(tmp_path) == [7000, 7001]


def test_it_may_begin_while_another_has_not_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What that one stores meanwhile is of this log, not of one that lost rows."""
    writer = make(tmp_path)
    writer.do(*trade(7000))
    other = Follower(tmp_path)
    stores: list[HistoryStore] = []

    def opened_late(path: Path, venue: str) -> HistoryStore:
        writer.do(*trade(7001))
        other.catch_up()
        other.close()
        stores.append(HistoryStore(path, venue))
        return stores[0]

    monkeypatch.setattr(
        "carbonex.gateway.server.readers.follower.HistoryStore", opened_late
    )
    follower = Follower(tmp_path)
    assert stores[0].recreated == ""
    assert follower.position == writer.venue.position
    follower.close()
    assert prices(tmp_path) == [7000, 7001]


def test_a_history_of_before_a_restore_is_made_anew(tmp_path: Path) -> None:
    """It lies beside the copy, which has gone on since, and further than it."""
    venue, aside = tmp_path / "venue", tmp_path / "aside"
    writer = make(venue)
    writer.do(*trade(7000))
    writer.log.close()
    shutil.copytree(venue, aside)
    writer = Writer(venue)
    writer.do(*trade(7001))
    Follower(venue).close()
    assert prices(venue) == [7000, 7001]
    writer.log.close()
    writer = Writer(aside)
    for price in (8000, 8001):
        writer.do(*trade(price))
    shutil.copy(venue / HISTORY_NAME, aside)
    with structlog.testing.capture_logs() as logs:
        Follower(aside).close()
    assert "made anew: it is of another log" in logs[0]["warning"]
    assert prices(aside) == [7000, 8000, 8001]
    writer.log.close()


def test_one_that_cannot_begin_leaves_nothing_open(tmp_path: Path) -> None:
    """It is tried again every few seconds, for as long as it takes."""
    writer = make(tmp_path)
    last = writer.venue.position
    store = SnapshotStore(tmp_path)
    store.save(Snapshot(last + 1, bytes(32), bytes(32), b""))  # the log lost a row
    before = threading.active_count()
    with pytest.raises(LogError, match="rows are lost"):
        Follower(tmp_path)
    assert threading.active_count() == before


def test_what_a_power_loss_may_take_is_not_followed_yet(tmp_path: Path) -> None:
    """The row behind the head may still be on its way to the disk."""
    writer = make(tmp_path)
    writer.do(*trade(7001))
    head = tmp_path / "log" / "head"
    durable, before = writer.venue.position, head.read_bytes()
    writer.do(*trade(7002))
    after = head.read_bytes()
    head.write_bytes(before)
    follower = Follower(tmp_path)
    assert follower.position == durable
    follower.catch_up()
    assert (follower.position, prices(tmp_path)) == (durable, [7001])
    head.write_bytes(after)
    follower.catch_up()
    follower.close()
    assert prices(tmp_path) == [7001, 7002]


def test_what_came_before_the_end_is_followed_too(tmp_path: Path) -> None:
    writer = make(tmp_path)
    pauses: list[float] = []

    def wait(seconds: float) -> bool:
        pauses.append(seconds)
        writer.do(*trade(7000 + len(pauses)))
        return len(pauses) == 3

    follow(Follower(tmp_path), wait)
    assert prices(tmp_path) == [7001, 7002, 7003]
    assert min(pauses) >= 1
