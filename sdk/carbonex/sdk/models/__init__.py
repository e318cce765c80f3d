"""The venue's answers and updates, with prices as Decimal.

The structs equal those of ``carbonex.wire`` member by member (a test compares them),
decoded straight into these types. Money is CNY, quantities are tonnes, times are
microseconds since the epoch (UTC), ids are strings. Wire structs without prices are
used unchanged.
"""

from carbonex.wire.answers import (
    Cancelled,
    Countdown,
    Eligibility,
    EligibilityRule,
    FrozenTonnes,
    Moved,
    Obligation,
)
from carbonex.wire.channels import (
    Alert,
    AuctionTerms,
    BlockTerms,
    CallTerms,
    Fees,
    Heartbeat,
    Thresholds,
)
from carbonex.wire.statements import TonnesColumn

from .accounts import Balances, FrozenCash, Holding
from .history import (
    AccountTrade,
    AccountTrades,
    CashColumn,
    PastBulletins,
    Statement,
    StatementLine,
)
from .instruments import Instrument, Terms
from .market import (
    BookFrame,
    Bulletin,
    Level,
    Listing,
    ListingsFrame,
    Premium,
    Ticker,
    Trade,
    Volume,
    Volumes,
)
from .off_book import (
    ENDED,
    Annulled,
    Auction,
    AuctionBid,
    Auctions,
    AuctionUpdate,
    Bid,
    Bids,
    Block,
    Blocks,
)
from .orders import (
    NOTHING,
    Execution,
    ExecutionsSnapshot,
    Fill,
    LiquidityName,
    OpenOrders,
    OrderResult,
    OrderState,
    StatusName,
)


__all__ = [
    "ENDED",
    "NOTHING",
    "AccountTrade",
    "AccountTrades",
    "Alert",
    "Annulled",
    "Auction",
    "AuctionBid",
    "AuctionTerms",
    "AuctionUpdate",
    "Auctions",
    "Balances",
    "Bid",
    "Bids",
    "Block",
    "BlockTerms",
    "Blocks",
    "BookFrame",
    "Bulletin",
    "CallTerms",
    "Cancelled",
    "CashColumn",
    "Countdown",
    "Eligibility",
    "EligibilityRule",
    "Execution",
    "ExecutionsSnapshot",
    "Fees",
    "Fill",
    "FrozenCash",
    "FrozenTonnes",
    "Heartbeat",
    "Holding",
    "Instrument",
    "Level",
    "LiquidityName",
    "Listing",
    "ListingsFrame",
    "Moved",
    "Obligation",
    "OpenOrders",
    "OrderResult",
    "OrderState",
    "PastBulletins",
    "Premium",
    "Statement",
    "StatementLine",
    "StatusName",
    "Terms",
    "Thresholds",
    "Ticker",
    "TonnesColumn",
    "Trade",
    "Volume",
    "Volumes",
]
