"""Channels: what is subscribed, and who gets what arrives."""

from __future__ import annotations

import abc
import itertools
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeVar
from weakref import WeakValueDictionary

from carbonex.wire import requests

from .models import Trade
from .stream import Latest, Stream


if TYPE_CHECKING:
    from .errors import CarbonexError, VenueError


T = TypeVar("T")
Key: TypeAlias = tuple[str | int, ...]


class Channel(abc.ABC):
    """One subscription's end at the client, alive while somebody holds it."""

    @property
    @abc.abstractmethod
    def key(self) -> Key:
        """What distinguishes it: the channel, then its subject."""

    @abc.abstractmethod
    def subscription(self) -> requests.Subscribe:
        """Return the request that starts it, or takes it up where it stood."""

    def acknowledged(self, asked: requests.Subscribe) -> None:  # noqa: B027
        """The venue has accepted the request; the snapshot is the next item."""

    @abc.abstractmethod
    def snapshot(self, item: Any) -> None:
        """Begin, or begin anew, with ``item``."""

    @abc.abstractmethod
    def update(self, item: Any) -> bool:
        """Go on with ``item``; False where something is missing before it."""

    @abc.abstractmethod
    def interrupted(self) -> None:
        """Nothing arrives until the next snapshot."""

    def refused(self, error: VenueError) -> bool:
        """The venue does not allow it; True to ask once more, differently."""
        self.ended(error)
        return False

    @abc.abstractmethod
    def ended(self, error: CarbonexError) -> None:
        """Nothing arrives any more, because of ``error``."""


class Feed(Channel, Generic[T]):
    """A channel handed to any number of streams."""

    def __init__(self, channel: requests.ChannelName, subject: str) -> None:
        self.channel: Final = channel
        self.subject: Final = subject
        self._streams: WeakValueDictionary[int, Stream[T]] = WeakValueDictionary()
        self._numbers = itertools.count()

    @property
    def name(self) -> str:
        """The channel and its subject, for people."""
        return f"{self.channel} {self.subject}"

    @property
    def key(self) -> Key:
        return (self.channel, self.subject)

    def subscription(self) -> requests.Subscribe:
        if self.channel == "balances":
            return requests.Subscribe(self.channel, account=self.subject)
        return requests.Subscribe(self.channel, self.subject)

    def streams(self) -> list[Stream[T]]:
        """Return the streams that somebody reads, oldest first."""
        return [stream for stream in self._streams.values() if stream.is_open]

    def stream(self) -> Stream[T]:
        """Return a stream of everything from now on."""
        return self.attach(Stream(self, self.name))

    def attach(self, stream: Stream[T]) -> Stream[T]:
        """Hand everything from now on to ``stream`` too."""
        self._streams[next(self._numbers)] = stream
        return stream

    def snapshot(self, item: Any) -> None:
        """Begin with ``item``; most channels begin as they go on."""
        self.update(item)

    def update(self, item: T) -> bool:
        """Hand one item to every stream."""
        for stream in self.streams():
            stream.put(item)
        return True

    def interrupted(self) -> None:
        """Nothing to do: streams go on with what comes next."""

    def ended(self, error: CarbonexError) -> None:
        for stream in self.streams():
            stream.fail(error)


class StateFeed(Feed[T]):
    """A channel whose every item is the whole state, so that the newest is all."""

    def __init__(self, channel: requests.ChannelName, subject: str) -> None:
        super().__init__(channel, subject)
        self._newest: T | None = None

    def stream(self) -> Stream[T]:
        """Return a stream that begins with the newest state."""
        stream: Stream[T] = Latest(self, self.name)
        if self._newest is not None:
            stream.put(self._newest)
        return self.attach(stream)

    def update(self, item: T) -> bool:
        self._newest = item
        return super().update(item)


class TradeFeed(Feed[Trade]):
    """An instrument's prints; one that was told before is not told again.

    A snapshot holds the most recent ones, which after an interruption are what
    was missed.
    """

    def __init__(self, instrument: str) -> None:
        super().__init__("trade", instrument)
        self._last_id = 0

    def update(self, item: Trade) -> bool:
        if int(item.trade_id) > self._last_id:
            self._last_id = int(item.trade_id)
            super().update(item)
        return True
