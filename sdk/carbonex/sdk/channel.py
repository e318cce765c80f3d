"""Channels: subscriptions, and the distribution of their items."""

from __future__ import annotations

import abc
import itertools
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeVar
from weakref import WeakValueDictionary

from carbonex.wire import requests

from .stream import Stream


if TYPE_CHECKING:
    from .errors import CarbonexError, VenueError


T = TypeVar("T")
Key: TypeAlias = tuple[str | int, ...]


class Channel(abc.ABC):
    """The client side of a subscription, alive while somebody holds it."""

    @property
    @abc.abstractmethod
    def key(self) -> Key:
        """The identity of the channel: its name, then its subject."""

    @abc.abstractmethod
    def subscription(self) -> requests.Subscribe:
        """Return the request that starts or resumes the subscription."""

    def acknowledged(self, asked: requests.Subscribe) -> None:  # noqa: B027
        """Handle the venue's acceptance; the snapshot is the next item."""

    @abc.abstractmethod
    def snapshot(self, item: Any) -> None:
        """Start, or start again, with ``item``."""

    def begin(self, items: list[Any]) -> None:
        """Start with all ``items`` of a complete snapshot."""
        for item in items:
            self.snapshot(item)

    @abc.abstractmethod
    def update(self, item: Any) -> bool:
        """Apply ``item``; return False if an item before it is missing."""

    @abc.abstractmethod
    def interrupted(self) -> None:
        """Handle an interruption: nothing arrives until the next snapshot."""

    def restored(self, error: CarbonexError) -> None:  # noqa: B027
        """Handle a restored venue: discard its earlier state."""

    def refused(self, asked: requests.Subscribe, error: VenueError) -> bool:
        """Handle a refusal; return True to ask again with another request."""
        self.ended(error)
        return False

    @abc.abstractmethod
    def ended(self, error: CarbonexError) -> None:
        """Handle the end: nothing arrives any more, because of ``error``."""


class Feed(Channel, Generic[T]):
    """A channel that distributes its items to any number of streams.

    ``subject`` is an instrument, empty for all, or another subject of the channel.
    """

    def __init__(self, channel: requests.ChannelName, subject: str = "") -> None:
        self.channel: Final = channel
        self.subject: Final = subject
        self._streams: WeakValueDictionary[int, Stream[T]] = WeakValueDictionary()
        self._numbers = itertools.count()
        self._error: CarbonexError | None = None

    @property
    def name(self) -> str:
        """The channel and its subject, for people."""
        return f"{self.channel} {self.subject}".rstrip()

    @property
    def key(self) -> Key:
        return (self.channel, self.subject)

    def subscription(self) -> requests.Subscribe:
        return requests.Subscribe(self.channel, self.subject)

    def streams(self) -> list[Stream[T]]:
        """Return the streams that somebody holds, oldest first."""
        return [stream for stream in self._streams.values() if stream.is_open]

    def stream(self) -> Stream[T]:
        """Return a stream of every item from now on."""
        stream = self.attach(self.new_stream())
        if self._error is not None:
            stream.fail(self._error)
        return stream

    def new_stream(self) -> Stream[T]:
        """Return a stream that is not attached yet."""
        return Stream(self, self.name)

    def attach(self, stream: Stream[T]) -> Stream[T]:
        """Send every item from now on to ``stream`` as well."""
        self._streams[next(self._numbers)] = stream
        return stream

    def snapshot(self, item: Any) -> None:
        """Start with ``item``; most channels treat it as an update."""
        self.update(item)

    def update(self, item: T) -> bool:
        """Send an item to every stream."""
        for stream in self.streams():
            stream.put(item)
        return True

    def interrupted(self) -> None:
        """Do nothing: streams continue with the next item."""

    def ended(self, error: CarbonexError) -> None:
        self._error = error
        self.end_streams(error)

    def end_streams(self, error: CarbonexError) -> None:
        """End the existing streams; later ones are not affected."""
        for stream in self.streams():
            stream.fail(error)
