"""The unions of all events, and of the events that answer a client ref."""

from __future__ import annotations

from .market import MarketEvent
from .off_book import AuctionOpened, BidPlaced, BlockEnded, BlockProposed, OffBookEvent
from .orders import OrderEvent
from .registry import FreezeChanged, Moved, RegistryEvent


# Answers to a command that carries a client ref, both the first time and on a retry.
RefEvent = (
    Moved | FreezeChanged | BlockProposed | BlockEnded | AuctionOpened | BidPlaced
)
Event = OrderEvent | MarketEvent | RegistryEvent | OffBookEvent
