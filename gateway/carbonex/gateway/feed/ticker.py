"""The ticker channel: best prices and the trading day's statistics, conflated."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, final

from carbonex.engine import BUY, SELL
from carbonex.wire import channels
from carbonex.wire.money import format_fen

from .topic import Message, Topics


if TYPE_CHECKING:
    from carbonex.engine import Exchange, Side

    from .topic import Topic


@final
class Statistics:
    """One instrument's trading day so far; prices and turnover in fen.

    They are made of the trades that were published: all of the day's, except
    after a restart from a snapshot taken within the day, when those before
    the snapshot are missing. ``since_ns`` tells from when they count.
    """

    __slots__ = ("high", "last", "low", "open", "since_ns", "turnover", "volume")

    def __init__(self, since_ns: int) -> None:
        self.since_ns = since_ns
        self.open = 0
        self.high = 0
        self.low = 0
        self.last = 0
        self.volume = 0
        self.turnover = 0

    def add(self, price: int, quantity: int) -> None:
        """Count one trade. O(1)."""
        if self.volume == 0:
            self.open = self.high = self.low = price
        elif price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        self.last = price
        self.volume += quantity
        self.turnover += price * quantity

    @property
    def vwap(self) -> int:
        """The average price of a tonne, half up to the fen (MARKET-RULES §2)."""
        if self.volume == 0:
            return 0
        return (2 * self.turnover + self.volume) // (2 * self.volume)


class Tickers:
    """The statistics of all instruments, and those who follow them."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._since_ns = exchange.time_ns if exchange.day else 0
        self._statistics: dict[str, Statistics] = {}
        self.topics = Topics(self.snapshot)
        self._sent: dict[str, _Values] = {}
        # Instruments that something happened to since the last flush; cleared
        # by it, and never more than there are instruments.
        self.touched: dict[str, None] = {}

    def add(self, instrument: str, price: int, quantity: int) -> None:
        """Count one trade. O(1)."""
        statistics = self._statistics.get(instrument)
        if statistics is None:
            statistics = self._statistics[instrument] = Statistics(self._since_ns)
        statistics.add(price, quantity)

    def begin_day(self, time_ns: int) -> None:
        """Start all statistics anew."""
        self._since_ns = time_ns
        self._statistics.clear()
        self.touched.update(dict.fromkeys(self._exchange.instruments))

    def flush(self) -> None:
        """Send what changed since the last flush, one frame per instrument."""
        for name in self.touched:
            topics = self.topics.covering(name)
            if topics:
                self._update(name, topics)
        self.touched.clear()

    def snapshot(self, instrument: str) -> Message:
        """Return the ticker of one instrument, or those of all."""
        names = [instrument] if instrument else list(self._exchange.instruments)
        for name in names:
            # Whoever gets this may know other values than were sent last: the
            # next change is sent even if it leads back to those.
            self._sent.pop(name, None)
        seq = self._exchange.seq
        tickers = [_ticker(name, self._values(name), seq) for name in names]
        return Message("ticker", "snapshot", tickers)

    def _update(self, name: str, topics: list[Topic]) -> None:
        values = self._values(name)
        if values != self._sent.get(name):
            self._sent[name] = values
            ticker = _ticker(name, values, self._exchange.seq)
            message = Message("ticker", "update", [ticker])
            for topic in topics:
                topic.send_newest(message)

    def _values(self, name: str) -> _Values:
        statistics = self._statistics.get(name) or Statistics(self._since_ns)
        return _Values(
            *self._best(name, BUY),
            *self._best(name, SELL),
            statistics.last,
            statistics.open,
            statistics.high,
            statistics.low,
            statistics.vwap,
            statistics.volume,
            statistics.turnover,
            statistics.since_ns,
        )

    def _best(self, name: str, side: Side) -> tuple[int, int]:
        level = self._exchange.instruments[name].book.best(side)
        return (0, 0) if level is None else (level.price, level.total)


class _Values(NamedTuple):
    """A ticker's numbers; a price of 0 is none."""

    bid: int
    bid_quantity: int
    ask: int
    ask_quantity: int
    last: int
    open: int
    high: int
    low: int
    vwap: int
    volume: int
    turnover: int
    since_ns: int


def _ticker(instrument: str, values: _Values, seq: int) -> channels.Ticker:
    return channels.Ticker(
        instrument=instrument,
        bid=_price(values.bid),
        bid_quantity=values.bid_quantity,
        ask=_price(values.ask),
        ask_quantity=values.ask_quantity,
        last=_price(values.last),
        open=_price(values.open),
        high=_price(values.high),
        low=_price(values.low),
        vwap=_price(values.vwap),
        volume=values.volume,
        turnover=format_fen(values.turnover),
        seq=seq,
        since=values.since_ns // 1000,
    )


def _price(fen: int) -> str | None:
    return format_fen(fen) if fen else None
