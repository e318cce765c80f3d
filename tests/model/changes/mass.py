"""Cancelling many orders: a slice at once, the others with later batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import DAY, STOP, CancelReason, Event, work
from model import calls, clock, matching

from .announcing import announce


if TYPE_CHECKING:
    from model.masses import Mass
    from model.world import Row, World


def request(world: World, mass: Mass) -> list[Event]:
    """Cancel what is left of a slice; of two that choose alike one goes on."""
    for known in world.masses:
        if known.chosen == mass.chosen:
            world.masses.remove(known)
            if mass.accounts is None or len(mass.accounts) > 1:
                known.place = known.number = 0
            mass = known
            break
    mass.newest = len(world.rows)
    events, done = _slice(world, mass, work.SLICE - world.done)
    if not done:
        world.masses.append(mass)
    world.done += len(events)
    return events


def go_on(world: World, room: int) -> list[Event]:
    """Go on with those whose turn it is, up to ``room`` events."""
    events: list[Event] = []
    done = True
    while done and world.masses and len(events) < room:
        more, done = _turn(world, room - len(events))
        events += more
    return events


def finish(world: World) -> list[Event]:
    events: list[Event] = []
    while world.masses:
        events += _turn(world, work.SLICE)[0]
    return events


def awaited(world: World, mass: Mass) -> list[Row]:
    """Return the orders that are still to go."""
    names = [*world.accounts]
    return [
        row
        for row in world.open()
        if row.number <= mass.newest
        and (names.index(row.order.account), row.number) > (mass.place, mass.number)
        and _chooses(world, mass, row)
    ]


def _turn(world: World, room: int) -> tuple[list[Event], bool]:
    mass = world.masses.pop(0)
    events, done = _slice(world, mass, room)
    if not done:
        world.masses.append(mass)
    elif mass.clears:
        paper = world.papers[mass.instrument]
        calls.begin(world, paper)
        events += announce(world, paper)
    return events, done


def _slice(world: World, mass: Mass, room: int) -> tuple[list[Event], bool]:
    """Return what goes, and whether that is all. A look costs a part of an event."""
    looks = max(room, 0) * work.LOOKS
    rows: list[Row] = []
    for place, name in enumerate(world.accounts):
        if place < mass.place or (
            mass.accounts is not None and name not in mass.accounts
        ):
            continue
        if place > mass.place:
            mass.place, mass.number = place, 0
        looks -= 1
        for row in world.open(name):
            if not _names(mass, row):
                continue
            if looks > 0 and mass.number < row.number <= mass.newest:
                mass.number = row.number
                chosen = _chooses(world, mass, row)
                looks -= work.LOOKS if chosen else 1
                rows += [row] if chosen else []
        if looks <= 0:
            break
    rows.sort(key=lambda row: row.number)
    return [matching.cancel(world, row, mass.reason) for row in rows], looks > 0


def _names(mass: Mass, row: Row) -> bool:
    order = row.order
    named = (
        mass.accounts is None or order.account in mass.accounts,
        mass.instrument in ("", order.instrument),
        mass.side in (None, order.side),
        mass.session in ("", order.session),
    )
    return all(named)


def _chooses(world: World, mass: Mass, row: Row) -> bool:
    if not _names(mass, row):
        return False
    order = row.order
    paper = world.papers[order.instrument]
    if mass.reason is CancelReason.SESSION_CLOSE:
        return not paper.terms.multi_day or order.time_in_force is DAY
    if mass.reason is CancelReason.OUT_OF_BAND:
        low, high = clock.limits(paper)
        price = row.stop if order.order_type is STOP else row.price
        return not low <= price <= high
    return True
