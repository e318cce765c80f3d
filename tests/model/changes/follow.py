"""What follows from a command or from time: stop orders, reports, alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    CancelReason,
    Deposit,
    Event,
    LargeHolder,
    Moved,
    OffBookTrade,
    Phase,
    PhaseChanged,
    Trade,
    TradeAnnulled,
    Transfer,
    Withdraw,
    work,
)
from model import clock
from model.matching import cancel
from model.reasons import first
from model.reasons.who import restricted

from .orders import reached, trigger


if TYPE_CHECKING:
    from model.world import Row, World


def follow(world: World, events: list[Event], done: int = 0) -> list[Event]:
    """Return ``events`` with what follows from them."""
    events = [*events]
    enter(world, _note(world, events), events, work.SLICE - done)
    return tell(world, events)


def enter(world: World, names: list[str], events: list[Event], room: int) -> None:
    """Let reached stop orders enter while there are fewer than ``room`` events."""
    for name in names:
        paper = world.papers[name]
        trading = clock.phase(world, paper) is Phase.TRADING
        while trading and len(events) < room and (rows := _next(world, name)):
            owner, side = world.owner(rows[0].order.account), rows[0].order.side
            if first(restricted(world, owner, side)):
                events.append(cancel(world, rows[0], CancelReason.RESTRICTED))
                continue
            entered = trigger(world, rows[0])
            events += entered
            _note(world, entered)
        if not _next(world, name):
            del world.reached[name]
            world.reaching.remove(name)


def tell(world: World, events: list[Event]) -> list[Event]:
    """Return ``events`` with reports and alerts."""
    events = [*events]
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


def _note(world: World, events: list[Event]) -> list[str]:
    """Note which prices have reached stop orders; return where they are the first."""
    first: list[str] = []
    for event in events:
        if isinstance(event, Trade):
            name, price = event.maker.instrument, event.price
        elif isinstance(event, PhaseChanged):
            name, price = event.instrument, world.last(event.instrument)
        else:
            continue
        trading = clock.phase(world, world.papers[name]) is Phase.TRADING
        waiting = [row for row in world.open("", name) if row.waits]
        if trading and any(reached(row, price) for row in waiting):
            low, high = world.reached.get(name, (price, price))
            if name not in world.reached:
                first.append(name)
                world.reaching.append(name)
            world.reached[name] = min(low, price), max(high, price)
    return first


def _next(world: World, name: str) -> list[Row]:
    """Return the reached stop orders, the next to enter first."""
    low, high = world.reached[name]
    rows = [row for row in world.open("", name) if row.waits]
    # Buys by rising, sells by falling stop price; of one price by time.
    buys = sorted((r for r in rows if r.buys), key=lambda r: (r.stop, r.since))
    sells = sorted((r for r in rows if not r.buys), key=lambda r: (-r.stop, r.since))
    return [r for r in buys if reached(r, high)] + [r for r in sells if reached(r, low)]


def _receivers(world: World, event: Event) -> list[tuple[str, str]]:
    """Return whose tonnes of what an event has changed, where there is a limit."""
    match event:
        case Trade():
            accounts = [event.maker.account, event.taker.account]
            name = event.maker.instrument
        case OffBookTrade():
            accounts, name = [event.buyer, event.seller], event.instrument
        case TradeAnnulled():
            accounts, name = [event.buyer, event.seller], event.instrument
        case Moved(terms, False) if not isinstance(terms, Deposit | Withdraw):
            other = terms.to_account if isinstance(terms, Transfer) else terms.account
            accounts, name = [terms.account, other], terms.instrument
        case _:
            return []
    if not world.papers[name].terms.position_limit:
        return []
    return [(world.owner(account), name) for account in accounts]
