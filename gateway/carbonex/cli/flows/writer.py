"""Writing a flow: who sends each order, and the command it becomes."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import replace

from carbonex.engine import (
    BUY,
    GTC,
    IOC,
    MARKET,
    MAX_PRICE,
    AmendOrder,
    CancelOrder,
    PlaceOrder,
    PostOnly,
    SelfTrade,
    Side,
)

from .flow import Flow, account_of


if TYPE_CHECKING:
    from carbonex.engine import OrderCommand


_Sides: TypeAlias = tuple[list[tuple[int, str]], list[tuple[int, str]]]


class Desks:
    """Seats orders so that no participant ever meets an order of its own.

    A venue keeps a participant from trading with itself, but a recording does
    not say who sent what. So every order goes to the first desk that has no
    opposite order within its reach. What rests without trading all sits at
    desk 0, and few commands go elsewhere, which keeps pipelines long.
    """

    def __init__(self) -> None:
        # per desk and side: a heap of (key, order id), best first, cleaned lazily
        self._resting: list[_Sides] = [([], [])]
        self._seats: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._resting)

    def seat(self, side: Side, price: int) -> int:
        """Return the desk for an order that may trade up to ``price``."""
        for desk in range(len(self)):
            if not self._reaches(desk, side, price):
                return desk
        self._resting.append(([], []))
        return len(self) - 1

    def rest(self, order_id: str, desk: int, side: Side, price: int) -> None:
        """Remember that the desk's order may rest at ``price`` from now on."""
        self._seats[order_id] = desk
        heapq.heappush(self._resting[desk][side], (_key(side, price), order_id))

    def leave(self, order_id: str) -> None:
        """Forget an order that is filled or cancelled."""
        self._seats.pop(order_id, None)

    def _reaches(self, desk: int, side: Side, price: int) -> bool:
        heap = self._resting[desk][1 - side]
        while heap and self._seats.get(heap[0][1]) != desk:
            heapq.heappop(heap)
        return bool(heap) and heap[0][0] <= -_key(side, price)


class FlowWriter:
    """Collects commands; orders are named by their client order ids.

    Tell it with ``leave`` when an order is filled, so that desks know what rests.
    """

    def __init__(self, instrument: str) -> None:
        self._instrument = instrument
        self._desks = Desks()
        self._accounts: dict[str, str] = {}
        self._commands: list[OrderCommand] = []

    def __len__(self) -> int:
        return len(self._commands)

    def flow(self) -> Flow:
        """Return what was written."""
        return Flow(self._instrument, len(self._desks), self._commands)

    def limit(self, name: str, side: Side, price: int, quantity: int) -> None:
        """Write an order that trades what it can and rests."""
        desk = self._desks.seat(side, price)
        self._desks.rest(name, desk, side, price)
        self._add(desk, self._order(name, side, price, quantity))

    def take(self, name: str, side: Side, price: int, quantity: int) -> None:
        """Write an order that trades what it can and is gone."""
        desk = self._desks.seat(side, price)
        order = self._order(name, side, price, quantity)
        self._add(desk, replace(order, time_in_force=IOC))

    def market(self, name: str, side: Side, quantity: int) -> None:
        """Write an order that trades at any price and is gone."""
        desk = self._desks.seat(side, MAX_PRICE if side is BUY else 0)
        order = self._order(name, side, 0, quantity)
        self._add(desk, replace(order, order_type=MARKET, time_in_force=IOC))

    def post_only(self, name: str, side: Side, price: int, quantity: int) -> None:
        """Write an order that rests, and must be refused rather than trade.

        It never meets anything, so that desk 0 can send it; and so that
        self-trade prevention is never what refuses it, that may act only on
        the resting order.
        """
        self._desks.rest(name, 0, side, price)
        order = self._order(name, side, price, quantity)
        mode = SelfTrade.CANCEL_OLDEST
        self._add(0, replace(order, post_only=PostOnly.REJECT, self_trade=mode))

    def amend(self, name: str, total: int) -> None:
        """Write a change of an order's total."""
        account = self._accounts[name]
        self._commands.append(
            AmendOrder("", account, client_order_id=name, quantity=total)
        )

    def cancel(self, name: str) -> None:
        """Write an order's cancel."""
        self._commands.append(
            CancelOrder("", self._accounts[name], client_order_id=name)
        )
        self.leave(name)

    def leave(self, name: str) -> None:
        """Note that the order rests no more."""
        self._desks.leave(name)

    def sent(self, name: str) -> bool:
        """Tell whether such an order was ever written."""
        return name in self._accounts

    def _order(self, name: str, side: Side, price: int, quantity: int) -> PlaceOrder:
        return PlaceOrder(
            "",
            "",
            self._instrument,
            side,
            price,
            quantity,
            time_in_force=GTC,
            client_order_id=name,
        )

    def _add(self, desk: int, order: PlaceOrder) -> None:
        account = self._accounts[order.client_order_id] = account_of(desk)
        self._commands.append(replace(order, account=account))


def _key(side: Side, price: int) -> int:
    return -price if side is BUY else price
