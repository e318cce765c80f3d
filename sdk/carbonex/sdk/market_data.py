"""Stream market data and the key's own orders, balances, blocks and bids."""

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
    """The market data part of a venue.

    Every stream continues after an interruption. Stream describes what happens to a
    stream that is not read. Without ``instrument`` a stream covers all instruments.
    """

    async def book(
        self, instrument: str, depth: Depth = 10, interval_ms: Interval = 100
    ) -> Book:
        """Return the local book of ``instrument`` once its first snapshot has arrived.

        Callers with the same arguments share one Book while any of them holds it.
        ``depth`` 0 means all levels.

        Raises:
            VenueError: If the venue refuses, such as for an unknown instrument.

        """
        key = ("book", instrument, depth, interval_ms)
        book = self._client.subscriptions.find(key)
        if not isinstance(book, Book):
            book = Book(instrument, depth, interval_ms)
            self._client.subscribe(book)
            self._link.flush()
        return await book.ready()

    async def listings(self, instrument: str, interval_ms: Interval = 100) -> Board:
        """Return the board of ``instrument``'s listings (挂牌) after its first snapshot.

        A board shows individual orders, so that another order can ``pick`` them.
        Callers with the same arguments share one Board while any of them holds it.

        Raises:
            VenueError: If the venue refuses, such as where the instrument allows no
                picks.

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
        """Return the account's own listings of ``instrument``, by listing number.

        The answer is valid for this moment: the next slice of an iceberg is a new
        listing. Other readers of the board cannot see who owns a listing.

        Raises:
            VenueError: As for ``listings``.

        """
        await self.listings(instrument)  # raises if there is no board
        found = await self._open(instrument, account)
        return {listing: order for order, listing in found if listing}

    async def instruments(self) -> list[Instrument]:
        """Return all instruments, with their terms, phases and the day's limits.

        Raises:
            VenueError: If the venue refuses the subscription.

        """
        feed = self._feed(InstrumentFeed(""))
        return await feed.all()

    def instrument(self, instrument: str = "") -> Stream[Instrument]:
        """Stream terms, phase and the day's limits, now and at every change.

        ``await venue.instrument("CEA25").next()`` returns their current state. A slow
        reader receives only the newest state of each instrument.
        """
        return self._feed(InstrumentFeed(instrument)).stream()

    def trades(self, instrument: str = "") -> Stream[Trade]:
        """Stream every print, starting with the venue's most recent ones.

        A long interruption may lose prints: ``trade_id`` then jumps.
        """
        return self._feed(TradeFeed(instrument)).stream()

    def ticker(self, instrument: str = "") -> Stream[Ticker]:
        """Stream best prices and the day's statistics, now and at every change.

        A slow reader receives only the newest state of each instrument.
        """
        return self._feed(StateFeed[Ticker]("ticker", instrument)).stream()

    def bulletins(self, instrument: str = "") -> Stream[Bulletin]:
        """Stream the bulletin of each trading day, starting with the newest one.

        Bulletins of products and of the whole venue appear only without ``instrument``.
        """
        return self._feed(EventFeed[Bulletin]("bulletin", instrument)).stream()

    def premium(self, instrument: str = "") -> Stream[Premium]:
        """Stream the premium of CCER over CEA, now and at every change.

        ``instrument`` is a CCER instrument. The venue refuses an instrument without a
        CEA to compare it with. A slow reader receives only the newest state of each
        pair.
        """
        return self._feed(StateFeed[Premium]("premium", instrument)).stream()

    def auction_updates(self, instrument: str = "") -> Stream[AuctionUpdate]:
        """Stream auctions: first those announced or open, then every change.

        Changes include bids that are not sealed. An auction that ended during an
        interruption has the status ``ended``.
        """
        return self._feed(AuctionFeed(instrument)).stream()

    def heartbeats(self) -> Stream[Heartbeat]:
        """Stream the newest seq and hash of the venue's log, every second.

        A client that stores them is a witness of the log.
        """
        return self._client.heartbeats.stream()

    def executions(
        self, account: str | None = None, *, from_seq: int = 0
    ) -> ExecutionStream:
        """Stream every change of the account's orders, each once and in order.

        Interruptions leave no gap: missed executions follow, marked ``replayed``. The
        stream begins at ``exec_seq`` ``from_seq``; 0 means from now on. A program that
        stores the last ``exec_seq`` it saw therefore misses nothing across a restart,
        its own or the venue's, however long ago. Other requests on this connection wait
        until the whole replay has arrived, so read a long one through a ``connect`` of
        its own. A reader that falls 10,000 items behind gets SlowConsumer with the
        ``next_seq`` to continue from.

        Raises, at the first item:
            HistoryGone: If the venue's log was truncated and no longer holds
                ``from_seq``. Call ``open_orders`` instead.
            HistoryUnreadable: If the operator must repair the history first.
            VenueRestored: If the venue was restored from an older copy.
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
        """Stream the account's cash and tonnes, now and at every change.

        A slow reader receives only the newest state.
        """
        return self._feed(BalanceFeed(self._client.account_for(account))).stream()

    def block_updates(self) -> Stream[Block]:
        """Stream block proposals by and to the key's participant, open ones first.

        Every new proposal and the end of each one follow. A proposal that ended during
        an interruption has the status ``ended``.
        """
        return self._feed(BlockFeed(self._any_account())).stream()

    def bid_updates(self, account: str | None = None) -> Stream[Bid]:
        """Stream the account's bids; works as block_updates does for proposals."""
        return self._feed(BidFeed(self._client.account_for(account))).stream()

    def _feed(self, new: F) -> F:
        """Return the existing feed with the same key, or subscribe ``new``."""
        known = self._client.subscriptions.find(new.key)
        if isinstance(known, type(new)):
            return known
        self._client.subscribe(new)
        self._link.flush()
        return new
