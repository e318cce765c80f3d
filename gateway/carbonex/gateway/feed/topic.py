"""Topics: what clients follow, and frames that are made once for all of them."""

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


# The members that a subscription to each channel has beside ``channel``.
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
# By account: only the participant's own keys may follow them.
PRIVATE: Final = frozenset(name for name in MEMBERS if "account" in MEMBERS[name])
# Need a login: their subscriptions end with it.
GUARDED: Final = PRIVATE | {"alerts"}
# To one instrument.
NARROWABLE: Final = frozenset(
    name for name in MEMBERS if MEMBERS[name] == ("instrument",)
)


class Target(NamedTuple):
    """What a request names, without the members that its channel ignores."""

    channel: str
    instrument: str = ""
    depth: int = 0
    interval_ms: int = 0
    account: str = ""

    @classmethod
    def of(cls, request: Subscribe | Unsubscribe) -> Target:
        """Return the target, equal for equal subscriptions."""
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
        """How many frames a flush may have for it: none, 1, or 2 for several."""
        if self.channel in {"book", "listings", "balances"}:
            return 1
        if self.channel == "ticker":
            return 1 if self.instrument else 2
        return 2 if self.channel == "premium" else 0

    def __str__(self) -> str:
        """Return it as an error message names it."""
        words = [self.channel, self.instrument or self.account]
        if self.channel == "book":
            words.append(f"depth {self.depth}")
        if self.interval_ms:
            words.append(f"interval_ms {self.interval_ms}")
        return " ".join(word for word in words if word)


def understood(request: Subscribe | Unsubscribe) -> Subscribed:
    """Return the answer to a request: what it was taken to mean."""
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
    """A channel's message and its frames, each encoding made at most once."""

    __slots__ = ("_frame", "_frames")

    def __init__(
        self, channel: str, kind: Literal["snapshot", "update"], data: list[Any]
    ) -> None:
        self._frame = Frame(channel, kind, data)
        self._frames: dict[Codec, bytes] = {}

    def framed(self, codec: Codec) -> bytes:
        """Return the same bytes object to all who ask with the same ``codec``."""
        data = self._frames.get(codec)
        if data is None:
            data = self._frames[codec] = frame(codec, self._frame)
        return data


class Topic:
    """The outboxes that follow one thing, while anybody does.

    ``closed`` is called when the last one leaves. To send costs one encoding
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
        """Tell whether anybody follows."""
        return bool(self._lagging) or any(self._followers.values())

    def add(self, outbox: Outbox) -> None:
        self._followers.setdefault(outbox.codec, {})[outbox] = None

    def remove(self, outbox: Outbox) -> None:
        self._lagging.pop(outbox, None)
        self._followers.get(outbox.codec, {}).pop(outbox, None)
        if self._closed is not None and not self:
            self._closed()

    def greet(self, outbox: Outbox, now_ns: int) -> None:
        """Send the snapshot that a subscription starts with, if there is one."""
        if self._snapshot is not None:
            outbox.send_frame(self._snapshot().framed(outbox.codec))

    def send(self, message: Message) -> None:
        """Send what must not be lost: to every follower, paused or not."""
        for codec, outboxes in self._followers.items():
            if outboxes:
                data = message.framed(codec)
                for outbox in outboxes:
                    outbox.send_frame(data)

    def send_newest(self, message: Message) -> None:
        """Send what a later snapshot makes up for.

        Paused followers lose it and everything after it, until ``catch_up``.
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
        for outbox in paused:
            del self._followers[outbox.codec][outbox]
            self._lagging[outbox] = None

    def catch_up(self, outbox: Outbox, now_ns: int) -> None:
        """Send a follower who has lost something a snapshot, and go on from it."""
        if outbox in self._lagging:
            del self._lagging[outbox]
            self.add(outbox)
            self.greet(outbox, now_ns)


@final
class Topics:
    """One channel's followed topics, by instrument or account.

    ``followed`` is for readers in a hurry.
    """

    def __init__(self, snapshot: Callable[[str], Message] | None = None) -> None:
        """Begin with none; ``snapshot`` makes what a subscription to one starts with."""
        self._snapshot = snapshot
        self.followed: dict[str, Topic] = {}

    def find(self, target: Target) -> Topic:
        """Return the topic that ``target`` names, new if nobody follows it yet."""
        name = target.instrument or target.account
        topic = self.followed.get(name)
        if topic is None:
            make = self._snapshot
            snapshot = None if make is None else partial(make, name)
            topic = Topic(snapshot, partial(self.followed.pop, name))
            self.followed[name] = topic
        return topic

    def covering(self, instrument: str) -> list[Topic]:
        """Return the topic of one instrument and that of all, if followed."""
        followed = self.followed
        return [followed[name] for name in (instrument, "") if name in followed]

    def send(self, instrument: str, message: Callable[[], Message]) -> None:
        """Send what must not be lost to those who follow one instrument, or all.

        ``message`` is made where there are any.
        """
        topics = self.covering(instrument)
        if topics:
            made = message()
            for topic in topics:
                topic.send(made)
