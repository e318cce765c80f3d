"""Suspension of the whole venue: every instrument is halted by one command.

What time does goes on as in a halt: days begin and end, orders expire, auctions whose
window ends are cancelled. Cancelling works, and so does the registry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine.enums import Permission, Reason
from carbonex.engine.events import Rejected, VenueResumed, VenueSuspended
from carbonex.engine.semantics import unknown_yet

from .phases import abandon_call, await_call, begin_call, set_phase
from .rules import bad_reason


if TYPE_CHECKING:
    from carbonex.engine.commands import ResumeVenue, SuspendVenue
    from carbonex.engine.events import Event
    from carbonex.engine.state import State


def suspend_venue(state: State, command: SuspendVenue) -> list[Event]:
    """Halt everything until ResumeVenue, over restarts and days. O(instruments).

    A call auction that goes on is held again for what was left of it, as in a halt.
    """
    rejected = _undecidable(state, command)
    if rejected is None and state.suspension:
        rejected = Rejected(Reason.VENUE_SUSPENDED)
    if rejected is not None:
        return [rejected]
    events: list[Event] = [VenueSuspended(command.reason)]
    state.suspension = command.reason
    for instrument in state.listed:
        left_ns = abandon_call(state, instrument)
        instrument.call_waits_ns = max(instrument.call_waits_ns, left_ns)
        events += set_phase(state, instrument)
    return events


def resume_venue(state: State, command: ResumeVenue) -> list[Event]:
    """Let what is not halted itself trade again, as ``resume`` does. O(instruments).

    By a call auction where the terms have one, or one was held up.
    """
    rejected = _undecidable(state, command)
    if rejected is None and not state.suspension:
        rejected = Rejected(Reason.NOT_SUSPENDED)
    if rejected is not None:
        return [rejected]
    events: list[Event] = [VenueResumed(command.reason)]
    state.suspension = ""
    for instrument in state.listed:
        if not instrument.delisted:
            await_call(instrument, instrument.terms.calls.resume_seconds)
            begin_call(state, instrument)
        events += set_phase(state, instrument)
    return events


def _undecidable(state: State, command: SuspendVenue | ResumeVenue) -> Rejected | None:
    if not state.permits(command.key, Permission.OPERATE):
        return Rejected(Reason.NOT_PERMITTED)
    return unknown_yet(state) or bad_reason(command.reason)
