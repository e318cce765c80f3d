"""Instruments, halts and the trading day: what operators and time decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .commands import MAX_PRICE, MAX_QUANTITY
from .enums import CancelReason, Permission, Reason, TimeInForce
from .events import DayBegun, DayEnded, InstrumentListed, PhaseChanged, Rejected
from .matching import cancel_resting
from .rules import bad_name
from .state import Instrument


if TYPE_CHECKING:
    from .commands import (
        BeginDay,
        HaltInstrument,
        ListInstrument,
        ResumeInstrument,
    )
    from .events import Event
    from .state import State


def list_instrument(state: State, command: ListInstrument) -> list[Event]:
    """Open a book; it trades at once when a trading day is open."""
    if not state.permits(command.key, Permission.OPERATE):
        return [Rejected(Reason.NOT_PERMITTED)]
    if command.instrument in state.instruments:
        return [Rejected(Reason.ALREADY_EXISTS, "instrument")]
    rejected = (
        bad_name("instrument", command.instrument)
        or bad_name("product", command.product)
        or _outside("tick", command.tick, 1, MAX_PRICE)
        or _outside("lot", command.lot, 1, MAX_QUANTITY)
        or _outside("max_quantity", command.max_quantity, command.lot, MAX_QUANTITY)
        or _outside(
            "market_protection_permille", command.market_protection_permille, 0, 1000
        )
    )
    if rejected is not None:
        return [rejected]
    instrument = state.instruments[command.instrument] = Instrument(command)
    return [InstrumentListed(command), _set_phase(state, instrument)]


def halt(state: State, command: HaltInstrument) -> list[Event]:
    """Stop trading; resting orders stay."""
    instrument = state.instruments.get(command.instrument)
    if instrument is None:
        return [Rejected(Reason.UNKNOWN_INSTRUMENT, "instrument")]
    if not state.permits(command.key, Permission.OPERATE):
        return [Rejected(Reason.NOT_PERMITTED)]
    if instrument.halted:
        return [Rejected(Reason.HALTED, "instrument")]
    instrument.halted = True
    return [_set_phase(state, instrument)]


def resume(state: State, command: ResumeInstrument) -> list[Event]:
    """End a halt."""
    instrument = state.instruments.get(command.instrument)
    if instrument is None:
        return [Rejected(Reason.UNKNOWN_INSTRUMENT, "instrument")]
    if not state.permits(command.key, Permission.OPERATE):
        return [Rejected(Reason.NOT_PERMITTED)]
    if not instrument.halted:
        return [Rejected(Reason.NOT_HALTED, "instrument")]
    instrument.halted = False
    return [_set_phase(state, instrument)]


def begin_day(state: State, command: BeginDay) -> list[Event]:
    """Open a trading day later than the last; linear in accounts and orders."""
    if not state.permits(command.key, Permission.OPERATE):
        return [Rejected(Reason.NOT_PERMITTED)]
    if state.day:
        return [Rejected(Reason.ALREADY_EXISTS, "date", command.date, state.day)]
    if command.date <= state.last_day or not _is_date(command.date):
        return [Rejected(Reason.BAD_PARAMETER, "date", command.date, state.last_day)]
    if command.ends_ns <= state.time_ns:
        return [Rejected(Reason.BAD_PARAMETER, "ends", command.ends_ns, state.time_ns)]
    state.day = state.last_day = command.date
    state.day_ends_ns = command.ends_ns
    for account in state.accounts.values():
        account.begin_day()
    return [DayBegun(command.date, command.ends_ns), *_set_phases(state)]


def end_day(state: State) -> list[Event]:
    """Cancel the day orders by age and close every instrument that trades."""
    day_orders = [
        order
        for account in state.accounts.values()
        for order in account.orders.values()
        if order.command.time_in_force is TimeInForce.DAY
    ]
    day_orders.sort(key=lambda order: order.order_id)
    reason = CancelReason.SESSION_CLOSE
    events: list[Event] = [cancel_resting(order, reason) for order in day_orders]
    date, state.day, state.day_ends_ns = state.day, 0, 0
    events += _set_phases(state)
    events.append(DayEnded(date))
    return events


def _set_phases(state: State) -> list[Event]:
    return [
        _set_phase(state, instrument)
        for instrument in state.instruments.values()
        if instrument.phase is not state.phase_of(instrument)
    ]


def _set_phase(state: State, instrument: Instrument) -> Event:
    instrument.enter(state.phase_of(instrument))
    return PhaseChanged(instrument.terms.instrument, instrument.phase)


def _outside(param: str, value: int, low: int, high: int) -> Rejected | None:
    if low <= value <= high:
        return None
    limit = low if value < low else high
    return Rejected(Reason.BAD_PARAMETER, param, value, limit)


def _is_date(date: int) -> bool:
    year, month, day = date // 10_000, date // 100 % 100, date % 100
    return 1990 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= 31
