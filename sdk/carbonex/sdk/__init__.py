"""The client library for traders and market makers.

A bot that buys, prints each fill, and offers the filled quantity at a higher price:

    import asyncio
    import carbonex.sdk

    async def main():
        async with carbonex.sdk.connect("ws://127.0.0.1:8080", key="maker.pem") as venue:
            order = await venue.buy("CEA25", 500, "74.63")
            async for fill in order.fills():
                print(f"bought {fill.quantity} t at {fill.price}")
            await venue.sell("CEA25", order.filled, "76.00")

    asyncio.run(main())

**Prices** are Decimals or strings, exact to the fen; a float raises TypeError.
Quantities are tonnes, ids are strings, times are microseconds since the epoch. Times
passed in are datetimes with a time zone, such as ``SHANGHAI``.

**Orders** follow their executions: ``status``, ``filled``, ``remaining`` and
``average_price`` reflect the last frame received. ``order.fills()`` yields each fill
once, and ``await order.done()`` waits for the end. ``venue.executions()`` streams every
execution of the account, without gap or repetition.

**Stop orders, icebergs, orders that expire**: ``venue.buy(…, stop_price="75.00")``,
``display_quantity=500``, ``expires=…``. ``order.waiting`` and ``order.shown`` give
their state.

**The market's rules** are data: ``venue.instruments()`` returns each instrument's
terms, limits and phase. ``changes_at`` is the time of the next phase. At the close the
venue cancels resting orders; ``order.reason`` says so.

**Blocks** are proposed to a counterparty and settle when it accepts:
``venue.propose_block(…)``, ``accept_block`` and ``counter_block``;
``venue.block_updates()`` streams them. **Auctions**: ``venue.auctions()``,
``venue.place_bid(…)``, ``venue.bid_updates()``. Trades of both appear among the
executions.

**The past** is available: ``venue.statement(date)``, ``venue.account_trades()``,
``venue.bulletins_of(date)``.

**Books** are local: ``book.best_bid``, ``book.asks``, and ``book.updates()`` to wait
for changes. ``book.stale`` is true while the book may be out of date.

**Listings** (挂牌) are individual orders, where an instrument lets orders be picked:
``board = await venue.listings("CEA25")`` shows ``board.best_asks``, and
``venue.buy("CEA25", 500, "74.63", pick=board.best_asks[-1:])`` takes the last of them
first.

**Refusals** are exceptions by kind: ``except InsufficientFunds``, ``except RateLimited
as error: await asyncio.sleep(error.retry_after)``.

**A lost connection** is restored automatically: the client logs in, subscribes again
and receives what it missed. Only a request without an answer needs a decision:

    try:
        order = await venue.buy("CEA25", 500, "74.63")
    except carbonex.sdk.OrderStateUnknown as error:
        order = await error.resolve()  # the order, or None: it never was, nor will be

A block or a bid carries a ``client_ref`` instead of a deadline: ``error.resolve()``
sends it again, and the venue executes it only once.

**A venue restored from an older copy** is detected: executions and held orders end with
VenueRestored, because the venue's log no longer contains what it sent since that copy.
``venue.witness`` is the newest known state of the venue's log.

**Orders of a disconnected client** stay by default. ``connect(…, session="mm-1",
cancel_on_disconnect=True, grace=5)`` has them cancelled five seconds after the
connection is lost, even if the venue fails meanwhile. A client that logs in as ``mm-1``
before that keeps them. ``async with venue.dead_mans_switch(30)`` does the same for an
account, thirty seconds after the last sign of life.

**Nothing grows without bound.** A stream keeps 10,000 unread items and then ends with
SlowConsumer. Books, tickers and balances keep only the newest state. At most a thousand
requests may be unanswered; the next one waits.
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
