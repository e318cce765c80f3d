"""Following a venue through a flow, and noting what did not come out as recorded."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from carbonex.engine import Rejected


if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonex.engine import Event, Exchange, OrderCommand


class Difference(NamedTuple):
    """Something that did not come out as recorded."""

    what: str
    recorded: str
    venue: str


class Check:
    """Told of every command of the flow and its events, in the venue's order.

    ``reply`` for each command, ``settled`` after each batch of them, ``finish``
    at the end. The venue must have taken exactly the flow's commands, in order.
    """

    def __init__(self, commands: Sequence[OrderCommand]) -> None:
        self._commands = commands
        self.at = 0  # the command that is next
        self.refused: Counter[str] = Counter()
        self.differences: list[Difference] = []

    def reply(self, command: OrderCommand, events: Sequence[Event]) -> None:
        """Take in what the venue made of the flow's next command."""
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
        """Take in one event of ``command``."""
        raise NotImplementedError

    def done(self) -> None:
        """All events of a command have been followed."""

    def settled(self, exchange: Exchange) -> None:
        """All commands up to here have been followed, and ``exchange`` holds them."""

    def finish(self, exchange: Exchange) -> None:
        """Note what should have come and did not."""
        if self.at != len(self._commands):
            self.differs("commands", len(self._commands), self.at)

    def equal(self) -> dict[str, int]:
        """Return how many of what came out as recorded."""
        raise NotImplementedError

    def explained(self) -> dict[str, int]:
        """Return what the recording itself leaves open, and how often."""
        raise NotImplementedError

    def differs(self, what: str, recorded: object, venue: object) -> None:
        """Note a difference that nothing explains."""
        self.differences.append(Difference(what, str(recorded), str(venue)))
