"""The semantics of commands: a version number that the log itself activates.

A log begins with semantics 1. A release that changes the effect of a command adds a
new number. It keeps the old effect and asks ``State.semantics`` which number is active,
so that old rows always replay to the same result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .enums import Reason
from .events import Rejected
from .state import VENUE_KEY


if TYPE_CHECKING:
    from .commands import ActivateSemantics
    from .events import Event
    from .state import State


NEWEST = 1  # the newest number that this build can apply. Not Final: tests set others


class SemanticsError(ValueError):
    """A command needs semantics ``number``, which this build does not know.

    The exchange that raised it may have applied a part of the batch, so the caller
    must not use that exchange any more.
    """

    def __init__(self, number: int) -> None:
        known = f"1 to {NEWEST}" if NEWEST > 1 else "only 1"
        super().__init__(
            f"needs semantics {number}; this carbonex knows {known}: use the release"
            " that wrote it, or a later one"
        )
        self.number = number


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
    return []
