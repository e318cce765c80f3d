"""What the venue streams: books, prints, tickers, and one's own affairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from .book import Book, Depth, Interval
from .channel import Feed, StateFeed, TradeFeed
from .models import Balances, Instrument, Ticker
from .trading import Trading


if TYPE_CHECKING:
    from .executions import ExecutionStream
    from .models import Trade
    from .stream import Stream


T = TypeVar("T")


class MarketData(Trading):
    """The part of a venue that tells what happens.

    Every stream goes on over interruptions by itself. See Stream for what
    becomes of one that is not read.
    """

    async def book(
        self, instrument: str, depth: Depth = 10, interval_ms: Interval = 100
    ) -> Book:
        """Return the local book of ``instrument`` once it is there.

        The same book is returned to all who ask for the same while one of them
        holds it. ``depth`` 0 is all levels.

        Raises:
            VenueError: If the venue refuses, as for an unknown instrument.

        """
        key = ("book", instrument, depth, interval_ms)
        book = self._client.subscriptions.find(key)
        if not isinstance(book, Book):
            book = Book(instrument, depth, interval_ms)
            self._client.subscribe(book)
            self._link.flush()
        return await book.ready()

    def trades(self, instrument: str) -> Stream[Trade]:
        """Stream every print, the venue's most recent ones first.

        Prints of a long interruption may be missing: ``trade_id`` then jumps.
        """
        return self._stream(TradeFeed(instrument))

    def ticker(self, instrument: str) -> Stream[Ticker]:
        """Stream best prices and the day's statistics, now and when they change.

        A slow reader gets the newest.
        """
        return self._stream(StateFeed[Ticker]("ticker", instrument))

    def instrument(self, instrument: str) -> Stream[Instrument]:
        """Stream reference data and phase, now and when they change.

        ``await venue.instrument("CEA25").next()`` is what they are now.
        """
        return self._stream(StateFeed[Instrument]("instrument", instrument))

    def executions(
        self, account: str | None = None, *, from_seq: int = 0
    ) -> ExecutionStream:
        """Stream every change of the account's orders, each once and in order.

        Interruptions leave no gap: what happened meanwhile follows, marked
        ``replayed``. ``from_seq`` begins with that ``exec_seq`` (a program that
        keeps the last one it saw misses nothing by a restart); 0 is from now on.
        A reader who falls 10,000 behind gets SlowConsumer with the ``next_seq``
        to go on from.

        Raises, at the first item:
            HistoryGone: If the venue does not keep ``from_seq`` any more, or did
                not keep what an interruption missed. Then ask ``open_orders``.
            AccessDenied: If the key may not read the account.

        """
        name = self._client.account_for(account)
        executions = self._client.executions(name, self)
        stream = executions.stream_from(from_seq)
        if executions.error is not None or executions.lags(from_seq):
            self._client.subscribe(executions)
        self._link.flush()
        return stream

    def balance_updates(self, account: str | None = None) -> Stream[Balances]:
        """Stream the account's cash and tonnes, now and when they change.

        A slow reader gets the newest.
        """
        name = self._client.account_for(account)
        return self._stream(StateFeed[Balances]("balances", name))

    def _stream(self, feed: Feed[T]) -> Stream[T]:
        """Return a stream of ``feed``, or of the same one that is held already."""
        known = self._client.subscriptions.find(feed.key)
        if isinstance(known, Feed):
            return known.stream()
        stream = feed.stream()
        self._client.subscribe(feed)
        self._link.flush()
        return stream
