"""The venue's streams, channel by channel.

Every frame is ``{"channel": …, "type": "snapshot" | "update", "data": […]}``. ``seq``
is the number of the last command whose effect a frame contains.
"""

from .connection import (
    Frame,
    Heartbeat,
    Status,
)
from .instruments import (
    AuctionTerms,
    BlockTerms,
    CallTerms,
    Fees,
    Instrument,
    InstrumentTerms,
    Thresholds,
)
from .market import (
    AuctionBid,
    AuctionUpdate,
    Book,
    Bulletin,
    Level,
    Listing,
    Listings,
    Premium,
    Ticker,
    Trade,
    Volume,
    Volumes,
)
from .private import (
    Alert,
    BalancesData,
    CountdownData,
    Execution,
    ExecutionsSnapshot,
)


__all__ = [
    "Alert",
    "AuctionBid",
    "AuctionTerms",
    "AuctionUpdate",
    "BalancesData",
    "BlockTerms",
    "Book",
    "Bulletin",
    "CallTerms",
    "CountdownData",
    "Execution",
    "ExecutionsSnapshot",
    "Fees",
    "Frame",
    "Heartbeat",
    "Instrument",
    "InstrumentTerms",
    "Level",
    "Listing",
    "Listings",
    "Premium",
    "Status",
    "Thresholds",
    "Ticker",
    "Trade",
    "Volume",
    "Volumes",
]
