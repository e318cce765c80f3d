"""Channels: what is subscribed, and who gets what arrives."""

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

    def begin(self, items: list[Any]) -> None:
        """Begin with all ``items`` of a snapshot that tells whatever there is."""
        for item in items:
            self.snapshot(item)

    @abc.abstractmethod
    def update(self, item: Any) -> bool:
        """Go on with ``item``; False where something is missing before it."""

    @abc.abstractmethod
    def interrupted(self) -> None:
        """Nothing arrives until the next snapshot."""

    def restored(self, error: CarbonexError) -> None:  # noqa: B027
        """The venue is older than it was; what it tells from now on begins anew."""

    def refused(self, asked: requests.Subscribe, error: VenueError) -> bool:
        """The venue does not allow what was asked; True to ask again, differently."""
        self.ended(error)
        return False

    @abc.abstractmethod
    def ended(self, error: CarbonexError) -> None:
        """Nothing arrives any more, because of ``error``."""


class Feed(Channel, Generic[T]):
    """A channel handed to any number of streams.

    ``subject`` is an instrument, empty for all, or what else the channel is about.
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
        """Return the streams that somebody reads, oldest first."""
        return [stream for stream in self._streams.values() if stream.is_open]

    def stream(self) -> Stream[T]:
        """Return a stream of everything from now on."""
        stream = self.attach(self.new_stream())
        if self._error is not None:
            stream.fail(self._error)
        return stream

    def new_stream(self) -> Stream[T]:
        """Return a stream that nothing is handed to yet."""
        return Stream(self, self.name)

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
        self._error = error
        self.end_streams(error)

    def end_streams(self, error: CarbonexError) -> None:
        """End the streams that there are; later ones are not concerned."""
        for stream in self.streams():
            stream.fail(error)
