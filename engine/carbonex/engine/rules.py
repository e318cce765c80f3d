"""The prices, quantities and names that the rules allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .commands import MAX_NAME, MAX_PRICE
from .enums import BUY, MARKET, PostOnly, Reason
from .events import Rejected


if TYPE_CHECKING:
    from .book import BookSide
    from .commands import ListInstrument, PlaceOrder


def effective_price(
    terms: ListInstrument, makers: BookSide, command: PlaceOrder
) -> int:
    """Return what an order trades up to, in fen: O(1).

    A market order is protected: best opposite price × (1000 ± protection) /
    1000, half-up; with nothing opposite it is 0 and meets nothing.
    """
    if command.order_type is MARKET:
        return _protection(terms, makers, command)
    if command.post_only is PostOnly.REPRICE:
        return reprice(terms, makers, command.price)
    return command.price


def reprice(terms: ListInstrument, makers: BookSide, price: int) -> int:
    """Return ``price``, or one tick behind the best opposite price it reaches.

    Where no such price exists (below one tick, above the maximum) it returns
    ``price``, which then is refused for taking liquidity.
    """
    if not makers.reaches(price):
        return price
    best = makers.best
    assert best is not None
    behind = best.price - makers.sign * terms.tick
    return behind if 0 < behind <= MAX_PRICE else price


def bad_quantity(terms: ListInstrument, quantity: int) -> Rejected | None:
    """Check a quantity in tonnes: whole lots, at most the instrument's maximum."""
    if quantity <= 0 or quantity % terms.lot:
        return Rejected(Reason.BAD_QTY, "quantity", quantity, terms.lot)
    if quantity > terms.max_quantity:
        limit = terms.max_quantity
        return Rejected(Reason.QTY_ABOVE_LISTED_MAX, "quantity", quantity, limit)
    return None


def bad_price(terms: ListInstrument, price: int) -> Rejected | None:
    """Check a price in fen: a positive multiple of the tick."""
    if price <= 0 or price > MAX_PRICE or price % terms.tick:
        return Rejected(Reason.BAD_TICK, "price", price, terms.tick)
    return None


def bad_name(param: str, name: str) -> Rejected | None:
    """Check a name: 1 to 36 printable ASCII characters, no space."""
    size = len(name)
    printable = name.isascii() and name.isprintable() and " " not in name
    if printable and 0 < size <= MAX_NAME:
        return None
    return Rejected(Reason.BAD_NAME, param, size, MAX_NAME)


def _protection(terms: ListInstrument, makers: BookSide, command: PlaceOrder) -> int:
    best = makers.best
    if best is None:
        return 0
    permille = terms.market_protection_permille
    factor = 1000 + permille if command.side is BUY else 1000 - permille
    price = (best.price * factor + 500) // 1000
    return min(max(price, 1), MAX_PRICE)
