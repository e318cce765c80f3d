"""The follower: history and snapshots made from the log, beside the server."""

from __future__ import annotations

import os
import shutil
import threading
import time
from typing import TYPE_CHECKING

import pytest
import structlog

from carbonex.engine import (
    VENUE_KEY,
    AdvanceTime,
    BeginDay,
    Command,
    Exchange,
    PlaceOrder,
    Side,
)
from carbonex.engine.market.dates import date_at
from carbonex.engine.market.schedule import DAY_NS, midnight_ns
from carbonex.gateway.config import Snapshots
from carbonex.gateway.server.readers.follower import (
    OTHER_SECONDS,
    Follower,
    ServerGone,
    follow,
    persist,
    wait_for_other,
)
from carbonex.gateway.server.starting.opening import bootstrap
from carbonex.gateway.venue import Venue, opening_epoch
from carbonex.journal import (
    HISTORY_NAME,
    HistoryReader,
    HistoryStore,
    LogError,
    LogReader,
    OsDisk,
    PoisonedError,
    SegmentLog,
    Snapshot,
    SnapshotStore,
    recover,
)
from carbonex.journal.making import lock
from market import CEA, config, market_commands


if TYPE_CHECKING:
    from pathlib import Path


TODAY = midnight_ns(date_at(time.time_ns()))
DAY_ENDS = (
    TODAY + 3 * DAY_NS
)  # later than the clock that the first batch is stamped with


class FailingDisk(OsDisk):
    """Its syncs fail once they are told to; what was written can be read."""

    fails = False

    def sync(self, fd: int) -> None:
        if self.fails:
            raise OSError(5, "input/output error")
        super().sync(fd)


class Writer:
    """A server's writing side: what it does is in the log when it returns."""

    def __init__(self, directory: Path) -> None:
        self.disk = FailingDisk()
        self.log = SegmentLog(directory, "test", self.disk)
        exchange = recover(self.log, SnapshotStore(directory)).exchange
        epoch = opening_epoch(exchange, 1)
        self.venue = Venue(exchange, "test", 1, epoch, 10**6, 1000)
        self.commit(DAY_ENDS - 10)

    def commit(self, time_ns: int) -> None:
        while (batch := self.venue.take_batch(time_ns)) is not None:
            row = self.log.publish(batch)
            self.venue.committed(batch, row.position, row.hash)

    def do(self, *commands: Command, time_ns: int = DAY_ENDS - 10) -> None:
        for command in commands:
            self.venue.submit(None, 0, command)
        self.commit(time_ns)


def trade(price: int) -> list[Command]:
    """Return what makes one trade at ``price``."""
    return [
        PlaceOrder("maker", "maker", CEA, Side.SELL, price, 1),
        PlaceOrder("taker", "taker", CEA, Side.BUY, price, 1),
    ]


def prices(directory: Path) -> list[int]:
    with HistoryReader(directory / HISTORY_NAME) as history:
        return [entry.price for entry in history.trades(CEA)]


def make(directory: Path) -> Writer:
    day = BeginDay(VENUE_KEY, date_at(DAY_ENDS - 1), DAY_ENDS)
    bootstrap(directory, config(), [*market_commands(), day])
    return Writer(directory)


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


def test_one_whose_server_is_gone_leaves_at_the_next_row(tmp_path: Path) -> None:
    """What it has not stored the next one does, and finds a file that was closed."""
    writer = make(tmp_path)
    rows, last = [0], writer.venue.position + 1

    def is_gone() -> bool:
        rows[0] += 1
        return rows[0] >= last

    follower = Follower(tmp_path, is_gone=is_gone)
    for price in (7000, 7001, 7002):
        writer.do(*trade(price))
    with pytest.raises(ServerGone):
        follow(follower, lambda _: False)
    with HistoryReader(tmp_path / HISTORY_NAME) as history:
        assert history.position == follower.position < writer.venue.position
        assert history.select("SELECT closed FROM progress") == [(1,)]
    Follower(tmp_path).close()
    assert prices(tmp_path) == [7000, 7001, 7002]


def test_also_while_it_recovers(tmp_path: Path) -> None:
    make(tmp_path).do(*trade(7000))
    begun = [0]

    def begin() -> Follower:
        begun[0] += 1
        return Follower(tmp_path, is_gone=lambda: True)

    persist(begin, lambda _: False)
    assert begun == [1]
    with HistoryReader(tmp_path / HISTORY_NAME) as history:
        assert history.select("SELECT closed FROM progress") == [(1,)]


@pytest.mark.parametrize("ends", [True, False])
def test_the_follower_before_is_waited_for_but_not_for_long(
    tmp_path: Path, ends: bool
) -> None:
    disk = OsDisk()
    other = lock(disk, tmp_path / "follower.lock")
    pauses: list[float] = []

    def wait(seconds: float) -> bool:
        pauses.append(seconds)
        if ends and len(pauses) == 3:
            disk.close(other)
        return False

    with structlog.testing.capture_logs() as logs:
        wait_for_other(tmp_path, wait, disk)
    assert [line["event"] for line in logs] == ["history waits"]
    assert f"process {os.getpid()}, the follower before" in logs[0]["reason"]
    if ends:
        assert len(pauses) == 3
    else:
        assert sum(pauses) == OTHER_SECONDS
        disk.close(other)


def test_with_nobody_before_there_is_nothing_to_wait_for(tmp_path: Path) -> None:
    wait_for_other(tmp_path, lambda _: pytest.fail("it waits"))


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


def test_one_that_cannot_go_on_tries_less_and_less_often(tmp_path: Path) -> None:
    pauses: list[float] = []

    def wait(seconds: float) -> bool:
        pauses.append(seconds)
        return len(pauses) == 7

    persist(lambda: Follower(tmp_path), wait)  # there is no log
    assert pauses == [10, 20, 40, 80, 160, 160, 160]


def test_it_goes_on_once_it_can(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pauses: list[float] = []

    def wait(seconds: float) -> bool:
        pauses.append(seconds)
        if len(pauses) == 2:
            make(tmp_path).do(*trade(7000))
        return len(pauses) == 3

    persist(lambda: Follower(tmp_path), wait)
    assert pauses == [10, 20, 1]
    assert prices(tmp_path) == [7000]
    with HistoryReader(tmp_path / HISTORY_NAME) as history:
        assert capfd.readouterr().out.splitlines()[-1] == str(history.position)
