"""Locks of open orders, and the fees that orders pay.

A plain order locks unit × remaining; the hot path does that inline. These functions
serve every order, including the fees and the position kept in ``Extras``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine.enums import BUY, Method
from carbonex.engine.terms import FEE_UNIT


if TYPE_CHECKING:
    from carbonex.engine.book import Extras, Order
    from carbonex.engine.commands import ListInstrument
    from carbonex.engine.state import Instrument


def highest_rate(terms: ListInstrument) -> int:
    """Return the fee rate at which a buy locks its reserve (MARKET-RULES §3)."""
    return max(terms.fees.maker, terms.fees.taker)


def reserve(notional: int, rate: int) -> int:
    """Return the fen to lock for fees on ``notional``: rounded up, plus 1.

    An order pays the fees of all its fills as one sum, rounded up once. The remainder
    therefore never costs more than this, however many fills there are; the extra fen
    is a margin. A filled order needs no reserve.
    """
    return -(-notional * rate // FEE_UNIT) + 1 if rate and notional else 0


def charge(extras: Extras, notional: int, rate: int) -> int:
    """Charge the fee of a fill of ``notional`` and return it in fen.

    The fees of the order's fills are summed exactly. The order pays the sum, rounded
    up, less what it has already paid. A buy's reserve covers this; a sell has none.
    """
    extras.owed += notional * rate
    paid = -(-extras.owed // FEE_UNIT)
    fee = paid - extras.paid
    extras.paid = paid
    extras.reserve = max(extras.reserve - fee, 0)
    return fee


def lock_refund(order: Order, refund: int) -> None:
    """Return a refunded fee to an open order's reserve, as far as it needs it. O(1).

    Each fill lowered the reserve by its fee. If an annulled fill's fee became fully
    available, the remainder of a buy could cost more than is locked for it.
    """
    extras = order.extras
    if extras is None or not extras.rate:
        return
    most = reserve(order.unit * order.remaining, extras.rate)
    before = extras.reserve
    extras.reserve = min(before + refund, most)
    order.balance.available -= extras.reserve - before


def lock(order: Order) -> None:
    """Lock what the order's remainder needs. O(1)."""
    need = order.unit * order.remaining
    extras = order.extras
    if extras is not None:
        if extras.rate:
            extras.reserve = min(extras.reserve, reserve(need, extras.rate))
            need += extras.reserve
        if extras.holding is not None:
            extras.holding.buying += order.remaining
    order.balance.available -= need


def unlock(order: Order) -> None:
    """Release the order's lock. O(1)."""
    need = order.unit * order.remaining
    extras = order.extras
    if extras is not None:
        need += extras.reserve
        if extras.holding is not None:
            extras.holding.buying -= order.remaining
    order.balance.available += need


def settle(
    instrument: Instrument, order: Order, price: int, quantity: int, rate: int
) -> int:
    """Deliver against payment for an unlocked order; return the fee in fen.

    The caller lowers the order's remainder.
    """
    account, notional = order.account, price * quantity
    fee = 0
    if rate:
        assert order.extras is not None
        extras = order.extras
        fee = charge(extras, notional, rate)
        instrument.fees += fee
        uncharged = extras.paid * FEE_UNIT - extras.owed
        instrument.tape.uncharged[Method.LISTED, order.order_id] = uncharged
    if order.command.side is BUY:
        account.cash_balance.credit(-notional - fee)
        holding = account.holding(instrument.name)
        holding.receive(quantity, instrument.sellable_day)
    else:
        order.balance.credit(-quantity)
        account.cash_balance.credit(notional - fee)
    account.exec_seq += 1
    return fee
