"""Topics that clients follow, with frames encoded once for all followers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, final

from carbonex.gateway.outbox import frame
from carbonex.wire.answers import Subscribed
from carbonex.wire.channels import Frame


if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from carbonex.gateway.outbox import Outbox
    from carbonex.wire.codec import Codec
    from carbonex.wire.requests import Subscribe, Unsubscribe


# The members that a subscription to each channel has besides ``channel``.
MEMBERS: Final[dict[str, tuple[str, ...]]] = {
    "status": (),
    "heartbeat": (),
    "instrument": ("instrument",),
    "ticker": ("instrument",),
    "trade": ("instrument",),
    "book": ("instrument", "depth", "interval_ms"),
    "listings": ("instrument", "interval_ms"),
    "bulletin": ("instrument",),
    "auction": ("instrument",),
    "premium": ("instrument",),
    "alerts": ("instrument",),
    "executions": ("account", "from_seq"),
    "balances": ("account",),
    "blocks": ("account",),
    "bids": ("account",),
    "countdown": ("account",),
}
# Channels by account: only the participant's own keys may follow them.
PRIVATE: Final = frozenset(name for name in MEMBERS if "account" in MEMBERS[name])
# Channels that need a login: their subscriptions end with it.
GUARDED: Final = PRIVATE | {"alerts"}
# Channels of all instruments that can be narrowed to one.
NARROWABLE: Final = frozenset(
    name for name in MEMBERS if MEMBERS[name] == ("instrument",)
)


class Target(NamedTuple):
    """The topic that a request names, without members that its channel ignores."""

    channel: str
    instrument: str = ""
    depth: int = 0
    interval_ms: int = 0
    account: str = ""

    @classmethod
    def of(cls, request: Subscribe | Unsubscribe) -> Target:
        """Return the target; equal subscriptions have equal targets."""
        channel = request.channel
        if channel == "listings":
            return cls(channel, request.instrument, interval_ms=request.interval_ms)
        if channel == "book":
            return cls(channel, request.instrument, request.depth, request.interval_ms)
        if channel in PRIVATE:
            return cls(channel, account=request.account)
        if channel in NARROWABLE:
            return cls(channel, request.instrument)
        return cls(channel)

    @property
    def flushed(self) -> int:
        """Most frames of the topic in one flush: 0, 1, or 2 for several."""
        if self.channel in {"book", "listings", "balances"}:
            return 1
        if self.channel == "ticker":
            return 1 if self.instrument else 2
        return 2 if self.channel == "premium" else 0

    def __str__(self) -> str:
        """Return the target in the form used by error messages."""
        words = [self.channel, self.instrument or self.account]
        if self.channel == "book":
            words.append(f"depth {self.depth}")
        if self.interval_ms:
            words.append(f"interval_ms {self.interval_ms}")
        return " ".join(word for word in words if word)


def understood(request: Subscribe | Unsubscribe) -> Subscribed:
    """Return the answer to a request: the subscription as the venue understood it."""
    target = Target.of(request)
    is_book = target.channel == "book"
    return Subscribed(
        target.channel,
        target.instrument,
        target.depth if is_book else None,
        target.interval_ms or None,
        target.account,
    )


@final
class Message:
    """A channel's message with its frames, each encoded at most once per codec."""

    __slots__ = ("_frame", "_frames")

    def __init__(
        self, channel: str, kind: Literal["snapshot", "update"], data: list[Any]
    ) -> None:
        self._frame = Frame(channel, kind, data)
        self._frames: dict[Codec, bytes] = {}

    def framed(self, codec: Codec) -> bytes:
        """Return the frame in ``codec``: the same bytes object for all callers."""
        data = self._frames.get(codec)
        if data is None:
            data = self._frames[codec] = frame(codec, self._frame)
        return data


class Topic:
    """The outboxes that follow one topic.

    ``closed`` is called when the last follower leaves. Sending costs one encoding
    per codec in use and one append per follower.
    """

    def __init__(
        self,
        snapshot: Callable[[], Message] | None = None,
        closed: Callable[[], object] | None = None,
    ) -> None:
        self._snapshot = snapshot
        self._closed = closed
        self._followers: dict[Codec, dict[Outbox, None]] = {}
        self._lagging: dict[Outbox, None] = {}

    def __bool__(self) -> bool:
        """Tell whether the topic has followers."""
        return bool(self._lagging) or any(self._followers.values())

    def add(self, outbox: Outbox) -> None:
        self._followers.setdefault(outbox.codec, {})[outbox] = None

    def remove(self, outbox: Outbox) -> None:
        self._lagging.pop(outbox, None)
        self._followers.get(outbox.codec, {}).pop(outbox, None)
        if self._closed is not None and not self:
            self._closed()

    def greet(self, outbox: Outbox, now_ns: int) -> None:
        """Send the snapshot that starts a subscription, if the topic has one."""
        if self._snapshot is not None:
            outbox.send_frame(self._snapshot().framed(outbox.codec))

    def send(self, message: Message) -> None:
        """Send a message that must not be lost: to every follower, paused or not."""
        for codec, outboxes in self._followers.items():
            if outboxes:
                data = message.framed(codec)
                for outbox in outboxes:
                    outbox.send_frame(data)

    def send_newest(self, message: Message) -> None:
        """Send a message that a later snapshot can replace.

        Paused followers lose it and all later ones, until ``catch_up``.
        """
        paused: list[Outbox] = []
        for codec, outboxes in self._followers.items():
            if outboxes:
                data = message.framed(codec)
                for outbox in outboxes:
                    if outbox.paused:
                        paused.append(outbox)
                    else:
                        outbox.send_flushed(data)
        # Not above, because that loop iterates over the same dicts.
        for outbox in paused:
            del self._followers[outbox.codec][outbox]
            self._lagging[outbox] = None

    def catch_up(self, outbox: Outbox, now_ns: int) -> None:
        """Send a snapshot to a follower that lost messages, and resume its updates."""
        if outbox in self._lagging:
            del self._lagging[outbox]
            self.add(outbox)
            self.greet(outbox, now_ns)


@final
class Topics:
    """One channel's followed topics, by instrument or account.

    Frequent readers use ``followed`` directly, which saves a call.
    """

    def __init__(self, snapshot: Callable[[str], Message] | None = None) -> None:
        """Start empty; ``snapshot`` makes the snapshot of one topic."""
        self._snapshot = snapshot
        self.followed: dict[str, Topic] = {}

    def find(self, target: Target) -> Topic:
        """Return the topic that ``target`` names; create it if nobody follows it."""
        name = target.instrument or target.account
        topic = self.followed.get(name)
        if topic is None:
            make = self._snapshot
            snapshot = None if make is None else partial(make, name)
            topic = Topic(snapshot, partial(self.followed.pop, name))
            self.followed[name] = topic
        return topic

    def covering(self, instrument: str) -> list[Topic]:
        """Return the followed topics of one instrument: its own and that of all."""
        followed = self.followed
        return [followed[name] for name in (instrument, "") if name in followed]

    def send(self, instrument: str, message: Callable[[], Message]) -> None:
        """Send a message that must not be lost to followers of one instrument or all.

        ``message`` is called only if there are followers.
        """
        topics = self.covering(instrument)
        if topics:
            made = message()
            for topic in topics:
                topic.send(made)
