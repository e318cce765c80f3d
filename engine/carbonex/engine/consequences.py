"""What follows from trades: stop orders, reports of large holders, supervision."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from .entering import trigger
from .enums import Phase
from .events import LargeHolder, Moved, OffBookTrade, PhaseChanged, Trade
from .supervision import supervise


if TYPE_CHECKING:
    from .accounts import Account
    from .book import Order
    from .events import Event
    from .state import Instrument, State


def follow(state: State, events: list[Event]) -> None:
    """Append to a command's events what follows from them.

    First the stop orders that its trades trigger enter the book, then those that
    their trades trigger; reports and alerts read all of it. O(log n) per stop.
    """
    _trigger_stops(state, events)
    reports = [
        report
        for event in events
        for holder, instrument in _receivers(state, event)
        for report in _report(holder, instrument)
    ]
    events += reports
    events += supervise(state, events)


def _trigger_stops(state: State, events: list[Event]) -> None:
    waiting: deque[tuple[Instrument, Order]] = deque()
    seen = 0
    while True:
        for event in events[seen:]:
            reached = _reached(state, event)
            if reached is not None:
                instrument, price = reached
                taken = instrument.stops.take(price)
                waiting.extend((instrument, order) for order in taken)
        seen = len(events)
        if not waiting:
            return
        trigger(*waiting.popleft(), events)


def _reached(state: State, event: Event) -> tuple[Instrument, int] | None:
    """Return what price an event brings, if stop orders may be triggered by it.

    When trading begins, stop orders meet the last price, which a call auction
    may have made.
    """
    if type(event) is Trade:
        instrument, price = state.instruments[event.maker.instrument], event.price
    elif type(event) is PhaseChanged:
        instrument = state.instruments[event.instrument]
        price = instrument.record.prices.last
    else:
        return None
    if not price or instrument.phase is not Phase.TRADING or not instrument.stops:
        return None
    return instrument, price


def _receivers(state: State, event: Event) -> list[tuple[Account, Instrument]]:
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
    return [(state.accounts[account], instrument) for account in accounts]


def _moved(event: Moved) -> tuple[list[str], str]:
    terms = event.terms
    accounts = [terms.account, getattr(terms, "to_account", terms.account)]
    return accounts, getattr(terms, "instrument", "")


def _report(account: Account, instrument: Instrument) -> list[LargeHolder]:
    """Report a participant once when its holding reaches the share to report."""
    participant, name = account.participant, instrument.name
    terms = instrument.terms
    held, limit = participant.held(name), terms.position_limit
    permille = terms.large_holder_permille
    if not permille or held * 1000 < limit * permille:
        participant.large_in.pop(name, None)
        return []
    if name in participant.large_in:
        return []
    participant.large_in[name] = held
    return [LargeHolder(participant.name, name, held, limit)]
