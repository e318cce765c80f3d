"""Hiding the engine's ids from clients, with a secret in the log.

The engine numbers the orders, block proposals and bids of the whole venue. These ids
would tell each client how active the others are. Clients see other ids, which the
gateway derives from the engine's with a secret (``carbonex.wire.order_ids``). Every
reader of the log must derive the same ids, so the log holds the secret, and the state
keeps it.
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
    """Hide the ids assigned from now on; only the venue may send this, and only once.

    Earlier ids stay visible.
    """
    if command.key != VENUE_KEY:
        return [Rejected(Reason.NOT_PERMITTED)]
    if state.secret or len(command.secret) != SECRET_BYTES:
        given = len(command.secret)
        return [Rejected(Reason.BAD_PARAMETER, "secret", given, SECRET_BYTES)]
    state.plain_ids = state.last_order_id
    state.plain_blocks = state.last_block_id
    state.plain_bids = state.last_bid_id
    state.secret = command.secret  # last: a reader that sees it finds the others set
    return []
