"""Events that channels keep until they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final


if TYPE_CHECKING:
    from carbonex.wire.executions import Executed


@final
class Record:
    """An event, the ``seq`` of the command that caused it, and its time in ns.

    Hundreds of thousands are kept. Compiled, it takes half of a tuple's memory.
    """

    __slots__ = ("event", "seq", "time_ns")

    def __init__(self, seq: int, time_ns: int, event: Executed) -> None:
        self.seq: Final = seq
        self.time_ns: Final = time_ns
        self.event: Final = event
