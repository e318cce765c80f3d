"""Every invariant of the exchange, asserted the slow and obvious way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .books import check_books
from .instruments import check_instruments
from .ledger import check_ledger, check_locks
from .offers import check_offers
from .orders import check_orders
from .registers import check_registers


if TYPE_CHECKING:
    from carbonex.engine.state import State


def check(state: State) -> None:
    """Assert everything that must hold between commands. Linear in the state."""
    check_registers(state)
    check_instruments(state)
    orders = check_books(state)
    check_orders(state, orders)
    check_offers(state)
    check_locks(state)
    check_ledger(state)
