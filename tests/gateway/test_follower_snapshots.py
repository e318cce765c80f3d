"""The snapshots that a follower keeps: of days' ends, and during the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from carbonex.engine import (
    VENUE_KEY,
    AdvanceTime,
    Exchange,
    PlaceOrder,
    Side,
)
from carbonex.gateway.config import Snapshots
from carbonex.gateway.server.readers.follower import (
    Follower,
)
from carbonex.journal import (
    LogReader,
    Snapshot,
    SnapshotStore,
    recover,
)
from gateway.log_writer import DAY_ENDS, make, prices, trade
from market import CEA


if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_days_end_is_kept_as_a_snapshot(tmp_path: Path) -> None:
    writer = make(tmp_path)
    follower = Follower(tmp_path)
    writer.do(PlaceOrder("maker", "maker", CEA, Side.SELL, 9000, 1))
    follower.catch_up()
    snapshots = SnapshotStore(tmp_path)
    assert snapshots.positions() == []
    writer.do(AdvanceTime(VENUE_KEY), time_ns=DAY_ENDS)
    follower.catch_up()
    follower.close()

    exchange = writer.venue.exchange
    (position,) = snapshots.positions()
    snapshot = snapshots.load(position)
    assert (position, snapshot.chain) == (writer.venue.position, writer.venue.chain)
    assert snapshot.digest == exchange.digest()
    assert Exchange.restore(snapshot.data).digest() == exchange.digest()
    assert not exchange.accounts["maker"].orders


def test_during_the_day_snapshots_are_kept_by_commands_and_time(tmp_path: Path) -> None:
    """So that a crash before the close does not replay the day."""
    writer, hour = make(tmp_path), [0.0]
    behind = writer.venue.position  # what the first one has to replay is enough already
    cadence = Snapshots(commands=6, seconds=60.0)
    follower = Follower(tmp_path, None, cadence, now=lambda: hour[0])
    snapshots, kept = SnapshotStore(tmp_path), list[int]()
    follower.catch_up()
    assert snapshots.positions() == [behind]
    for round_number in range(1, 7):
        for price in (7000, 7001):
            writer.do(*trade(price))
        follower.catch_up()
        writer.do(*trade(7002))  # six commands since the last one
        follower.catch_up()
        before = snapshots.positions()
        hour[0] = 60.0 * round_number
        follower.catch_up()
        assert snapshots.positions() == [*before, writer.venue.position][-2:]
        kept.append(writer.venue.position)
        hour[0] += 59.9
    recovered = recover(LogReader(tmp_path), snapshots)
    assert recovered.snapshot == kept[-1]
    assert recovered.exchange.digest() == writer.venue.exchange.digest()
    writer.do(AdvanceTime(VENUE_KEY), time_ns=DAY_ENDS)
    follower.catch_up()
    assert snapshots.positions() == [*kept[-2:], writer.venue.position]
    follower.close()


def test_a_snapshot_during_the_day_is_of_no_row_that_a_power_loss_may_take(
    tmp_path: Path,
) -> None:
    writer = make(tmp_path)
    follower = Follower(tmp_path, None, Snapshots(commands=1))
    writer.do(*trade(7000))
    head = tmp_path / "log" / "head"
    durable, before = writer.venue.position, head.read_bytes()
    writer.do(*trade(7001))
    head.write_bytes(before)
    follower.catch_up()
    follower.close()
    assert SnapshotStore(tmp_path).positions() == [durable]


def test_where_none_can_be_kept_during_the_day_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = make(tmp_path)

    def full(_: object, __: Snapshot) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SnapshotStore, "save_passing", full)
    with structlog.testing.capture_logs() as logs:
        follower = Follower(tmp_path, None, Snapshots(commands=1))
        for price in (7000, 7001):
            writer.do(*trade(price))
            follower.catch_up()
        follower.close()
    assert [line["event"] for line in logs] == ["no snapshot"]  # it rests, then tries
    assert prices(tmp_path) == [7000, 7001]


def test_a_days_end_that_no_follower_saw_is_kept_by_the_next(tmp_path: Path) -> None:
    """It was killed, or the disk was full just then."""
    writer = make(tmp_path)
    writer.do(AdvanceTime(VENUE_KEY), time_ns=DAY_ENDS)
    writer.do(*trade(7000), time_ns=DAY_ENDS)
    kept = writer.venue.position
    for _ in range(2):
        follower = Follower(tmp_path)
        follower.catch_up()
        follower.close()
        assert SnapshotStore(tmp_path).positions() == [kept]
        writer.do(AdvanceTime(VENUE_KEY), time_ns=DAY_ENDS)
