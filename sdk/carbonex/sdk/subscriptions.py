"""Which channels are subscribed, and bringing each frame to its channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from weakref import WeakValueDictionary

from carbonex.wire import requests

from .errors import Busy, CarbonexError, RateLimited, VenueError
from .models import (
    Balances,
    BookFrame,
    Execution,
    ExecutionsSnapshot,
    Instrument,
    Ticker,
    Trade,
)


if TYPE_CHECKING:
    from collections.abc import Callable

    import msgspec

    from carbonex.wire.codec import Codec

    from .channel import Channel, Key


class Subscriptions:
    """The channels that somebody holds, and what of them the venue knows.

    A channel that nobody holds any more is unsubscribed at its next frame.
    ``send`` takes a request and what to do with its outcome, which is None or
    the reason why it was refused.
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
        self._postponed: list[Key] = []

    def add(self, channel: Channel) -> None:
        """Keep ``channel`` while somebody holds it; ``start`` subscribes."""
        self._channels[channel.key] = channel

    def find(self, key: Key) -> Channel | None:
        """Return the channel with ``key``, if somebody holds it."""
        return self._channels.get(key)

    def start(self, channel: Channel) -> None:
        """Subscribe now; what is subscribed already begins anew."""
        self._stop(channel.key)
        channel.interrupted()
        asked = channel.subscription()
        self._active[channel.key] = asked
        self._send(asked, lambda error: self._answered(channel, asked, error))

    def start_all(self) -> None:
        """Subscribe to everything, on a new connection."""
        for channel in list(self._channels.values()):
            self.start(channel)

    def retry(self) -> None:
        """Ask again for what an overloaded venue has put off."""
        postponed, self._postponed = self._postponed, []
        for key in postponed:
            channel = self._channels.get(key)
            if channel is not None:
                self.start(channel)

    def interrupted(self) -> None:
        """Forget what the venue knew: the connection is gone."""
        self._active.clear()
        self._postponed.clear()
        for channel in list(self._channels.values()):
            channel.interrupted()

    def ended(self, error: CarbonexError) -> None:
        """Tell every channel that nothing arrives any more, and forget it."""
        for channel in list(self._channels.values()):
            channel.ended(error)
        self._channels.clear()

    def deliver(self, name: str, kind: str, data: msgspec.Raw) -> None:
        """Bring a frame's items to their channels; what nobody knows is ignored."""
        decoder = self._decoders.get((name, kind))
        if decoder is None:
            return
        for item in decoder.decode(data):
            self._deliver(_key(name, item), kind, item)

    def _deliver(self, key: Key, kind: str, item: Any) -> None:
        channel = self._channels.get(key)
        if channel is None:
            self._stop(key)
        elif kind == "snapshot":
            channel.snapshot(item)
        elif not channel.update(item):
            self.start(channel)

    def _stop(self, key: Key) -> None:
        asked = self._active.pop(key, None)
        if asked is not None:
            self._send(_unsubscription(asked), lambda _: None)

    def _answered(
        self, channel: Channel, asked: requests.Subscribe, error: CarbonexError | None
    ) -> None:
        if error is None:
            channel.acknowledged(asked)
            return
        if self._active.get(channel.key) is asked:
            del self._active[channel.key]
        if isinstance(error, RateLimited | Busy):
            self._postponed.append(channel.key)
        elif not isinstance(error, VenueError):
            return  # lost with the connection; the next one begins with all
        elif channel.refused(error):
            self.start(channel)
        elif self._channels.get(channel.key) is channel:
            del self._channels[channel.key]  # whoever asks again makes a new one


# What an item of a channel's frames is. Balances and such have the same form
# in a snapshot as in an update.
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
        "balances": Balances,
    }.items()
    for kind in ("snapshot", "update")
}


def _key(name: str, item: Any) -> Key:
    """Return which channel an item belongs to."""
    if name == "book":
        return (name, item.instrument, item.depth, item.interval_ms)
    if name in ("executions", "balances"):
        return (name, item.account)
    return (name, item.instrument)


def _unsubscription(asked: requests.Subscribe) -> requests.Unsubscribe:
    return requests.Unsubscribe(
        asked.channel, asked.instrument, asked.depth, asked.interval_ms, asked.account
    )
