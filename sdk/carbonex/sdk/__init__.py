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
Quantities are tonnes, ids strings, times microseconds since the epoch.

**Orders** follow their executions: ``status``, ``filled``, ``remaining`` and
``average_price`` are as new as the connection, ``order.fills()`` yields each
fill once, ``await order.done()`` waits for the end. ``venue.executions()``
streams everything that happens to the account, without gap or repetition.

**Books** are local: ``book.best_bid``, ``book.asks``, and ``book.updates()`` to
wait for changes. ``book.stale`` is true while nobody can know how it looks.

**Refusals** are exceptions by kind: ``except InsufficientFunds``, ``except
RateLimited as error: await asyncio.sleep(error.retry_after)``.

**A lost connection** comes back by itself, logged in and subscribed, with what
was missed. Only what was under way needs a decision, and one question:

    try:
        order = await venue.buy("CEA25", 500, "74.63")
    except carbonex.sdk.OrderStateUnknown as error:
        order = await error.resolve()  # the order, or None: it never was, nor will be

**Nothing grows without bound.** A stream keeps 10,000 unread items and then
ends with SlowConsumer; books, tickers and balances keep the newest only; a
thousand requests may be unanswered, and the next one waits.
"""

from carbonex.wire.answers import Cancelled, Moved
from carbonex.wire.keys import Key, generate_key, load_key

from .book import Book
from .errors import (
    AccessDenied,
    BatchStateUnknown,
    Busy,
    CarbonexError,
    ConnectionLost,
    DeadlinePassed,
    DuplicateOrder,
    HistoryGone,
    InsufficientFunds,
    InsufficientHoldings,
    InvalidRequest,
    LoginFailed,
    MarketClosed,
    OrderRejected,
    OrderStateUnknown,
    Overloaded,
    RateLimited,
    RegistryRefused,
    SelfTradePrevented,
    SlowConsumer,
    Unfillable,
    UnknownOrder,
    VenueError,
    WouldTakeLiquidity,
)
from .models import (
    Balances,
    Execution,
    Fill,
    Holding,
    Instrument,
    Level,
    OrderResult,
    Ticker,
    Trade,
)
from .new_order import NewOrder
from .order import Order
from .prices import Price
from .requester import Timeouts
from .stream import Stream
from .venue import Venue, connect


__all__ = [
    "AccessDenied",
    "Balances",
    "BatchStateUnknown",
    "Book",
    "Busy",
    "Cancelled",
    "CarbonexError",
    "ConnectionLost",
    "DeadlinePassed",
    "DuplicateOrder",
    "Execution",
    "Fill",
    "HistoryGone",
    "Holding",
    "Instrument",
    "InsufficientFunds",
    "InsufficientHoldings",
    "InvalidRequest",
    "Key",
    "Level",
    "LoginFailed",
    "MarketClosed",
    "Moved",
    "NewOrder",
    "Order",
    "OrderRejected",
    "OrderResult",
    "OrderStateUnknown",
    "Overloaded",
    "Price",
    "RateLimited",
    "RegistryRefused",
    "SelfTradePrevented",
    "SlowConsumer",
    "Stream",
    "Ticker",
    "Timeouts",
    "Trade",
    "Unfillable",
    "UnknownOrder",
    "Venue",
    "VenueError",
    "WouldTakeLiquidity",
    "connect",
    "generate_key",
    "load_key",
]
