"""Stop orders that trades have reached, and which enter one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import BUY


if TYPE_CHECKING:
    from .positions import Position


class Reached:
    """The lowest and the highest price (fen) that have reached any, by instrument."""

    def __init__(self, waiting: dict[int, Position]) -> None:
        self.waiting = waiting
        self.spans: dict[str, tuple[int, int]] = {}

    def meet(self, name: str, price: int) -> None:
        """Let those of an instrument meet a price."""
        own = [p for p in self.waiting.values() if p.order.instrument == name]
        if any(position.triggered_by(price) for position in own):
            low, high = self.spans.get(name, (price, price))
            self.spans[name] = min(low, price), max(high, price)

    def forget(self) -> None:
        """Forget what has reached stop orders that are gone."""
        for name in [*self.spans]:
            if self.next(name) is None:
                del self.spans[name]

    def next(self, name: str) -> Position | None:
        """Return the one that must enter next.

        Buys by rising, then sells by falling stop price; of one price by time.
        """
        low, high = self.spans[name]
        own = [
            position
            for position in self.waiting.values()
            if position.order.instrument == name
            and position.triggered_by(high if position.order.side is BUY else low)
        ]
        return min(
            own,
            key=lambda p: (
                p.order.side,
                p.stop if p.order.side is BUY else -p.stop,
                p.since,
            ),
            default=None,
        )
