"""Followed views of books: depth and listings, flushed together."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from carbonex.engine import BUY, SELL

from .board import Board
from .depth import Group


if TYPE_CHECKING:
    from carbonex.engine import Exchange
    from carbonex.wire.order_ids import OrderIds

    from .depth import Conflated
    from .topic import Target


# The server flushes roughly every 50 ms. A group due within half of that is flushed
# now, or a timer's jitter would make every interval 50 ms longer.
_EARLY_NS: Final = 25_000_000


class Books:
    """All followed groups and boards, by instrument."""

    def __init__(self, exchange: Exchange, ids: OrderIds) -> None:
        self._exchange = exchange
        self._ids = ids
        self._groups: dict[str, dict[Target, Conflated]] = {}
        # Touched prices of bids and asks in fen, per followed instrument, since the
        # last flush, which clears them. Bounded by the levels that change in 50 ms.
        self.touched: dict[str, tuple[set[int], set[int]]] = {}

    def find(self, target: Target) -> Conflated:
        """Return the board, or the group with that instrument, depth and interval."""
        name = target.instrument
        groups = self._groups.get(name)
        if groups is None:
            groups = self._groups[name] = {}
            self.touched[name] = (set(), set())
        group = groups.get(target)
        if group is None:
            closed = partial(self._close, target)
            if target.channel == "listings":
                group = Board(self._exchange, target, closed, self._ids)
            else:
                group = Group(self._exchange, target, closed)
            groups[target] = group
        return group

    def flush(self, now_ns: int) -> None:
        """Send the deltas of all groups and boards that are due."""
        self._hand_on()
        for groups in self._groups.values():
            for group in groups.values():
                if group.due_ns <= now_ns + _EARLY_NS:
                    group.flush(now_ns)

    def flush_all(self, now_ns: int) -> None:
        """Send all deltas, due or not."""
        self._hand_on()
        for groups in self._groups.values():
            for group in groups.values():
                group.flush(now_ns)

    def _hand_on(self) -> None:
        """Pass the prices touched since the last flush to every group."""
        for name, (bids, asks) in self.touched.items():
            if bids or asks:
                for group in self._groups[name].values():
                    group.touched[BUY].update(bids)
                    group.touched[SELL].update(asks)
                bids.clear()
                asks.clear()

    def _close(self, target: Target) -> None:
        """Drop a group that has no followers any more."""
        groups = self._groups[target.instrument]
        del groups[target]
        if not groups:
            del self._groups[target.instrument]
            del self.touched[target.instrument]
