"""The trade channel: every print at once, none conflated or dropped."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from carbonex.engine import OffBookTrade, Trade, TradeAnnulled
from carbonex.wire import channels
from carbonex.wire.money import format_fen
from carbonex.wire.vocabulary import METHOD_NAMES, SIDE_NAMES

from .topic import Message, Topics


if TYPE_CHECKING:
    from .record import Record


# Prints in a snapshot. Older ones of an instrument are dropped.
RECENT: Final = 50


class Prints:
    """The newest prints of each instrument, and their followers."""

    def __init__(self) -> None:
        self._recent: dict[str, deque[Record]] = {}
        # New prints of the current command, by instrument.
        self.news: dict[str, list[Record]] = {}
        self.topics = Topics(self.snapshot)

    def add(self, instrument: str, trade: Record) -> None:
        """Note a trade until ``deliver`` sends it. O(1)."""
        self.news.setdefault(instrument, []).append(trade)

    def remember(self, instrument: str, trade: Record) -> None:
        """Store a trade for snapshots without sending it. O(1)."""
        recent = self._recent.get(instrument)
        if recent is None:
            recent = self._recent[instrument] = deque(maxlen=RECENT)
        recent.append(trade)

    def deliver(self) -> None:
        """Send the noted trades, one frame per instrument. O(trades)."""
        for name, prints in self.news.items():
            for trade in prints:
                self.remember(name, trade)
            self.topics.send(name, partial(_message, "update", prints))
        self.news.clear()

    def snapshot(self, instrument: str) -> Message:
        """Return the newest prints, oldest first, of one instrument or of all."""
        if instrument:
            prints = list(self._recent.get(instrument, ()))
        else:
            every = [p for recent in self._recent.values() for p in recent]
            prints = sorted(every, key=lambda p: p.seq)[-RECENT:]
        return _message("snapshot", prints)


def _message(kind: Literal["snapshot", "update"], prints: list[Record]) -> Message:
    return Message("trade", kind, [_trade(p) for p in prints])


def _trade(record: Record) -> channels.Trade:
    trade, why = record.event, ""
    if type(trade) is Trade:
        instrument, side = trade.taker.instrument, trade.taker.side
        method, called = METHOD_NAMES[0], trade.called
    elif type(trade) is OffBookTrade:
        instrument, side = trade.instrument, trade.taker_side
        method, called = METHOD_NAMES[trade.method], False
    else:
        assert type(trade) is TradeAnnulled
        instrument, side = trade.instrument, trade.taker_side
        method, called, why = METHOD_NAMES[trade.method], trade.called, trade.reason
    return channels.Trade(
        instrument,
        str(trade.trade_id),
        format_fen(trade.price),
        trade.quantity,
        SIDE_NAMES[side],
        record.seq,
        record.time_ns // 1000,
        method,
        called,
        annulled=bool(why),
        reason=why,
    )
