"""Every event there is."""

from __future__ import annotations

from .market import (
    BandSet,
    Bulletin,
    DayBegun,
    DayEnded,
    InstrumentDelisted,
    InstrumentListed,
    InstrumentUpdated,
    PhaseChanged,
    ProductBulletin,
    Uncrossed,
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
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
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
    KeyAdded,
    KeyRevoked,
    LargeHolder,
    Moved,
    ObligationSet,
    ParticipantRegistered,
    ParticipantRestricted,
)


# What answers a command that carries a client ref, the first time and again.
RefEvent = Moved | BlockProposed | BlockEnded | AuctionOpened | BidPlaced
Event = (
    Rejected
    | OrderAccepted
    | Trade
    | OrderTriggered
    | OrderRefilled
    | OrderCancelled
    | OrderReduced
    | OrderAmended
    | OrderStands
    | InstrumentListed
    | InstrumentUpdated
    | InstrumentDelisted
    | PhaseChanged
    | BandSet
    | Uncrossed
    | ParticipantRegistered
    | KeyAdded
    | KeyRevoked
    | AccountOpened
    | ParticipantRestricted
    | Moved
    | ObligationSet
    | LargeHolder
    | OffBookTrade
    | BlockProposed
    | BlockEnded
    | AuctionOpened
    | BidPlaced
    | BidEnded
    | AuctionClosed
    | DayBegun
    | Bulletin
    | ProductBulletin
    | DayEnded
    | Alert
)
