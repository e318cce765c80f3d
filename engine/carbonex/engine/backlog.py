"""Work that one row starts and later rows continue: mass cancels and stop orders.

A command or a timer does a first slice of its work. Each later batch does one more
slice, after its due timers and before its commands. The backlog follows the log's order
and is part of snapshots, so every reader does the same work at the same row.
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
    """Tell whether the next batch has work to continue, whatever its time."""
    return _next(state) is not None or any(
        instrument.phase is Phase.TRADING for instrument in state.reaching
    )


def go_on(state: State, done: int) -> list[Event]:
    """Do one slice of work, less the ``done`` events of the batch's due timers.

    Mass cancels take turns, and so do the instruments with reached stop orders.
    """
    room = max(work.SLICE - done, 1)  # at least 1, so that the backlog always advances
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
    """Complete all pending mass cancels: they must not reach into another day.

    Parked mass cancels are not completed, but unparked: they continue from now on.
    """
    events: list[Event] = []
    while (cancel := _next(state)) is not None:
        _cancel(state, cancel, work.SLICE, events)
    for cancel in state.cancels:
        cancel.parked = False
    return events


def _next(state: State) -> MassCancel | None:
    """Return the mass cancel whose turn it is. Linear in the parked mass cancels."""
    for cancel in state.cancels:
        if not cancel.parked:
            return cancel
    return None


def _is_left_out(state: State, kind: GoesOn, number: int) -> bool:
    """Record the work as ``happening``; tell whether the batch leaves it out."""
    state.happening = state.time_ns, kind, number
    return state.happening in state.left_out


def _cancel(state: State, cancel: MassCancel, room: int, events: list[Event]) -> bool:
    """Continue the mass cancel whose turn it is; return whether it is done.

    If it kept its instrument closed, the instrument trades again once it is done.
    """
    state.cancels.remove(cancel)
    if not work_off(state, cancel, room, events):
        state.cancels.append(cancel)
        return False
    if cancel.clears:
        instrument = state.instruments[cancel.instrument]
        begin_call(state, instrument)
        events += set_phase(state, instrument)
    return True
