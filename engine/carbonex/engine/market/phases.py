"""An instrument's phases through the day, including halts and call auctions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine.enums import Phase, Reason
from carbonex.engine.events import PhaseChanged, Rejected
from carbonex.engine.orders.uncross import uncross
from carbonex.engine.timers import Due

from .schedule import (
    CLOSED_ALL_DAY,
    SECOND_NS,
    midnight_ns,
    next_step,
    schedule,
)


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine.events import Event
    from carbonex.engine.state import Instrument, State

    from .schedule import Schedule, Step


def day_schedule(state: State, instrument: Instrument) -> Schedule:
    """Return an instrument's schedule for the open trading day."""
    if not state.day or not instrument.tradable:
        return CLOSED_ALL_DAY
    midnight = midnight_ns(state.day)
    return schedule(instrument.terms, midnight, state.day_ends_ns)


def follow_schedule(state: State, instrument: Instrument) -> None:
    """Put an instrument on the open day's schedule from now on."""
    instrument.schedule = day_schedule(state, instrument)
    await_step(state, instrument)


def await_step(state: State, instrument: Instrument) -> None:
    """Set the timer for the next step of the schedule."""
    step = next_step(instrument.schedule, state.time_ns)
    if step is not None:
        state.timers.set(step.starts_ns, Due.STEP, instrument.number)


def leave_schedule(state: State, instrument: Instrument) -> None:
    """Close an instrument for the rest of the day."""
    step = next_step(instrument.schedule, state.time_ns)
    if step is not None:
        state.timers.clear(step.starts_ns, Due.STEP, instrument.number)
    abandon_call(state, instrument)
    instrument.schedule = CLOSED_ALL_DAY


def set_phase(state: State, instrument: Instrument) -> list[Event]:
    """Enter the phase set by schedule, halt and call auction; report a change."""
    phase, blocks = state.phase_of(instrument), state.blocks_open(instrument)
    if phase is instrument.phase and blocks == instrument.blocks:
        return []
    instrument.enter(phase, blocks=blocks)
    return [phase_changed(state, instrument)]


def phase_changed(state: State, instrument: Instrument) -> PhaseChanged:
    """Build the event with an instrument's phase and its scheduled end."""
    step = next_step(instrument.schedule, state.time_ns)
    halts = state.halts(instrument)
    until_ns = 0 if step is None or halts else step.starts_ns
    if instrument.phase is Phase.CALL:
        until_ns = instrument.call_ends_ns
    name, phase = instrument.name, instrument.phase
    return PhaseChanged(name, phase, until_ns, instrument.blocks)


def closed(
    state: State, instrument: Instrument, param: str, opens: Callable[[Step], bool]
) -> Rejected:
    """Refuse a command because the instrument, which ``param`` names, is closed.

    ``opens`` tells whether a step accepts such commands. The refusal has the current
    time and the time (ns) at which the next such step begins, 0 for none on this
    trading day. If such a step has begun already, as while orders that do not fit the
    day are being cancelled, that is the current time.
    """
    step: Step | None = state.step_of(instrument)
    while step is not None and not opens(step):
        step = next_step(instrument.schedule, step.starts_ns)
    opens_ns = 0 if step is None else max(step.starts_ns, state.settled_ns)
    return Rejected(Reason.MARKET_CLOSED, param, state.settled_ns, opens_ns)


def trades(step: Step) -> bool:
    """Tell whether orders trade during a step."""
    return step.phase is Phase.TRADING


def takes_blocks(step: Step) -> bool:
    """Tell whether blocks trade during a step."""
    return step.blocks


def begin_call(state: State, instrument: Instrument) -> None:
    """Begin the pending call auction, if the instrument would trade now.

    The call ends with its session at the latest.
    """
    step = state.step_of(instrument)
    waits_ns = instrument.call_waits_ns
    if not waits_ns or state.halts(instrument) or step.phase is not Phase.TRADING:
        return
    if state.is_clearing(instrument):
        return
    ends_ns = state.time_ns + waits_ns
    following = next_step(instrument.schedule, state.time_ns)
    while following is not None and following.phase is Phase.TRADING:
        following = next_step(instrument.schedule, following.starts_ns)
    if following is not None:
        ends_ns = min(ends_ns, following.starts_ns)
    instrument.call_waits_ns = 0
    instrument.call_ends_ns = ends_ns
    state.timers.set(ends_ns, Due.CALL, instrument.number)


def end_call(state: State, instrument: Instrument) -> list[Event]:
    """End a call auction that is due: uncross the book, then trade continuously.

    If the session ends at the same time, the schedule's step is due next and closes
    the instrument.
    """
    instrument.call_ends_ns = 0
    events = uncross(instrument)
    if state.step_of(instrument).phase is Phase.TRADING:
        events += set_phase(state, instrument)
    return events


def abandon_call(state: State, instrument: Instrument) -> int:
    """Stop a call auction without matching; return the ns left of it."""
    ends_ns = instrument.call_ends_ns
    if not ends_ns:
        return 0
    state.timers.clear(ends_ns, Due.CALL, instrument.number)
    instrument.call_ends_ns = 0
    return ends_ns - state.time_ns


def await_call(instrument: Instrument, seconds: int) -> None:
    """Have the instrument next begin trading with a call auction of ``seconds``.

    A longer pending call stays as long as it is.
    """
    waits_ns = seconds * SECOND_NS
    instrument.call_waits_ns = max(instrument.call_waits_ns, waits_ns)
