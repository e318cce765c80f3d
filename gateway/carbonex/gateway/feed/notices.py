"""The channels status, heartbeat and instrument: what the venue says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine.market.phases import phase_changed
from carbonex.wire import channels

from .rendering import instrument_of, status_of
from .topic import Message, Topic, Topics


if TYPE_CHECKING:
    from carbonex.engine import Exchange, PhaseChanged
    from carbonex.gateway.venue import Venue


class Status:
    """Those who ask for the venue's state.

    They get it once, and when operators suspend or resume the venue. That it shuts
    down is told to everybody who is connected.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self.topic = Topic(self._snapshot)

    def change(self) -> None:
        """Tell that the venue was suspended, or resumed. O(followers)."""
        self.topic.send(Message("status", "update", [status_of(self._venue)]))

    def _snapshot(self) -> Message:
        return Message("status", "snapshot", [status_of(self._venue)])


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
    """Those who follow instruments' terms, limits and phases.

    Nothing is told twice: an update differs from the one before.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        # What each was when something happened to it, whether told to anybody or not.
        self._newest = {name: self._told(name) for name in exchange.instruments}
        # What the command that is being read did, by instrument: the phase that
        # it is in now, None where that stays.
        self.news: dict[str, PhaseChanged | None] = {}
        self.topics = Topics(self._snapshot)

    def change(self, event: PhaseChanged) -> None:
        """Note that an instrument's phase is another, or that it is new."""
        name = event.instrument
        passed = self.news.get(name)
        if passed is not None:  # time has gone through several phases at once
            self._send(name, passed)
        self.news[name] = event

    def refresh(self, name: str) -> None:
        """Note that an instrument's terms or limits may be others."""
        self.news.setdefault(name, None)

    def refresh_product(self, product: str) -> None:
        """Note that what is told of a product is another for all its instruments."""
        for name, instrument in self._exchange.instruments.items():
            if instrument.product.name == product:
                self.refresh(name)

    def refresh_all(self) -> None:
        """Note that a trading day has begun or ended."""
        for name in self._exchange.instruments:
            self.refresh(name)

    def deliver(self) -> None:
        """Send what was noted, at once and never conflated."""
        for name, phase in self.news.items():
            self._send(name, phase)
        self.news.clear()

    def _send(self, name: str, phase: PhaseChanged | None) -> None:
        data = self._told(name, phase)
        if data == self._newest.get(name):
            return
        self._newest[name] = data
        self.topics.send(name, lambda: Message("instrument", "update", [data]))

    def _told(
        self, name: str, phase: PhaseChanged | None = None
    ) -> channels.Instrument:
        exchange = self._exchange
        instrument = exchange.instruments[name]
        phase = phase or phase_changed(exchange, instrument)
        return instrument_of(instrument, phase, exchange.day)

    def _snapshot(self, name: str) -> Message:
        names = [name] if name else list(self._exchange.instruments)
        return Message("instrument", "snapshot", list(map(self._told, names)))
