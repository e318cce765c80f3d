"""The channels status, heartbeat and instrument: what the venue says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from carbonex.wire import channels

from .rendering import instrument_of
from .topic import Message, Topic, Topics


if TYPE_CHECKING:
    from carbonex.engine import Exchange, Phase
    from carbonex.gateway.venue import Venue


class Status:
    """Those who ask for the venue's state.

    They get it once: a change of it is told to everybody who is connected.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self.topic = Topic(self._snapshot)

    def _snapshot(self) -> Message:
        venue = self._venue
        state: Literal["online", "server_shutdown"] = (
            "server_shutdown" if venue.draining else "online"
        )
        status = channels.Status(venue.name, venue.epoch, state, "")
        return Message("status", "snapshot", [status])


class Heartbeats:
    """Those who follow the venue's newest seq and the log's hash.

    There is no snapshot: the first one comes within a second. A paused
    follower gets none, because depth that it has lost would have to come
    before it.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self.topic = Topic()

    def send(self, now_ns: int) -> None:
        """Name the newest seq; everything up to it must have been sent before."""
        venue = self._venue
        beat = channels.Heartbeat(
            venue.exchange.seq, venue.position, venue.chain.hex(), now_ns // 1000
        )
        self.topic.send_newest(Message("heartbeat", "update", [beat]))


class Instruments:
    """Those who follow instruments' terms and phases."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.topics = Topics(self._snapshot)

    def change(self, name: str, phase: Phase) -> None:
        """Tell at once that an instrument is in ``phase`` now, or is new."""
        topics = self.topics.covering(name)
        if topics:
            instrument = instrument_of(self._exchange.instruments[name], phase)
            message = Message("instrument", "update", [instrument])
            for topic in topics:
                topic.send(message)

    def _snapshot(self, name: str) -> Message:
        instruments = self._exchange.instruments
        chosen = [instruments[name]] if name else list(instruments.values())
        data = [instrument_of(each, each.phase) for each in chosen]
        return Message("instrument", "snapshot", data)
