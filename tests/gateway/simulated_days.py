"""A venue whose days pass by a simulated clock, driven as a server drives it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from carbonex.engine import (
    VENUE_KEY,
    AdvanceTime,
    DayBegun,
    DayEnded,
    Exchange,
    GatewayOpened,
    PhaseChanged,
    Rejected,
)
from carbonex.gateway.market import SHANGHAI, Scheduler, difference
from driver import Driver


if TYPE_CHECKING:
    from carbonex.engine import Command, Event
    from carbonex.gateway.market import Market


SECOND = 10**9


def ns(text: str) -> int:
    """Nanoseconds of a local time in Shanghai."""
    moment = dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    return int(moment.timestamp()) * SECOND


def local(time_ns: int | None) -> str:
    """Return the local time in Shanghai, or "" for none."""
    if time_ns is None:
        return ""
    return dt.datetime.fromtimestamp(time_ns // SECOND, SHANGHAI).strftime(
        "%Y-%m-%d %H:%M:%S"
    )


class House:
    """A venue with a market's instruments, driven as a server drives it."""

    def __init__(self, market: Market, now: str) -> None:
        self.scheduler = Scheduler(market.calendar, market.begin_seconds)
        self.driver = Driver(time_ns=ns(now))
        self.diary: list[tuple[str, Event]] = []
        for command in difference(market, self.driver.exchange).commands:
            self.do(command)

    def do(self, *commands: Command) -> None:
        applied = self.driver.apply(*commands)
        for events in (applied.due, *applied.replies):
            assert not any(isinstance(event, Rejected) for event in events)
            self.diary += [(local(applied.time_ns), event) for event in events]

    def due(self, now: str) -> int:
        """Return the date that is to begin by ``now``, or 0."""
        command = self.scheduler.due(ns(now), self.driver.exchange)
        return 0 if command is None else command.date

    def turn(self, now_ns: int) -> None:
        """Do what is due by ``now_ns``, as one batch."""
        self.driver.time_ns = now_ns
        begin = self.scheduler.due(now_ns, self.driver.exchange)
        self.do(AdvanceTime(VENUE_KEY) if begin is None else begin)

    def run(self, until: str) -> None:
        """Let time pass, from one thing that is due to the next."""
        while True:
            exchange, now_ns = self.driver.exchange, self.driver.time_ns
            due = (self.scheduler.next_ns(now_ns, exchange), exchange.next_due())
            next_ns = min((time for time in due if time is not None), default=None)
            if next_ns is None or next_ns > ns(until):
                break
            self.turn(next_ns)
        self.driver.time_ns = ns(until)

    def restart(self, at: str) -> None:
        """Come back from a snapshot at ``at``, having been down since the last turn."""
        self.driver.exchange = Exchange.restore(self.driver.exchange.snapshot())
        self.driver.time_ns = ns(at)
        self.driver.epoch += 1
        self.driver._n = 0
        self.do(GatewayOpened(VENUE_KEY))
        self.turn(ns(at))

    def days(self) -> list[tuple[str, str]]:
        """Return when each day began and ended."""
        began = [at for at, event in self.diary if isinstance(event, DayBegun)]
        ended = [at for at, event in self.diary if isinstance(event, DayEnded)]
        return list(zip(began, ended, strict=False))

    def phases(self, instrument: str, date: str) -> list[tuple[str, str]]:
        """Return an instrument's phases on a date, with the time of day."""
        return [
            (at[11:16], event.phase.name)
            for at, event in self.diary
            if isinstance(event, PhaseChanged)
            and event.instrument == instrument
            and at.startswith(date)
        ]
