"""What open orders lock, and the fees they pay.

A plain order locks unit × remaining, which the hot path does by itself. These
functions do it for every order, with the fees and the position that ``Extras``
stands for.
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
    """Return the fee rate that a buy locks for (MARKET-RULES §3)."""
    return max(terms.fees.maker, terms.fees.taker)


def reserve(notional: int, rate: int) -> int:
    """Return the fen to lock for fees on ``notional``: rounded up, and 1 more.

    An order pays for its fills together, rounded up once, so however many there are
    the rest costs no more than that; the 1 more is a margin. Nothing is to be locked
    for an order that is filled.
    """
    return -(-notional * rate // FEE_UNIT) + 1 if rate and notional else 0


def charge(extras: Extras, notional: int, rate: int) -> int:
    """Return the fen that a fill of ``notional`` makes due.

    The order's fills are accumulated exactly: it pays the sum, rounded up, less
    what it has paid. A buy's reserve holds as much; a sell has none.
    """
    extras.owed += notional * rate
    paid = -(-extras.owed // FEE_UNIT)
    fee = paid - extras.paid
    extras.paid = paid
    extras.reserve = max(extras.reserve - fee, 0)
    return fee


def lock_refund(order: Order, refund: int) -> None:
    """Lock again what an open order's rest may cost of a fee that was paid back. O(1).

    Each fill has lowered the reserve by its fee. If all of that became available when
    the fill is annulled, the rest of a buy could cost more than is locked for it.
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
    """Release what the order has locked. O(1)."""
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
    """Deliver against payment for an order that nothing is locked for.

    Returns the fee in fen. The remainder is lowered by who calls.
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
