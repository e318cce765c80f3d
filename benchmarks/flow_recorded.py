"""The recorded markets' orders, in the neutral form of ``flow``.

The recordings are in the folder that CARBONEX_DATA names. The commands are those
that the orders' owners must have sent, as ``carbonex feed`` sends them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.flow import AMEND, CANCEL, MARKET, PLACE, POST, TAKE, Op
from carbonex.cli.flows import bitstamp, bitstamp_files, lobster, lobster_files
from carbonex.cli.flows.flow import desk_of, opening
from carbonex.engine import (
    BUY,
    IOC,
    AmendOrder,
    Batch,
    CancelOrder,
    Exchange,
    GatewayOpened,
    OrderAccepted,
    OrderType,
    PlaceOrder,
    PostOnly,
)


if TYPE_CHECKING:
    from carbonex.cli.flows.flow import Flow
    from carbonex.engine import OrderCommand


_DATA: Final = Path(__file__).parents[1] / "../shared/data"
LOBSTER: Final = "lobster_aapl_1h"


class AbsentError(Exception):
    """A recording is missing; the message has the path that was tried."""


def lobster_ops() -> list[Op]:
    """Return an hour of Nasdaq's AAPL, recorded to 50 levels.

    Raises:
        AbsentError: If the recording is missing.

    """
    folder = _data(LOBSTER)
    return numbered(lobster.translate(lobster_files.load(folder)).flow)


def bitstamp_ops() -> list[Op]:
    """Return half an hour of Bitstamp's BTC/USD, with all orders.

    Raises:
        AbsentError: If the recording is missing.

    """
    folder = _data(bitstamp_files.ORDERS_FILE).parent
    return numbered(bitstamp.translate(bitstamp_files.load(folder)[0]).flow)


def numbered(flow: Flow) -> list[Op]:
    """Return the flow's commands with the order numbers of an exchange.

    An exchange runs the flow, because only the book can tell whether a post-only order
    is rejected.
    """
    exchange = Exchange()
    exchange.apply(Batch(0, 1, 1, 0, [GatewayOpened("")]))
    exchange.apply(Batch(0, 1, 1, 1, [*opening(flow)]))
    replies = exchange.apply(Batch(0, 1, 1, 2, [*flow.commands])).replies
    orders: dict[str, Op] = {}
    refused = len(flow.commands)
    ops = []
    for command, events in zip(flow.commands, replies, strict=True):
        if type(command) is PlaceOrder:
            first = events[0]
            if type(first) is OrderAccepted:
                number = first.order_id
            else:
                number = refused = refused + 1
            orders[command.client_order_id] = _placed(command, number)
        ops.append(_op(command, orders))
    return ops


def _placed(command: PlaceOrder, number: int) -> Op:
    kind = PLACE
    if command.order_type is OrderType.MARKET:
        kind = MARKET
    elif command.time_in_force is IOC:
        kind = TAKE
    elif command.post_only is not PostOnly.OFF:
        kind = POST
    desk, buys = desk_of(command.account), command.side is BUY
    return Op(kind, number, desk, buys, command.price, command.quantity)


def _op(command: OrderCommand, orders: dict[str, Op]) -> Op:
    assert isinstance(command, (PlaceOrder, AmendOrder, CancelOrder))
    order = orders[command.client_order_id]
    if type(command) is CancelOrder:
        return order._replace(kind=CANCEL)
    if type(command) is AmendOrder:
        return order._replace(kind=AMEND, quantity=command.quantity)
    return order


def _data(name: str) -> Path:
    path = Path(os.environ.get("CARBONEX_DATA", _DATA)) / name
    if not path.exists():
        raise AbsentError(f"{path} is absent: set CARBONEX_DATA to the data's folder")
    return path
