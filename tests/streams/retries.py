"""Commands that come once more, as when their answer was lost on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from carbonex.engine import PlaceOrder

from . import pools
from .orders import plain_order
from .pools import one_in


if TYPE_CHECKING:
    from random import Random

    from carbonex.engine import Command, Exchange, RefCommand
    from carbonex.engine.accounts import Memory


def again(r: Random, exchange: Exchange) -> Command:
    """What an account's client id or ref stands for; rarely it has changed a little."""
    account = r.choice([*exchange.accounts.values()])
    memory: Memory[Any] = r.choice([account.client_ids, account.client_refs])
    known = [*memory.yesterday.values(), *memory.today.values()]
    if not known:
        return plain_order(r, exchange)
    command: PlaceOrder | RefCommand = r.choice(known).command
    if one_in(r, 6):
        return replace(command, account=pools.account(r))
    if isinstance(command, PlaceOrder) and one_in(r, 2):
        command = replace(command, session=pools.session(r))
    return replace(command, key=pools.key(r))
