"""Dead man's switches, from the log alone: each fires when due and never earlier."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from carbonex.engine import CountdownFired, CountdownSet

from .record import wrong


if TYPE_CHECKING:
    from carbonex.engine import Applied, Event


@final
class Countdowns:
    """Reads every batch."""

    def __init__(self) -> None:
        self._due_ns: dict[str, int] = {}  # by account

    def read(self, applied: Applied, done_ns: int) -> None:
        """Follow settings and firings; all due by ``done_ns`` must have fired.

        Raises:
            Wrong: If one fired before it was due, or is due and has not fired.

        """
        for events in (applied.due, *applied.replies):
            for event in events:
                self._note(event, applied.time_ns)
        late = [name for name, due in self._due_ns.items() if due <= done_ns]
        if late:
            raise wrong("countdowns fire", f"{late} at {applied.time_ns}")

    def _note(self, event: Event, time_ns: int) -> None:
        if isinstance(event, CountdownSet):
            self._due_ns.pop(event.account, None)
            if event.due_ns:
                self._due_ns[event.account] = event.due_ns
        elif isinstance(event, CountdownFired):
            due_ns = self._due_ns.pop(event.account, None)
            if due_ns is None or due_ns > time_ns:
                raise wrong("countdowns fire", f"{event} at {time_ns}: due {due_ns}")
