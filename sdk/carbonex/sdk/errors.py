# ruff: noqa: N818 - a trader reads these names as what happened, not as errors
"""What can go wrong, by what a trader does about it.

CarbonexError
├─ VenueError            the venue answered: refused, and nothing changed
│  ├─ InvalidRequest       1xxx: this client sent nonsense
│  ├─ AccessDenied         2xxx: not this key
│  │  └─ LoginFailed
│  ├─ OrderRejected        3xxx and 4xxx: the market's rules
│  │  └─ MarketClosed, InsufficientFunds, UnknownOrder, …
│  ├─ Overloaded           5xxx: later
│  │  └─ RateLimited, Busy   (with retry_after, seconds)
│  └─ RegistryRefused      6xxx: participants, keys, accounts
├─ ConnectionLost        the venue did not answer; ``sent`` says what is known
│  ├─ OrderStateUnknown    … and ``await error.resolve()`` finds out
│  └─ BatchStateUnknown
└─ SlowConsumer          a stream was not read fast enough
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from carbonex.wire.answers import Error

    from .order import Order


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
    """No trading day is open, or the instrument is halted; cancelling works."""


class InsufficientFunds(OrderRejected):
    """The account's free cash does not cover the order."""


class InsufficientHoldings(OrderRejected):
    """The account does not hold that many free tonnes."""


class SelfTradePrevented(OrderRejected):
    """The order would have traded with an order of its own participant."""


class WouldTakeLiquidity(OrderRejected):
    """A post-only order would have traded at once."""


class Unfillable(OrderRejected):
    """A fill-or-kill order could not be filled whole."""


class UnknownOrder(OrderRejected):
    """No such order rests: it is filled, cancelled, or never was."""


class DuplicateOrder(OrderRejected):
    """The client order id belongs to another order."""


class DeadlinePassed(OrderRejected):
    """The request reached the venue too late to be wanted still."""


class HistoryGone(OrderRejected):
    """The venue no longer keeps the executions asked for; ask open_orders."""


class RegistryRefused(VenueError):
    """A participant, key, account or movement is not as the request assumes."""


class Overloaded(VenueError):
    """The venue did not take the request; ``retry_after`` seconds from now it may."""

    retry_after: float = 0.0


class RateLimited(Overloaded):
    """This client sends faster than it may."""


class Busy(Overloaded):
    """The venue's queue is full; the request was never logged."""


class ConnectionLost(CarbonexError):
    """The connection went before the answer came.

    Where ``sent`` is false the request never left, and nothing happened. Where
    it is true the request may have been executed or not. Methods that take a
    ``client_ref`` are safe to call again with the same one.
    """

    def __init__(self, message: str, *, sent: bool = False) -> None:
        super().__init__(message)
        self.sent = sent


class OrderStateUnknown(ConnectionLost):
    """An order was sent, and the connection went before the answer came."""

    def __init__(
        self,
        message: str,
        client_order_id: str,
        resolve: Callable[[], Awaitable[Order | None]],
    ) -> None:
        super().__init__(message, sent=True)
        self.client_order_id = client_order_id
        self._resolve = resolve

    async def resolve(self) -> Order | None:
        """Find out what became of it, after the connection is back.

        For an order placed: return it as it stands, followed again, or None
        when the venue does not hold it *and never will*: it never arrived, or
        was refused. The None is certain. It is returned only after the venue's
        log has passed the deadline that the order carried, so not even a copy
        that is still under way can be accepted any more; that takes up to the
        venue's ``order_timeout``.

        For an amendment: return the order once the amendment has happened or
        can no longer happen; its price and quantity say which.

        For a cancellation: cancel again (a second cancellation does no harm)
        and return the order, which is then no longer open.

        None also stands for an order that finished too long ago to be known.

        Raises:
            CarbonexError: If the connection is given up meanwhile.

        """
        return await self._resolve()


class BatchStateUnknown(ConnectionLost):
    """A batch of orders was sent, and the connection went before the answer."""

    def __init__(
        self,
        message: str,
        client_order_ids: Sequence[str],
        resolve: Callable[[str], Awaitable[Order | None]],
    ) -> None:
        super().__init__(message, sent=True)
        self.client_order_ids = tuple(client_order_ids)
        self._resolve = resolve

    async def resolve(self) -> list[Order | None]:
        """Return what became of each order, as ``OrderStateUnknown.resolve`` does."""
        return [await self._resolve(name) for name in self.client_order_ids]


class SlowConsumer(CarbonexError):
    """A stream's reader fell further behind than the stream keeps.

    Everything before was delivered. For executions ``next_seq`` is the first
    one that was not: ``venue.executions(from_seq=error.next_seq)`` goes on.
    """

    def __init__(self, message: str, next_seq: int | None = None) -> None:
        super().__init__(message)
        self.next_seq = next_seq


_BY_NAME: Final[dict[str, type[VenueError]]] = {
    "MARKET_CLOSED": MarketClosed,
    "HALTED": MarketClosed,
    "INSUFFICIENT_FUNDS": InsufficientFunds,
    "INSUFFICIENT_HOLDINGS": InsufficientHoldings,
    "SELF_TRADE": SelfTradePrevented,
    "WOULD_TAKE_LIQUIDITY": WouldTakeLiquidity,
    "FOK_UNFILLABLE": Unfillable,
    "UNKNOWN_ORDER": UnknownOrder,
    "DUPLICATE_CLIENT_ORDER_ID": DuplicateOrder,
    "DEADLINE_PASSED": DeadlinePassed,
    "HISTORY_GONE": HistoryGone,
    "RATE_LIMITED": RateLimited,
    "BUSY": Busy,
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
