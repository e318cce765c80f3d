"""The expected output of a feed, derived the slow way from all engine events."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Any

from carbonex.engine import (
    BUY,
    DayBegun,
    Method,
    OffBookTrade,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    OrderRefilled,
    OrderTriggered,
    Trade,
    TradeAnnulled,
)
from carbonex.wire import channels
from carbonex.wire.money import format_fen


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from carbonex.engine import Event, PlaceOrder

    Told = tuple[int, int, list[Event]]  # seq, time in ns, one command's events
    Shown = Callable[[int], str]  # an id as clients see it


@dataclass
class Position:
    """An order as its events describe it."""

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
    """Every account's executions, and the open orders that follow from them.

    ``shown`` converts order ids to client-visible ids, ``shown_block`` and
    ``shown_bid`` those of blocks and bids.
    """

    shown: Shown = str
    shown_block: Shown = str
    shown_bid: Shown = str
    executions: defaultdict[str, list[channels.Execution]] = field(
        default_factory=lambda: defaultdict(list)
    )
    # the account of each execution, in order
    everyones: list[str] = field(default_factory=list)
    open: dict[int, Position] = field(default_factory=dict)

    @classmethod
    def of(
        cls, told: Iterable[Told], shown: tuple[Shown, Shown, Shown] = (str, str, str)
    ) -> Accounts:
        accounts = cls(*shown)
        for seq, time_ns, events in told:
            for event in events:
                accounts.read(seq, time_ns, event)
        return accounts

    def open_orders(self, account: str) -> list[tuple[str, str, int, int]]:
        """Return id, price, total and filled of an account's orders, oldest first."""
        return [
            (self.shown(p.order_id), format_fen(p.price), p.quantity, p.filled)
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
        elif isinstance(event, Trade | OffBookTrade | TradeAnnulled):
            self._read_trade(seq, time_ns, event)
        elif isinstance(event, OrderTriggered):
            # A stop order without a price gets the current price limit.
            self.open[event.order_id].price = event.price
            self._add(seq, time_ns, event.order_id, "triggered")
        elif isinstance(event, OrderRefilled):
            self._add(seq, time_ns, event.order_id, "refilled", shown=event.shown)
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
            more: dict[str, Any] = {"priority_kept": event.priority_kept}
            if event.stop_price:
                more["stop_price"] = format_fen(event.stop_price)
            self._add(seq, time_ns, event.order_id, "amended", **more)

    def _read_trade(
        self, seq: int, time_ns: int, event: Trade | OffBookTrade | TradeAnnulled
    ) -> None:
        if isinstance(event, Trade):
            self._trade(seq, time_ns, event)
        elif isinstance(event, OffBookTrade):
            self._trade_off_book(seq, time_ns, event)
        else:
            self._annul(seq, time_ns, event)

    def _trade(self, seq: int, time_ns: int, event: Trade) -> None:
        for order_id, liquidity, fee in (
            (event.maker_id, "maker", event.maker_fee),
            (event.taker_id, "maker" if event.called else "taker", event.taker_fee),
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
                called=event.called,
                fee=format_fen(fee) if fee else "",
            )

    def _trade_off_book(self, seq: int, time_ns: int, event: OffBookTrade) -> None:
        price = format_fen(event.price)
        for account, side, fee in (
            (event.buyer, "buy", event.buyer_fee),
            (event.seller, "sell", event.seller_fee),
        ):
            took = side == ("buy" if event.taker_side is BUY else "sell")
            if event.method is Method.BLOCK:
                source = self.shown_block(event.source_id)
            elif took:
                source = self.shown_bid(event.bid_id)
            else:
                source = str(event.source_id)
            self._keep_of_no_order(
                seq,
                time_ns,
                account=account,
                event="trade",
                instrument=event.instrument,
                side=side,
                price=price,
                quantity=event.quantity,
                filled=event.quantity,
                status="filled",
                trade_id=str(event.trade_id),
                liquidity="taker" if took else "maker",
                fee=format_fen(fee) if fee else "",
                method=event.method.name.lower(),
                source_id=source,
            )

    def _annul(self, seq: int, time_ns: int, event: TradeAnnulled) -> None:
        """Add the annulment to both accounts, with the original trade's members.

        Only the event has the fee that comes back.
        """
        for account, side, fee in (
            (event.buyer, "buy", event.buyer_fee),
            (event.seller, "sell", event.seller_fee),
        ):
            (traded,) = (
                told
                for told in self.executions[account]
                if (told.event, told.instrument) == ("trade", event.instrument)
                and (told.trade_id, told.side) == (str(event.trade_id), side)
            )
            self._keep_of_no_order(
                seq,
                time_ns,
                account=account,
                event="annulled",
                instrument=event.instrument,
                side=side,
                price=traded.last_price,
                quantity=traded.last_quantity,
                filled=0,
                status="cancelled",
                trade_id=traded.trade_id,
                liquidity=traded.liquidity,
                reason=event.reason,
                fee=format_fen(fee) if fee else "",
                method=traded.method or "listed",
                called=traded.called,
                source_id=traded.source_id or traded.order_id,
            )

    def _keep_of_no_order(
        self, seq: int, time_ns: int, price: str, quantity: int, **members: Any
    ) -> None:
        """Add an execution, traded or annulled, that changes no order of the book."""
        self._keep(
            seq=seq,
            time=time_ns // 1000,
            order_id="",
            order_type="limit",
            time_in_force="day",
            price=price,
            quantity=quantity,
            remaining=0,
            last_price=price,
            last_quantity=quantity,
            **members,
        )

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
        self._keep(
            account=order.account,
            event=event,
            order_id=self.shown(order_id),
            instrument=order.instrument,
            side="sell" if order.side else "buy",
            order_type=order.order_type.name.lower(),
            time_in_force=order.time_in_force.name.lower(),
            price=format_fen(position.price),
            quantity=position.quantity,
            filled=position.filled,
            remaining=0 if event == "cancelled" else position.remaining,
            status=status,
            seq=seq,
            time=time_ns // 1000,
            client_order_id=order.client_order_id,
            **(_conditions(order) | more),
        )

    def _keep(self, account: str, **members: Any) -> None:
        """Add an execution with the account's next number."""
        mine = self.executions[account]
        self.everyones.append(account)
        mine.append(
            channels.Execution(account=account, exec_seq=len(mine) + 1, **members)
        )


def _conditions(order: PlaceOrder) -> dict[str, Any]:
    given = order.conditions
    if given is None:
        return {}
    return {
        "stop_price": format_fen(given.stop_price) if given.stop_price else "",
        "display_quantity": given.display_quantity,
        "expires": given.expires_ns // 1000,
    }


def statistics(told: Iterable[Told], instrument: str, reference: int) -> dict[str, Any]:
    """Return the trading day's figures for a ticker; ``reference`` is P0."""
    trades: list[Trade] = []
    others: list[OffBookTrade] = []
    for _, _, events in told:
        for event in events:
            if isinstance(event, DayBegun):
                trades, others = [], []
            elif isinstance(event, Trade) and event.taker.instrument == instrument:
                trades.append(event)
            elif isinstance(event, OffBookTrade) and event.instrument == instrument:
                others.append(event)
            elif isinstance(event, TradeAnnulled) and event.instrument == instrument:
                number = event.trade_id
                trades = [trade for trade in trades if trade.trade_id != number]
                others = [trade for trade in others if trade.trade_id != number]
    prices = [trade.price for trade in trades]
    volume, turnover = _sums(trades)
    blocks = _sums([trade for trade in others if trade.method is Method.BLOCK])
    auctions = _sums([trade for trade in others if trade.method is Method.AUCTION])
    change, percent = change_of(prices[-1] if prices else 0, reference)
    return {
        "last": price_of(prices[-1] if prices else 0),
        "open": price_of(prices[0] if prices else 0),
        "high": price_of(max(prices, default=0)),
        "low": price_of(min(prices, default=0)),
        "vwap": price_of(_half_up(Fraction(turnover, volume)) if volume else 0),
        "volume": volume,
        "turnover": format_fen(turnover),
        "previous_close": price_of(reference),
        "change": change,
        "change_percent": percent,
        "block_volume": blocks[0],
        "block_turnover": format_fen(blocks[1]),
        "auction_volume": auctions[0],
        "auction_turnover": format_fen(auctions[1]),
    }


def _sums(trades: Sequence[Trade | OffBookTrade]) -> tuple[int, int]:
    """Return the sums of tonnes and fen."""
    return (
        sum(trade.quantity for trade in trades),
        sum(trade.price * trade.quantity for trade in trades),
    )


def change_of(price: int, base: int) -> tuple[str | None, str | None]:
    """Return the change in CNY and in per cent, with halves away from zero."""
    if not price or not base:
        return None, None
    sign = "-" if price < base else ""
    hundredths = _half_up(Fraction(abs(price - base) * 10_000, base))
    return format_fen(price - base), sign + format_fen(hundredths)


def price_of(fen: int) -> str | None:
    """Return a price in CNY, or None for 0."""
    return format_fen(fen) if fen else None


def _half_up(number: Fraction) -> int:
    return floor(number + Fraction(1, 2))
