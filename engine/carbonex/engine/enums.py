"""The engine's closed vocabularies.

Every member's number is written into logs and sent to clients: numbers are
assigned once and never changed or reused.
"""

from __future__ import annotations

import enum
from typing import Final


class Side(enum.IntEnum):
    """The side of the book an order belongs to."""

    BUY = 0
    SELL = 1


class OrderType(enum.IntEnum):
    """How an order names its price."""

    LIMIT = 0
    MARKET = 1  # an ioc limit order at the instrument's protection price
    STOP = 2  # a market order once a trade reaches its stop price
    STOP_LIMIT = 3  # a limit order once a trade reaches its stop price


class TimeInForce(enum.IntEnum):
    """How long an order may rest."""

    DAY = 0  # until the trading day ends
    GTC = 1  # until it is cancelled
    IOC = 2  # the remainder that does not trade at once is cancelled
    FOK = 3  # the whole order trades at once, or it is refused
    GTD = 4  # until the time that the order gives


class PostOnly(enum.IntEnum):
    """How to treat an order that would take liquidity but must not."""

    OFF = 0
    REJECT = 1
    REPRICE = 2  # it rests one tick behind the best opposite price


class SelfTrade(enum.IntEnum):
    """How to prevent a trade between two orders of the same participant."""

    CANCEL_NEWEST = 0
    CANCEL_OLDEST = 1
    CANCEL_BOTH = 2
    DECREMENT = 3  # both are reduced by the smaller of the two quantities


class Phase(enum.IntEnum):
    """The trading phase of an instrument. Orders can be cancelled in every phase."""

    CLOSED = 0  # no trading day, or the day's sessions are over
    TRADING = 1  # continuous trading: orders match as they come
    HALTED = 2
    PRE_OPEN = 3  # the trading day has begun, but not its first session
    BREAK = 4  # between two sessions
    CALL = 5  # a call auction gathers orders; they match when it ends


class OrderStatus(enum.IntEnum):
    """The lifecycle status of an order."""

    OPEN = 0
    FILLED = 1
    CANCELLED = 2


class CancelReason(enum.IntEnum):
    """Why the remainder of an order was cancelled."""

    CLIENT = 0
    IOC = 1  # the remainder of an ioc or market order that did not trade at once
    SELF_TRADE = 2
    SESSION_CLOSE = 3  # a day order, when the instrument's last session ended
    EXPIRED = 4  # a gtd order, at its expiry time
    TAKE_LEVELS = 5  # the order took as many book levels as the terms allow
    OUT_OF_BAND = 6  # the order is outside the new trading day's band
    RESTRICTED = 7  # its participant may no longer hold such an order
    DELISTED = 8  # its instrument is delisted
    TERMS_CHANGED = 9  # its instrument adopted new terms
    DISCONNECTED = 10  # its session was lost for longer than its grace
    COUNTDOWN = 11  # its account's dead man's switch fired
    DAY_CANCELLED = 12  # it was entered on a trading day that was cancelled
    FILL_LIMIT = 13  # the order met as many resting orders as it may


class Restriction(enum.IntEnum):
    """A restriction that supervision puts on a participant."""

    NONE = 0
    SELL_ONLY = 1  # it may sell and cancel; its open buys are cancelled
    CANCEL_ONLY = 2  # it may only cancel; its open orders stay
    SUSPENDED = 3  # it may do nothing; its open orders are cancelled


class Pricing(enum.IntEnum):
    """The price that the winners of a one-way auction pay."""

    PAY_AS_BID = 0
    UNIFORM = 1  # all pay the price of the bid that completes the quantity


class TooFewBids(enum.IntEnum):
    """The outcome of a one-way auction whose bids do not reach its quantity."""

    FILL_VALID = 0  # the valid bids are filled
    CANCEL = 1  # no bid is filled
    SELL_AT_LOWEST = 2  # all bids are filled at the price of the lowest


class Method(enum.IntEnum):
    """The trading method of a trade."""

    LISTED = 0  # in the order book
    BLOCK = 1
    AUCTION = 2  # in a one-way auction


class CompositeMethod(enum.IntEnum):
    """How a product's composite is computed (MARKET-RULES §2)."""

    MEAN = 0  # the mean of all its instruments
    NEWEST = 1  # the instrument of the highest vintage; among equals, the last listed


class BlockEnd(enum.IntEnum):
    """How a block proposal ended."""

    ACCEPTED = 0
    DECLINED = 1
    WITHDRAWN = 2
    COUNTERED = 3  # answered by a counter-offer, which is a new proposal
    EXPIRED = 4  # unanswered when its instrument closed
    RESTRICTED = 5
    DELISTED = 6


class BidEnd(enum.IntEnum):
    """How a bid in a one-way auction ended."""

    CANCELLED = 0
    FILLED = 1
    PARTLY_FILLED = 2  # the auction had fewer tonnes left than the bid asked for
    LOST = 3
    AUCTION_CANCELLED = 4
    RESTRICTED = 5


class SessionEnd(enum.IntEnum):
    """How a client's session ended."""

    LOST = 0  # its connection ended, on either side: the grace begins
    LOGOUT = 1  # its orders stay
    LOGOUT_CANCELLING = 2  # its orders are cancelled at once, as the client asked


