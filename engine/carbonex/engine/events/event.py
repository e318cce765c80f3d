"""Every event there is, and those that answer a client ref."""

from __future__ import annotations

from .market import MarketEvent
from .off_book import AuctionOpened, BidPlaced, BlockEnded, BlockProposed, OffBookEvent
from .orders import OrderEvent
from .registry import FreezeChanged, Moved, RegistryEvent


# What answers a command that carries a client ref, the first time and again.
RefEvent = (
    Moved | FreezeChanged | BlockProposed | BlockEnded | AuctionOpened | BidPlaced
)
Event = OrderEvent | MarketEvent | RegistryEvent | OffBookEvent
