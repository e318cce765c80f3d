"""Open orders as their events tell them, and who trades next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carbonex.engine import BUY, FEE_UNIT, PlaceOrder, Side


if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass
class Position:
    """An open order; ``since`` is its place in time among those that rest or wait.

    ``shown`` is what the book shows of it, ``stop`` the price it waits for, 0 for
    none, ``refills`` how often it showed the next. ``owed`` is fees so far in millionths of a fen, ``paid`` in fen. While it
    moves, ``levels`` are the prices it has met, ``picks`` those named, yet to meet,
    and ``met`` is how many it has met.
    """

    number: int
    order: PlaceOrder
    price: int
    quantity: int
    remaining: int
    since: int = 0
    shown: int = 0
    stop: int = 0
    amended: bool = False
    owed: int = 0
    paid: int = 0
    refills: int = 0
    levels: set[int] = field(default_factory=set)
    picks: list[Position] | None = None
    met: int = 0

    @property
    def urgency(self) -> tuple[int, int]:
        """Smaller trades first."""
        return (-self.price if self.order.side is BUY else self.price, self.since)

    @property
    def display(self) -> int:
        """The most that the book shows of it; 0: all."""
        conditions = self.order.conditions
        return conditions.display_quantity if conditions else 0

    def is_listing(self, number: int) -> bool:
        """Tell whether that names what the book shows of it now."""
        return number == self.number + self.refills * 2**38

    def accepts(self, price: int) -> bool:
        return self.price >= price if self.order.side is BUY else self.price <= price

    def triggered_by(self, price: int) -> bool:
        if not (self.stop and price):
            return False
        return price >= self.stop if self.order.side is BUY else price <= self.stop

    def show(self) -> None:
        """Show what a newly rested or refilled order shows."""
        self.shown = min(self.remaining, self.display or self.remaining)

    def charge(self, notional: int, rate: int) -> int:
        """Return the fee of a fill: all owed, rounded up, less what was paid."""
        self.owed += notional * rate
        fee = -(-self.owed // FEE_UNIT) - self.paid
        self.paid += fee
        return fee

    def refund(self, notional: int, rate: int) -> int:
        """Return what comes back of the fees when a fill is annulled."""
        self.owed -= notional * rate
        refund = self.paid - -(-self.owed // FEE_UNIT)
        self.paid -= refund
        return refund

    def needed(self, rate: int) -> tuple[int, int]:
        """Return the least and the most fen that a buy must have locked.

        The least covers every way in which the rest may fill, to the fen.
        """
        notional = self.price * self.remaining
        if not rate:
            return notional, notional
        least = -(-(self.owed + notional * rate) // FEE_UNIT) - self.paid
        return notional + least, notional - (-notional * rate // FEE_UNIT) + 1


def against(positions: Iterable[Position], taker: Position) -> list[Position]:
    """Return the resting orders that ``taker`` meets, those it meets first in front."""
    order = taker.order
    others = [
        position
        for position in positions
        if position.order.instrument == order.instrument
        and position.order.side is not order.side
        and taker.accepts(position.price)
    ]
    return sorted(others, key=lambda position: position.urgency)


def picked(positions: Iterable[Position], taker: Position) -> list[Position]:
    """Return those that ``taker`` names and that rest at the best price it meets."""
    met, conditions = against(positions, taker), taker.order.conditions
    if not met or conditions is None:
        return []
    best = [position for position in met if position.price == met[0].price]
    found = [each for pick in conditions.pick for each in best if each.is_listing(pick)]
    return list({each.number: each for each in found}.values())


def depth(
    positions: Iterable[Position], instrument: str, side: Side
) -> list[tuple[int, int, int]]:
    """Return price, shown tonnes and number of orders of each level, best first."""
    queue = [
        position
        for position in positions
        if position.order.side is side and position.order.instrument == instrument
    ]
    prices = {position.price for position in queue}
    return [
        (
            price,
            sum(p.shown for p in queue if p.price == price),
            sum(1 for p in queue if p.price == price),
        )
        for price in sorted(prices, reverse=side is BUY)
    ]
