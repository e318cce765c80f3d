"""The alerts channel: findings of market supervision, for operators."""

from __future__ import annotations

from collections import deque
from typing import Final

from carbonex.engine import Alert, LargeHolder
from carbonex.wire import channels
from carbonex.wire.vocabulary import ALERT_NAMES, SIDE_NAMES

from .topic import Message, Topics


# Alerts in a snapshot. Older ones are in the log.
RECENT: Final = 1_000
LARGE_HOLDER: Final = "large_holder"


class Alerts:
    """The newest alerts, and their followers; none is conflated or dropped."""

    def __init__(self) -> None:
        self._recent: deque[channels.Alert] = deque(maxlen=RECENT)
        self.topics = Topics(self._snapshot)

    def publish(self, seq: int, time_ns: int, event: Alert | LargeHolder) -> None:
        """Send an alert at once."""
        alert = _alert(seq, time_ns // 1000, event)
        self._recent.append(alert)
        self.topics.send(alert.instrument, lambda: Message("alerts", "update", [alert]))

    def _snapshot(self, instrument: str) -> Message:
        recent = [a for a in self._recent if instrument in ("", a.instrument)]
        return Message("alerts", "snapshot", recent)


def _alert(seq: int, time: int, event: Alert | LargeHolder) -> channels.Alert:
    if type(event) is LargeHolder:
        return channels.Alert(
            LARGE_HOLDER,
            event.instrument,
            event.participant,
            event.held,
            event.limit,
            seq,
            time,
        )
    assert type(event) is Alert
    return channels.Alert(
        ALERT_NAMES[event.kind],
        event.instrument,
        event.participant,
        event.value,
        event.limit,
        seq,
        time,
        event.counterparty,
        "" if event.side is None else SIDE_NAMES[event.side],
        [str(order_id) for order_id in event.orders],
        [str(trade_id) for trade_id in event.trades],
    )
