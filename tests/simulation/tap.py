"""The tap in the SDK's client, and what one connection must keep to by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, final

from carbonex.sdk import calls
from carbonex.sdk.client import Client
from carbonex.wire import channels, requests

from .record import Level, Sent


if TYPE_CHECKING:
    from collections.abc import Callable

    import msgspec

    from carbonex.sdk.calls import Incoming
    from carbonex.sdk.reply import Reply
    from carbonex.wire.codec import Codec

    from .record import Record


def tapped(record: Record) -> type[Client]:
    """Return the SDK's client with a tap into ``record``."""
    return type("TappedClient", (TappedClient,), {"record": record})


class TappedClient(Client):
    """The SDK's client, every message of which goes into ``record``."""

    record: Record

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._noted: dict[int, Sent] = {}
        self._named = ""  # as the newest login says
        self._tap = Tap(self.record, self.codec)
        deliver = self.subscriptions.deliver

        def tapping(name: str, kind: str, data: msgspec.Raw) -> None:
            self._tap.frame(name, kind, bytes(data))
            deliver(name, kind, data)

        self.subscriptions.deliver = tapping  # type: ignore[method-assign]
        update = self.heartbeats.update

        def beating(item: channels.Heartbeat) -> bool:
            self._tap.heartbeat(item)
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
        sent = Sent(key, method, reply.params, self.codec, self._named)
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
            self.record.note_refusal(sent)
            sent.result = bytes(message.result)
            self._tap.answered(sent)
        super()._take_answer(message, now)

    def _take_status(self, status: channels.Status) -> None:
        self.record.epochs.append(status.epoch)
        super()._take_status(status)

    def connection_lost(self, reason: str) -> None:
        self._noted.clear()
        super().connection_lost(reason)


@final
class Tap:
    """Reads the frames of one client, of connection after connection."""

    def __init__(self, record: Record, codec: Codec) -> None:
        self._record = record
        self._connection = Connection(record)
        self._readers: Final[dict[tuple[str, str], Any]] = {
            about: codec.decoder(list[kind])  # type: ignore[valid-type]
            for about, kind in _KINDS.items()
        }

    def begin(self) -> None:
        """A new connection has promised nothing yet."""
        self._connection = Connection(self._record)

    def answered(self, sent: Sent) -> None:
        """Take note of what an answer promises."""
        params = sent.params
        if isinstance(params, requests.Subscribe) and sent.error is None:
            self._connection.subscribed(params)

    def heartbeat(self, item: channels.Heartbeat) -> None:
        """Take what the venue says of its log."""
        self._connection.heartbeat(item)

    def frame(self, channel: str, kind: str, data: bytes) -> None:
        """Take a channel's frame."""
        reader = self._readers.get((channel, kind))
        if reader is None:
            return
        self._record.count(f"{channel} frames")
        take = self._takers(channel, kind)
        for item in reader.decode(data):
            take(item)

    def _takers(self, channel: str, kind: str) -> Callable[[Any], None]:
        connection, whole = self._connection, kind == "snapshot"
        if channel == "executions":
            return connection.snapshot_of_executions if whole else connection.execution
        if channel == "trade":
            return lambda item: connection.trade(item, replayed=whole)
        if channel == "book":
            return lambda item: connection.book(item, whole=whole)
        return self._record.balances.append


@final
class Connection:
    """What one connection has promised its client by what it told so far."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._from_seq: dict[str, int] = {}
        self._next: dict[str, int] = {}
        self._prints: dict[str, int] = {}
        self._books: dict[tuple[str, int], _Book] = {}
        self._seq = 0

    def subscribed(self, params: requests.Subscribe) -> None:
        """Take note of an acknowledged subscription; its snapshot follows."""
        if params.channel == "executions":
            self._from_seq[params.account] = params.from_seq
        elif params.channel == "trade":
            self._prints.clear()

    def snapshot_of_executions(self, item: channels.ExecutionsSnapshot) -> None:
        """Learn which execution is the next."""
        asked = self._from_seq.get(item.account, 0)
        self._next[item.account] = asked or item.exec_seq + 1

    def execution(self, item: channels.Execution) -> None:
        """No gap and no repetition within a connection."""
        wanted = self._next.get(item.account)
        if item.exec_seq != wanted:
            self._record.fail(
                "executions without a gap",
                f"{item.account} got {item.exec_seq} where {wanted} was next",
            )
        self._next[item.account] = item.exec_seq + 1
        self._record.executions.append(item)

    def trade(self, item: channels.Trade, *, replayed: bool) -> None:
        """Prints are never dropped while a connection lasts."""
        number = int(item.trade_id)
        last = self._prints.get(item.instrument)
        if not replayed and last is not None and number != last + 1:
            self._record.fail(
                "prints without a gap", f"{item.instrument}: {number} after {last}"
            )
        self._prints[item.instrument] = number
        self._record.prints.append(item)

    def book(self, item: channels.Book, *, whole: bool) -> None:
        """Follow a book; what it then shows is for the checker."""
        key = item.instrument, item.depth
        book = self._books.get(key)
        if whole or book is None:
            book = self._books[key] = _Book()
        elif not book.follows(item):
            self._record.fail(
                "books chained", f"{key}: {item.prev_seq} after {book.seq}"
            )
        self._record.books.append(book.take(item))

    def heartbeat(self, item: channels.Heartbeat) -> None:
        """The seq never goes back."""
        if item.seq < self._seq:
            self._record.fail("seq goes on", f"{item.seq} after {self._seq}")
        self._seq = item.seq
        self._record.heartbeats.append(item)


@final
class _Book:
    """One followed book: a client too simple to be wrong."""

    def __init__(self) -> None:
        self.seq = -1
        self._chained = False
        self._sides: tuple[dict[str, tuple[int, int]], dict[str, tuple[int, int]]]
        self._sides = {}, {}

    def follows(self, item: channels.Book) -> bool:
        if item.prev_seq is None:
            return False
        if self._chained:
            return item.prev_seq == self.seq
        return item.prev_seq <= self.seq < item.seq

    def take(self, item: channels.Book) -> Level:
        self._chained = item.prev_seq is not None
        self.seq = item.seq
        for side, levels in zip(self._sides, (item.bids, item.asks), strict=True):
            for price, quantity, orders in levels:
                if quantity:
                    side[price] = quantity, orders
                else:
                    side.pop(price, None)
        bids, asks = (
            sorted(((price, *level) for price, level in side.items()), key=_fen)
            for side in self._sides
        )
        return Level(
            item.instrument, item.depth, item.seq, tuple(reversed(bids)), tuple(asks)
        )


def _fen(level: tuple[str, int, int]) -> int:
    return int(level[0].replace(".", ""))


_KINDS: Final[dict[tuple[str, str], Any]] = {
    ("executions", "snapshot"): channels.ExecutionsSnapshot,
    ("executions", "update"): channels.Execution,
    ("trade", "snapshot"): channels.Trade,
    ("trade", "update"): channels.Trade,
    ("book", "snapshot"): channels.Book,
    ("book", "update"): channels.Book,
    ("balances", "snapshot"): channels.BalancesData,
    ("balances", "update"): channels.BalancesData,
}
_METHODS: Final = {params: name for params, (name, _) in calls.METHODS.items()}
