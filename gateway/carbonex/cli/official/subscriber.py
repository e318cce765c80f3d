"""A subscriber to one of a venue's channels, without a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec
from websockets.frames import Frame as WebSocketFrame
from websockets.protocol import Protocol, Side

from carbonex.gateway.outbox import Outbox
from carbonex.wire import channels
from carbonex.wire.codec import JSON
from carbonex.wire.requests import Subscribe


if TYPE_CHECKING:
    from carbonex.gateway.feed import Feed
    from carbonex.wire.requests import ChannelName


T = TypeVar("T")


class Subscriber(Generic[T]):
    """Reads the bytes that would be written to a client's socket.

    ``data`` is the struct of ``carbonex.wire.channels`` that the channel streams.
    """

    def __init__(self, feed: Feed, channel: ChannelName, data: type[T]) -> None:
        self._outbox = Outbox(JSON)
        self._socket = Protocol(Side.CLIENT)
        self._decoder = JSON.decoder(channels.Frame)
        self._data = data
        feed.subscribe(self._outbox, Subscribe(channel), 0)

    def read(self) -> list[T]:
        """Return the messages since the last call, the snapshot first."""
        self._socket.receive_data(b"".join(self._outbox.take()))
        items: list[T] = []
        for event in self._socket.events_received():
            assert isinstance(event, WebSocketFrame)
            message = self._decoder.decode(bytes(event.data))
            items += msgspec.convert(message.data, list[self._data])  # type: ignore[name-defined]
        return items
