"""Convert commands to the requests that produce them at a venue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from carbonex.engine import MARKET, AmendOrder, CancelOrder, PlaceOrder
from carbonex.wire import requests
from carbonex.wire.money import format_fen


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import OrderCommand
    from carbonex.wire.requests import Params


def request_of(command: OrderCommand) -> Params:
    """Return the params that make a venue log ``command``, with the sender's key.

    Raises:
        KeyError: If ``command`` is a CancelAll, which no flow holds.

    """
    return _REQUESTS[type(command)](command)


def _place(c: PlaceOrder) -> Params:
    market = c.order_type is MARKET
    return requests.AddOrder(
        c.instrument,
        _name(c.side),
        c.quantity,
        "" if market else format_fen(c.price),
        _name(c.order_type),
        _name(c.time_in_force),
        _name(c.post_only),
        _name(c.self_trade),
        c.client_order_id,
        c.account,
    )


def _amend(c: AmendOrder) -> Params:
    return requests.AmendOrder(
        client_order_id=c.client_order_id, quantity=c.quantity, account=c.account
    )


def _cancel(c: CancelOrder) -> Params:
    return requests.CancelOrder(client_order_id=c.client_order_id, account=c.account)


def _name(member: Any) -> Any:
    """Return an enum member's name as the wire spells it."""
    return member.name.lower()


_REQUESTS: Final[dict[type[OrderCommand], Callable[[Any], Params]]] = {
    PlaceOrder: _place,
    AmendOrder: _amend,
    CancelOrder: _cancel,
}
