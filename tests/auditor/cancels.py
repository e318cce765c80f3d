"""Why an order may be cancelled, and what must be so when it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, assert_never

from carbonex.engine import (
    DAY,
    GTD,
    IOC,
    MARKET,
    STOP,
    CancelReason,
    work,
)

from .positions import against


if TYPE_CHECKING:
    from .orders import Orders
    from .positions import Position


def check_reason(orders: Orders, position: Position, reason: CancelReason) -> None:
    """Assert that ``reason`` holds for an order that is about to go."""
    if position is orders.moving:
        _check_moving(orders, position, reason)
    else:
        _check_open(orders, position, reason)


def _check_moving(orders: Orders, position: Position, reason: CancelReason) -> None:
    order = position.order
    left = against(orders.resting.values(), position)
    match reason:
        case CancelReason.IOC:
            assert order.time_in_force is IOC or order.order_type in {MARKET, STOP}
            assert not left, "stopped before it was done"
        case CancelReason.TAKE_LEVELS:
            limit = orders.listing(order).terms.take_levels
            assert len(position.levels) == limit > 0
            assert left[0].price not in position.levels
        case CancelReason.FILL_LIMIT:
            assert position.met == work.MAX_FILLS
            assert left, "nothing was left to meet"
        case CancelReason.SELF_TRADE:
            orders.met_own(position)
        case _:
            raise AssertionError(reason)


def _check_open(orders: Orders, position: Position, reason: CancelReason) -> None:
    match reason:
        case CancelReason.CLIENT:
            assert orders.moving is None
        case CancelReason.SELF_TRADE:
            assert orders.moving is not None
            orders.met_own(position)
        case CancelReason.RESTRICTED:
            account, barred = position.order.account, orders.parties.barred
            if position.number > barred.get(account, 0):
                _check_barred_stop(orders, position)
        case CancelReason.DISCONNECTED:
            assert position.order.session, "an order of no session has nobody to lose"
        case CancelReason.COUNTDOWN:
            assert position.number <= orders.parties.fired[position.order.account]
        case CancelReason.IOC | CancelReason.TAKE_LEVELS | CancelReason.FILL_LIMIT:
            raise AssertionError(reason)
        case _:
            _check_market(orders, position, reason)


def _check_barred_stop(orders: Orders, position: Position) -> None:
    """A stop order goes when it is reached and its participant may not trade."""
    order = position.order
    assert orders.reached.next(order.instrument) is position
    assert not orders.parties.may_enter(order.account, order.side)


def _check_market(
    orders: Orders,
    position: Position,
    reason: Literal[
        CancelReason.SESSION_CLOSE,
        CancelReason.EXPIRED,
        CancelReason.OUT_OF_BAND,
        CancelReason.TERMS_CHANGED,
        CancelReason.DELISTED,
        CancelReason.DAY_CANCELLED,
    ],
) -> None:
    order, listing = position.order, orders.listing(position.order)
    match reason:
        case CancelReason.SESSION_CLOSE:
            assert order.time_in_force is DAY or not listing.terms.multi_day
        case CancelReason.EXPIRED:
            assert order.time_in_force is GTD
            assert order.conditions is not None
            assert order.conditions.expires_ns <= orders.floor.now
        case CancelReason.OUT_OF_BAND:
            stops = order.order_type is STOP
            price = position.stop if stops else position.price
            assert not listing.band[0] <= price <= listing.band[1]
        case CancelReason.TERMS_CHANGED:
            assert listing.renewed == orders.floor.days
        case CancelReason.DELISTED:
            pass  # InstrumentDelisted follows, and must find none left
        case CancelReason.DAY_CANCELLED:
            assert orders.floor.date, "only an open day is taken back"
        case _:
            assert_never(reason)
