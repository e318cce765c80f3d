"""What one row asks for and many do: mass cancels and stop orders, slice by slice.

A command, or what is due, does a slice of its own; each later batch does one more
when its time has come, before its commands. All of it is in the log's order and in
snapshots, so that every reader does the same at the same row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import work
from .consequences import enter_reached, tell
from .enums import Phase
from .market.phases import begin_call, set_phase
from .orders.mass_cancels import work_off


if TYPE_CHECKING:
    from .events import Event
    from .state import State


def waits(state: State) -> bool:
    """Tell whether a batch would go on with something, whatever its time."""
    return len(state.cancels) > 0 or any(
        instrument.phase is Phase.TRADING for instrument in state.reaching
    )


def go_on(state: State, done: int) -> list[Event]:
    """Do a slice, less the events that the batch's time has ``done`` already.

    Mass cancels take turns, and so do the instruments whose stop orders enter.
    """
    room = max(work.SLICE - done, 1)
    events: list[Event] = []
    while state.cancels and len(events) < room:
        if not _cancel(state, room - len(events), events):
            break
    if state.reaching:
        entered: list[Event] = []
        enter_reached(state, state.reaching, entered, room)
        state.reaching = state.reaching[1:] + state.reaching[:1]
        events += entered
    if state.watchful:
        tell(state, events)
    return events


def finish(state: State) -> list[Event]:
    """Do all mass cancels that are left: another trading day may not meet them."""
    events: list[Event] = []
    while state.cancels:
        _cancel(state, work.SLICE, events)
    return events


def _cancel(state: State, room: int, events: list[Event]) -> bool:
    """Go on with the mass cancel whose turn it is; return whether it is done."""
    cancel = state.cancels.pop(0)
    if not work_off(state, cancel, room, events):
        state.cancels.append(cancel)
        return False
    if cancel.clears:
        instrument = state.instruments[cancel.instrument]
        begin_call(state, instrument)
        events += set_phase(state, instrument)
    return True
