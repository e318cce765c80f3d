"""Write a flow: assign each order to a desk and collect the commands."""

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
    """Assign orders to desks so that no participant meets an order of its own.

    A venue prevents self-trades, but a recording does not name the owners. Every
    order therefore goes to the first desk without an opposite order within reach.
    Orders that rest without trading all sit at desk 0. Few commands go elsewhere, so
    pipelines stay long.
    """

    def __init__(self) -> None:
        # Per desk and side: a heap of (key, order id), best first. Stale entries are
        # removed lazily.
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
        """Record that the desk's order may rest at ``price`` from now on."""
        self._seats[order_id] = desk
        heapq.heappush(self._resting[desk][side], (_key(side, price), order_id))

    def leave(self, order_id: str) -> None:
        """Remove an order that is filled or cancelled."""
        self._seats.pop(order_id, None)

    def _reaches(self, desk: int, side: Side, price: int) -> bool:
        heap = self._resting[desk][1 - side]
        # Drop stale entries: their orders are filled or cancelled.
        while heap and self._seats.get(heap[0][1]) != desk:
            heapq.heappop(heap)
        return bool(heap) and heap[0][0] <= -_key(side, price)


class FlowWriter:
    """Collects commands; an order's name is its client order id.

    Call ``leave`` when an order is filled, so that desks know which orders rest.
    """

    def __init__(self, instrument: str) -> None:
        self._instrument = instrument
        self._desks = Desks()
        self._accounts: dict[str, str] = {}
        self._commands: list[OrderCommand] = []

    def __len__(self) -> int:
        return len(self._commands)

    def flow(self) -> Flow:
        """Return the collected flow."""
        return Flow(self._instrument, len(self._desks), self._commands)

    def limit(self, name: str, side: Side, price: int, quantity: int) -> None:
        """Write an order that trades as far as possible; its remainder rests."""
        desk = self._desks.seat(side, price)
        self._desks.rest(name, desk, side, price)
        self._add(desk, self._order(name, side, price, quantity))

    def take(self, name: str, side: Side, price: int, quantity: int) -> None:
        """Write an order that trades as far as possible; its remainder is cancelled."""
        desk = self._desks.seat(side, price)
        order = self._order(name, side, price, quantity)
        self._add(desk, replace(order, time_in_force=IOC))

    def market(self, name: str, side: Side, quantity: int) -> None:
        """Write an order that trades at any price; its remainder is cancelled."""
        desk = self._desks.seat(side, MAX_PRICE if side is BUY else 0)
        order = self._order(name, side, 0, quantity)
        self._add(desk, replace(order, order_type=MARKET, time_in_force=IOC))

    def post_only(self, name: str, side: Side, price: int, quantity: int) -> None:
        """Write an order that must rest, or be refused if it would trade.

        It never meets another order, so desk 0 can send it. Self-trade prevention may
        act only on the resting order, so that it never is the reason of a refusal.
        """
        self._desks.rest(name, 0, side, price)
        order = self._order(name, side, price, quantity)
        mode = SelfTrade.CANCEL_OLDEST
        self._add(0, replace(order, post_only=PostOnly.REJECT, self_trade=mode))

    def amend(self, name: str, total: int) -> None:
        """Write an amendment of an order's total."""
        account = self._accounts[name]
        self._commands.append(
            AmendOrder("", account, client_order_id=name, quantity=total)
        )

    def cancel(self, name: str) -> None:
        """Write a cancel of an order."""
        self._commands.append(
            CancelOrder("", self._accounts[name], client_order_id=name)
        )
        self.leave(name)

    def leave(self, name: str) -> None:
        """Record that the order no longer rests."""
        self._desks.leave(name)

    def sent(self, name: str) -> bool:
        """Return whether an order with this name was ever written."""
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
