"""The rooms of the channels, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple


if TYPE_CHECKING:
    from .alerts import Alerts
    from .auctions import Auctions
    from .balances import Balances
    from .books import Books
    from .bulletins import Bulletins
    from .countdowns import Countdowns
    from .executions import Executions
    from .notices import Instruments, Status
    from .premium import Premiums
    from .prints import Prints
    from .private import Bids, Blocks
    from .ticker import Tickers


class Rooms(NamedTuple):
    """The rooms that receive events, one per channel."""

    books: Books
    tickers: Tickers
    prints: Prints
    instruments: Instruments
    bulletins: Bulletins
    auctions: Auctions
    premiums: Premiums
    executions: Executions
    balances: Balances
    blocks: Blocks
    bids: Bids
    alerts: Alerts
    countdowns: Countdowns
    status: Status
