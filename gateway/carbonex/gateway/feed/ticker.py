"""The ticker channel: best prices and the trading day's statistics, conflated."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from carbonex.engine import BUY, SELL
from carbonex.wire import channels
from carbonex.wire.money import format_fen

from .rendering import change_of, price_or_none
from .topic import Message, Topics


if TYPE_CHECKING:
    from carbonex.engine import Exchange, Side

    from .topic import Topic


class Tickers:
    """The statistics of all instruments, and their followers."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.topics = Topics(self.snapshot)
        self._sent: dict[str, _Values] = {}
        # Instruments that events affected since the last flush, which clears them.
        # Bounded by the number of instruments.
        self.touched: dict[str, None] = {}

    def begin_day(self) -> None:
        """Note that all statistics were reset."""
        self.touched.update(dict.fromkeys(self._exchange.instruments))

    def flush(self) -> None:
        """Send the changes since the last flush, one frame per instrument."""
        for name in self.touched:
            topics = self.topics.covering(name)
            if topics:
                self._update(name, topics)
        self.touched.clear()

    def snapshot(self, instrument: str) -> Message:
        """Return the ticker of one instrument, or the tickers of all."""
        names = [instrument] if instrument else list(self._exchange.instruments)
        for name in names:
            # The snapshot's recipient may know newer values than were last sent. Send
            # the next change even if it returns to the last sent values.
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
        instrument = self._exchange.instruments[name]
        record, prices = instrument.record, instrument.record.prices
        day = record.day
        return _Values(
            *self._best(name, BUY),
            *self._best(name, SELL),
            prices.last,
            prices.open,
            prices.high,
            prices.low,
            record.vwap(),
            day.listed.quantity,
            day.listed.turnover,
            instrument.reference,
            day.block.quantity,
            day.block.turnover,
            day.auction.quantity,
            day.auction.turnover,
        )

    def _best(self, name: str, side: Side) -> tuple[int, int]:
        level = self._exchange.instruments[name].book.best(side)
        return (0, 0) if level is None else (level.price, level.total)


class _Values(NamedTuple):
    """A ticker's numbers; a price of 0 means none."""

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
    reference: int
    block_volume: int
    block_turnover: int
    auction_volume: int
    auction_turnover: int


def _ticker(instrument: str, values: _Values, seq: int) -> channels.Ticker:
    change, percent = change_of(values.last, values.reference)
    return channels.Ticker(
        instrument=instrument,
        bid=price_or_none(values.bid),
        bid_quantity=values.bid_quantity,
        ask=price_or_none(values.ask),
        ask_quantity=values.ask_quantity,
        last=price_or_none(values.last),
        open=price_or_none(values.open),
        high=price_or_none(values.high),
        low=price_or_none(values.low),
        vwap=price_or_none(values.vwap),
        volume=values.volume,
        turnover=format_fen(values.turnover),
        previous_close=price_or_none(values.reference),
        change=change,
        change_percent=percent,
        block_volume=values.block_volume,
        block_turnover=format_fen(values.block_turnover),
        auction_volume=values.auction_volume,
        auction_turnover=format_fen(values.auction_turnover),
        seq=seq,
    )
