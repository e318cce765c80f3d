"""Events: facts that come out of the engine and cannot be refused.

An order's events carry ``order``, the PlaceOrder command that made it, and
``exec_seq``, the gapless number of that account's executions. What an amend
has changed since stands in the event itself. Cancels, fills and amends hold
what a reader needs to keep a book: side (of ``order``), price and remainder.
"""

from .event import Event, RefEvent
from .market import (
    BandSet,
    Bulletin,
    DayBegun,
    DayCancelled,
    DayEnded,
    DayEnding,
    InstrumentDelisted,
    InstrumentListed,
    InstrumentUpdated,
    PhaseChanged,
    ProductBulletin,
    Uncrossed,
    Volumes,
)
from .off_book import (
    AuctionClosed,
    AuctionOpened,
    BidEnded,
    BidPlaced,
    BlockEnded,
    BlockProposed,
    OffBookTrade,
)
from .orders import (
    CancelsFollow,
    CountdownFired,
    CountdownSet,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderChange,
    OrderReduced,
    OrderRefilled,
    OrderStands,
    OrderTriggered,
    Rejected,
    Trade,
)
from .registry import (
    AccountOpened,
    Alert,
    FreezeChanged,
    KeyAdded,
    KeyRevoked,
    LargeHolder,
    Moved,
    ObligationSet,
    ParticipantRegistered,
    ParticipantRestricted,
)


__all__ = [
    "AccountOpened",
    "Alert",
    "AuctionClosed",
    "AuctionOpened",
    "BandSet",
    "BidEnded",
    "BidPlaced",
    "BlockEnded",
    "BlockProposed",
    "Bulletin",
    "CancelsFollow",
    "CountdownFired",
    "CountdownSet",
    "DayBegun",
    "DayCancelled",
    "DayEnded",
    "DayEnding",
    "Event",
    "FreezeChanged",
    "InstrumentDelisted",
    "InstrumentListed",
    "InstrumentUpdated",
    "KeyAdded",
    "KeyRevoked",
    "LargeHolder",
    "Moved",
    "ObligationSet",
    "OffBookTrade",
    "OrderAccepted",
    "OrderAmended",
    "OrderCancelled",
    "OrderChange",
    "OrderReduced",
    "OrderRefilled",
    "OrderStands",
    "OrderTriggered",
    "ParticipantRegistered",
    "ParticipantRestricted",
    "PhaseChanged",
    "ProductBulletin",
    "RefEvent",
    "Rejected",
    "Trade",
    "Uncrossed",
    "Volumes",
]
