"""Who is there: sessions that asked for cancel on disconnect, and countdowns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    CancelReason,
    CountdownFired,
    CountdownSet,
    Event,
    SessionClosed,
    SessionEnd,
    SessionOpened,
    SetCountdown,
)
from model.masses import Mass
from model.presence import Presence
from model.reasons import first, sessions as reasons

from .mass import request


if TYPE_CHECKING:
    from model.world import World


def opened(world: World, command: SessionOpened) -> list[Event]:
    if refused := first(reasons.opened(world, command)):
        return refused
    name = world.keys[command.key_id].participant, command.session
    before = world.presences.pop(name, None)
    if command.cancel_on_disconnect:
        if before is None:
            world.last_presence += 1
        number = before.number if before else world.last_presence
        world.presences[name] = Presence(number, command.connection, command.grace_ns)
    return []


def closed(world: World, command: SessionClosed) -> list[Event]:
    if refused := first(reasons.closed(world, command)):
        return refused
    name = command.participant, command.session
    presence = world.presences.get(name)
    if presence and presence.connection != command.connection:
        return []
    if command.cause is SessionEnd.LOST:
        if presence and presence.ends is None:
            presence.ends = world.now + presence.grace
            if presence.grace == 0:
                return end(world, presence.number)
        return []
    world.presences.pop(name, None)
    cancelling = command.cause is SessionEnd.LOGOUT_CANCELLING
    return _cancel(world, name, CancelReason.CLIENT) if cancelling else []


def end(world: World, number: int) -> list[Event]:
    """End the grace of a session."""
    (name,) = (
        name for name, known in world.presences.items() if known.number == number
    )
    del world.presences[name]
    return _cancel(world, name, CancelReason.DISCONNECTED)


def restart(world: World, now: int) -> None:
    """Nobody is connected any more, and each grace begins again."""
    for presence in world.presences.values():
        presence.ends = max(world.now, now) + presence.grace


def count_down(world: World, command: SetCountdown) -> list[Event]:
    if refused := first(reasons.count_down(world, command)):
        return refused
    before = world.countdowns.pop(command.account, None)
    due = 0
    if command.timeout_ns:
        due = world.now + command.timeout_ns
        world.countdowns[command.account] = due
    armed = before is not None
    return [CountdownSet(command.account, command.timeout_ns, due, armed)]


def fire(world: World, number: int) -> list[Event]:
    account = [*world.accounts][number]
    del world.countdowns[account]
    fired = CountdownFired(account, len(world.open(account)))
    return [fired, *request(world, Mass(CancelReason.COUNTDOWN, [account]))]


def _cancel(world: World, name: tuple[str, str], reason: CancelReason) -> list[Event]:
    participant, session = name
    owned = world.owned(participant)
    return request(world, Mass(reason, owned, session=session))
