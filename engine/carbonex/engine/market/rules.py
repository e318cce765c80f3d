"""Rules on prices, quantities and names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine.commands import MAX_NAME, MAX_PRICE, MAX_REASON
from carbonex.engine.enums import BUY, LIMIT, STOP, STOP_LIMIT, PostOnly, Reason
from carbonex.engine.events import Rejected


if TYPE_CHECKING:
    from carbonex.engine.book import BookSide
    from carbonex.engine.commands import ListInstrument, PlaceOrder
    from carbonex.engine.enums import Side
    from carbonex.engine.state import Instrument


def half_up(numerator: int, denominator: int) -> int:
    """Return the quotient rounded to the nearest integer, halves upward."""
    return (2 * numerator + denominator) // (2 * denominator)


def limit_down(reference: int, permille: int) -> int:
    """Return the lowest price of a band around P0, in fen (MARKET-RULES §2)."""
    return max(half_up(reference * (1000 - permille), 1000), 1)


def limit_up(reference: int, permille: int) -> int:
    """Return the highest price of a band around P0, in fen (MARKET-RULES §2)."""
    return min(half_up(reference * (1000 + permille), 1000), MAX_PRICE)


def day_limits(terms: ListInstrument, reference: int) -> tuple[int, int]:
    """Return a day's lowest and highest price in fen, given its P0."""
    permille = terms.band_permille
    if not permille:
        return 1, MAX_PRICE
    return limit_down(reference, permille), limit_up(reference, permille)


def effective_price(
    instrument: Instrument, makers: BookSide, command: PlaceOrder
) -> int:
    """Return the worst price at which an order may trade, in fen. O(1).

    For a market or stop order it is the limit up or down. Without a band it is the
    best opposite price (for a stop order, its stop price) × (1000 ± protection) /
    1000, rounded half up. With no opposite order it is 0, which crosses nothing.
    """
    kind = command.order_type
    if kind is not LIMIT and kind is not STOP_LIMIT:
        return _unpriced(instrument, makers, command)
    if command.post_only is PostOnly.REPRICE:
        return reprice(instrument, makers, command.price)
    return command.price


def reprice(instrument: Instrument, makers: BookSide, price: int) -> int:
    """Return ``price``, or one tick behind the best opposite price if it reaches that.

    Where the repriced value is not allowed (below one tick, outside the band), return
    ``price`` unchanged; the order is then refused for taking liquidity.
    """
    if not makers.reaches(price):
        return price
    best = makers.best
    assert best is not None
    behind = best.price - makers.sign * instrument.terms.tick
    return behind if instrument.limit_down <= behind <= instrument.limit_up else price


def bad_quantity(terms: ListInstrument, quantity: int) -> Rejected | None:
    """Check a quantity in tonnes: whole lots, at most the instrument's maximum."""
    if quantity <= 0 or quantity % terms.lot:
        return Rejected(Reason.BAD_QTY, "quantity", quantity, terms.lot)
    if quantity > terms.max_quantity:
        limit = terms.max_quantity
        return Rejected(Reason.QTY_ABOVE_LISTED_MAX, "quantity", quantity, limit)
    return None


def bad_tick(terms: ListInstrument, param: str, price: int) -> Rejected | None:
    """Check a price in fen: a positive multiple of the tick."""
    if price <= 0 or price > MAX_PRICE or price % terms.tick:
        return Rejected(Reason.BAD_TICK, param, price, terms.tick)
    return None


def out_of_band(instrument: Instrument, param: str, price: int) -> Rejected | None:
    """Check a price in fen against the day's limits, inclusive."""
    low, high = instrument.limit_down, instrument.limit_up
    return out_of_bounds(Reason.PRICE_OUT_OF_BAND, param, price, low, high)


def out_of_bounds(
    reason: Reason, param: str, value: int, least: int, most: int
) -> Rejected | None:
    """Check a value against two inclusive bounds."""
    if least <= value <= most:
        return None
    return Rejected(reason, param, value, least if value < least else most)


def bad_name(param: str, name: str) -> Rejected | None:
    """Check a name: 1 to 36 printable ASCII characters, no space."""
    size = len(name)
    printable = name.isascii() and name.isprintable() and " " not in name
    if printable and 0 < size <= MAX_NAME:
        return None
    return Rejected(Reason.BAD_NAME, param, size, MAX_NAME)


def bad_reason(text: str) -> Rejected | None:
    """Check the text of an operator's reason: one line, 1 to MAX_REASON characters.

    It may be in any language, without control characters, and not only spaces.
    """
    size = len(text)
    controls = any(char < " " or "\x7f" <= char < "\xa0" for char in text)
    if controls or not text.strip(" ") or size > MAX_REASON:
        return Rejected(Reason.BAD_PARAMETER, "reason", size, MAX_REASON)
    return None


def protection(instrument: Instrument, side: Side, price: int) -> int:
    """Return the worst price at which an order without a limit may trade, in fen.

    Without a band, the protection is relative to ``price``.
    """
    terms, buys = instrument.terms, side is BUY
    if terms.band_permille:
        return instrument.limit_up if buys else instrument.limit_down
    permille = terms.market_protection_permille
    return limit_up(price, permille) if buys else limit_down(price, permille)


def _unpriced(instrument: Instrument, makers: BookSide, command: PlaceOrder) -> int:
    if command.order_type is STOP:
        assert command.conditions is not None
        return protection(instrument, command.side, command.conditions.stop_price)
    best = makers.best
    if best is None and not instrument.terms.band_permille:
        return 0
    return protection(instrument, command.side, best.price if best else 0)
