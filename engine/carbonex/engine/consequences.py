"""Consequences of trades: stop orders, large-holder reports, supervision, freezes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import work
from .enums import CancelReason, Phase
from .events import (
    LargeHolder,
    Moved,
    OffBookTrade,
    PhaseChanged,
    Trade,
    TradeAnnulled,
)
from .orders.entering import trigger
from .orders.leaving import cancel_open
from .orders.refusals import barred
from .registry.freezes import freeze_pending
from .supervision.alerts import supervise


if TYPE_CHECKING:
    from .accounts import Participant
    from .events import Event
    from .state import Instrument, State


def follow(state: State, events: list[Event], done: int = 0) -> None:
    """Append the consequences of a command's events to them; apply pending freezes.

    First the stop orders that the command's trades trigger enter the book, then those
    that their trades trigger. Reports and alerts then read all the events. O(log n)
    per stop order. Stop orders enter by price. Those beyond the slice, of which the
    batch has used ``done`` events, enter with later batches.
    """
    if state.stops_wait and (reached := _reached(state, events)):
        enter_reached(state, reached, events, work.SLICE - done)
    tell(state, events)
    if state.freezing:
        freeze_pending(state)


def enter_reached(
    state: State, instruments: list[Instrument], events: list[Event], room: int
) -> None:
    """Enter reached stop orders while there are fewer than ``room`` events.

    Stop orders that their trades reach enter, too. In an instrument that does not
    trade, they wait until it does. An order whose participant is barred from trading
    is cancelled.
    """
    for instrument in instruments:
        stops = instrument.stops
        while len(events) < room and instrument.phase is Phase.TRADING:
            order = stops.reached
            if order is None:
                break
            if barred(order.account.participant, order.side):
                events.append(cancel_open(order, CancelReason.RESTRICTED))
                continue
            stops.remove(order)
            seen = len(events)
            trigger(instrument, order, events)
            _reached(state, events[seen:])
        if stops.reached is None:
            stops.forget()
    state.reaching = [item for item in state.reaching if item.stops.high]


def tell(state: State, events: list[Event]) -> None:
    """Append the large-holder reports and alerts that the events cause."""
    if state.limited:
        events += [
            report
            for event in events
            for holder, instrument in _receivers(state, event)
            for report in _report(holder, instrument)
        ]
    if state.supervised:
        events += supervise(state, events)


def report_anew(state: State, instrument: Instrument) -> list[LargeHolder]:
    """Report large holders by an instrument's new terms. Linear in participants."""
    reports: list[LargeHolder] = []
    for participant in state.participants.values():
        participant.large_in.pop(instrument.name, None)
        if instrument.terms.position_limit:
            reports += _report(participant, instrument)
    return reports


def _reached(state: State, events: list[Event]) -> list[Instrument]:
    """Record the prices by which events reach stop orders.

    Return the instruments in which no stop order was reached before. When trading
    begins, the last price counts, because a call auction may have made it.
    """
    first: list[Instrument] = []
    for event in events:
        if type(event) is Trade:
            instrument, price = state.instruments[event.maker.instrument], event.price
        elif type(event) is PhaseChanged:
            instrument = state.instruments[event.instrument]
            price = instrument.record.prices.last
        else:
            continue
        trades = price and instrument.phase is Phase.TRADING
        if trades and instrument.stops.reach(price):
            first.append(instrument)
            state.reaching.append(instrument)
    return first


def _receivers(state: State, event: Event) -> list[tuple[Participant, Instrument]]:
    """Return the participants and the instrument whose holdings an event changes.

    Only instruments with a position limit count.
    """
    if type(event) is Trade:
        accounts, name = (
            [event.maker.account, event.taker.account],
            event.maker.instrument,
        )
    elif type(event) is OffBookTrade or type(event) is TradeAnnulled:
        accounts, name = [event.buyer, event.seller], event.instrument
    elif type(event) is Moved and not event.duplicate:
        accounts, name = _moved(event)
    else:
        return []
    instrument = state.instruments.get(name)
    if instrument is None or not instrument.terms.position_limit:
        return []
    return [(state.accounts[account].participant, instrument) for account in accounts]


def _moved(event: Moved) -> tuple[list[str], str]:
    terms = event.terms
    accounts = [terms.account, getattr(terms, "to_account", terms.account)]
    return accounts, getattr(terms, "instrument", "")


def _report(participant: Participant, instrument: Instrument) -> list[LargeHolder]:
    """Report a participant once when its holding reaches the reportable share."""
    name, terms = instrument.name, instrument.terms
    held, limit = participant.held(name), terms.position_limit
    permille = terms.large_holder_permille
    if not permille or held * 1000 < limit * permille:
        participant.large_in.pop(name, None)
        return []
    if name in participant.large_in:
        return []
    participant.large_in[name] = held
    return [LargeHolder(participant.name, name, held, limit)]
