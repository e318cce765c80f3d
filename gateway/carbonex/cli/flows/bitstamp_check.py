"""Check that the venue produces Bitstamp's trades from the order events alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    CancelOrder,
    OrderCancelled,
    PlaceOrder,
    PostOnly,
    Reason,
    Rejected,
    Trade,
)

from .bitstamp_files import RecordedTrade
from .check import Check


if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonex.engine import Event, Exchange, OrderCommand

    from .bitstamp import Translation


class BitstampCheck(Check):
    """Compare trades, volumes after trades and at cancels, and resting orders."""

    def __init__(
        self, translation: Translation, trades: Sequence[RecordedTrade]
    ) -> None:
        super().__init__(translation.flow.commands)
        self._translation = translation
        self._trades = iter(trades)
        self._left: dict[str, list[int]] = {}
        self._refused: set[str] = set()  # post-only orders
        self.trades = 0  # equal in both ids, price, size and aggressor
        self.left = 0  # volumes after a trade that equal the recorded ones
        self.cancels = 0  # cancels that found the recorded volume
        self.resting = 0  # orders resting at the end with the recorded volume

    def follow(self, command: OrderCommand, event: Event) -> None:
        """Compare a trade, a cancel or a refusal."""
        if type(event) is Trade:
            self._trade(event)
        elif type(event) is Rejected:
            self._rejected(command, event)
        elif type(event) is OrderCancelled:
            self._cancelled(event)

    def finish(self, exchange: Exchange) -> None:
        """Compare the volumes left and the resting orders; report missing trades."""
        super().finish(exchange)
        for trade in self._trades:
            self.differs("trade", trade, "none")
        self._compare_left()
        self._compare_resting(exchange)

    def equal(self) -> dict[str, int]:
        """Return the counts of trades and volumes that equal the record."""
        return {
            "trades (both orders, size, price, side)": self.trades,
            "volumes left by a trade": self.left,
            "volumes found by a cancel": self.cancels,
            "orders resting at the end": self.resting,
            "post-only orders refused": self.refused["WOULD_TAKE_LIQUIDITY"],
        }

    def explained(self) -> dict[str, int]:
        """Return the counts of rows not sent as recorded, or with unknown details."""
        counts = self._translation.counts
        return {
            "post-only orders accepted, then cancelled": counts["post_only"]
            - self.refused["WOULD_TAKE_LIQUIDITY"],
            "market orders by amount, quantity from their makers": counts["by_amount"],
            "orders cut to the largest quantity": counts["cut"],
            "orders at 0 dollars, not sent": counts["below_one_dollar"],
            "ghosts of the snapshot, not sent": counts["ghosts"],
            "deletions of orders never created, not sent": counts["never_created"],
            "orders repriced at an unknown time": counts["repriced"],
        }

    def _trade(self, trade: Trade) -> None:
        maker, taker = trade.maker.client_order_id, trade.taker.client_order_id
        self._left.setdefault(maker, []).append(trade.maker_remaining)
        self._left.setdefault(taker, []).append(trade.taker_remaining)
        side = trade.taker.side
        buyer, seller = (taker, maker) if side is BUY else (maker, taker)
        venue = RecordedTrade(buyer, seller, trade.price, trade.quantity, side)
        recorded = next(self._trades, None)
        if venue == recorded:
            self.trades += 1
        else:
            self.differs("trade", recorded, venue)

    def _rejected(self, command: OrderCommand, rejected: Rejected) -> None:
        """Accept refusals of post-only orders and of their cancels; report others."""
        reason = rejected.reason
        if type(command) is PlaceOrder:
            explained = (
                command.post_only is PostOnly.REJECT
                and reason is Reason.WOULD_TAKE_LIQUIDITY
            )
            self._refused.add(command.client_order_id)
        else:
            explained = (
                type(command) is CancelOrder
                and reason is Reason.UNKNOWN_ORDER
                and command.client_order_id in self._refused
            )
        if not explained:
            self.differs(f"command {self.at}", command, rejected)

    def _cancelled(self, event: OrderCancelled) -> None:
        name = event.order.client_order_id
        recorded = self._translation.cancelled.get(name)
        if recorded == event.quantity:
            self.cancels += 1
        else:
            self.differs(f"cancel of {name}", recorded, event.quantity)

    def _compare_left(self) -> None:
        recorded = self._translation.left
        told = recorded.keys() | self._left.keys()
        for name in sorted(told - self._translation.by_amount):
            wanted, venue = recorded.get(name), self._left.get(name)
            if wanted == venue:
                self.left += len(self._left[name])
            else:
                self.differs(f"volumes of {name}", wanted, venue)

    def _compare_resting(self, exchange: Exchange) -> None:
        resting = {
            order.command.client_order_id: order.remaining
            for account in exchange.accounts.values()
            for order in account.orders.values()
        }
        recorded = self._translation.resting
        for name in sorted(recorded.keys() | resting.keys()):
            if recorded.get(name) == resting.get(name):
                self.resting += 1
            else:
                self.differs(
                    f"at the end {name}", recorded.get(name), resting.get(name)
                )
