"""One execution of an account, from the log's events and from what a client saw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    OffBookTrade,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    OrderRefilled,
    OrderTriggered,
    Trade,
)
from carbonex.wire.money import parse_fen


if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from carbonex.engine import Event
    from carbonex.sdk import Execution
    from carbonex.wire.order_ids import OrderIds


Fact = tuple[object, ...]  # what happened, and the numbers that belong to it


def facts_of(event: Event, ids: OrderIds) -> Iterator[tuple[str, int, Fact]]:
    """Yield the account, the ``exec_seq`` and the fact of each party to ``event``."""
    if isinstance(event, Trade):
        common = event.trade_id, event.price, event.quantity
        makers, takers = _told(event.maker_id, ids), _told(event.taker_id, ids)
        maker = makers, *common, event.maker_remaining, event.maker_fee
        taker = takers, *common, event.taker_remaining, event.taker_fee
        yield event.maker.account, event.maker_exec_seq, ("trade", "maker", *maker)
        yield event.taker.account, event.taker_exec_seq, ("trade", "taker", *taker)
    elif isinstance(event, OffBookTrade):
        block = int(ids.blocks.shown(event.source_id))  # nobody opens auctions here
        deal = event.trade_id, event.price, event.quantity, block
        yield event.buyer, event.buyer_exec_seq, ("off book", "buy", *deal)
        yield event.seller, event.seller_exec_seq, ("off book", "sell", *deal)
    elif isinstance(
        event,
        OrderAccepted
        | OrderAmended
        | OrderCancelled
        | OrderReduced
        | OrderTriggered
        | OrderRefilled,
    ):
        yield event.order.account, event.exec_seq, _own_fact(event, ids)


def _own_fact(
    event: OrderAccepted
    | OrderAmended
    | OrderCancelled
    | OrderReduced
    | OrderTriggered
    | OrderRefilled,
    ids: OrderIds,
) -> Fact:
    """Return the fact of an order that changed by itself."""
    number = _told(event.order_id, ids)
    match event:
        case OrderAccepted(price=price, order=order):
            return "new", number, price, order.quantity, order.client_order_id
        case OrderAmended(price=price, quantity=quantity, remaining=remaining):
            return "amended", number, price, quantity, remaining
        case OrderCancelled(quantity=quantity, filled=filled, reason=reason):
            return "cancelled", number, quantity, filled, reason.name
        case OrderReduced(quantity=quantity, remaining=remaining):
            return "reduced", number, quantity, remaining
        case OrderTriggered(price=price, quantity=quantity):
            return "triggered", number, price, quantity
        case OrderRefilled(shown=shown, remaining=remaining):
            return "refilled", number, shown, remaining


def _told(order_id: int, ids: OrderIds) -> int:
    """Return the number by which clients know an order."""
    return int(ids.shown(order_id))


def fact_told(told: Execution) -> Fact:
    """Return the fact of which a client was told."""
    if told.event == "trade":
        return _trade_told(told)
    number, price = int(told.order_id), _fen(told.price)
    rest: dict[str, Fact] = {
        "new": (price, told.quantity, told.client_order_id),
        "amended": (price, told.quantity, told.remaining),
        "cancelled": (told.cancelled, told.filled, told.reason),
        "reduced": (told.cancelled, told.remaining),
        "triggered": (price, told.remaining),
        "refilled": (told.shown, told.remaining),
    }
    return told.event, number, *rest[told.event]


def _trade_told(told: Execution) -> Fact:
    assert told.last_price is not None
    common = int(told.trade_id), _fen(told.last_price), told.last_quantity
    if told.method != "listed":
        return "off book", told.side, *common, int(told.source_id)
    order = int(told.order_id), *common, told.remaining, _fen(told.fee)
    return "trade", told.liquidity, *order


def _fen(amount: Decimal) -> int:
    return parse_fen(str(amount))
