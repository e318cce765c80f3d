"""The tap in the SDK's client, which records everything it sends and receives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, final

from carbonex.sdk import calls
from carbonex.sdk.client import Client
from carbonex.wire import answers, channels, requests

from .promises import Connection
from .record import Sent, owner_of
from .shown import show


if TYPE_CHECKING:
    import msgspec

    from carbonex.sdk.calls import Incoming
    from carbonex.sdk.reply import Reply
    from carbonex.wire.codec import Codec

    from .record import Record


def tapped(record: Record) -> type[Client]:
    """Return the SDK's client class with a tap into ``record``."""
    return type("TappedClient", (TappedClient,), {"record": record})


class TappedClient(Client):
    """The SDK's client, with every message recorded in ``record``."""

    record: Record

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._noted: dict[int, Sent] = {}
        self._named = ""  # session name of the newest login
        key = self._key
        name = owner_of(key.key_id) if key else ""
        self._tap = Tap(self.record, self.codec, name)
        deliver = self.subscriptions.deliver

        def tapping(name: str, kind: str, data: msgspec.Raw) -> None:
            self._tap.frame(name, kind, bytes(data))
            deliver(name, kind, data)

        self.subscriptions.deliver = tapping  # type: ignore[method-assign]
        update = self.heartbeats.update

        def beating(item: channels.Heartbeat) -> bool:
            self._tap.connection.heartbeat(item)
            show(self, item.seq)
            return update(item)

        self.heartbeats.update = beating  # type: ignore[method-assign]

    def connection_made(self) -> None:
        super().connection_made()
        self.record.count("connections")
        self._tap.begin()

    def receive(self, data: str | bytes, now: float) -> None:
        self.record.trace.update(data.encode() if isinstance(data, str) else data)
        super().receive(data, now)

    def take(self) -> list[bytes]:
        for _, reply in self._out:
            self._noted_by(reply).sent = True
        return super().take()

    def _send(self, reply: Reply[Any]) -> None:
        super()._send(reply)
        key = self._key.key_id if self._key else ""
        method = _METHODS[type(reply.params)]
        if isinstance(reply.params, requests.Login):
            self._named = reply.params.session
        elif isinstance(reply.params, requests.Unsubscribe):
            self._tap.connection.unsubscribing(reply.params)
        sent = Sent(key, method, reply.params, self.codec, self._named)
        sent.since = self.record.position()
        self._noted[id(reply)] = sent
        self.record.sent.append(sent)

    def _noted_by(self, reply: Reply[Any]) -> Sent:
        return self._noted[id(reply)]

    def _take_answer(self, message: Incoming, now: float) -> None:
        reply = self._pending.get(message.req_id or 0)
        if reply is None:
            self.record.fail("answers to their askers", f"{self._key}: {message}")
        else:
            sent = self._noted.pop(id(reply))
            sent.answered = True
            sent.error = message.error
            self.record.note_answer(sent)
            sent.result = bytes(message.result)
            self._tap.answered(sent)
        super()._take_answer(message, now)

    def _take_status(self, status: channels.Status) -> None:
        self.record.statuses.append(status)
        super()._take_status(status)

    def connection_lost(self, reason: str) -> None:
        self._noted.clear()
        super().connection_lost(reason)


@final
class Tap:
    """Reads the frames of one client, over successive connections."""

    def __init__(self, record: Record, codec: Codec, name: str) -> None:
        self._record = record
        self._name = name
        self.connection = Connection(record, name)
        self._readers: Final[dict[tuple[str, str], Any]] = {
            about: codec.decoder(list[kind])  # type: ignore[valid-type]
            for about, kind in _KINDS.items()
        }

    def begin(self) -> None:
        """Start with a new connection, without promises."""
        self.connection = Connection(self._record, self._name)

    def answered(self, sent: Sent) -> None:
        """Record the promises of an answer."""
        if sent.error is not None:
            return
        if isinstance(sent.params, requests.Subscribe):
            self.connection.subscribed(sent.params, sent.since)
        elif isinstance(sent.params, requests.Logout):
            self.connection.logged_out()

    def frame(self, channel: str, kind: str, data: bytes) -> None:
        """Record a channel's frame."""
        reader = self._readers.get((channel, kind))
        if reader is not None:
            items, whole = reader.decode(data), kind == "snapshot"
            if whole:
                self.connection.begin(channel, items)
            for item in items:
                self.connection.take(channel, item, whole=whole)


_ITEMS: Final[dict[str, Any]] = {
    "executions": channels.Execution,
    "trade": channels.Trade,
    "book": channels.Book,
    "ticker": channels.Ticker,
    "balances": answers.Balances,
    "alerts": channels.Alert,
    "bulletin": channels.Bulletin,
    "countdown": answers.Countdown,
    "blocks": answers.Block,
    "bids": answers.Bid,
}
_KINDS: Final[dict[tuple[str, str], Any]] = {
    (channel, kind): item
    for channel, item in _ITEMS.items()
    for kind in ("snapshot", "update")
} | {("executions", "snapshot"): channels.ExecutionsSnapshot}
_METHODS: Final = {params: name for params, (name, _) in calls.METHODS.items()}
