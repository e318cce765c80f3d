# ruff: noqa: N818 - a trader reads these names as what happened, not as errors
"""What the venue refuses, by what a trader does about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from carbonex.wire.answers import Error


class CarbonexError(Exception):
    """The base of everything that this package raises on purpose."""


class VenueError(CarbonexError):
    """The venue refused a request, which changed nothing.

    ``code`` is the number and ``name`` the word of the reason, ``message`` the
    sentence, ``param`` the parameter at fault (or empty).
    """

    def __init__(self, code: int, name: str, message: str, param: str = "") -> None:
        super().__init__(f"{name} ({code}): {message}")
        self.code = code
        self.name = name
        self.message = message
        self.param = param


class InvalidRequest(VenueError):
    """The request was malformed."""


class AccessDenied(VenueError):
    """The key may not do this."""


class LoginFailed(AccessDenied):
    """The venue does not accept the key; the connection is given up."""


class OrderRejected(VenueError):
    """The market's rules do not allow this order, amendment or cancellation."""


class MarketClosed(OrderRejected):
    """No session is open, or instrument or venue are halted; cancelling works."""


class PriceOutOfBand(OrderRejected):
    """The price is beyond the day's limits, which the message names."""


class PickRefused(OrderRejected):
    """A listing named to be taken first is gone or not at the best price, or none may be."""


class InsufficientFunds(OrderRejected):
    """The account's free cash does not cover the order; some of it may be frozen."""


class InsufficientHoldings(OrderRejected):
    """The account does not hold that many free tonnes; some may be frozen."""


class ResaleLocked(InsufficientHoldings):
    """The tonnes are there, but were bought too recently to be sold already."""


class PositionLimited(OrderRejected):
    """The participant would hold more than it may."""


class Restricted(OrderRejected):
    """Supervision has restricted what the participant may do."""


class SelfTradePrevented(OrderRejected):
    """The order would have traded with an order of its own participant."""


class WouldTakeLiquidity(OrderRejected):
    """A post-only order would have traded at once."""


class Unfillable(OrderRejected):
    """A fill-or-kill order could not be filled whole."""


class UnknownOrder(OrderRejected):
    """No such order rests: it is filled, cancelled, or never was."""


class UnknownBlock(OrderRejected):
    """No such proposal is open: it was answered, withdrawn, or never was."""


class UnknownBid(OrderRejected):
    """No such bid stands: it was cancelled, its auction is over, or it never was."""


class BiddingClosed(OrderRejected):
    """The auction's window is over, or has not begun."""


class BidRefused(OrderRejected):
    """The bid is worse than the reserve, or more than one bidder may ask for."""


class DuplicateOrder(OrderRejected):
    """The client order id belongs to another order."""


class DuplicateRef(OrderRejected):
    """The client ref belongs to something else that the account did."""


class DeadlinePassed(OrderRejected):
    """The request reached the venue too late to be wanted still."""


class HistoryGone(OrderRejected):
    """The venue's log and history have not got the executions asked for any more.

    The message names the oldest that they have; ask open_orders.
    """


class NoSuchDay(OrderRejected):
    """The trading day has not ended, or there was none on that date."""


class RegistryRefused(VenueError):
    """A participant, key, account, auction or amount is not as the request assumes."""


class BadParameter(OrderRejected, RegistryRefused):
    """A parameter is beyond what it may be, or does not belong to the others."""


class Overloaded(VenueError):
    """The venue did not take the request; ``retry_after`` seconds from now it may."""

    retry_after: float = 0.0


class RateLimited(Overloaded):
    """This client sends faster than it may."""


class Busy(Overloaded):
    """The venue's queue is full; the request was never logged."""


class HistoryBehind(Overloaded):
    """The venue's history has not caught up with its log yet."""


class HistoryUnreadable(Overloaded):
    """The venue's history cannot be read; its operator has to see to it."""


_BY_NAME: Final[dict[str, type[VenueError]]] = {
    "MARKET_CLOSED": MarketClosed,
    "HALTED": MarketClosed,
    "VENUE_SUSPENDED": MarketClosed,
    "PRICE_OUT_OF_BAND": PriceOutOfBand,
    "BLOCK_PRICE_OUT_OF_BAND": PriceOutOfBand,
    "STALE_PICK": PickRefused,
    "NOT_BEST_PRICE": PickRefused,
    "PICK_OUT_OF_REACH": PickRefused,
    "RESTRICTED": Restricted,
    "POSITION_LIMIT": PositionLimited,
    "RESALE_LOCK": ResaleLocked,
    "TONNES_FROZEN": InsufficientHoldings,
    "CASH_FROZEN": InsufficientFunds,
    "INSUFFICIENT_FUNDS": InsufficientFunds,
    "INSUFFICIENT_HOLDINGS": InsufficientHoldings,
    "SELF_TRADE": SelfTradePrevented,
    "WOULD_TAKE_LIQUIDITY": WouldTakeLiquidity,
    "FOK_UNFILLABLE": Unfillable,
    "UNKNOWN_ORDER": UnknownOrder,
    "NO_SUCH_PROPOSAL": UnknownBlock,
    "UNKNOWN_BID": UnknownBid,
    "WINDOW_CLOSED": BiddingClosed,
    "BELOW_RESERVE": BidRefused,
    "BID_LIMIT": BidRefused,
    "DUPLICATE_CLIENT_ORDER_ID": DuplicateOrder,
    "DUPLICATE_CLIENT_REF": DuplicateRef,
    "DEADLINE_PASSED": DeadlinePassed,
    "HISTORY_GONE": HistoryGone,
    "DAY_NOT_ENDED": NoSuchDay,
    "UNKNOWN_DAY": NoSuchDay,
    "NO_LISTINGS": PickRefused,
    "LISTINGS_NOT_HIDDEN": PickRefused,
    "BAD_PARAMETER": BadParameter,
    "RATE_LIMITED": RateLimited,
    "BUSY": Busy,
    "HISTORY_BEHIND": HistoryBehind,
    "HISTORY_UNREADABLE": HistoryUnreadable,
}
_BY_THOUSAND: Final[dict[int, type[VenueError]]] = {
    1: InvalidRequest,
    2: AccessDenied,
    3: OrderRejected,
    4: OrderRejected,
    5: Overloaded,
    6: RegistryRefused,
}


def venue_error(error: Error) -> VenueError:
    """Return the exception for the venue's refusal: by name, else by thousand."""
    kind = _BY_NAME.get(error.name) or _BY_THOUSAND.get(error.code // 1000, VenueError)
    raised = kind(error.code, error.name, error.message, error.param)
    if isinstance(raised, Overloaded):
        raised.retry_after = error.retry_after_ms / 1000
    return raised
