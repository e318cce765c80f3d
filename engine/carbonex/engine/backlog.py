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
from .omissions import give_up_stops
from .orders.mass_cancels import work_off
from .registry.freezes import freeze_pending
from .timers import GoesOn


if TYPE_CHECKING:
    from .events import Event
    from .orders.mass_cancels import MassCancel
    from .state import State


def waits(state: State) -> bool:
    """Tell whether a batch would go on with something, whatever its time."""
    return _next(state) is not None or any(
        instrument.phase is Phase.TRADING for instrument in state.reaching
    )


def go_on(state: State, done: int) -> list[Event]:
    """Do a slice, less the events that the batch's time has ``done`` already.

    Mass cancels take turns, and so do the instruments whose stop orders enter.
    """
    room = max(work.SLICE - done, 1)
    events: list[Event] = []
    turn = 0
    while len(events) < room and (cancel := _next(state)) is not None:
        if _is_left_out(state, GoesOn.CANCELS, turn):
            cancel.parked = True
        elif not _cancel(state, cancel, room - len(events), events):
            break
        turn += 1
    if state.reaching:
        entered: list[Event] = []
        for instrument in state.reaching:
            if _is_left_out(state, GoesOn.STOPS, instrument.number):
                give_up_stops(state, instrument)
            else:
                enter_reached(state, [instrument], entered, room)
        state.reaching = state.reaching[1:] + state.reaching[:1]
        events += entered
    if state.watchful:
        tell(state, events)
        freeze_pending(state)
    return events


def finish(state: State) -> list[Event]:
    """Do all mass cancels that are left: another trading day may not meet them.

    Those that are parked are not done, and may go on from now on.
    """
    events: list[Event] = []
    while (cancel := _next(state)) is not None:
        _cancel(state, cancel, work.SLICE, events)
    for cancel in state.cancels:
        cancel.parked = False
    return events


def _next(state: State) -> MassCancel | None:
    """Return the mass cancel whose turn it is. Linear in those that are parked."""
    for cancel in state.cancels:
        if not cancel.parked:
            return cancel
    return None


def _is_left_out(state: State, kind: GoesOn, number: int) -> bool:
    """Note what goes on, and tell whether the batch is applied without it."""
    state.happening = state.time_ns, kind, number
    return state.happening in state.left_out


def _cancel(state: State, cancel: MassCancel, room: int, events: list[Event]) -> bool:
    """Go on with the mass cancel whose turn it is; return whether it is done."""
    state.cancels.remove(cancel)
    if not work_off(state, cancel, room, events):
        state.cancels.append(cancel)
        return False
    if cancel.clears:
        instrument = state.instruments[cancel.instrument]
        begin_call(state, instrument)
        events += set_phase(state, instrument)
    return True
