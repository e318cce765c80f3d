"""Order commands: key, session and account come from the login."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import astuple

from carbonex.engine import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    Conditions,
    PlaceOrder,
    SetCountdown,
)
from carbonex.gateway.session.refusal import refuse_missing
from carbonex.wire.units import NS_PER_SECOND, NS_PER_US
from carbonex.wire.vocabulary import (
    ORDER_TYPES,
    POST_ONLY,
    SELF_TRADE,
    SIDES,
    TIMES_IN_FORCE,
)

from .values import bad, fen


if TYPE_CHECKING:
    from carbonex.gateway.session.identity import Identity
    from carbonex.wire import requests
    from carbonex.wire.order_ids import OrderIds


FIELDS: Final = astuple  # reads all fields in one call; a constant loads fast
_PRICED: Final = frozenset({"limit", "stop_limit"})


def place_order(p: requests.AddOrder, who: Identity, account: str) -> PlaceOrder:
    """Return the command of add_order."""
    fields: requests.AddOrderFields = FIELDS(p)
    # fmt: off
    (
        instrument, side, quantity, price, order_type, tif, post_only, self_trade,
        name, _, deadline, stop_price, display_quantity, expires, pick,
    ) = fields
    # fmt: on
    if price:
        price_fen = fen("price", price)
    elif order_type in _PRICED:
        refuse_missing(
            "add_order", "price", "a limit order trades at its price or better"
        )
    else:
        price_fen = 0
    return PlaceOrder(
        who.key_id,
        account,
        instrument,
        SIDES[side],
        price_fen,
        quantity,
        ORDER_TYPES[order_type],
        TIMES_IN_FORCE[tif],
        POST_ONLY[post_only],
        SELF_TRADE[self_trade],
        name,
        deadline * NS_PER_US,
        _conditions(p, who.ids)
        if stop_price or display_quantity or expires or pick
        else None,
        who.session,
    )


def amend_order(p: requests.AmendOrder, who: Identity, account: str) -> AmendOrder:
    """Return the command of amend_order."""
    if p.quantity == 0:
        bad("quantity", "above 0, or left out to keep it; cancel_order cancels", "0")
    if p.price is None and p.quantity is None and p.stop_price is None:
        refuse_missing(
            "amend_order", "quantity", "a new total, or a new price or stop_price"
        )
    return AmendOrder(
        who.key_id,
        account,
        order_id_of("amend_order", p, who.ids),
        p.client_order_id,
        _changed("price", p.price),
        p.quantity or 0,
        p.deadline * NS_PER_US,
        _changed("stop_price", p.stop_price),
    )


def cancel_order(p: requests.CancelOrder, who: Identity, account: str) -> CancelOrder:
    """Return the command of cancel_order."""
    return CancelOrder(
        who.key_id,
        account,
        order_id_of("cancel_order", p, who.ids),
        p.client_order_id,
        p.deadline * NS_PER_US,
    )


def cancel_all(p: requests.CancelAll, who: Identity, account: str) -> CancelAll:
    """Return the command of cancel_all."""
    side = None if p.side is None else SIDES[p.side]
    return CancelAll(who.key_id, account, p.instrument, side)


def set_countdown(
    p: requests.CancelAllOrdersAfter, who: Identity, account: str
) -> SetCountdown:
    """Return the command of cancel_all_orders_after."""
    return SetCountdown(who.key_id, account, p.timeout * NS_PER_SECOND)


def order_id_of(
    method: str,
    p: requests.AmendOrder | requests.CancelOrder | requests.Order,
    ids: OrderIds,
) -> int:
    """Return the order id that ``p`` names; 0 if it names a client order id.

    Raises:
        Refused: If ``p`` has neither id, or both.

    """
    if not p.order_id:
        if not p.client_order_id:
            refuse_missing(method, "order_id", "or client_order_id, to name the order")
        return 0
    if p.client_order_id:
        bad("client_order_id", "left out where order_id is given", p.client_order_id)
    return ids.meant(p.order_id)


def _changed(param: str, text: str | None) -> int:
    """Return a new price in fen; 0, the engine's "unchanged", if there is none."""
    if text is None:
        return 0
    price = fen(param, text)
    if not price:
        bad(param, "above 0, or left out to keep it", text)
    return price


def _conditions(p: requests.AddOrder, ids: OrderIds) -> Conditions:
    return Conditions(
        fen("stop_price", p.stop_price) if p.stop_price else 0,
        p.display_quantity,
        p.expires * NS_PER_US,
        tuple([ids.listing_meant(p.instrument, number) for number in p.pick]),
    )
