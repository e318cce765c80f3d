"""What hides the engine's numbers from clients: a secret in the log.

The engine counts the orders, block proposals and bids of the whole venue, which would
tell each client how much the others do. Clients see other numbers, which the gateway
derives from the engine's with a secret (``carbonex.wire.order_ids``). Every reader of the log must come to the same
ones, so the log holds the secret, and the state keeps it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .enums import Reason
from .events import Rejected
from .state import VENUE_KEY


if TYPE_CHECKING:
    from .commands import HideOrderIds
    from .events import Event
    from .state import State


SECRET_BYTES: Final = 32


def hide_order_ids(state: State, command: HideOrderIds) -> list[Event]:
    """Have clients see other numbers of what comes later, if the venue sent it; once."""
    if command.key != VENUE_KEY:
        return [Rejected(Reason.NOT_PERMITTED)]
    if state.semantics < 2 or state.secret or len(command.secret) != SECRET_BYTES:
        given = len(command.secret)
        return [Rejected(Reason.BAD_PARAMETER, "secret", given, SECRET_BYTES)]
    state.plain_ids = state.last_order_id
    state.plain_blocks = state.last_block_id
    state.plain_bids = state.last_bid_id
    state.secret = command.secret  # last: who sees it finds the others
    return []
