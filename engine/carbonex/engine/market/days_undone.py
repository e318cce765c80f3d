"""Ending early, or cancelling, a trading day that should not have begun.

A day with trades can only end early; a day without trades can be cancelled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from carbonex.engine.backlog import finish
from carbonex.engine.enums import BlockEnd, CancelReason, Permission, Reason
from carbonex.engine.events import DayCancelled, DayEnding, Rejected
from carbonex.engine.off_book.auctions import cancel_auctions
from carbonex.engine.off_book.blocks import expire_blocks
from carbonex.engine.orders.leaving import cancel_by_number
from carbonex.engine.timers import Due

from .instruments import dismiss
from .phases import await_step, day_schedule, leave_schedule, set_phase
from .rules import day_limits
from .schedule import next_step


if TYPE_CHECKING:
    from carbonex.engine.commands import CancelDay, EndDay, ListInstrument
    from carbonex.engine.events import Event
    from carbonex.engine.state import Instrument, State

    from .statistics import Tallies


@final
class Before:
    """The state before the open day began, kept so that the day can be cancelled.

    ``last_order_id`` is the newest order id before the day. ``years`` holds each
    instrument's volumes of the year, by number, if the day began a new year. ``terms``
    holds the replaced terms: instrument number, old terms, and the date from which the
    new terms hold, 0 for the next trading day. ``unpriced`` holds the instruments that
    had no price: number, and whether they awaited a price.
    """

    __slots__ = ("last_day", "last_order_id", "terms", "unpriced", "years")

    def __init__(self, last_day: int, last_order_id: int) -> None:
        self.last_day = last_day
        self.last_order_id = last_order_id
        self.years: list[Tallies] = []
        self.terms: list[tuple[int, ListInstrument, int]] = []
        self.unpriced: list[tuple[int, bool]] = []


def end_now(state: State, command: EndDay) -> list[Event]:
    """Set the end of the open day to a nanosecond from now.

    The timer then ends the day as usual: call auctions match, day orders are
    cancelled, closing prices and bulletins follow. One-way auctions that are still
    open are cancelled at once. Linear in instruments and open auctions.
    """
    rejected = _unavailable(state, command)
    if rejected is not None:
        return [rejected]
    events: list[Event] = []
    for instrument in state.listed:
        events += cancel_auctions(state, instrument)
    state.timers.clear(state.day_ends_ns, Due.DAY)
    state.day_ends_ns = state.time_ns + 1
    state.timers.set(state.day_ends_ns, Due.DAY)
    for instrument in state.listed:
        _end_schedule(state, instrument)
    return [*events, DayEnding(state.day, state.day_ends_ns)]


def cancel_day(state: State, command: CancelDay) -> list[Event]:
    """Cancel the open day; refused if anything has traded on it.

    End what was entered on it, instrument by instrument: auctions, blocks, then
    orders. P0 and bands stay, because without trades the next day has the same.
    An instrument that had no price before has none again, unless its terms declare
    it. Resale locks that the day released stay released, because the next day has
    the same number. Terms that took effect with the day are pending again, for their
    date or the next trading day, so that no instrument that traded before stops; terms
    announced during the day replace them. A composite's method stays: it affects no
    order, and the next day has the same. Pending mass cancels are completed first.
    Linear in accounts and open orders.
    """
    rejected = _unavailable(state, command)
    before = state.before
    if rejected is not None or before is None:
        return [rejected or Rejected(Reason.NO_TRADING_DAY)]
    trades = sum(
        instrument.record.day.trades + len(instrument.tape.annulled)
        for instrument in state.listed
    )
    if trades:
        return [Rejected(Reason.DAY_HAS_TRADED, "", trades)]
    date = state.day
    events = finish(state)
    for instrument in state.listed:
        events += cancel_auctions(state, instrument)
        events += expire_blocks(state, instrument, BlockEnd.EXPIRED)
        orders = (*instrument.book.orders(), *instrument.stops.orders())
        entered = [one for one in orders if one.order_id > before.last_order_id]
        events += cancel_by_number(entered, CancelReason.DAY_CANCELLED)
    state.timers.clear(state.day_ends_ns, Due.DAY)
    for instrument in state.listed:
        leave_schedule(state, instrument)
    state.day, state.day_ends_ns, state.before = 0, 0, None
    state.last_day = before.last_day
    state.day_number -= 1
    for instrument, year in zip(state.listed, before.years, strict=False):
        instrument.record.year = year
    again = _restore_terms(state, before)
    _forget_prices(state, before, again)
    for instrument in state.listed:
        lag = instrument.terms.resale_days
        if instrument.tradable:
            instrument.sellable_day = state.day_number + lag if lag else 0
        events += set_phase(state, instrument)
    for account in state.accounts.values():
        account.client_ids.turn_back()
        account.client_refs.turn_back()
    return [*events, DayCancelled(date)]


def _restore_terms(state: State, before: Before) -> set[int]:
    """Make terms that began with the day pending again; return instrument numbers."""
    again: set[int] = set()
    for number, terms, date in before.terms:
        instrument = state.listed[number]
        if not instrument.delisted and instrument.next_terms is None:
            instrument.next_terms = instrument.terms
            instrument.next_terms_date = date
            again.add(number)
        instrument.adopt(terms)
        if terms.band_permille and not instrument.reference:
            dismiss(instrument)
        low, high = day_limits(terms, instrument.reference)
        instrument.limit_down, instrument.limit_up = low, high
        instrument.product.weigh()  # another vintage may be the newest
    state.attend_anew()
    return again


def _forget_prices(state: State, before: Before, again: set[int]) -> None:
    """Remove the P0 of instruments that had none before the day.

    ``again`` holds the numbers of the instruments whose new terms are pending again.
    """
    listed = [(state.listed[number], awaited) for number, awaited in before.unpriced]
    forgetful = [(item, awaited) for item, awaited in listed if not item.delisted]
    for instrument, _ in forgetful:
        terms = instrument.terms
        instrument.close = instrument.reference = terms.reference
        low, high = day_limits(terms, instrument.reference)
        instrument.limit_down, instrument.limit_up = low, high
        if terms.band_permille and not instrument.reference:
            dismiss(instrument)
        instrument.product.change()
    for instrument, awaited in forgetful:
        if instrument.tradable:  # by its old terms: new terms may be gone or replaced
            waits = instrument.awaits_price or instrument.number in again
            instrument.awaits_price = awaited and waits
        else:
            known = instrument.product.first_reference()
            instrument.awaits_price = awaited or not known


def _unavailable(state: State, command: EndDay | CancelDay) -> Rejected | None:
    if not state.permits(command.key, Permission.OPERATE):
        return Rejected(Reason.NOT_PERMITTED)
    return None if state.day else Rejected(Reason.NO_TRADING_DAY)


def _end_schedule(state: State, instrument: Instrument) -> None:
    """Shorten an instrument's schedule and call auction to the new end of the day."""
    step = next_step(instrument.schedule, state.time_ns)
    if step is not None:
        state.timers.clear(step.starts_ns, Due.STEP, instrument.number)
    instrument.schedule = day_schedule(state, instrument)
    await_step(state, instrument)
    ends_ns = instrument.call_ends_ns
    if ends_ns > state.day_ends_ns:
        state.timers.clear(ends_ns, Due.CALL, instrument.number)
        instrument.call_ends_ns = state.day_ends_ns
        state.timers.set(state.day_ends_ns, Due.CALL, instrument.number)
