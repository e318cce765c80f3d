"""Follow a venue through a flow and record differences from the recording."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from carbonex.engine import Rejected


if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonex.engine import Event, Exchange, OrderCommand


class Difference(NamedTuple):
    """One difference between the recording and the venue."""

    what: str
    recorded: str
    venue: str


class Check:
    """Receives every command of the flow with its events, in the venue's order.

    The replay calls ``reply`` for each command, ``settled`` after each batch, and
    ``finish`` at the end. The venue must have logged exactly the flow's commands, in
    order.
    """

    def __init__(self, commands: Sequence[OrderCommand]) -> None:
        self._commands = commands
        self.at = 0  # index of the next command
        self.refused: Counter[str] = Counter()
        self.differences: list[Difference] = []

    def reply(self, command: OrderCommand, events: Sequence[Event]) -> None:
        """Check the flow's next command and its events."""
        wanted = self._commands[self.at] if self.at < len(self._commands) else None
        if replace(command, key="") != wanted:
            self.differs(f"command {self.at}", wanted, command)
        for event in events:
            if type(event) is Rejected:
                self.refused[event.reason.name] += 1
            self.follow(command, event)
        self.done()
        self.at += 1

    def follow(self, command: OrderCommand, event: Event) -> None:
        """Check one event of ``command``."""
        raise NotImplementedError

    def done(self) -> None:
        """Run checks after all events of a command."""

    def settled(self, exchange: Exchange) -> None:
        """Run checks after all commands of a batch, with the resulting ``exchange``."""

    def finish(self, exchange: Exchange) -> None:
        """Record expected results that did not occur."""
        if self.at != len(self._commands):
            self.differs("commands", len(self._commands), self.at)

    def equal(self) -> dict[str, int]:
        """Return the counts of results that equal the record, by kind."""
        raise NotImplementedError

    def explained(self) -> dict[str, int]:
        """Return the counts of cases that the recording leaves open, by kind."""
        raise NotImplementedError

    def differs(self, what: str, recorded: object, venue: object) -> None:
        """Record an unexplained difference."""
        self.differences.append(Difference(what, str(recorded), str(venue)))
