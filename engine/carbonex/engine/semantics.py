"""What commands mean has a number, which the log itself activates.

A log begins with meaning 1. A release that gives a command another meaning
knows one number more, and keeps the old meaning for as long as it still knows
the old number: it asks ``State.semantics`` which of the two holds. So old rows
lead to what they have always led to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .commands import ActivateSemantics, GatewayOpened, HideOrderIds
from .enums import Reason
from .events import Rejected
from .state import VENUE_KEY


if TYPE_CHECKING:
    from .commands import Command
    from .events import Event
    from .state import State


# What this build can apply. Not Final: the tests make a build that knows others.
OLDEST = 1
NEWEST = 2

# They mean the same in every build, so that a new venue may begin with the newest.
_ALWAYS_KNOWN: Final = (GatewayOpened, ActivateSemantics, HideOrderIds)


class SemanticsError(ValueError):
    """A command has a meaning that this build does not know; ``number`` is which.

    The exchange that raised it may have applied a part of the batch: it must not
    be used any more.
    """

    def __init__(self, number: int) -> None:
        helps = (
            "use the release that wrote it, or a later one"
            if number > NEWEST
            else "start from a snapshot taken when a newer number was activated,"
            " or use an older release"
        )
        super().__init__(
            f"needs semantics {number}; this carbonex knows {known()}: {helps}"
        )
        self.number = number


def known() -> str:
    """Return the numbers that this build knows, for people."""
    return f"{OLDEST} to {NEWEST}" if OLDEST < NEWEST else f"only {NEWEST}"


def require(number: int, commands: list[Command]) -> None:
    """Make sure that ``commands`` can be applied where ``number`` is below OLDEST.

    Raises:
        SemanticsError: If they cannot.

    """
    if any(type(command) not in _ALWAYS_KNOWN for command in commands):
        raise SemanticsError(number)


def unknown_yet(state: State) -> Rejected | None:
    """Refuse a command that number 1 does not have, where that number holds."""
    if state.semantics >= 2:
        return None
    return Rejected(Reason.BAD_PARAMETER, "semantics", state.semantics, 2)


def activate(state: State, command: ActivateSemantics) -> list[Event]:
    """Change the meaning of what comes after ``command``, if the venue sent it.

    Raises:
        SemanticsError: If this build does not know the number.

    """
    if command.key != VENUE_KEY:
        return [Rejected(Reason.NOT_PERMITTED)]
    if command.number <= state.semantics:
        return [
            Rejected(Reason.BAD_PARAMETER, "number", command.number, state.semantics)
        ]
    if command.number > NEWEST:
        raise SemanticsError(command.number)
    state.semantics = command.number
    for instrument in state.listed:
        state.bound(instrument)
        if instrument.watch is not None:
            instrument.watch.count_tonnes()
    return []
