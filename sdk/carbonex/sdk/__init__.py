"""The client library for traders and market makers.

A bot that buys, says so as it happens, and offers what it got for more:

    import asyncio
    import carbonex.sdk

    async def main():
        async with carbonex.sdk.connect("ws://127.0.0.1:8080", key="maker.pem") as venue:
            order = await venue.buy("CEA25", 500, "74.63")
            async for fill in order.fills():
                print(f"bought {fill.quantity} t at {fill.price}")
            await venue.sell("CEA25", order.filled, "76.00")

    asyncio.run(main())

**Prices** are Decimal or strings, exact to the fen; a float is a TypeError.
Quantities are tonnes, ids strings, times microseconds since the epoch; times that
are given are datetimes with a time zone, such as ``SHANGHAI``.

**Orders** follow their executions: ``status``, ``filled``, ``remaining`` and
``average_price`` are as new as the connection, ``order.fills()`` yields each
fill once, ``await order.done()`` waits for the end. ``venue.executions()``
streams everything that happens to the account, without gap or repetition.

**Stop orders, icebergs, orders that expire**: ``venue.buy(…, stop_price="75.00")``,
``display_quantity=500``, ``expires=…``; ``order.waiting`` and ``order.shown`` tell
how they stand.

**The market's rules** are data: ``venue.instruments()`` tells each instrument's terms,
limits and phase, and ``changes_at`` when that changes. At the close the venue cancels
what rests; ``order.reason`` says so.

**Blocks** are proposed to a counterparty and settle when it accepts:
``venue.propose_block(…)``, ``accept_block``, ``counter_block``, and
``venue.block_updates()`` to hear of them. **Auctions**: ``venue.auctions()``,
``venue.place_bid(…)``, ``venue.bid_updates()``. What either trades is among the
executions.

**The past** is kept: ``venue.statement(date)``, ``venue.account_trades()``,
``venue.bulletins_of(date)``.

**Books** are local: ``book.best_bid``, ``book.asks``, and ``book.updates()`` to
wait for changes. ``book.stale`` is true while nobody can know how it looks.

**Listings** (挂牌) are the orders themselves, where an instrument lets them be picked:
``board = await venue.listings("CEA25")`` shows ``board.best_asks``, and
``venue.buy("CEA25", 500, "74.63", pick=board.best_asks[-1:])`` takes the last of them
first.

**Refusals** are exceptions by kind: ``except InsufficientFunds``, ``except
RateLimited as error: await asyncio.sleep(error.retry_after)``.

**A lost connection** comes back by itself, logged in and subscribed, with what
was missed. Only what was under way needs a decision, and one question:

    try:
        order = await venue.buy("CEA25", 500, "74.63")
    except carbonex.sdk.OrderStateUnknown as error:
        order = await error.resolve()  # the order, or None: it never was, nor will be

A block or a bid carries a ``client_ref`` instead of a deadline: ``error.resolve()``
sends it again, and the venue does it once.

**A venue restored from an older copy** is noticed: executions and held orders end
with VenueRestored, because what was told since then is not in the venue's log any
more. ``venue.witness`` is the newest that the venue has told of its log.

**Orders of a client that is gone** stay, unless it has asked otherwise: ``connect(…,
session="mm-1", cancel_on_disconnect=True, grace=5)`` has them cancelled five seconds
after the connection is lost, even if the venue dies meanwhile; whoever logs in as
``mm-1`` again before that keeps them. ``async with venue.dead_mans_switch(30)`` does
so by account, thirty seconds after the last sign of life.

**Nothing grows without bound.** A stream keeps 10,000 unread items and then
ends with SlowConsumer; books, tickers and balances keep the newest only; a
thousand requests may be unanswered, and the next one waits.
"""

from carbonex.wire.keys import Key, generate_key, load_key

