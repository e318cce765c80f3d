"""What follows from trades: stop orders, reports of large holders, supervision."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from .enums import Phase
from .events import LargeHolder, Moved, OffBookTrade, PhaseChanged, Trade
from .orders.entering import trigger
from .supervision.alerts import supervise


if TYPE_CHECKING:
    from .accounts import Participant
    from .book import Order
    from .events import Event
    from .state import Instrument, State


def follow(state: State, events: list[Event]) -> None:
    """Append to a command's events what follows from them.

    First the stop orders that its trades trigger enter the book, then those that
    their trades trigger; reports and alerts read all of it. O(log n) per stop.
    """
    if state.stops_wait and (taken := _taken(state, events)):
        _trigger(state, taken, events)
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
    """Report who holds much by an instrument's new terms. Linear in participants."""
    reports: list[LargeHolder] = []
    for participant in state.participants.values():
        participant.large_in.pop(instrument.name, None)
        if instrument.terms.position_limit:
            reports += _report(participant, instrument)
    return reports


def _trigger(
    state: State, stops: list[tuple[Instrument, Order]], events: list[Event]
) -> None:
    """Let stop orders enter, first these, then those that their trades trigger."""
    waiting = deque(stops)
    while waiting:
        seen = len(events)
        trigger(*waiting.popleft(), events)
        waiting += _taken(state, events[seen:])


def _taken(state: State, events: list[Event]) -> list[tuple[Instrument, Order]]:
    """Take and return the stop orders that events trigger, in their order."""
    return [
        taken
        for event in events
        if type(event) is Trade or type(event) is PhaseChanged
        for taken in _triggered(state, event)
    ]


def _triggered(
    state: State, event: Trade | PhaseChanged
) -> list[tuple[Instrument, Order]]:
    """Take and return the stop orders that an event triggers.

    When trading begins, they meet the last price, which a call auction may have
    made.
    """
    if type(event) is Trade:
        instrument, price = state.instruments[event.maker.instrument], event.price
    else:
        instrument = state.instruments[event.instrument]
        price = instrument.record.prices.last
    stops = instrument.stops
    if stops.sells_to < price < stops.buys_from:
        return []
    if not price or instrument.phase is not Phase.TRADING:
        return []
    return [(instrument, order) for order in stops.take(price)]


def _receivers(state: State, event: Event) -> list[tuple[Participant, Instrument]]:
    """Return whose tonnes of what an event has changed."""
    if type(event) is Trade:
        accounts, name = (
            [event.maker.account, event.taker.account],
            event.maker.instrument,
        )
    elif type(event) is OffBookTrade:
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
    """Report a participant once when its holding reaches the share to report."""
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
