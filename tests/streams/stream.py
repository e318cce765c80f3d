"""Streams: random commands, batch after batch, over several trading days."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from carbonex.engine import EndDay
from driver import Driver

from . import market, offers, orders, registry, retries, sessions
from .pools import SECOND, SETUP, START, one_in


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import BeginDay, Command, Exchange

_ODDS: tuple[tuple[Callable[[Random, Exchange], Command], int], ...] = (
    (orders.plain_order, 300),
    (orders.any_order, 300),
    (orders.post_only_order, 50),
    (orders.amend, 110),
    (orders.cancel, 90),
    (retries.again, 40),
    (offers.block, 45),
    (offers.auction, 60),
    (registry.move, 60),
    (registry.freeze, 20),
    (registry.registration, 15),
    (sessions.session, 40),
    (sessions.countdown, 15),
    (market.halt, 8),
    (market.suspend, 3),
    (market.annul, 30),
    (market.restrict, 5),
    (market.lift, 60),
    (market.terms, 12),
    (market.mark, 8),
    (market.family, 6),
)
_KINDS = [kind for kind, _ in _ODDS]
_WEIGHTS = [odds for _, odds in _ODDS]


def any_command(r: Random, exchange: Exchange) -> Command:
    """Return a command that suits the exchange as it is, more or less."""
    (kind,) = r.choices(_KINDS, _WEIGHTS)
    return kind(r, exchange)


def time_passing(r: Random, exchange: Exchange) -> int:
    """Return the time of the next batch: a little later, or beyond what is due."""
    now, due, kind = exchange.time_ns, exchange.next_due(), r.randrange(100)
    if kind < 65:
        return now + r.choice([0, 0, 0, 1, 2, 9])
    if kind < 92:
        return now + r.randint(1, 40) * SECOND
    if kind < 99 and due is not None:
        return max(now, due + r.choice([-1, 0, 0, 1]))
    return now + r.randint(1, 7_200) * SECOND


def next_day(r: Random, exchange: Exchange) -> tuple[int, BeginDay]:
    """Return when the next trading day begins, and its command."""
    return market.begin(r, exchange)


class Stream:
    """Makes up commands, one batch after another, and applies them.

    The next trading day begins soon after one has ended.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.driver = Driver(time_ns=START)
        self.applied = [self.driver.apply(*SETUP)]
        self.begin()

    def __repr__(self) -> str:
        last = "\n".join(map(repr, self.driver.batches[-3:]))
        return (
            f"Stream({self.seed}), {self.driver.exchange.seq} commands, last:\n{last}"
        )

    def command(self) -> Command:
        """Return the next command."""
        return any_command(self.random, self.driver.exchange)

    def begin(self) -> None:
        """Begin the next trading day."""
        r, driver = self.random, self.driver
        if one_in(r, 9):
            self.applied.append(driver.apply(EndDay("")))  # there is none
        driver.time_ns, command = next_day(r, driver.exchange)
        self.applied.append(driver.apply(command))

    def run(self, commands: int) -> None:
        """Apply this many commands, in batches of one to five."""
        r, driver = self.random, self.driver
        while commands > 0:
            driver.time_ns = time_passing(r, driver.exchange)
            batch = [self.command() for _ in range(min(commands, r.randint(1, 5)))]
            self.applied.append(driver.apply(*batch))
            commands -= len(batch)
            if one_in(r, 40):
                self.applied.append(driver.reopen())
            if not driver.exchange.day and not one_in(r, 4):
                self.begin()


seeds = st.integers(0, 2**32)
sizes = st.integers(1, 250)


@st.composite
def streams(draw: st.DrawFn) -> Stream:
    """Streams that have run for a while."""
    stream = Stream(draw(seeds))
    stream.run(draw(sizes))
    return stream