from .board import Board
from .book import Book
from .errors import (
    AccessDenied,
    BadParameter,
    BatchStateUnknown,
    BiddingClosed,
    BidRefused,
    BidStateUnknown,
    BlockStateUnknown,
    Busy,
    CarbonexError,
    ConnectionLost,
    DeadlinePassed,
    DuplicateOrder,
    DuplicateRef,
    HistoryBehind,
    HistoryGone,
    HistoryUnreadable,
    InsufficientFunds,
    InsufficientHoldings,
    InvalidRequest,
    LoginFailed,
    MarketClosed,
    NoSuchDay,
    OrderForgotten,
    OrderRejected,
    OrderStateUnknown,
    Overloaded,
    PickRefused,
    PositionLimited,
    PriceOutOfBand,
    RateLimited,
    RegistryRefused,
    ResaleLocked,
    Restricted,
    SelfTradePrevented,
    SessionTakenOver,
    SlowConsumer,
    SwitchLapsed,
    Unfillable,
    UnknownBid,
    UnknownBlock,
    UnknownOrder,
    VenueError,
    VenueRestored,
    WouldTakeLiquidity,
)
from .executions import ExecutionStream
from .guarding import DeadMansSwitch
from .models import (
    AccountTrade,
    Alert,
    Annulled,
    Auction,
    AuctionBid,
    AuctionTerms,
    AuctionUpdate,
    Balances,
    Bid,
    Block,
    BlockTerms,
    Bulletin,
    CallTerms,
    Cancelled,
    CashColumn,
    Countdown,
    Eligibility,
    EligibilityRule,
    Execution,
    Fees,
    Fill,
    FrozenCash,
    FrozenTonnes,
    Heartbeat,
    Holding,
    Instrument,
    Level,
    Listing,
    Moved,
    Obligation,
    OrderResult,
    Premium,
    Statement,
    StatementLine,
    Terms,
    Thresholds,
    Ticker,
    TonnesColumn,
    Trade,
    Volume,
    Volumes,
)
from .new_order import NewOrder
from .order import Order
from .prices import Price
from .requester import Timeouts
from .stream import Stream
from .times import SHANGHAI
from .venue import Venue, connect
from .witness import Witness


__all__ = [
    "SHANGHAI",
    "AccessDenied",
    "AccountTrade",
    "Alert",
    "Annulled",
    "Auction",
    "AuctionBid",
    "AuctionTerms",
    "AuctionUpdate",
    "BadParameter",
    "Balances",
    "BatchStateUnknown",
    "Bid",
    "BidRefused",
    "BidStateUnknown",
    "BiddingClosed",
    "Block",
    "BlockStateUnknown",
    "BlockTerms",
    "Board",
    "Book",
    "Bulletin",
    "Busy",
    "CallTerms",
    "Cancelled",
    "CarbonexError",
    "CashColumn",
    "ConnectionLost",
    "Countdown",
    "DeadMansSwitch",
    "DeadlinePassed",
    "DuplicateOrder",
    "DuplicateRef",
    "Eligibility",
    "EligibilityRule",
    "Execution",
    "ExecutionStream",
    "Fees",
    "Fill",
    "FrozenCash",
    "FrozenTonnes",
    "Heartbeat",
    "HistoryBehind",
    "HistoryGone",
    "HistoryUnreadable",
    "Holding",
    "Instrument",
    "InsufficientFunds",
    "InsufficientHoldings",
    "InvalidRequest",
    "Key",
    "Level",
    "Listing",
    "LoginFailed",
    "MarketClosed",
    "Moved",
    "NewOrder",
    "NoSuchDay",
    "Obligation",
    "Order",
    "OrderForgotten",
    "OrderRejected",
    "OrderResult",
    "OrderStateUnknown",
    "Overloaded",
    "PickRefused",
    "PositionLimited",
    "Premium",
    "Price",
    "PriceOutOfBand",
    "RateLimited",
    "RegistryRefused",
    "ResaleLocked",
    "Restricted",
    "SelfTradePrevented",
    "SessionTakenOver",
    "SlowConsumer",
    "Statement",
    "StatementLine",
    "Stream",
    "SwitchLapsed",
    "Terms",
    "Thresholds",
    "Ticker",
    "Timeouts",
    "TonnesColumn",
    "Trade",
    "Unfillable",
    "UnknownBid",
    "UnknownBlock",
    "UnknownOrder",
    "Venue",
    "VenueError",
    "VenueRestored",
    "Volume",
    "Volumes",
    "Witness",
    "WouldTakeLiquidity",
    "connect",
    "generate_key",
    "load_key",
]
