"""What the auditor asks of an order that was accepted: its terms and its price."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    FOK,
    GTC,
    GTD,
    IOC,
    LIMIT,
    MARKET,
    MAX_PRICE,
    STOP,
    STOP_LIMIT,
    Conditions,
    Phase,
    PlaceOrder,
    PostOnly,
    Side,
)

from .floor import half_up
from .positions import against


if TYPE_CHECKING:
    from collections.abc import Iterable

    from .floor import Listing
    from .positions import Position


def check_terms(listing: Listing, order: PlaceOrder, now: int, ends: int) -> None:
    """Assert that instrument and phase allow such an order."""
    terms, given = listing.terms, order.conditions or Conditions()
    assert 0 < order.quantity <= terms.max_quantity
    assert order.quantity % terms.lot == 0
    assert 0 <= given.display_quantity <= order.quantity
    assert given.display_quantity % terms.lot == 0
    assert not given.pick or terms.pick
    assert bool(given.stop_price) is (order.order_type in {STOP, STOP_LIMIT})
    for price in filter(None, (order.price, given.stop_price)):
        assert price % terms.tick == 0
        assert listing.band[0] <= price <= listing.band[1]
    assert order.deadline_ns <= 0 or order.deadline_ns >= now
    if order.time_in_force is GTD:
        assert now < given.expires_ns
        assert terms.multi_day or given.expires_ns <= ends
    assert terms.multi_day or order.time_in_force is not GTC
    if listing.phase is Phase.CALL:
        assert order.order_type is not MARKET
        assert order.time_in_force not in {IOC, FOK}
        assert order.post_only is PostOnly.OFF
        assert not given.pick


def check_price(
    listing: Listing, position: Position, resting: Iterable[Position]
) -> None:
    """Assert what an order that has just come, or changed, trades up to."""
    order, price = position.order, position.price
    opposite = [
        p.price
        for p in resting
        if p.order.instrument == order.instrument and p.order.side is not order.side
    ]
    buys = order.side is BUY
    best = (min if buys else max)(opposite, default=0)
    if order.order_type in {LIMIT, STOP_LIMIT}:
        assert listing.band[0] <= price <= listing.band[1]
        assert price % listing.terms.tick == 0
        if not position.amended:  # no amend has given it another price
            behind = best - listing.terms.tick if buys else best + listing.terms.tick
            repriced = order.post_only is PostOnly.REPRICE
            assert price == order.price or (repriced and price == behind)
        if order.post_only is not PostOnly.OFF and listing.phase is not Phase.CALL:
            assert not against(resting, position), "it takes nothing"
    else:
        start = position.stop if order.order_type is STOP else best
        assert price == _unlimited(listing, start, order.side)


def triggered_price(listing: Listing, position: Position) -> int:
    """Return what a stop order trades up to; a buy never more than it has locked."""
    order, price = position.order, position.price
    if order.order_type is not STOP:
        return price
    limit = _unlimited(listing, position.stop, order.side)
    return min(price, limit) if order.side is BUY else limit


def _unlimited(listing: Listing, start: int, side: Side) -> int:
    """Return what an order without a limit trades up to."""
    buys = side is BUY
    if listing.terms.band_permille:
        return listing.band[1 if buys else 0]
    return _protected(listing, start, 1 if buys else -1)


def _protected(listing: Listing, start: int, sign: int) -> int:
    if start == 0:
        return 0
    permille = Fraction(listing.terms.market_protection_permille, 1000)
    return min(max(half_up(start * (1 + sign * permille)), 1), MAX_PRICE)
