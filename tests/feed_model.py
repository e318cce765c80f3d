"""What a feed must say, worked out the slow way from all the engine's events."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Any

from carbonex.engine import (
    DayBegun,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    Trade,
)
from carbonex.wire import channels
from carbonex.wire.money import format_fen


if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonex.engine import Event, PlaceOrder

    Told = tuple[int, int, list[Event]]  # seq, time in ns, one command's events


@dataclass
class Position:
    """An order as its events tell it."""

    order_id: int
    order: PlaceOrder
    price: int
    quantity: int
    filled: int = 0

    @property
    def remaining(self) -> int:
        return self.quantity - self.filled


@dataclass
class Accounts:
    """Every account's executions, and the orders that they leave open."""

    executions: defaultdict[str, list[channels.Execution]] = field(
        default_factory=lambda: defaultdict(list)
    )
    everyones: list[str] = field(default_factory=list)  # accounts, as they executed
    open: dict[int, Position] = field(default_factory=dict)

    @classmethod
    def of(cls, told: Iterable[Told]) -> Accounts:
        accounts = cls()
        for seq, time_ns, events in told:
            for event in events:
                accounts.read(seq, time_ns, event)
        return accounts

    def open_orders(self, account: str) -> list[tuple[str, str, int, int]]:
        """Return id, price, total and filled of an account's orders, oldest first."""
        return [
            (str(p.order_id), format_fen(p.price), p.quantity, p.filled)
            for p in sorted(self.open.values(), key=lambda p: p.order_id)
            if p.order.account == account
        ]

    def read(self, seq: int, time_ns: int, event: Event) -> None:
        if isinstance(event, OrderAccepted):
            order = event.order
            self.open[event.order_id] = Position(
                event.order_id, order, event.price, order.quantity
            )
            self._add(seq, time_ns, event.order_id, "new")
        elif isinstance(event, Trade):
            for order_id, liquidity in (
                (event.maker_id, "maker"),
                (event.taker_id, "taker"),
            ):
                self.open[order_id].filled += event.quantity
                self._add(
                    seq,
                    time_ns,
                    order_id,
                    "trade",
                    trade_id=str(event.trade_id),
                    last_price=format_fen(event.price),
                    last_quantity=event.quantity,
                    liquidity=liquidity,
                )
        elif isinstance(event, OrderReduced):
            self.open[event.order_id].quantity -= event.quantity
            left = {"cancelled": event.quantity, "reason": "SELF_TRADE"}
            self._add(seq, time_ns, event.order_id, "reduced", **left)
        elif isinstance(event, OrderCancelled):
            left = {"cancelled": event.quantity, "reason": event.reason.name}
            self._add(seq, time_ns, event.order_id, "cancelled", **left)
        elif isinstance(event, OrderAmended):
            position = self.open[event.order_id]
            position.price, position.quantity = event.price, event.quantity
            kept = event.priority_kept
            self._add(seq, time_ns, event.order_id, "amended", priority_kept=kept)

    def _add(
        self, seq: int, time_ns: int, order_id: int, event: Any, **more: Any
    ) -> None:
        position = self.open[order_id]
        order = position.order
        status = "open" if position.remaining else "filled"
        if event == "cancelled":
            status = "cancelled"
        if status != "open":
            del self.open[order_id]
        mine = self.executions[order.account]
        self.everyones.append(order.account)
        mine.append(
            channels.Execution(
                account=order.account,
                exec_seq=len(mine) + 1,
                event=event,
                order_id=str(order_id),
                instrument=order.instrument,
                side="sell" if order.side else "buy",
                order_type="market" if order.order_type else "limit",
                time_in_force=("day", "gtc", "ioc", "fok")[order.time_in_force],
                price=format_fen(position.price),
                quantity=position.quantity,
                filled=position.filled,
                remaining=0 if event == "cancelled" else position.remaining,
                status=status,  # type: ignore[arg-type]
                seq=seq,
                time=time_ns // 1000,
                client_order_id=order.client_order_id,
                **more,
            )
        )


def statistics(told: Iterable[Told], instrument: str) -> dict[str, Any]:
    """Return the trading day's figures as a ticker shows them."""
    trades: list[Trade] = []
    since = 0
    for _, time_ns, events in told:
        for event in events:
            if isinstance(event, DayBegun):
                trades, since = [], time_ns // 1000
            elif isinstance(event, Trade) and event.taker.instrument == instrument:
                trades.append(event)
    prices = [trade.price for trade in trades]
    volume = sum(trade.quantity for trade in trades)
    turnover = sum(trade.price * trade.quantity for trade in trades)
    vwap = floor(Fraction(turnover, volume) + Fraction(1, 2)) if volume else None
    return {
        "last": _price(prices[-1] if prices else None),
        "open": _price(prices[0] if prices else None),
        "high": _price(max(prices, default=None)),
        "low": _price(min(prices, default=None)),
        "vwap": _price(vwap),
        "volume": volume,
        "turnover": format_fen(turnover),
        "since": since,
    }


def _price(fen: int | None) -> str | None:
    return None if fen is None else format_fen(fen)
