"""What follows from a command or from time: stop orders, reports, alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    Deposit,
    Event,
    LargeHolder,
    Moved,
    OffBookTrade,
    Phase,
    PhaseChanged,
    Trade,
    Transfer,
    Withdraw,
)
from model import clock

from .orders import reached, trigger


if TYPE_CHECKING:
    from model.world import Row, World


def follow(world: World, events: list[Event]) -> list[Event]:
    """Return ``events`` with what follows from them."""
    events = _triggered(world, events)
    events += [
        told
        for event in events
        for participant, name in _receivers(world, event)
        for told in report(world, participant, name)
    ]
    alerts = [
        alert
        for event in events
        for paper in world.papers.values()
        if paper.supervisor is not None
        for alert in paper.supervisor.read(world.now, [event])
    ]
    return [*events, *alerts]


def report(world: World, participant: str, name: str) -> list[Event]:
    """Report a participant once when its holding has grown large."""
    terms = world.papers[name].terms
    limit, permille = terms.position_limit, terms.large_holder_permille
    held = world.held(participant, name)
    if not permille or held * 1000 < limit * permille:
        world.large.discard((participant, name))
        return []
    if (participant, name) in world.large:
        return []
    world.large.add((participant, name))
    return [LargeHolder(participant, name, held, limit)]


def _triggered(world: World, events: list[Event]) -> list[Event]:
    """Let stop orders enter, first those that the events trigger, then theirs."""
    events = [*events]
    queue: list[Row] = []
    seen = 0
    while True:
        for event in events[seen:]:
            queue += [row for row in _reached(world, event) if row not in queue]
        seen = len(events)
        if not queue:
            return events
        events += trigger(world, queue.pop(0))


def _reached(world: World, event: Event) -> list[Row]:
    """Return the stop orders that a trade, or the begin of trading, triggers."""
    if isinstance(event, Trade):
        name, price = event.maker.instrument, event.price
    elif isinstance(event, PhaseChanged):
        name, price = event.instrument, world.last(event.instrument)
    else:
        return []
    if clock.phase(world, world.papers[name]) is not Phase.TRADING:
        return []
    rows = [row for row in world.open("", name) if row.waits and reached(row, price)]
    # Buys by rising, sells by falling stop price; of one price the oldest.
    buys = sorted((r for r in rows if r.order.side is BUY), key=lambda r: r.stop)
    sells = sorted((r for r in rows if not r.buys), key=lambda r: -r.stop)
    return buys + sells


def _receivers(world: World, event: Event) -> list[tuple[str, str]]:
    """Return whose tonnes of what an event has changed, where there is a limit."""
    match event:
        case Trade():
            accounts = [event.maker.account, event.taker.account]
            name = event.maker.instrument
        case OffBookTrade():
            accounts, name = [event.buyer, event.seller], event.instrument
        case Moved(terms, False) if not isinstance(terms, Deposit | Withdraw):
            other = terms.to_account if isinstance(terms, Transfer) else terms.account
            accounts, name = [terms.account, other], terms.instrument
        case _:
            return []
    if not world.papers[name].terms.position_limit:
        return []
    return [(world.owner(account), name) for account in accounts]
