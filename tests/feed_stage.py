"""A venue with a feed and without a log, and clients that read the feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from websockets.frames import Frame as WebSocketFrame, Opcode
from websockets.streams import StreamReader

from carbonex.engine import (
    BUY,
    SELL,
    AdvanceTime,
    AuctionTerms,
    BeginDay,
    BlockTerms,
    CallTerms,
    Exchange,
    Fees,
    ListInstrument,
    Thresholds,
)
from carbonex.gateway.budget import Budget
from carbonex.gateway.feed import Feed
from carbonex.gateway.feed.premium import Pair, Pairs
from carbonex.gateway.outbox import Outbox
from carbonex.gateway.venue import Venue, opening_epoch
from carbonex.wire import channels
from carbonex.wire.codec import JSON, Codec
from carbonex.wire.requests import Subscribe, Unsubscribe
from driver import admitted


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from carbonex.engine import Applied, Batch, Command, Event
    from carbonex.wire.answers import Error

T = TypeVar("T")
Depth = list[tuple[int, int, int]]  # price in fen, tonnes, orders; best first

MS = 1_000_000
DAY_ENDS_NS = 10**15
RULED = "CEA26"  # has every rule of a market; the other instruments have none
INSTRUMENTS = ("CEA24", "CEA25", RULED)
ACCOUNTS = ("ant", "bee", "cow")  # each of a participant of the same name

LISTED = (
    *(ListInstrument("", name) for name in INSTRUMENTS if name != RULED),
    ListInstrument(
        "",
        RULED,
        reference=7000,
        band_permille=100,
        take_levels=5,
        pick=True,
        resale_days=1,
        position_limit=1_100_000,
        large_holder_permille=910,
        fees=Fees(100, 200, 50, 70),
        blocks=BlockTerms(10, 300),
        auctions=AuctionTerms(allowed=True),
        calls=CallTerms(resume_seconds=1),
        thresholds=Thresholds(
            cancel_ratio=300,
            cancel_orders=3,
            large_order=15,
            reverse_quantity=5,
            vwap_deviation=1,
            vwap_volume=10,
            high_low=1,
            volume_share=400,
            share_volume=50,
        ),
    ),
)
PAIRS = Pairs((Pair(RULED, "CEA25"), Pair(RULED, "composite:CEA")), Pair("CEA", "CEA"))
BOOK = {"channel": "book", "instrument": "CEA25"}
EVERYTHING: list[dict[str, Any]] = [
    *({"channel": c} for c in ("status", "heartbeat", "instrument", "ticker", "trade")),
    *({"channel": c} for c in ("bulletin", "auction", "premium", "alerts")),
    BOOK,
    *(
        {"channel": c, "account": "ant"}
        for c in ("executions", "balances", "blocks", "bids")
    ),
]


class Stage:
    """The part of the venue's process that the feed uses.

    ``depths`` holds both sides of each book after each batch, by the seq of the batch's
    last command. ``told`` holds the engine's events by command.
    """

    def __init__(
        self,
        exchange: Exchange | None = None,
        tail: Sequence[Batch] = (),
        **options: Any,
    ) -> None:
        """Start a process from ``exchange`` and later batches, if any."""
        self.exchange = exchange or Exchange()
        self.options = {"premiums": PAIRS, **options}
        self.now_ns = max(1_000 * MS, self.exchange.time_ns)
        self.depths: dict[int, dict[str, tuple[Depth, Depth]]] = {}
        self.told: list[tuple[int, int, list[Event]]] = []
        self.batches: list[Batch] = []
        newest = max([batch.epoch for batch in tail], default=0)
        epoch = max(opening_epoch(self.exchange, 1), newest + 1)
        self.venue = Venue(self.exchange, "test", 1, epoch, 10_000, 1_000)
        self.feed = Feed(self.venue, **self.options)
        self.venue.readers += [self.feed, self]
        self._between: Callable[[int], None] | None = None
        self._recover(tail)
        self._commit()

    def published(self, seq: int, time_ns: int, events: list[Event]) -> None:
        self.told.append((seq, time_ns, events))

    def answered(self, token: int, events: list[Event], seq: int, time_ns: int) -> None:
        del events, seq, time_ns
        if self._between is not None:
            self._between(token)

    def do(
        self, *commands: Command, between: Callable[[int], None] | None = None
    ) -> Applied:
        """Run one batch; ``between`` is called after each command with its index.

        Due timers come first, in batches of their own. If all commands are
        AdvanceTime, these batches replace them.
        """
        applied: Applied | None = None
        while self.venue.exchange.is_late(self.now_ns):
            applied = self._commit()
        if applied is not None and all(type(one) is AdvanceTime for one in commands):
            return applied
        self._between = between
        for index, command in enumerate(commands):
            assert self.venue.submit(self, index, command)
        return self._commit()

    def set_up(self) -> Stage:
        """List the instruments, fund the accounts and begin a day."""
        self.do(*LISTED)
        for name in ACCOUNTS:
            self.do(*admitted(name, 10**12, 10**6, INSTRUMENTS))
        self.do(BeginDay("", 20250106, DAY_ENDS_NS))
        return self

    def flush(self, after_ms: int = 0) -> None:
        """Let time pass, then flush due data."""
        self.now_ns += after_ms * MS
        self.feed.flush(self.now_ns)

    def heartbeat(self) -> None:
        self.feed.heartbeat(self.now_ns)

    def restarted(self, snapshot: bytes, since: int) -> Stage:
        """Return the next process: restored, with the batches from ``since`` on."""
        exchange = Exchange.restore(snapshot)
        stage = Stage(exchange, self.batches[since:], **self.options)
        stage.now_ns = self.now_ns
        return stage

    def _recover(self, tail: Sequence[Batch]) -> None:
        replay = self.feed.replay(len(tail))
        for batch in tail:
            applied = self.venue.replayed(batch, 1, b"")
            assert applied.accepted
            replay.read(applied)
        replay.finish()

    def _commit(self) -> Applied:
        batch = self.venue.take_batch(self.now_ns)
        assert batch is not None
        self.batches.append(batch)
        applied = self.venue.committed(batch, self.venue.position + 1, b"chain")
        assert applied.accepted
        self._between = None
        self.depths[self.exchange.seq] = {
            name: (each.book.depth(BUY, 10**6), each.book.depth(SELL, 10**6))
            for name, each in self.exchange.instruments.items()
        }
        return applied


class Client:
    """The client's end of one connection."""

    def __init__(
        self, stage: Stage, codec: Codec = JSON, max_bytes: int = 10**9
    ) -> None:
        self.stage = stage
        self.codec = codec
        self.outbox = Outbox(codec, Budget(max_bytes))
        self._decoder = codec.decoder(channels.Frame)

    def subscribe(self, channel: str, **params: Any) -> Error | None:
        """Subscribe as a session does; return the refusal, if any."""
        request = msgspec.convert({"channel": channel, **params}, Subscribe)
        refusal = self.stage.feed.refusal(self.outbox, request)
        if refusal is None:
            self.stage.feed.subscribe(self.outbox, request, self.stage.now_ns)
        return refusal

    def follow(self, channel: str, **params: Any) -> Client:
        """Subscribe; a refusal is an error."""
        assert self.subscribe(channel, **params) is None
        return self

    def unsubscribe(self, channel: str, **params: Any) -> bool:
        request = msgspec.convert({"channel": channel, **params}, Unsubscribe)
        return self.stage.feed.unsubscribe(self.outbox, request)

    def leave(self) -> None:
        self.stage.feed.drop(self.outbox)

    def resume(self) -> None:
        """Read again after a pause, as the shell tells the feed."""
        self.outbox.paused = False
        self.stage.feed.resumed(self.outbox, self.stage.now_ns)

    def frames(self) -> list[channels.Frame]:
        """Decode the waiting frames; none while paused, as in the shell."""
        if self.outbox.paused:
            return []
        data = b"".join(self.outbox.take())
        return [self._decoder.decode(payload) for payload in unframe(self.codec, data)]

    def read(self, data_type: type[T]) -> list[tuple[str, T]]:
        """Return each waiting item with its frame's type."""
        return [
            (frame.type, datum)
            for frame in self.frames()
            for datum in msgspec.convert(
                frame.data,
                list[data_type],  # type: ignore[valid-type]
                str_keys=not self.codec.binary,
            )
        ]


def follow(stage: Stage, channel: str, **params: Any) -> Client:
    """Follow a channel and read its snapshot."""
    client = Client(stage).follow(channel, **params)
    client.frames()
    return client


def unframe(codec: Codec, data: bytes) -> list[bytes]:
    """Return the payloads of complete frames, as a WebSocket client reads them."""
    reader = StreamReader()
    reader.feed_data(data)
    payloads = []
    while reader.buffer:
        parser = WebSocketFrame.parse(reader.read_exact, mask=False)
        try:
            next(parser)
        except StopIteration as end:
            frame = end.value
        else:
            raise AssertionError("the last frame is not whole")
        assert frame.fin
        assert frame.opcode is (Opcode.BINARY if codec.binary else Opcode.TEXT)
        payloads.append(bytes(frame.data))
    return payloads