class AlertKind(enum.IntEnum):
    """The kind of a supervision alert (MARKET-RULES §6)."""

    CANCEL_RATIO = 0
    QUICK_CANCEL = 1  # a large order, or many that add up to one, withdrawn soon
    REVERSE_TRADES = 2  # the same two participants traded both ways in a day
    PRICE_DEVIATION = 3  # a trade far from the running vwap
    HIGH_LOW = 4  # it bought high from, and sold low to, the same other participant
    VOLUME_SHARE = 5


class Permission(enum.IntFlag):
    """The permissions of a key."""

    READ = 1  # the accounts and executions of its own participant
    TRADE = 2  # orders for its own participant's accounts
    OPERATE = 4  # instruments, halts, the trading day
    REGISTRY = 8  # participants, keys, accounts, cash and tonnes
    TRANSFER = 16  # surrenders and transfers from its own participant's accounts


class OrderKind(enum.IntFlag):
    """Order kinds that an instrument may accept; it always accepts limit orders."""

    MARKET = 1
    STOP = 2  # stop and stop-limit; a stop order without a limit needs MARKET, too
    ICEBERG = 4
    FOK = 8
    IOC = 16
    POST_ONLY = 32


class Reason(enum.IntEnum):
    """Why a command was refused, in descending order of precedence.

    The first reason that applies is reported (MARKET-RULES §7). The numbers are the
    error codes that clients see: 3xxx market rules, 4xxx order management, 5xxx
    limits, 6xxx registry.
    """

    DUPLICATE_CLIENT_ORDER_ID = 4002
    DUPLICATE_CLIENT_REF = 4003
    DEADLINE_PASSED = 4004
    UNKNOWN_INSTRUMENT = 3001
    NOT_PERMITTED = 3002
    UNKNOWN_PARTICIPANT = 6001
    UNKNOWN_ACCOUNT = 6002
    UNKNOWN_KEY = 6003
    UNKNOWN_AUCTION = 6011
    UNKNOWN_PRODUCT = 6019
    ALREADY_EXISTS = 6004
    BAD_NAME = 6005
    BAD_PARAMETER = 6006
    LAST_REGISTRY_KEY = 6010
    NO_TRADING_DAY = 6012
    DAY_HAS_TRADED = 6013
    UNKNOWN_TRADE = 6015
    TRADE_ANNULLED = 6016
    UNKNOWN_ORDER = 4001
    UNKNOWN_BID = 4009
    RESTRICTED = 3003
    NOT_TRADABLE = 3004
    MARKET_CLOSED = 3005
    VENUE_SUSPENDED = 3032
    HALTED = 3006
    NOT_HALTED = 6007
    NOT_SUSPENDED = 6014
    NOT_ELIGIBLE = 3028
    VINTAGE_ENDED = 3029
    BAD_QTY = 3007
    QTY_ABOVE_LISTED_MAX = 3008
    QTY_BELOW_BLOCK_MIN = 3009
    BAD_TICK = 3010
    PRICE_OUT_OF_BAND = 3011
    BLOCK_PRICE_OUT_OF_BAND = 3012
    STALE_PICK = 3013
    NOT_BEST_PRICE = 3014
    PICK_OUT_OF_REACH = 3027
    NO_SUCH_PROPOSAL = 3015
    COUNTERPARTY_MISMATCH = 3016
    WINDOW_CLOSED = 3017
    BELOW_RESERVE = 3018
    BID_LIMIT = 3019
    BAD_AMOUNT = 6008
    BALANCE_LIMIT = 6009
    QTY_BELOW_FILLED = 4007
    POSITION_LIMIT = 3020
    RESALE_LOCK = 3021
    TONNES_FROZEN = 3031
    NOT_FROZEN = 3033
    INSUFFICIENT_HOLDINGS = 3022
    CASH_FROZEN = 3034
    INSUFFICIENT_FUNDS = 3023
    SELF_TRADE = 3024
    OFFSET_CAP = 3025
    OBLIGATION_UNKNOWN = 3026
    KIND_NOT_ALLOWED = 4008
    WOULD_TAKE_LIQUIDITY = 4005
    FOK_UNFILLABLE = 4006
    TOO_MANY_CLIENT_IDS = 5004
    TOO_MANY_OPEN_ORDERS = 5005
    TOO_MANY_SESSIONS = 5011
    TOO_MANY_STOPS = 5015


ALL_KINDS: Final = OrderKind(63)

# Bare names read better at the call site, and are ten times cheaper to load
# than ``Side.BUY`` on CPython 3.11.
BUY: Final = Side.BUY
SELL: Final = Side.SELL
LIMIT: Final = OrderType.LIMIT
MARKET: Final = OrderType.MARKET
STOP: Final = OrderType.STOP
STOP_LIMIT: Final = OrderType.STOP_LIMIT
DAY: Final = TimeInForce.DAY
GTC: Final = TimeInForce.GTC
IOC: Final = TimeInForce.IOC
FOK: Final = TimeInForce.FOK
GTD: Final = TimeInForce.GTD
