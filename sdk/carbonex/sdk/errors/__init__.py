"""What can go wrong, by what a trader does about it.

CarbonexError
├─ VenueError            the venue answered: refused, and nothing changed
│  ├─ InvalidRequest       1xxx: this client sent nonsense
│  ├─ AccessDenied         2xxx: not this key
│  │  └─ LoginFailed
│  ├─ OrderRejected        3xxx and 4xxx: the market's rules
│  │  └─ MarketClosed, PriceOutOfBand, InsufficientFunds, UnknownOrder, …
│  ├─ Overloaded           5xxx: later
│  │  └─ RateLimited, Busy, HistoryBehind, HistoryUnreadable   (with retry_after, seconds)
│  └─ RegistryRefused      6xxx: participants, keys, accounts, auctions
├─ ConnectionLost        the venue did not answer; ``sent`` says what is known
│  ├─ OrderStateUnknown    … and ``await error.resolve()`` finds out
│  ├─ BatchStateUnknown
│  ├─ BlockStateUnknown    … and ``await error.resolve()`` makes sure of it
│  └─ BidStateUnknown
├─ OrderForgotten        resolve() was asked too late: nobody can tell
├─ VenueRestored         the venue came back older than it was: what it told since is void
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
