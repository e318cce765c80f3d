"""Exceptions, grouped by the trader's reaction.

CarbonexError
├─ VenueError            the venue refused the request; nothing changed
│  ├─ InvalidRequest       1xxx: the request was malformed
│  ├─ AccessDenied         2xxx: the key has no such right
│  │  └─ LoginFailed
│  ├─ OrderRejected        3xxx and 4xxx: against the market's rules
│  │  └─ MarketClosed, PriceOutOfBand, InsufficientFunds, UnknownOrder, …
│  ├─ Overloaded           5xxx: retry later
│  │  └─ RateLimited, Busy, HistoryBehind, HistoryUnreadable   (with retry_after, seconds)
│  └─ RegistryRefused      6xxx: participants, keys, accounts, auctions
├─ ConnectionLost        the venue did not answer; ``sent``: may have executed
│  ├─ OrderStateUnknown    ``await error.resolve()`` finds out
│  ├─ BatchStateUnknown
│  ├─ BlockStateUnknown    ``await error.resolve()`` sends it again
│  └─ BidStateUnknown
├─ OrderForgotten        resolve() was called too late: the outcome is lost
├─ VenueRestored         the venue was restored from an older copy
├─ SessionTakenOver      another client logged in under this session's name
├─ SwitchLapsed          a dead man's switch was not renewed in time
└─ SlowConsumer          a stream was not read fast enough
"""

from .lost import (
    BatchStateUnknown,
    BidStateUnknown,
    BlockStateUnknown,
    ConnectionLost,
    OrderForgotten,
    OrderStateUnknown,
    SessionTakenOver,
    SlowConsumer,
    SwitchLapsed,
    VenueRestored,
)
from .refusals import (
    AccessDenied,
    BadParameter,
    BiddingClosed,
    BidRefused,
    Busy,
    CarbonexError,
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
    OrderRejected,
    Overloaded,
    PickRefused,
    PositionLimited,
    PriceOutOfBand,
    RateLimited,
    RegistryRefused,
    ResaleLocked,
    Restricted,
    SelfTradePrevented,
    Unfillable,
    UnknownBid,
    UnknownBlock,
    UnknownOrder,
    VenueError,
    WouldTakeLiquidity,
    venue_error,
)


__all__ = [
    "AccessDenied",
    "BadParameter",
    "BatchStateUnknown",
    "BidRefused",
    "BidStateUnknown",
    "BiddingClosed",
    "BlockStateUnknown",
    "Busy",
    "CarbonexError",
    "ConnectionLost",
    "DeadlinePassed",
    "DuplicateOrder",
    "DuplicateRef",
    "HistoryBehind",
    "HistoryGone",
    "HistoryUnreadable",
    "InsufficientFunds",
    "InsufficientHoldings",
    "InvalidRequest",
    "LoginFailed",
    "MarketClosed",
    "NoSuchDay",
    "OrderForgotten",
    "OrderRejected",
    "OrderStateUnknown",
    "Overloaded",
    "PickRefused",
    "PositionLimited",
    "PriceOutOfBand",
    "RateLimited",
    "RegistryRefused",
    "ResaleLocked",
    "Restricted",
    "SelfTradePrevented",
    "SessionTakenOver",
    "SlowConsumer",
    "SwitchLapsed",
    "Unfillable",
    "UnknownBid",
    "UnknownBlock",
    "UnknownOrder",
    "VenueError",
    "VenueRestored",
    "WouldTakeLiquidity",
    "venue_error",
]
