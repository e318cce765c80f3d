"""Why sessions are not opened or closed, nor countdowns set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    Reason,
    SessionClosed,
    SessionOpened,
    SetCountdown,
)

from . import who


if TYPE_CHECKING:
    from collections.abc import Iterator

    from model.world import World

SECOND = 10**9
MOST = 1_000  # sessions of one participant


def opened(world: World, command: SessionOpened) -> Iterator[Reason]:
    yield from who.venue(command.key)
    key = world.keys.get(command.key_id)
    if key is None or command.key_id in world.revoked:
        yield Reason.UNKNOWN_KEY
        return
    yield from who.name(command.session)
    yield from who.name(command.connection)
    if not 0 <= command.grace_ns <= 3_600 * SECOND:
        yield Reason.BAD_PARAMETER
    known = [session for owner, session in world.presences if owner == key.participant]
    is_new = command.cancel_on_disconnect and command.session not in known
    if is_new and len(known) >= MOST:
        yield Reason.TOO_MANY_SESSIONS


def closed(world: World, command: SessionClosed) -> Iterator[Reason]:
    yield from who.venue(command.key)
    if command.participant not in world.restrictions:
        yield Reason.UNKNOWN_PARTICIPANT


def count_down(world: World, command: SetCountdown) -> Iterator[Reason]:
    yield from who.access(world, command.key, command.account)
    seconds = command.timeout_ns / SECOND
    if command.timeout_ns and not 1 <= seconds <= 86_400:
        yield Reason.BAD_PARAMETER
