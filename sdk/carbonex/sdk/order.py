"""An order that stays up to date."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, Protocol, TypedDict

from .errors import VenueRestored
from .models import NOTHING, Execution, Fill, OrderResult, OrderState, StatusName
from .signal import Signal


if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Unpack

    from carbonex.wire.answers import Cancelled
    from carbonex.wire.requests import (
        AddOrder,
        OrderTypeName,
        SideName,
        TimeInForceName,
    )

    from .errors import CarbonexError
    from .prices import Price


class Changes(TypedDict, total=False):
    """The fields an amendment changes; omitted fields stay unchanged."""

    price: Price | None
    quantity: int | None  # the new total, including the filled part
    stop_price: Price | None  # for a waiting stop order


class Desk(Protocol):
    """The interface through which an order is amended and cancelled."""

    async def amend(self, order: Order, **changes: Unpack[Changes]) -> OrderResult:
        """Amend the order."""

    async def cancel(self, order: Order) -> Cancelled:
        """Cancel the order."""


class Order:
    """An order of the account, updated by its executions.

    It reflects the last frame received on the connection. An execution arrives before
    or together with the answer to the request that caused it. So after ``await
    venue.buy(…)`` the order already has its immediate fills. During an interruption
    nothing changes; missed executions are applied afterwards, in order.

    ``price`` is the limit price; for a market order, its protection price.
    ``stop_price`` is None without a stop. ``expires`` is in µs, 0 for never. ``reason``
    says why the order was cancelled. ``priority_kept`` describes its last amendment.
    ``session`` is the name of the session that placed it, known only after a query.
    """

    __slots__ = (
        "__weakref__",
        "_desk",
        "_error",
        "_exec_seq",
        "_fills",
        "_shown",
        "_signal",
        "_waits",
        "account",
        "client_order_id",
        "display_quantity",
        "duplicate",
        "expires",
        "filled",
        "instrument",
        "order_id",
        "order_type",
        "price",
        "priority_kept",
        "quantity",
        "reason",
        "session",
        "side",
        "status",
        "stop_price",
        "time_in_force",
    )

    def __init__(
        self, desk: Desk, about: OrderState | Execution | AddOrder, account: str
    ) -> None:
        """Create an order from ``about``; later events complete it."""
        self.account: Final = account
        self.instrument: Final = about.instrument
        self.side: Final[SideName] = about.side
        self.order_type: Final[OrderTypeName] = about.order_type
        self.time_in_force: Final[TimeInForceName] = about.time_in_force
        self.client_order_id: Final = about.client_order_id
        self.display_quantity: Final = about.display_quantity
        self.expires: Final = about.expires
        self.order_id = ""
        self.price = Decimal(about.price or 0)
        self.stop_price = Decimal(about.stop_price) if about.stop_price else None
        self.quantity = about.quantity
        self.filled = 0
        self.status: StatusName = "open"
        self.reason = ""
        self.priority_kept: bool | None = None
        self.session = ""
        self.duplicate = False
        self._desk = desk
        self._fills: list[Fill] = []
        self._exec_seq = 0
        self._waits = about.order_type in ("stop", "stop_limit")
        self._shown: int | None = None
        self._error: CarbonexError | None = None
        self._signal = Signal()

    @property
    def is_open(self) -> bool:
        """Whether the order may still trade."""
        return self.status == "open"

    @property
    def is_followed(self) -> bool:
        """Whether executions have updated the order, and still do."""
        return self._exec_seq > 0 and self._error is None

    @property
    def remaining(self) -> int:
        """Tonnes that may still trade; 0 once the order is filled or cancelled."""
        return self.quantity - self.filled if self.status == "open" else 0

    @property
    def waiting(self) -> bool:
        """Whether the stop order is still waiting for its trigger."""
        return self._waits and self.is_open

    @property
    def shown(self) -> int | None:
        """Tonnes that the book shows; for an iceberg, less than ``remaining``.

        None for an iceberg that this client has not followed from its beginning, until
        its next refill.
        """
        if self.waiting:
            return 0
        if self.display_quantity and self.is_open:
            return self._shown
        return self.remaining

    @property
    def fees(self) -> Decimal:
        """Fees of all fills since this client began to follow the order. O(fills)."""
        return sum((fill.fee for fill in self._fills), NOTHING)

    @property
    def average_price(self) -> Decimal | None:
        """The mean price per tonne of the filled quantity, unrounded.

        None if nothing is filled, or if part of it filled before this client began to
        follow the order. O(fills).
        """
        volume = sum(fill.quantity for fill in self._fills)
        if volume == 0 or volume != self.filled:
            return None
        return sum(fill.price * fill.quantity for fill in self._fills) / Decimal(volume)

    async def fills(self) -> AsyncIterator[Fill]:
        """Yield every fill since this client follows the order, then each new one.

        Ends when the order is filled or cancelled. Any number of readers may iterate;
        each gets every fill.

        Raises:
            CarbonexError: If the order can no longer be followed.

        """
        told = 0
        while True:
            while told < len(self._fills):
                yield self._fills[told]
                told += 1
            if not self.is_open:
                return
            await self.changed()

    async def done(self) -> Order:
        """Return the order itself once it is filled or cancelled.

        Raises:
            CarbonexError: If the order can no longer be followed.

        """
        while self.is_open:
            await self.changed()
        return self

    async def changed(self) -> None:
        """Wait for the next change of the order; return at once if none can come.

        Raises:
            CarbonexError: If the order can no longer be followed.

        """
        if self.is_open and self._error is None:
            await self._signal.wait()
        if self._error is not None and self.is_open:
            raise self._error

    async def amend(self, **changes: Unpack[Changes]) -> OrderResult:
        """Change price, total quantity or stop price; see ``Venue.amend``."""
        return await self._desk.amend(self, **changes)

    async def cancel(self) -> Cancelled:
        """Cancel the remaining quantity; see ``Venue.cancel``."""
        return await self._desk.cancel(self)

    def __repr__(self) -> str:
        return (
            f"<Order {self.order_id} {self.side} {self.quantity} {self.instrument}"
            f" @ {self.price}: {self.status}, {self.filled} filled>"
        )

    # The methods below are for the SDK's reader of the connection.

    def follow(self, execution: Execution) -> None:
        """Apply an execution; ignore an execution that was applied before."""
        if execution.exec_seq <= self._exec_seq:
            return
        self._exec_seq = execution.exec_seq
        self.order_id = execution.order_id
        self.price = execution.price
        self.quantity = execution.quantity
        self.filled = execution.filled
        self.status = execution.status
        if execution.event in ("triggered", "trade"):
            self._waits = False
        if execution.event == "trade":
            self._fills.append(_fill(execution))
        elif execution.event == "amended":
            self.priority_kept = execution.priority_kept
            if self._waits:
                self.stop_price = execution.stop_price
        if execution.status == "cancelled":
            self.reason = execution.reason
        if self.display_quantity:
            self._show(execution)
        self._signal.notify()

    def restate(self, answer: OrderResult | OrderState) -> None:
        """Apply an answer, which is newer than every execution received before it."""
        self.order_id = answer.order_id
        self.price = answer.price
        self.quantity = answer.quantity
        self.filled = answer.filled
        self.status = answer.status
        self._error = None
        if isinstance(answer, OrderState):
            self._waits = answer.waiting
            self.stop_price = answer.stop_price
            self.session = answer.session
        else:
            self._take_result(answer)
        self._signal.notify()

    def accepted(self, answer: OrderResult) -> None:
        """Apply the part of an answer that executions do not carry."""
        self.duplicate = answer.duplicate

    def withdrawn(self, answer: Cancelled) -> None:
        """Apply the answer to a cancellation."""
        self.filled = answer.filled
        self.status = "cancelled"
        self.reason = self.reason or "CLIENT"
        self._signal.notify()

    def require_standing(self) -> None:
        """Check that the order id still means this order.

        Raises:
            VenueRestored: If the venue was restored since the order was followed.

        """
        if isinstance(self._error, VenueRestored):
            raise self._error

    def lose(self, error: CarbonexError) -> None:
        """Stop following the order; tasks waiting for it receive the error."""
        self._error = error
        self._signal.notify()

    def _take_result(self, answer: OrderResult) -> None:
        self.reason = answer.reason or self.reason
        self.duplicate = answer.duplicate
        if not answer.duplicate:  # a duplicate's answer does not say
            self._waits = answer.waiting
        if answer.priority_kept is not None:
            self.priority_kept = answer.priority_kept

    def _show(self, execution: Execution) -> None:
        """Update the shown quantity of an iceberg."""
        if execution.event == "refilled":
            self._shown = execution.shown
        elif execution.event == "reduced":
            self._shown = None  # the shown or the hidden part: unknown
        elif execution.liquidity == "maker" and self._shown is not None:
            self._shown -= execution.last_quantity
        elif execution.event == "amended" and execution.priority_kept:
            if self._shown is not None:
                self._shown = min(self._shown, execution.remaining)
        elif execution.liquidity != "maker":  # it has entered the book again
            self._shown = min(self.display_quantity, execution.remaining)


def _fill(execution: Execution) -> Fill:
    assert execution.last_price is not None  # a trade has a price
    return Fill(
        execution.trade_id,
        execution.last_price,
        execution.last_quantity,
        execution.liquidity,
        execution.time,
        execution.exec_seq,
        execution.fee,
    )
