"""A call auction's end as the auditor works it out: one price, and who trades."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import BUY, SELL, Side


if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonex.engine import Trade, Uncrossed

    from .floor import Listing
    from .positions import Position


class Call:
    """A call that has just ended, with the tonnes that are left to trade."""

    def __init__(self, event: Uncrossed) -> None:
        self.instrument = event.instrument
        self.price = event.price
        self.left = self.quantity = event.quantity
        self.imbalance = event.imbalance

    def check_price(self, resting: Iterable[Position], listing: Listing) -> None:
        """Assert the rulebook's three conditions (MARKET-RULES §4)."""
        orders = [p for p in resting if p.order.instrument == self.instrument]
        tick = listing.terms.tick
        ticks = {p.price + step for p in orders for step in (-tick, 0, tick)}
        most = max((min(_sums(orders, price)) for price in ticks), default=0)
        assert self.quantity == most, "the volume is greatest"
        if most == 0:
            assert self.price == self.imbalance == 0
            return
        assert self.price % tick == 0
        bought, sold = _sums(orders, self.price)
        assert most == min(bought, sold)
        assert self.imbalance == bought - sold
        better_buys = [
            p for p in orders if p.order.side is BUY and p.price > self.price
        ]
        better_sells = [
            p for p in orders if p.order.side is SELL and p.price < self.price
        ]
        for better in (better_buys, better_sells):
            assert sum(p.remaining for p in better) <= most, "better ones are filled"

    def pair(self, resting: Iterable[Position]) -> tuple[Position, Position]:
        """Return the two orders that trade next, the older one first."""
        orders = [p for p in resting if p.order.instrument == self.instrument]
        buy, sell = (
            min((p for p in orders if p.order.side is side), key=lambda p: p.urgency)
            for side in (BUY, SELL)
        )
        return (buy, sell) if buy.number < sell.number else (sell, buy)

    def check(self, event: Trade, maker: Position, taker: Position) -> None:
        assert event.price == self.price, "one price for all"
        assert event.quantity == min(maker.shown, taker.shown) > 0
        assert event.maker_price == maker.price
        self.left -= event.quantity


def _sums(orders: list[Position], price: int) -> tuple[int, int]:
    """Return what would be bought and what would be sold at ``price``."""
    bought, sold = (
        sum(p.remaining for p in orders if p.order.side is side and p.accepts(price))
        for side in Side
    )
    return bought, sold
