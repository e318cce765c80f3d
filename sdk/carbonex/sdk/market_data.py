"""What the venue streams: books, prints, tickers, and one's own affairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from .auctions import Bidding
from .board import Board
from .book import Book, Depth, Interval
from .channel import Feed
from .checks import checked
from .feeds import (
    AuctionFeed,
    BalanceFeed,
    BidFeed,
    BlockFeed,
    EventFeed,
    InstrumentFeed,
    StateFeed,
    TradeFeed,
)
from .models import Bulletin, Premium, Ticker


if TYPE_CHECKING:
    from .executions import ExecutionStream
    from .models import (
        AuctionUpdate,
        Balances,
        Bid,
        Block,
        Heartbeat,
        Instrument,
        Trade,
    )
    from .order import Order
    from .stream import Stream


F = TypeVar("F", bound=Feed[Any])


@checked()
class MarketData(Bidding):
    """The part of a venue that tells what happens.

    Every stream goes on over interruptions by itself. See Stream for what
    becomes of one that is not read. Where ``instrument`` may be left out, that is
    all of them.
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

    async def listings(self, instrument: str, interval_ms: Interval = 100) -> Board:
        """Return the board of ``instrument``'s listings (挂牌) once it is there.

        It shows orders one by one, so that an order can ``pick`` them. As with books,
        all who ask for the same get the same board while one of them holds it.

        Raises:
            VenueError: If the venue refuses, as where the instrument allows no picks.

        """
        board = self._client.subscriptions.find(("listings", instrument, interval_ms))
        if not isinstance(board, Board):
            board = Board(instrument, interval_ms)
            self._client.subscribe(board)
            self._link.flush()
        return await board.ready()

    async def own_listings(
        self, instrument: str, account: str | None = None
    ) -> dict[str, Order]:
        """Return which listings of ``instrument`` are the account's own, by number.

        That is as of now: an iceberg's next slice is another listing. Who else looks
        at the board cannot tell whose they are.

        Raises:
            VenueError: As ``listings``.

        """
        await self.listings(instrument)  # or the venue's word why it has none
        found = await self._open(instrument, account)
        return {listing: order for order, listing in found if listing}

    async def instruments(self) -> list[Instrument]:
        """Return all instruments, with their terms, phases and the day's limits.

        Raises:
            VenueError: If the venue refuses to tell.

        """
        feed = self._feed(InstrumentFeed(""))
        return await feed.all()

    def instrument(self, instrument: str = "") -> Stream[Instrument]:
        """Stream terms, phase and the day's limits, now and when they change.

        ``await venue.instrument("CEA25").next()`` is what they are now. A slow
        reader gets the newest of each instrument.
        """
        return self._feed(InstrumentFeed(instrument)).stream()

    def trades(self, instrument: str = "") -> Stream[Trade]:
        """Stream every print, the venue's most recent ones first.

        Prints of a long interruption may be missing: ``trade_id`` then jumps.
        """
        return self._feed(TradeFeed(instrument)).stream()

    def ticker(self, instrument: str = "") -> Stream[Ticker]:
        """Stream best prices and the day's statistics, now and when they change.

        A slow reader gets the newest of each instrument.
        """
        return self._feed(StateFeed[Ticker]("ticker", instrument)).stream()

    def bulletins(self, instrument: str = "") -> Stream[Bulletin]:
        """Stream what each trading day came to, the newest one first.

        Those of products and of the venue as a whole are told to who follows all.
        """
        return self._feed(EventFeed[Bulletin]("bulletin", instrument)).stream()

    def premium(self, instrument: str = "") -> Stream[Premium]:
        """Stream what CCER cost more than CEA, now and when it changes.

        ``instrument`` is the CCER's; the venue refuses one that it compares with
        nothing. A slow reader gets the newest of each pair.
        """
        return self._feed(StateFeed[Premium]("premium", instrument)).stream()

    def auction_updates(self, instrument: str = "") -> Stream[AuctionUpdate]:
        """Stream auctions: those announced or open now, then every change of one.

        Bids that are not sealed are among the changes. One that ended during an
        interruption is told as ``ended``.
        """
        return self._feed(AuctionFeed(instrument)).stream()

    def heartbeats(self) -> Stream[Heartbeat]:
        """Stream the venue's newest seq and the hash of its log, every second.

        Who keeps them is a witness of the log.
        """
        return self._client.heartbeats.stream()

    def executions(
        self, account: str | None = None, *, from_seq: int = 0
    ) -> ExecutionStream:
        """Stream every change of the account's orders, each once and in order.

        Interruptions leave no gap: what happened meanwhile follows, marked
        ``replayed``. ``from_seq`` begins with that ``exec_seq`` (a program that
        keeps the last one it saw misses nothing by a restart, its own or the
        venue's, however long ago); 0 is from now on. What else this connection
        asks for waits until all of the past is here, so a long one is best
        read through a ``connect`` of its own. A reader who falls 10,000 behind
        gets SlowConsumer with the ``next_seq`` to go on from.

        Raises, at the first item:
            HistoryGone: If the venue has not got ``from_seq`` any more: its log was
                truncated. Then ask ``open_orders``.
            HistoryUnreadable: If its operator has to see to the history first.
            VenueRestored: If the venue came back older than it was.
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
        return self._feed(BalanceFeed(self._client.account_for(account))).stream()

    def block_updates(self) -> Stream[Block]:
        """Stream the proposals by and to the key's participant: the open ones first.

        Then every new one, and how each ended. One that ended during an
        interruption is told as ``ended``.
        """
        return self._feed(BlockFeed(self._any_account())).stream()

    def bid_updates(self, account: str | None = None) -> Stream[Bid]:
        """Stream the account's bids, as block_updates does proposals."""
        return self._feed(BidFeed(self._client.account_for(account))).stream()

    def _feed(self, new: F) -> F:
        """Return ``new``, subscribed, or the same feed that is held already."""
        known = self._client.subscriptions.find(new.key)
        if isinstance(known, type(new)):
            return known
        self._client.subscribe(new)
        self._link.flush()
        return new
