"""The trade channel: every print at once, none conflated or dropped."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from carbonex.wire import channels
from carbonex.wire.money import format_fen
from carbonex.wire.vocabulary import SIDE_NAMES

from .topic import Message, Topics


if TYPE_CHECKING:
    from carbonex.engine import Trade

    Print = tuple[int, int, Trade]  # seq, time in ns, what traded


# How many prints a snapshot shows. The older ones of an instrument are dropped.
RECENT: Final = 50


class Prints:
    """The newest prints of each instrument, and those who follow them."""

    def __init__(self) -> None:
        self._recent: dict[str, deque[Print]] = {}
        self.topics = Topics(self.snapshot)

    def publish(self, seq: int, time_ns: int, trades: list[Trade]) -> None:
        """Send what one command traded, as one frame; O(trades)."""
        name = trades[0].taker.instrument
        prints = [(seq, time_ns, trade) for trade in trades]
        if name not in self._recent:
            self._recent[name] = deque(maxlen=RECENT)
        self._recent[name].extend(prints)
        topics = self.topics.covering(name)
        if topics:
            message = Message("trade", "update", [_trade(*p) for p in prints])
            for topic in topics:
                topic.send(message)

    def snapshot(self, instrument: str) -> Message:
        """Return the newest prints, oldest first, of one instrument or of all."""
        if instrument:
            prints = list(self._recent.get(instrument, ()))
        else:
            every = [p for recent in self._recent.values() for p in recent]
            prints = sorted(every, key=lambda p: p[0])[-RECENT:]
        return Message("trade", "snapshot", [_trade(*p) for p in prints])


def _trade(seq: int, time_ns: int, trade: Trade) -> channels.Trade:
    return channels.Trade(
        trade.taker.instrument,
        str(trade.trade_id),
        format_fen(trade.price),
        trade.quantity,
        SIDE_NAMES[trade.taker.side],
        seq,
        time_ns // 1000,
    )
