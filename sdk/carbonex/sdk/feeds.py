"""How each channel passes items to its streams, without repeats."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, TypeVar

from msgspec.structs import replace

from carbonex.wire import requests

from .channel import Feed
from .models import (
    ENDED,
    Alert,
    AuctionUpdate,
    Balances,
    Bid,
    Block,
    Countdown,
    Instrument,
    Trade,
)
from .signal import Signal
from .stream import Latest, Stream


if TYPE_CHECKING:
    from collections.abc import Callable

    from .errors import CarbonexError


T = TypeVar("T")


class TradeFeed(Feed[Trade]):
    """Prints, without repeats.

    A snapshot holds the most recent prints, which after an interruption are the missed
    ones.
    """

    def __init__(self, instrument: str) -> None:
        super().__init__("trade", instrument)
        self._last_ids: dict[str, int] = {}
        self._annulled: set[tuple[str, int]] = set()  # of prints received

    def restored(self, error: CarbonexError) -> None:
        """End the streams: the same trade ids will mean other trades."""
        self._last_ids.clear()
        self._annulled.clear()
        self.end_streams(error)

    def update(self, item: Trade) -> bool:
        number = int(item.trade_id)
        if item.annulled:
            if (item.instrument, number) not in self._annulled:
                self._annulled.add((item.instrument, number))
                super().update(item)
        elif number > self._last_ids.get(item.instrument, 0):
            self._last_ids[item.instrument] = number
            super().update(item)
        return True


class AlertFeed(Feed[Alert]):
    """Alerts in the order of ``seq``, without repeats."""

    def __init__(self, instrument: str) -> None:
        super().__init__("alerts", instrument)
        self._newest: list[Alert] = []  # all of the highest seq

    def restored(self, error: CarbonexError) -> None:
        """End the streams: the same seq will mean other commands."""
        self._newest.clear()
        self.end_streams(error)

    def update(self, item: Alert) -> bool:
        last_seq = self._newest[0].seq if self._newest else 0
        if item.seq < last_seq or item in self._newest:
            return True
        if item.seq > last_seq:
            self._newest.clear()
        self._newest.append(item)
        return super().update(item)


# The subject of an item: a newer item replaces an older one of the same subject.
THINGS: Final[dict[str, Callable[[Any], object]]] = {
    "instrument": attrgetter("instrument"),
    "ticker": attrgetter("instrument"),
    "balances": attrgetter("account"),
    "countdown": attrgetter("account"),
    "bulletin": attrgetter("scope", "name"),
    "premium": attrgetter("kind", "ccer", "cea"),
    "auction": attrgetter("auction.auction_id"),
    "blocks": attrgetter("block_id"),
    "bids": attrgetter("bid_id"),
}


class StateFeed(Feed[T]):
    """States of which only the newest matters: a slow reader skips older ones."""

    def __init__(self, channel: requests.ChannelName, subject: str = "") -> None:
        super().__init__(channel, subject)
        self._thing = THINGS[channel]
        self._newest: dict[object, T] = {}

    def new_stream(self) -> Stream[T]:
        """Return a stream that begins with the newest states."""
        stream = self._empty_stream()
        for item in self._newest.values():
            stream.put(item)
        return stream

    def update(self, item: T) -> bool:
        self._newest[self._thing(item)] = item
        return super().update(item)

    def restored(self, error: CarbonexError) -> None:
        """Discard the states; the snapshot brings all current ones."""
        self._newest.clear()

    def _empty_stream(self) -> Stream[T]:
        return Latest(self, self.name, self._thing)


class BalanceFeed(StateFeed[Balances]):
    """An account's balances."""

    def __init__(self, account: str) -> None:
        super().__init__("balances", account)

    def subscription(self) -> requests.Subscribe:
        return requests.Subscribe(self.channel, account=self.subject)


class InstrumentFeed(StateFeed[Instrument]):
    """Instruments, one or all; ``all`` waits until they are known."""

    def __init__(self, instrument: str) -> None:
        super().__init__("instrument", instrument)
        self._known = False
        self._signal = Signal()

    async def all(self) -> list[Instrument]:
        """Return all current instruments.

        Raises:
            CarbonexError: If they can no longer be followed.

        """
        while not self._known:
            if self._error is not None:
                raise self._error
            await self._signal.wait()
        return list(self._newest.values())

    def begin(self, items: list[Instrument]) -> None:
        super().begin(items)
        self._known = True
        self._signal.notify()

    def interrupted(self) -> None:
        self._known = False

    def ended(self, error: CarbonexError) -> None:
        super().ended(error)
        self._signal.notify()


class EventFeed(StateFeed[T]):
    """Events, none skipped, and none repeated when a snapshot repeats it."""

    def update(self, item: T) -> bool:
        if self._newest.get(self._thing(item)) != item:
            super().update(item)
        return True

    def _empty_stream(self) -> Stream[T]:
        return Stream(self, self.name)


class CountdownFeed(EventFeed[Countdown]):
    """An account's dead man's switch."""

    def __init__(self, account: str) -> None:
        super().__init__("countdown", account)

    def subscription(self) -> requests.Subscribe:
        return requests.Subscribe(self.channel, account=self.subject)


class OpenFeed(EventFeed[T]):
    """Items that are open until they end; the streams carry every change.

    A snapshot holds the open items. An item that was open before and is missing in it
    has ended during the interruption, and is streamed with the status ENDED.
    """

    def restored(self, error: CarbonexError) -> None:
        """Keep everything, so that lost items are reported as ended."""

    def begin(self, items: list[T]) -> None:
        here = {self._thing(item) for item in items}
        for thing, item in list(self._newest.items()):
            if thing not in here:
                self.update(self._ended(item))
        super().begin(items)

    def update(self, item: T) -> bool:
        super().update(item)
        if self._is_over(item):
            self._newest.pop(self._thing(item), None)
        return True

    def _is_over(self, item: Any) -> bool:
        return bool(item.status != "open")

    def _ended(self, item: Any) -> T:
        ended: T = replace(item, status=ENDED)
        return ended


class BlockFeed(OpenFeed[Block]):
    """The proposals made by or to the key's participant.

    The venue returns the same proposals for any ``account`` of the participant.
    """

    def __init__(self, account: str) -> None:
        super().__init__("blocks")
        self._account = account

    def subscription(self) -> requests.Subscribe:
        return requests.Subscribe("blocks", account=self._account)


class BidFeed(OpenFeed[Bid]):
    """An account's bids."""

    def __init__(self, account: str) -> None:
        super().__init__("bids", account)

    def subscription(self) -> requests.Subscribe:
        return requests.Subscribe("bids", account=self.subject)


class AuctionFeed(OpenFeed[AuctionUpdate]):
    """One-way auctions of one instrument or all, until they are over."""

    def __init__(self, instrument: str) -> None:
        super().__init__("auction", instrument)

    def _is_over(self, item: AuctionUpdate) -> bool:
        return item.auction.is_over

    def _ended(self, item: AuctionUpdate) -> AuctionUpdate:
        return replace(item, auction=replace(item.auction, status=ENDED))
