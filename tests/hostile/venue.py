"""The venue under attack: a process, its log, its memory, and what it traded."""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from carbonex.engine import (
    VENUE_KEY,
    AddKey,
    BeginDay,
    EndDay,
    ListInstrument,
    OpenAccount,
    Permission,
    RegisterParticipant,
)
from carbonex.engine.market.dates import date_at
from carbonex.gateway.server.starting.opening import bootstrap
from carbonex.journal import verify
from market import market_commands, trader_commands
from stranger import public_bytes
from venue_process import VenueProcess, write_config


if TYPE_CHECKING:
    from carbonex.engine import Command


PAGE: Final = resource.getpagesize()
DAY_NS: Final = 86_400 * 10**9

# Attackers with keys. ``fuzz-1`` and ``fuzz-2`` trade, one may only read, one may
# only register, one does everything.
READ, TRADE = Permission.READ, Permission.TRADE
REGISTRY, EVERYTHING = Permission.REGISTRY, Permission(15)
ATTACKERS: Final = {
    "fuzz-1": READ | TRADE,
    "fuzz-2": READ | TRADE,
    "fuzz-reader": READ,
    "fuzz-registrar": REGISTRY,
    "fuzz-operator": EVERYTHING,
}
# A logger's words for what must not happen, whatever arrives.
ALARMS: Final = ("session failed", "Traceback", "[error", "[critical", "Exception")


class HostileVenue(VenueProcess):
    """A venue in a process of its own; ``limits`` replace those of the default file."""

    def __init__(self, directory: Path, **limits: float) -> None:
        super().__init__(directory, log=directory / "server.log")
        self.config = write_config(directory, **limits)
        bootstrap(directory, self.config, [*market_commands(), *_attackers()])

    @property
    def rss_mb(self) -> float:
        """Its resident memory now, in MB; the history's follower is not in it."""
        text = Path(f"/proc/{self.process.pid}/statm").read_text()
        return int(text.split()[1]) * PAGE / 1e6

    @property
    def descriptors(self) -> int:
        """How many files and sockets it has open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def alarms(self) -> list[str]:
        """Return the lines of its log that should not be there."""
        assert self.log is not None
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if any(alarm in line for alarm in ALARMS)]

    def verify(self) -> str:
        """Check the log and every invariant once it has ended; return the digest.

        Raises:
            AssertionError: If anything is wrong.

        """
        report = verify(self.directory, deep=True)
        assert report.ok, report.fault
        return report.digest


def _attackers() -> list[Command]:
    now_ns = time.time_ns()
    commands: list[Command] = [
        # A day has ended, so that an earlier one is known never to have been.
        BeginDay(VENUE_KEY, date_at(now_ns - DAY_NS), now_ns + DAY_NS),
        EndDay(VENUE_KEY),
        *(ListInstrument(VENUE_KEY, name) for name in ("FUZZ-1", "FUZZ-2", "FUZZ-3")),
    ]
    for name, permissions in ATTACKERS.items():
        if TRADE in permissions:
            # What is remembered of it is full before the warm-up is over.
            opened = OpenAccount(VENUE_KEY, name, name, 2_000, 500)
            commands += [
                opened if isinstance(command, OpenAccount) else command
                for command in trader_commands(name)
                if not isinstance(command, AddKey)
            ]
        else:
            commands.append(RegisterParticipant(VENUE_KEY, name))
        commands.append(AddKey(VENUE_KEY, name, name, public_bytes(name), permissions))
    return commands
