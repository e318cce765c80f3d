"""Suspension of the whole venue: one command halts every instrument.

Timers continue as in a halt: days begin and end, orders expire, and auctions whose
window ends are cancelled. Clients can still cancel orders, and the registry works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine.enums import Permission, Reason
from carbonex.engine.events import Rejected, VenueResumed, VenueSuspended

from .phases import abandon_call, await_call, begin_call, set_phase
from .rules import bad_reason


if TYPE_CHECKING:
    from carbonex.engine.commands import ResumeVenue, SuspendVenue
    from carbonex.engine.events import Event
    from carbonex.engine.state import State


def suspend_venue(state: State, command: SuspendVenue) -> list[Event]:
    """Halt all instruments until ResumeVenue, across restarts and days. O(instruments).

    A running call auction resumes later for the time it had left, as after a halt.
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
    """Resume all instruments that are not halted themselves. O(instruments).

    Begin with a call auction where the terms set it or the suspension interrupted it.
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
    return bad_reason(command.reason)
