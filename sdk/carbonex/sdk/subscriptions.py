"""Keep track of subscriptions and dispatch each frame to its channel."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakValueDictionary

from carbonex.wire import requests

from .errors import Busy, CarbonexError, HistoryBehind, RateLimited, VenueError
from .models import (
    Alert,
    AuctionUpdate,
    Balances,
    Bid,
    Block,
    BookFrame,
    Bulletin,
    Countdown,
    Execution,
    ExecutionsSnapshot,
    Instrument,
    ListingsFrame,
    Premium,
    Ticker,
    Trade,
)


if TYPE_CHECKING:
    from collections.abc import Callable

    import msgspec

    from carbonex.wire.codec import Codec

    from .channel import Channel, Key


class Subscriptions:
    """The channels that somebody holds, and their state at the venue.

    A channel that nobody holds any more is unsubscribed at its next frame. ``send``
    takes a request and a callback for its outcome: None, or the reason of a refusal.

    At the venue the subscriptions of one instrument and of all instruments exclude each
    other. If both are held, the one of all instruments serves both.
    """

    def __init__(
        self,
        codec: Codec,
        send: Callable[[requests.Params, Callable[[CarbonexError | None], None]], None],
    ) -> None:
        self._send = send
        self._decoders: Final = {
            about: codec.decoder(list[item])  # type: ignore[valid-type]
            for about, item in _ITEMS.items()
        }
        self._channels: WeakValueDictionary[Key, Channel] = WeakValueDictionary()
        self._active: dict[Key, requests.Subscribe] = {}
        self._begun: dict[str, Channel] = {}  # their next frame is a snapshot
        self._postponed: list[Key] = []

    def add(self, channel: Channel) -> None:
        """Keep ``channel`` while somebody holds it; ``start`` subscribes."""
        self._channels[channel.key] = channel

    def find(self, key: Key) -> Channel | None:
        """Return the channel with ``key``, if somebody holds it."""
        return self._channels.get(key)

    def start(self, channel: Channel) -> None:
        """Subscribe now; an existing subscription starts again.

        The channel of one instrument receives its own snapshot, or refusal, before the
        channel of all instruments serves it.
        """
        everything = _everything(channel.key)
        interrupts = everything in self._active and everything != channel.key
        self._ask(channel)
        if interrupts:
            self._serve(everything)

    def start_all(self) -> None:
        """Subscribe to everything, on a new connection."""
        for channel in sorted(self._channels.values(), key=_is_everything):
            self._ask(channel)

    def retry(self) -> None:
        """Ask again for subscriptions that an overloaded venue has refused."""
        postponed, self._postponed = self._postponed, []
        for key in postponed:
            channel = self._channels.get(key)
            if channel is not None:
                self.start(channel)

    def interrupted(self) -> None:
        """Discard the venue's side: the connection is lost."""
        self._active.clear()
        self._begun.clear()
        self._postponed.clear()
        for channel in list(self._channels.values()):
            channel.interrupted()

    def restored(self, error: CarbonexError) -> None:
        """Notify every channel that the venue was restored from an older copy."""
        for channel in list(self._channels.values()):
            channel.restored(error)

    def ended(self, error: CarbonexError) -> None:
        """End every channel with the error, and remove it."""
        for channel in list(self._channels.values()):
            channel.ended(error)
        self._channels.clear()

    def deliver(self, name: str, kind: str, data: msgspec.Raw) -> None:
        """Dispatch a frame's items to their channels; ignore unknown ones."""
        decoder = self._decoders.get((name, kind))
        if decoder is None:
            return
        items = decoder.decode(data)
        begun = self._begun.pop(name, None) if kind == "snapshot" else None
        if begun is not None:
            for channel in (begun, *self._served_by(begun.key)):
                channel.begin(
                    [item for item in items if channel.key in _keys(name, item)]
                )
            return
        for item in items:
            for key in _keys(name, item):
                self._deliver(key, kind, item)

    def _deliver(self, key: Key, kind: str, item: Any) -> None:
        channel = self._channels.get(key)
        if channel is None:
            if self._stop(key):
                self._serve(key)
        elif kind == "snapshot":
            channel.snapshot(item)
        elif not channel.update(item):
            self.start(channel)

    def _ask(self, channel: Channel) -> None:
        """Subscribe, after ending the subscription that excludes it."""
        for key in [key for key in self._active if _overlap(key, channel.key)]:
            self._stop(key)
        channel.interrupted()
        asked = channel.subscription()
        self._active[channel.key] = asked
        self._send(asked, lambda error: self._answered(channel, asked, error))

    def _serve(self, everything: Key) -> None:
        """Serve by the channel of all instruments, or subscribe each by itself."""
        channel = self._channels.get(everything)
        for asking in self._served_by(everything) if channel is None else [channel]:
            self._ask(asking)

    def _served_by(self, everything: Key) -> list[Channel]:
        """Return the single-instrument channels that only the channel of all serves."""
        return [
            channel
            for key, channel in self._channels.items()
            if key != everything == _everything(key) and key not in self._active
        ]

    def _stop(self, key: Key) -> bool:
        asked = self._active.pop(key, None)
        if asked is not None:
            self._send(_unsubscription(asked), lambda _: None)
        return asked is not None

    def _answered(
        self, channel: Channel, asked: requests.Subscribe, error: CarbonexError | None
    ) -> None:
        if error is None:
            channel.acknowledged(asked)
            if asked.channel in _WHOLE:
                self._begun[asked.channel] = channel
            return
        if self._active.get(channel.key) is asked:
            del self._active[channel.key]
        if isinstance(error, RateLimited | Busy | HistoryBehind):
            self._postponed.append(channel.key)
        elif not isinstance(error, VenueError):
            return  # lost with the connection; the next one begins with all
        elif channel.refused(asked, error):
            self.start(channel)
        elif self._channels.get(channel.key) is channel:
            del self._channels[channel.key]  # a later caller creates a new channel
            self._serve(channel.key)


