"""Refusals of order management, and of limits on what an account may have open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from carbonex.engine.commands import AmendOrder, PlaceOrder
from carbonex.engine.enums import STOP, OrderKind, Reason, TimeInForce
from carbonex.wire import requests
from carbonex.wire.money import format_fen
from carbonex.wire.vocabulary import order_kind_names


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine.events import Rejected


# ``r`` is the refusal and ``c`` the command, whose type follows from the reason.


def _duplicate_client_order_id(r: Rejected, c: Any) -> str:
    return (
        f"client_order_id {c.client_order_id} stands for another order of {c.account};"
        " choose a new one, or send the same order again to see how it stands"
    )


def _deadline_passed(r: Rejected, c: Any) -> str:
    late = (r.limit - r.value) // 1000
    return (
        f"the deadline {r.value // 1000} had passed by {late} µs when the request"
        " took its turn; nothing was done"
    )


def _unknown_order(r: Rejected, c: Any) -> str:
    name = c.order_id or c.client_order_id
    if type(c) is requests.Order:
        return f"account {c.account} has had no order with {r.param} {name}" + (
            "" if c.order_id else " on this trading day or the last"
        )
    return (
        f"account {c.account} has no open order with {r.param} {name};"
        " it is filled, cancelled or never was"
    )


def _below_filled(r: Rejected, c: Any) -> str:
    return (
        f"quantity {r.value} is the new total, and {r.limit} t have traded already;"
        " name a higher one, or cancel the rest"
    )


def _would_take(r: Rejected, c: Any) -> str:
    return (
        f"post_only: {format_fen(r.value)} would trade at once with"
        f" {format_fen(r.limit)}; name a price behind it, or use reprice"
    )


def _unfillable(r: Rejected, c: Any) -> str:
    return (
        f"fok: not all of {r.value} t can trade at once at this price;"
        " use ioc to take what there is"
    )


def _kind_not_allowed(r: Rejected, c: Any) -> str:
    if r.value:
        return _kind_not_taken(r, c)
    if type(c) is AmendOrder:
        name = c.order_id or c.client_order_id
        return (
            f"the instrument of order {name} is in a call auction, in which an order"
            f" with {r.param} may only get smaller or be cancelled"
        )
    if r.param == "time_in_force":
        return f"{c.instrument} {_TIMES[c.time_in_force]}"
    return f"{c.instrument} {_KINDS[r.param]}"


def _kind_not_taken(r: Rejected, c: Any) -> str:
    """Name the kind, the instrument, and the kinds that it takes."""
    if type(c) is AmendOrder:
        who = f"the instrument of order {c.order_id or c.client_order_id}"
    else:
        who = c.instrument
    taken = ", ".join(["limit", *order_kind_names(OrderKind(r.limit))])
    (refused,) = order_kind_names(OrderKind(r.value))
    if type(c) is PlaceOrder and c.order_type is STOP and refused == "market":
        who += (
            " takes no market orders, nor stop orders without a price (use stop_limit)"
        )
        return f"{who}; the kinds that it takes are {taken}"
    return f"{who} takes no {refused} orders; the kinds that it takes are {taken}"


def _too_many_ids(r: Rejected, c: Any) -> str:
    return (
        f"account {c.account} has used {r.value} of {r.limit} {r.param}s;"
        " they are free again when the next trading day has passed"
    )


def _too_many_orders(r: Rejected, c: Any) -> str:
    what = "orders" if type(c) is PlaceOrder else "orders, proposals and bids"
    return (
        f"account {c.account} has {r.value} of {r.limit} open {what};"
        " cancel some before placing more"
    )


def _too_many_stops(r: Rejected, c: Any) -> str:
    return (
        f"account {c.account} has {r.value} of {r.limit} stop orders that wait;"
        " cancel some before placing more"
    )


def _too_many_sessions(r: Rejected, c: Any) -> str:
    return (
        f"the participant has {r.value} sessions with cancel on disconnect of"
        f" {r.limit}; log out of some, or log in under a name that is in use"
    )


_AT_ONCE: Final = "is in a call auction, in which nothing trades at once; use day"
_TIMES: Final = {
    TimeInForce.GTC: "takes orders for the trading day only; use day or gtd",
    TimeInForce.GTD: (
        "takes orders for the trading day only; let it expire before its end, or use day"
    ),
    TimeInForce.IOC: _AT_ONCE,
    TimeInForce.FOK: _AT_ONCE,
}
_KINDS: Final = {
    "pick": (
        "lets no order name the orders that it takes, or is in a call auction; leave"
        " pick out"
    ),
    "order_type": "is in a call auction, which takes orders with a price only",
    "post_only": (
        "is in a call auction, in which nothing is taken or made; leave post_only out"
    ),
}

SENTENCES: Final[dict[Reason, Callable[[Rejected, Any], str]]] = {
    Reason.DUPLICATE_CLIENT_ORDER_ID: _duplicate_client_order_id,
    Reason.DEADLINE_PASSED: _deadline_passed,
    Reason.UNKNOWN_ORDER: _unknown_order,
    Reason.QTY_BELOW_FILLED: _below_filled,
    Reason.KIND_NOT_ALLOWED: _kind_not_allowed,
    Reason.WOULD_TAKE_LIQUIDITY: _would_take,
    Reason.FOK_UNFILLABLE: _unfillable,
    Reason.TOO_MANY_CLIENT_IDS: _too_many_ids,
    Reason.TOO_MANY_OPEN_ORDERS: _too_many_orders,
    Reason.TOO_MANY_SESSIONS: _too_many_sessions,
    Reason.TOO_MANY_STOPS: _too_many_stops,
}
