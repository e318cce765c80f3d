# ruff: noqa: N818 - a trader reads these names as what happened, not as errors
"""Refusals by the venue, grouped by the trader's reaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from carbonex.wire.answers import Error


class CarbonexError(Exception):
    """The base of all exceptions that this package raises deliberately."""


class VenueError(CarbonexError):
    """The venue refused a request, which changed nothing.

    ``code`` and ``name`` identify the reason, ``message`` explains it, and ``param`` is
    the invalid parameter (or empty).
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
    """No session is open, or a halt is in force; cancelling works."""


class PriceOutOfBand(OrderRejected):
    """The price is outside the day's limits, which the message names."""


class PickRefused(OrderRejected):
    """A picked listing is gone or not at the best price, or picks are not allowed."""


class InsufficientFunds(OrderRejected):
    """The account's free cash does not cover the order; some of it may be frozen."""


class InsufficientHoldings(OrderRejected):
    """The account has too few free tonnes; some may be frozen."""


class ResaleLocked(InsufficientHoldings):
    """The tonnes were bought too recently to be sold."""


class PositionLimited(OrderRejected):
    """The participant would exceed its position limit."""


class Restricted(OrderRejected):
    """Supervision has restricted the participant."""


class SelfTradePrevented(OrderRejected):
    """The order would have traded with an order of its own participant."""


class WouldTakeLiquidity(OrderRejected):
    """A post-only order would have traded at once."""


class Unfillable(OrderRejected):
    """A fill-or-kill order could not be filled completely."""


class UnknownOrder(OrderRejected):
    """No such order is open: it is filled or cancelled, or never existed."""


class UnknownBlock(OrderRejected):
    """No such proposal is open: it was answered or withdrawn, or never existed."""


class UnknownBid(OrderRejected):
    """No such bid is open: it was cancelled, its auction is over, or it is unknown."""


class BiddingClosed(OrderRejected):
    """The auction's window is over, or has not begun."""


class BidRefused(OrderRejected):
    """The bid is worse than the reserve, or exceeds the limit per bidder."""


class DuplicateOrder(OrderRejected):
    """The client order id belongs to another order."""


class DuplicateRef(OrderRejected):
    """The client ref belongs to another request of the account."""


class DeadlinePassed(OrderRejected):
    """The request reached the venue after its deadline."""


class HistoryGone(OrderRejected):
    """The venue's log and history no longer hold the requested executions.

    The message names the oldest ones available; call ``open_orders`` instead.
    """


class NoSuchDay(OrderRejected):
    """The trading day has not ended, or there was none on that date."""


class RegistryRefused(VenueError):
    """A participant, key, account, auction or amount is not in the required state."""


class BadParameter(OrderRejected, RegistryRefused):
    """A parameter is out of range, or contradicts the others."""


class Overloaded(VenueError):
    """The venue did not accept the request; retry after ``retry_after`` seconds."""

    retry_after: float = 0.0


class RateLimited(Overloaded):
    """This client exceeds its rate limit."""


class Busy(Overloaded):
    """The venue's queue is full; the request was never logged."""


class HistoryBehind(Overloaded):
    """The venue's history has not caught up with its log yet."""


class HistoryUnreadable(Overloaded):
    """The venue's history cannot be read; its operator must repair it."""


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
    """Return the exception for a refusal: by name, or else by its code's thousand."""
    kind = _BY_NAME.get(error.name) or _BY_THOUSAND.get(error.code // 1000, VenueError)
    raised = kind(error.code, error.name, error.message, error.param)
    if isinstance(raised, Overloaded):
        raised.retry_after = error.retry_after_ms / 1000
    return raised
