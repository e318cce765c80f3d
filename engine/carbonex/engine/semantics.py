"""The semantics of commands: a version number that the log itself activates.

A log begins with semantics 1. A release that changes the effect of a command adds a
new number. It keeps the old effect as long as it supports the old number, and asks
``State.semantics`` which number is active. Old rows therefore always replay to the
same result.
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


# The numbers that this build can apply. Not Final: tests set others.
OLDEST = 1
NEWEST = 2

# These have the same effect in every build, so a new venue may begin with the newest.
_ALWAYS_KNOWN: Final = (GatewayOpened, ActivateSemantics, HideOrderIds)


class SemanticsError(ValueError):
    """A command needs semantics ``number``, which this build does not know.

    The exchange that raised it may have applied a part of the batch, so the caller
    must not use that exchange any more.
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
    """Return the numbers that this build knows, as text for error messages."""
    return f"{OLDEST} to {NEWEST}" if OLDEST < NEWEST else f"only {NEWEST}"


def require(number: int, commands: list[Command]) -> None:
    """Check that ``commands`` can be applied where ``number`` is below OLDEST.

    Raises:
        SemanticsError: If a command depends on the semantics.

    """
    if any(type(command) not in _ALWAYS_KNOWN for command in commands):
        raise SemanticsError(number)


def unknown_yet(state: State) -> Rejected | None:
    """Refuse, under semantics 1, a command that exists only from semantics 2 on."""
    if state.semantics >= 2:
        return None
    return Rejected(Reason.BAD_PARAMETER, "semantics", state.semantics, 2)


def activate(state: State, command: ActivateSemantics) -> list[Event]:
    """Activate other semantics for later commands; only the venue may send this.

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