# Channels with a complete snapshot right after the subscription's answer, so that even
# an empty snapshot can be assigned.
_WHOLE: Final = frozenset({"instrument", "auction", "blocks", "bids"})

# The item type of each channel's frames. Balances and similar states have the same form
# in snapshots and updates.
_ITEMS: Final[dict[tuple[str, str], Any]] = {
    ("executions", "snapshot"): ExecutionsSnapshot,
    ("executions", "update"): Execution,
} | {
    (name, kind): item
    for name, item in {
        "instrument": Instrument,
        "ticker": Ticker,
        "trade": Trade,
        "book": BookFrame,
        "listings": ListingsFrame,
        "bulletin": Bulletin,
        "auction": AuctionUpdate,
        "premium": Premium,
        "balances": Balances,
        "blocks": Block,
        "bids": Bid,
        "alerts": Alert,
        "countdown": Countdown,
    }.items()
    for kind in ("snapshot", "update")
}

# The instrument or account that an item belongs to; no name is empty.
_SUBJECTS: Final[dict[str, Callable[[Any], str]]] = {
    "executions": attrgetter("account"),
    "balances": attrgetter("account"),
    "bids": attrgetter("account"),
    "countdown": attrgetter("account"),
    "blocks": lambda _: "",
    "auction": attrgetter("auction.instrument"),
    "premium": attrgetter("ccer"),
    "bulletin": lambda item: item.name if item.scope == "instrument" else "",
}
_instrument: Final = attrgetter("instrument")


def _keys(name: str, item: Any) -> tuple[Key, ...]:
    """Return the channels of an item: its own, and the one of all instruments."""
    if name == "book":
        return ((name, item.instrument, item.depth, item.interval_ms),)
    if name == "listings":
        return ((name, item.instrument, item.interval_ms),)
    subject = _SUBJECTS.get(name, _instrument)(item)
    return ((name, subject), (name, "")) if subject else ((name, ""),)


def _everything(key: Key) -> Key:
    """Return the channel of all instruments that includes ``key``, if any."""
    return (key[0], "")


def _is_everything(channel: Channel) -> bool:
    return channel.key == _everything(channel.key)


def _overlap(one: Key, other: Key) -> bool:
    """Return whether the venue would refuse one beside the other."""
    return one == other or (one[0] == other[0] and "" in (one[1], other[1]))


def _unsubscription(asked: requests.Subscribe) -> requests.Unsubscribe:
    return requests.Unsubscribe(
        asked.channel, asked.instrument, asked.depth, asked.interval_ms, asked.account
    )
