"""Translate Bitstamp's order events to the commands that their owners must have sent.

- A created order is a limit order; a deletion with volume left is a cancel. The
  effects of trades (changes, deletions at 0) need no command: matching must
  produce them.
- If the very next row deletes an order untouched, it was refused as post-only. It
  is sent post-only, followed by its cancel.
- An ask at 0 and a bid at 999,999,999 are market orders. Bitstamp's market buy
  names an amount of money and is recorded with volume 0. Its quantity is the
  volume that the makers' rows at that time lost.
- Deletions at the recording's end are synthetic. Nothing is sent for them: these
  orders must rest at the end with the recorded volume.

Rows that cannot be sent are counted: bids below one dollar (recorded as 0) and
ghosts. A ghost is an order of the initial snapshot that the market later traded
through without touching it: its deletion was lost between the snapshot and the
first event. Volumes above the venue's largest order are cut to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.engine import BUY, MAX_QUANTITY, SELL

from .bitstamp_files import Action, OrderEvent
from .writer import FlowWriter


if TYPE_CHECKING:
    from collections.abc import Sequence

    from .flow import Flow


INSTRUMENT: Final = "BTCUSD"
MARKET_BUY: Final = 999_999_999  # the recorded price of a market buy
MARKET_SELL: Final = 0


class Translation(NamedTuple):
    """A recording's commands, and their expected results apart from the trades."""

    flow: Flow
    cancelled: dict[str, int]  # volume that each cancel must find
    left: dict[str, list[int]]  # volumes after each of an order's trades
    resting: dict[str, int]  # volumes at the end
    by_amount: set[str]  # market buys whose own volume is not recorded
    counts: dict[str, int]


def translate(events: Sequence[OrderEvent]) -> Translation:
    """Return the commands for ``events``."""
    return _Translator(events).run()


def ghosts(events: Sequence[OrderEvent]) -> set[str]:
    """Return the snapshot's orders that the market traded through.

    They stay untouched to the end of the recording, although a fill at a worse price
    for the taker proves that they were no longer in the book.
    """
    fills = [e.price for e in events if e.action is Action.DELETED and not e.volume]
    snapshot = {e.order_id for e in events[: _snapshot_size(events)]}
    return {
        e.order_id
        for e in events[len(events) - _synthetic_size(events) :]
        if e.order_id in snapshot and _traded_through(e, fills)
    }


class _Translator:
    def __init__(self, events: Sequence[OrderEvent]) -> None:
        self._events = events
        self._ghosts = ghosts(events)
        self._writer = FlowWriter(INSTRUMENT)
        self._volumes: dict[str, int] = {}  # last recorded, also of orders not sent
        self._prices: dict[str, int] = {}  # as created
        self._by_amount: set[str] = set()
        self._cancelled: dict[str, int] = {}
        self._left: dict[str, list[int]] = {}
        self._resting: dict[str, int] = {}
        self._counts = dict.fromkeys(
            (
                "snapshot",
                "created",
                "post_only",
                "market",
                "by_amount",
                "below_one_dollar",
                "ghosts",
                "cut",
                "never_created",
                "repriced",
            ),
            0,
        )

    def run(self) -> Translation:
        recorded = len(self._events) - _synthetic_size(self._events)
        self._counts["snapshot"] = _snapshot_size(self._events)
        for at in range(recorded):
            event = self._events[at]
            if event.action is Action.CREATED:
                self._create(at, event)
            elif event.order_id not in self._prices:
                self._counts["never_created"] += 1
            elif event.volume and event.action is Action.DELETED:
                self._cancel(event)
            else:
                self._traded(event)
            self._volumes[event.order_id] = event.volume
        for event in self._events[recorded:]:
            if self._writer.sent(event.order_id):
                self._resting[event.order_id] = _cut(event.volume)
        return Translation(
            self._writer.flow(),
            self._cancelled,
            self._left,
            self._resting,
            self._by_amount,
            self._counts,
        )

    def _create(self, at: int, event: OrderEvent) -> None:
        self._counts["created"] += 1
        self._prices[event.order_id] = event.price
        if event.order_id in self._ghosts:
            self._counts["ghosts"] += 1
        elif _is_market(event):
            self._market(at, event)
        elif event.price == 0:
            self._counts["below_one_dollar"] += 1
        else:
            self._counts["cut"] += event.volume > MAX_QUANTITY
            order = event.order_id, event.side, event.price, _cut(event.volume)
            if self._untouched(at, event):
                self._counts["post_only"] += 1
                self._writer.post_only(*order)
            else:
                self._writer.limit(*order)

    def _market(self, at: int, event: OrderEvent) -> None:
        self._counts["market"] += 1
        volume = event.volume
        if not volume:
            self._counts["by_amount"] += 1
            self._by_amount.add(event.order_id)
            volume = self._lost_by_makers(at, event)
        self._writer.market(event.order_id, event.side, volume)

    def _cancel(self, event: OrderEvent) -> None:
        name = event.order_id
        if not self._writer.sent(name) or name in self._by_amount:
            return
        repriced = event.price != self._prices[name] and name not in self._left
        self._counts["repriced"] += repriced
        self._cancelled[name] = _cut(event.volume)
        self._writer.cancel(name)

    def _traded(self, event: OrderEvent) -> None:
        """Record the volume that a trade left; matching must produce it."""
        if not event.volume:
            self._writer.leave(event.order_id)
        if event.order_id not in self._by_amount:
            self._left.setdefault(event.order_id, []).append(event.volume)

    def _untouched(self, at: int, event: OrderEvent) -> bool:
        """Return whether the next row deletes the order untouched."""
        if at + 1 == len(self._events):
            return False
        after = self._events[at + 1]
        return (
            after.order_id == event.order_id
            and after.action is Action.DELETED
            and after.volume == event.volume
        )

    def _lost_by_makers(self, at: int, event: OrderEvent) -> int:
        """Return the volume that the other side lost in the rows of the same time."""
        lost = 0
        for after in self._events[at + 1 :]:
            if after.exchange_ms != event.exchange_ms:
                break
            if after.side is not event.side:
                lost += self._volumes[after.order_id] - after.volume
        return lost


def _is_market(event: OrderEvent) -> bool:
    return event.price == (MARKET_BUY if event.side is BUY else MARKET_SELL)


def _traded_through(event: OrderEvent, fills: list[int]) -> bool:
    if event.side is SELL:
        return event.price < max(fills, default=0)
    return event.price > min(fills, default=MARKET_BUY)


def _snapshot_size(events: Sequence[OrderEvent]) -> int:
    """Return the number of rows at the beginning that are the resting book."""
    first = events[0].exchange_ms
    return next(
        (i for i, e in enumerate(events) if e.exchange_ms != first), len(events)
    )


def _synthetic_size(events: Sequence[OrderEvent]) -> int:
    """Return the number of deletions at the end that the recorder added.

    They share one time, with the recorder's own clock in both columns.
    """
    end = events[-1].exchange_ms
    size = 0
    for event in reversed(events):
        made_up = event.local_ms == event.exchange_ms == end
        if event.action is not Action.DELETED or not made_up:
            break
        size += 1
    return size


def _cut(volume: int) -> int:
    return min(volume, MAX_QUANTITY)
