# ruff: noqa: N818 - a trader reads these names as what happened, not as errors
"""Exceptions for lost answers, slow readers and restored venues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from carbonex.sdk.models import Bid, Block

from .refusals import CarbonexError


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from carbonex.sdk.order import Order
    from carbonex.sdk.witness import Witness


T = TypeVar("T")


class ConnectionLost(CarbonexError):
    """The connection was lost before the answer arrived.

    If ``sent`` is false, the request was never sent and nothing happened. If it is
    true, the request may have been executed. Methods with a ``client_ref`` are safe to
    call again with the same one.
    """

    def __init__(self, message: str, *, sent: bool = False) -> None:
        super().__init__(message)
        self.sent = sent


class OrderStateUnknown(ConnectionLost):
    """An order was sent, and the connection was lost before the answer arrived."""

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
        """Find out the outcome once the connection is back.

        For a placed order: return its current state, followed again. Return None if the
        venue does not hold it *and never will*: it never arrived, or was refused. None
        is certain. It is returned only after the venue's log has passed the deadline of
        the order, so that a copy still in transit can no longer be accepted. That takes
        up to the ``order`` timeout.

        For an amendment: return the order once the amendment has happened or can no
        longer happen. The order's price and quantity show which.

        For a cancellation: cancel again (repeating it is harmless) and return the
        order, which is then no longer open.

        For an amendment or a cancellation, None means that the order ended too long ago
        to be known.

        The venue remembers a client order id for the trading day and the next one.
        Later the account's executions show the outcome: those that this client has
        followed, or else those of the venue's history.

        Raises:
            OrderForgotten: If the order's executions are not available either.
            VenueRestored: If the venue was restored since the request was sent. Call
                ``open_orders`` for the restored state.
            CarbonexError: If the connection is given up meanwhile.

        """
        return await self._resolve()


class OrderForgotten(CarbonexError):
    """Whether the order was accepted can no longer be found out.

    The venue no longer remembers its client order id. The account's executions of that
    time were not followed and can no longer be read; the cause says why. Balances and
    statements show its trades, if any.
    """

    def __init__(self) -> None:
        super().__init__(
            "the venue does not know the order, and may have forgotten it: the account's"
            " executions of that time are not to be had either; compare balances() and"
            " statement()"
        )


class BatchStateUnknown(ConnectionLost):
    """A batch of orders was sent, and the connection was lost before the answer."""

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
        """Return the outcome of each order, as ``OrderStateUnknown.resolve`` does."""
        return [await self._resolve(name) for name in self.client_order_ids]


class OfferStateUnknown(ConnectionLost, Generic[T]):
    """The common base of BlockStateUnknown and BidStateUnknown."""

    def __init__(
        self, message: str, client_ref: str, resolve: Callable[[], Awaitable[T]]
    ) -> None:
        super().__init__(message, sent=True)
        self.client_ref = client_ref  # empty if the request has no client ref
        self._resolve = resolve

    async def resolve(self) -> T:
        """Complete the request once the connection is back; return the result.

        The request is sent again until it is answered. Its client ref makes the venue
        execute it only once, now or before (``duplicate``). A caller that no longer
        wants it checks ``venue.blocks()`` or ``venue.bids()`` instead, as long as the
        first copy may still be in transit.

        Raises:
            VenueError: If the request is refused and was not executed before.
            UnknownBlock, UnknownBid: Also if an earlier copy has already declined,
                withdrawn or cancelled it, because those requests have no client ref. In
                any case it is not open.
            CarbonexError: If the connection is given up meanwhile.

        """
        return await self._resolve()


class BlockStateUnknown(OfferStateUnknown[Block]):
    """A block request was sent; the connection was lost before the answer arrived."""


class BidStateUnknown(OfferStateUnknown[Bid]):
    """A bid was sent or cancelled; the connection was lost before the answer."""


class VenueRestored(CarbonexError):
    """The venue was restored from a copy of its log older than what it has sent.

    Orders, trades and balances that it sent after that copy are not in its log, and
    their numbers are assigned again. Streams of executions, prints and alerts end with
    this error. So do the orders that this client holds: it can no longer amend or
    cancel them. Books, balances and other states start again automatically.

    Call ``open_orders()`` and ``balances()``, open new streams, and settle the lost
    part with the venue's operator. ``known`` is the proof: the newest state of the log
    that the venue had sent. ``now`` is the state after the restoration.
    """

    def __init__(self, reason: str, known: Witness, now: Witness) -> None:
        super().__init__(
            f"the venue was restored from an older copy ({reason}): what it told"
            " since then is void; ask open_orders() and balances(), and open"
            " streams anew"
        )
        self.known = known
        self.now = now


class SessionTakenOver(CarbonexError):
    """Another client of this participant has logged in under this session's name.

    The venue has closed this connection, and the client does not reconnect. The orders
    now belong to the other client.
    """


class SwitchLapsed(CarbonexError):
    """A dead man's switch was not renewed in time, or was disarmed elsewhere."""


class SlowConsumer(CarbonexError):
    """A stream's reader fell further behind than the stream's limit.

    Everything before was delivered. For executions, ``next_seq`` is the first one
    missing: continue with ``venue.executions(from_seq=error.next_seq)``.
    """

    def __init__(self, message: str, next_seq: int | None = None) -> None:
        super().__init__(message)
        self.next_seq = next_seq
