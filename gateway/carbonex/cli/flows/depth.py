"""An order book rebuilt from events alone, independent of the engine's book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sortedcontainers import SortedDict

from carbonex.engine import (
    BUY,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    Side,
    Trade,
)


if TYPE_CHECKING:
    from carbonex.engine import Event


class Depth:
    """Level totals of one instrument, followed event by event.

    Call ``follow`` for each event of a command and ``settle`` after the last. Only
    then is the resting part of a new order known.
    """

    def __init__(self) -> None:
        self._sides: tuple[SortedDict[int, int], SortedDict[int, int]] = (
            SortedDict(),
            SortedDict(),
        )
        self._resting: dict[int, tuple[Side, int, int]] = {}  # side, price, tonnes
        # the same, after its order id
        self._entering: tuple[int, Side, int, int] | None = None

    def follow(self, event: Event) -> None:
        """Apply one event; events that do not affect the book change nothing."""
        if type(event) is OrderAccepted:
            order = event.order
            self._entering = (event.order_id, order.side, event.price, order.quantity)
        elif type(event) is Trade:
            self._set(event.maker_id, event.maker_remaining)
            self._entered(event.taker_remaining)
        elif type(event) is OrderCancelled:
            if event.rested:
                self._set(event.order_id, 0)
            else:
                self._entering = None
        elif type(event) is OrderAmended:
            self._set(event.order_id, 0)
            side = event.order.side
            self._entering = (event.order_id, side, event.price, event.remaining)

    def settle(self) -> None:
        """Rest the remainder of a new or amended order at the end of its command."""
        if self._entering is not None:
            order_id, side, price, tonnes = self._entering
            self._entering = None
            if tonnes:
                self._resting[order_id] = (side, price, 0)
                self._set(order_id, tonnes)

    def best(self, side: Side, levels: int) -> list[tuple[int, int]]:
        """Return up to ``levels`` pairs (price, tonnes), best first. O(levels)."""
        return [(abs(key), total) for key, total in self._sides[side].items()[:levels]]

    def _entered(self, remaining: int) -> None:
        assert self._entering is not None
        self._entering = (*self._entering[:3], remaining)

    def _set(self, order_id: int, tonnes: int) -> None:
        side, price, before = self._resting[order_id]
        key = -price if side is BUY else price
        totals = self._sides[side]
        total = totals.get(key, 0) + tonnes - before
        if total:
            totals[key] = total
        else:
            del totals[key]
        if tonnes:
            self._resting[order_id] = (side, price, tonnes)
        else:
            del self._resting[order_id]
