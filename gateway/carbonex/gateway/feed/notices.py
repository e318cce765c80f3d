"""The channels status, heartbeat and instrument: the venue's news about itself."""

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
    """The followers of the venue's state.

    They receive it once, and again when operators suspend or resume the venue. A
    shutdown is announced to every connection.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self.topic = Topic(self._snapshot)

    def change(self) -> None:
        """Send that the venue was suspended or resumed. O(followers)."""
        self.topic.send(Message("status", "update", [status_of(self._venue)]))

    def _snapshot(self) -> Message:
        return Message("status", "snapshot", [status_of(self._venue)])


class Heartbeats:
    """The followers of the venue's newest seq and the log's hash.

    There is no snapshot: the first heartbeat comes within a second. A paused
    follower receives none, because the depth updates that it lost would have to be
    sent first.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self.topic = Topic()

    def send(self, now_ns: int) -> None:
        """Send the newest seq; everything up to it must have been sent before."""
        venue = self._venue
        beat = channels.Heartbeat(
            venue.exchange.seq, venue.position, venue.chain.hex(), now_ns // 1000
        )
        self.topic.send_newest(Message("heartbeat", "update", [beat]))


class Instruments:
    """The followers of instruments' terms, limits and phases.

    Every update differs from the one before; nothing is sent twice.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        # Each instrument's data after its last change, with or without followers.
        self._newest = {name: self._told(name) for name in exchange.instruments}
        # Instruments that the current command changed: the new phase, or None if the
        # phase is unchanged.
        self.news: dict[str, PhaseChanged | None] = {}
        self.topics = Topics(self._snapshot)

    def change(self, event: PhaseChanged) -> None:
        """Note that an instrument is new or has a new phase."""
        name = event.instrument
        passed = self.news.get(name)
        if passed is not None:  # one command's time passed several phase changes
            self._send(name, passed)
        self.news[name] = event

    def refresh(self, name: str) -> None:
        """Note that an instrument's terms or limits may have changed."""
        self.news.setdefault(name, None)

    def refresh_product(self, product: str) -> None:
        """Note that a product changed, and so the data of all its instruments."""
        for name, instrument in self._exchange.instruments.items():
            if instrument.product.name == product:
                self.refresh(name)

    def refresh_all(self) -> None:
        """Note that a trading day has begun, ended or was cancelled."""
        for name in self._exchange.instruments:
            self.refresh(name)

    def deliver(self) -> None:
        """Send the noted changes at once, never conflated."""
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
