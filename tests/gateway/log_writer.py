"""A server's writing side, for followers to follow."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from carbonex.engine import (
    VENUE_KEY,
    BeginDay,
    Command,
    PlaceOrder,
    Side,
)
from carbonex.engine.market.dates import date_at
from carbonex.engine.market.schedule import DAY_NS, midnight_ns
from carbonex.gateway.server.starting.opening import bootstrap
from carbonex.gateway.venue import Venue, opening_epoch
from carbonex.journal import (
    HISTORY_NAME,
    HistoryReader,
    OsDisk,
    SegmentLog,
    SnapshotStore,
    recover,
)
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
