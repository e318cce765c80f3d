# ruff: noqa: N818 - a trader reads these names as what happened, not as errors
"""What did not come back: answers, items of a slow reader, a venue's newest past."""

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

        For these two, None stands for an order that finished too long ago to be
        known.

        The venue remembers an id for the trading day and the next. Later the
        account's executions tell what became of an order: those that this client
        has followed, else those of the venue's history.

        Raises:
            OrderForgotten: If an order's executions cannot be had either.
            VenueRestored: If the venue was restored since it was sent: what became
                of it in the copy, ask ``open_orders``.
            CarbonexError: If the connection is given up meanwhile.

        """
        return await self._resolve()


class OrderForgotten(CarbonexError):
    """Nobody can tell any more whether an order was accepted.

    The venue does not remember its id, and the account's executions of that time were
    neither followed nor can they be read any more; the cause says why. Balances and
    statements tell what it has traded, if anything.
    """

    def __init__(self) -> None:
        super().__init__(
            "the venue does not know the order, and may have forgotten it: the account's"
            " executions of that time are not to be had either; compare balances() and"
            " statement()"
        )


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


class OfferStateUnknown(ConnectionLost, Generic[T]):
    """What BlockStateUnknown and BidStateUnknown have in common."""

    def __init__(
        self, message: str, client_ref: str, resolve: Callable[[], Awaitable[T]]
    ) -> None:
        super().__init__(message, sent=True)
        self.client_ref = client_ref  # empty where the request has none
        self._resolve = resolve

    async def resolve(self) -> T:
        """Make sure of it, after the connection is back; return it as it stands.

        The request is sent again until it is answered. Its client ref lets the
        venue do it once, whether now or before (``duplicate``). Whoever no longer
        wants it looks at ``venue.blocks()`` or ``venue.bids()`` instead, for as
        long as the first copy may still be under way.

        Raises:
            VenueError: If it is refused, and had not been done before.
            UnknownBlock, UnknownBid: Also where it was declined, withdrawn or
                cancelled before, which have no client ref: it is not open, in
                any case.
            CarbonexError: If the connection is given up meanwhile.

        """
        return await self._resolve()


class BlockStateUnknown(OfferStateUnknown[Block]):
    """A block request was sent, and the connection went before the answer came."""


class BidStateUnknown(OfferStateUnknown[Bid]):
    """A bid was sent or cancelled, and the connection went before the answer came."""


class VenueRestored(CarbonexError):
    """The venue was restored from a copy of its log that is older than what it told.

    What it told after that copy was made, orders, trades and balances, never
    happened as far as its log is concerned, and its numbers are given a second
    time. Streams of executions, prints and alerts end with this error, so do
    the orders that this client has held: it can neither amend nor cancel them
    by what it knew. Books, balances and other states begin anew by themselves.

    What to do: ask ``open_orders()`` and ``balances()``, open streams anew, and
    settle with the venue's operator what was told and is gone; ``known`` is the
    proof of it. ``known`` is the newest that the venue had told of its log, ``now``
    how it came back.
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

    The venue has closed this connection, and it is not made again. The orders are
    the other's now.
    """


class SwitchLapsed(CarbonexError):
    """A dead man's switch was not renewed in time, or had been disarmed elsewhere."""


class SlowConsumer(CarbonexError):
    """A stream's reader fell further behind than the stream keeps.

    Everything before was delivered. For executions ``next_seq`` is the first
    one that was not: ``venue.executions(from_seq=error.next_seq)`` goes on.
    """

    def __init__(self, message: str, next_seq: int | None = None) -> None:
        super().__init__(message)
        self.next_seq = next_seq
