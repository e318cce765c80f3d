"""Client refs: what a command that carries one has done, and does not do again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from carbonex.engine import Event, Reason, RefCommand, Rejected


if TYPE_CHECKING:
    from carbonex.engine.events import RefEvent
    from model.world import World


def known(world: World, command: RefCommand) -> list[Event]:
    """Return the first answer to a used ref, or that it meant something else."""
    entry = world.refs.get((command.account, command.client_ref))
    if entry is None:
        return []
    _, first, answer = entry
    if type(first) is type(command) and replace(command, key=first.key) == first:
        return [replace(answer, duplicate=True)]
    return [Rejected(Reason.DUPLICATE_CLIENT_REF)]


def note(world: World, command: RefCommand, answer: RefEvent) -> None:
    world.refs[command.account, command.client_ref] = world.days, command, answer
