"""Omissions: timers and backlog work that an operator has signed to leave out.

Due work runs again at every restart. If it raises an error, no later row can be
applied either, so skipping one row does not help. A SkipRow names that piece of work
instead (``leaves_out``), and the row is applied without it. Each kind has a substitute
that leaves the decision to an operator, does little, and is part of the state: an
order stays open, an instrument is halted, a mass cancel is parked, a day continues.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from .enums import BlockEnd, CancelReason, Phase
from .events import CountdownSet
from .market.dates import END_DAYS
from .market.phases import (
    abandon_call,
    await_call,
    await_step,
    follow_schedule,
    leave_schedule,
    set_phase,
)
from .market.schedule import DAY_NS
from .off_book.auction_ends import cancel
from .off_book.blocks import expire_blocks
from .orders.kinds import MAX_EXPIRY_NS
from .orders.mass_cancels import all_in
from .registry.sessions import keep_orders
from .timers import Due


if TYPE_CHECKING:
    from .events import Event
    from .orders.mass_cancels import MassCancel
    from .state import Instrument, State


# The minimum length of the call auction that makes up for an omitted one. Reason:
# orders may cross, so nothing may trade before a call auction has matched them.
CALL_SECONDS: Final = 60


def leave_out(state: State, kind: Due, number: int) -> list[Event]:
    """Apply the substitute for a due timer, which is already off the timers."""
    if kind is Due.EXPIRY:
        return _stay_open(state, number)
    if kind is Due.COUNTDOWN:
        return _disarm(state, number)
    if kind is Due.GRACE:
        keep_orders(state, number)
        return []
    if kind is Due.AUCTION:
        return cancel(state, state.auctions[number])
    if kind is Due.DAY:
        return _go_on(state)
    instrument = state.listed[number]
    events: list[Event] = []
    if kind is Due.STEP:
        await_step(state, instrument)
        now = state.step_of(instrument)
        if now.phase is Phase.CLOSED:
            _park(state, all_in(instrument, CancelReason.SESSION_CLOSE))
            if not now.blocks:
                events = expire_blocks(state, instrument, BlockEnd.EXPIRED)
    return events + _stop(state, instrument)


def give_up_stops(state: State, instrument: Instrument) -> None:
    """Leave an instrument's reached stop orders until its next trade."""
    instrument.stops.forget()
    state.reaching = [item for item in state.reaching if item is not instrument]


def _stay_open(state: State, order_id: int) -> list[Event]:
    """Extend a gtd order by the longest allowed time."""
    order = state.timers.expiring[order_id]
    conditions = order.command.conditions
    assert conditions is not None
    later = replace(conditions, expires_ns=state.time_ns + MAX_EXPIRY_NS)
    order.command = replace(order.command, conditions=later)
    state.timers.watch(order)
    return []


def _disarm(state: State, number: int) -> list[Event]:
    account = state.opened[number]
    account.countdown = None
    return [CountdownSet(account.name, 0, 0, True)]  # noqa: FBT003


def _park(state: State, cancel: MassCancel) -> None:
    """Park a mass cancel, to continue when a trading day begins."""
    for known in state.cancels:
        if known.chosen == cancel.chosen:
            known.newest = state.last_order_id  # orders that have come since as well
            return
    cancel.newest = state.last_order_id
    cancel.parked = True
    state.cancels.append(cancel)


def _stop(state: State, instrument: Instrument) -> list[Event]:
    """Halt an instrument; a call auction that was about to end is held again."""
    if instrument.call_ends_ns:
        abandon_call(state, instrument)
        await_call(instrument, CALL_SECONDS)
    instrument.halted = True
    return set_phase(state, instrument)


def _go_on(state: State) -> list[Event]:
    """Extend the trading day by the longest allowed time; an operator can end it."""
    state.day_ends_ns = state.time_ns + END_DAYS * DAY_NS
    state.timers.set(state.day_ends_ns, Due.DAY)
    events: list[Event] = []
    for instrument in state.listed:
        leave_schedule(state, instrument)
        follow_schedule(state, instrument)
        events += set_phase(state, instrument)
    return events
