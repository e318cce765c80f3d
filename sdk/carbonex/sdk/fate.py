"""Find out the outcome of an order, a block or a bid whose answer was lost.

A block or a bid is sent again: its client ref makes the venue execute it only once. For
an order, one query after the reconnection is not enough. The last bytes of the lost
connection may still be in transit, so an unknown order may arrive a moment later. But
every order carries a deadline, and the venue refuses it once the log's time has passed
that deadline. So "never" is answered only when the venue refuses a probe with the same
deadline as DEADLINE_PASSED. The probe cancels an order that does not exist: it changes
nothing, and the same log and clock judge it as the order.

A venue restored from an older copy assigns its numbers again, so an old number may now
mean something else. Every query here therefore carries ``since``, the restoration that
it belongs to, and ends at the next one.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeVar

from msgspec.structs import replace

from carbonex.wire import requests

from .errors import (
    ConnectionLost,
    DeadlinePassed,
    HistoryGone,
    HistoryUnreadable,
    OrderForgotten,
    Overloaded,
    UnknownOrder,
)
from .models import ENDED, Bid, Block
from .prices import price_text
from .requester import Requester, as_it_is


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .errors import VenueRestored
    from .errors.lost import OfferStateUnknown
    from .executions import Executions, Place
    from .models import Execution
    from .order import Order


T = TypeVar("T")
Offer = TypeVar("Offer", Block, Bid)

SHORTEST_WAIT: Final = 0.05  # seconds between two probes
FIRST_LOOK: Final = 1_000  # executions back; then eight times as many, and so on
CLOCK_MARGIN_US: Final = 60_000_000  # by which ours may differ from the venue's


class Fates(Requester):
    """Finds out the outcome of requests, over as many connections as necessary."""

    async def _ask_about(
        self,
        sent: requests.Params,
        convert: Callable[[Any], T],
        unknown: Callable[[str, VenueRestored | None], ConnectionLost],
    ) -> T:
        """Ask; where it was sent and the answer is lost, raise what ``unknown`` says.

        That is told the message, and the venue's last restoration before it was
        sent, and holds the means to find out.
        """
        since = self._client.memory.restored
        try:
            return await self._ask(sent, convert)
        except ConnectionLost as lost:
            if not lost.sent:
                raise
            raise unknown(str(lost), since) from lost

    async def _ask_about_offer(
        self,
        sent: requests.Params,
        unknown: type[OfferStateUnknown[Offer]],
        fate: Callable[[VenueRestored | None], Awaitable[Offer]] | None = None,
    ) -> Offer:
        """Ask about a block or a bid; its fate, if none is given, is to ask again."""

        def repeat(since: VenueRestored | None) -> Awaitable[Offer]:
            return self._repeat(since, sent, as_it_is)

        def lost(message: str, since: VenueRestored | None) -> ConnectionLost:
            ref: str = getattr(sent, "client_ref", "")
            return unknown(message, ref, lambda: (fate or repeat)(since))

        return await self._ask_about(sent, as_it_is, lost)

    async def _fate_of_offering(
        self,
        since: VenueRestored | None,
        sent: requests.Params,
        find_open: Callable[[], Awaitable[list[Offer]]],
        id_of: Callable[[Offer], str],
    ) -> Offer:
        """Send the offer again; for a duplicate, return its current state."""
        offer: Offer = await self._repeat(since, sent, as_it_is)
        if not offer.duplicate:
            return offer
        for found in await self._insist(since, find_open):
            if id_of(found) == id_of(offer):
                return replace(found, duplicate=True)
        return replace(offer, status=ENDED)

    async def _fate_of_placing(
        self,
        since: VenueRestored | None,
        executions: Executions,
        sent: requests.AddOrder,
        expected: Order,
        place: Place,
    ) -> Order | None:
        """Return the order, or None once it is certain that there will be none.

        ``expected`` was created before sending, at ``place`` in the executions.

        Raises:
            OrderForgotten: If the outcome can no longer be found out.

        """
        name = requests.Order(
            client_order_id=sent.client_order_id, account=sent.account
        )
        order = await self._settled(
            since, executions, name, sent.deadline, lambda _: True
        )
        if order is not None:
            return order
        # The venue does not know it: it never will, or has forgotten it after two
        # days. What the account was told tells the two apart.
        await self._be_current(since, executions)
        if expected.order_id or executions.is_gapless(place):
            return expected if expected.order_id else None
        return await self._look_back(executions, sent, expected, place)

    async def _fate_of_amending(
        self,
        since: VenueRestored | None,
        executions: Executions,
        sent: requests.AmendOrder,
    ) -> Order | None:
        """Return the order once it is amended, or can no longer be amended."""
        name = requests.Order(sent.order_id, sent.client_order_id, sent.account)
        return await self._settled(
            since, executions, name, sent.deadline, lambda order: _amended(order, sent)
        )

    async def _fate_of_cancelling(
        self,
        since: VenueRestored | None,
        executions: Executions,
        sent: requests.CancelOrder,
    ) -> Order | None:
        """Cancel again and return the order."""
        name = requests.Order(sent.order_id, sent.client_order_id, sent.account)

        async def cancel_and_find() -> Order | None:
            # Unknown: it was cancelled the first time, or is filled.
            with contextlib.suppress(UnknownOrder):
                await self._ask(sent, as_it_is)
            return await self._find(executions, name)

        return await self._insist(since, cancel_and_find)

    async def _be_current(
        self, since: VenueRestored | None, executions: Executions
    ) -> None:
        """Return when the account's executions are followed up to now.

        Raises:
            OrderForgotten: If they cannot be.

        """
        while not executions.is_current:
            if executions.error is not None:
                raise OrderForgotten from executions.error
            await asyncio.sleep(SHORTEST_WAIT)
            await self.wait_online()
            self._require_unrestored(since)

    async def _look_back(
        self,
        executions: Executions,
        sent: requests.AddOrder,
        expected: Order,
        place: Place,
    ) -> Order | None:
        """Read the account's past from ``place`` on, or as far back as it was sent.

        O(executions since then).

        Raises:
            OrderForgotten: If the venue does not have them any more.

        """
        sent_at = sent.deadline - int(1e6 * self._timeouts.order) - CLOCK_MARGIN_US
        newest, span = executions.last_seq or 0, FIRST_LOOK
        first = max(1, newest + 1 - span) if place.seq is None else place.seq + 1
        past = await self._past(executions, first, newest)
        while place.seq is None and first > 1 and past[0].time >= sent_at:
            span *= 8
            first = max(1, newest + 1 - span)
            past = await self._past(executions, first, newest)
        for execution in past:
            if execution.client_order_id == sent.client_order_id:
                expected.follow(execution)
        return expected if expected.order_id else None

    async def _past(
        self, executions: Executions, first: int, last: int
    ) -> list[Execution]:
        """Return the account's executions from ``first`` to ``last``.

        Raises:
            OrderForgotten: If the venue does not have them any more.

        """
        if first > last:
            return []
        stream = executions.stream_from(first)
        if executions.lags(first):
            self._client.subscribe(executions)
            self._link.flush()
        try:
            async with stream:
                return [await stream.next() for _ in range(first, last + 1)]
        except (HistoryGone, HistoryUnreadable) as error:
            raise OrderForgotten from error

    async def _repeat(
        self,
        since: VenueRestored | None,
        sent: requests.Params,
        convert: Callable[[Any], T],
    ) -> T:
        """Repeat a harmless request until it is answered."""
        return await self._insist(since, lambda: self._ask(sent, convert))

    async def _find(self, executions: Executions, name: requests.Order) -> Order | None:
        """Return an order as it stands, None where nobody knows it.

        The venue looks up an order that has ended in its history. Where that cannot be
        read, who has followed the order still knows how it ended.
        """
        try:
            return await self._ask(name, executions.known)
        except (UnknownOrder, HistoryUnreadable):
            return executions.held(name.order_id, name.client_order_id)

    async def _settled(
        self,
        since: VenueRestored | None,
        executions: Executions,
        name: requests.Order,
        deadline: int,
        happened: Callable[[Order], bool],
    ) -> Order | None:
        """Return the order when what was sent has ``happened`` or cannot happen."""

        def find() -> Awaitable[Order | None]:
            return self._find(executions, name)

        def is_past() -> Awaitable[bool]:
            return self._is_past(deadline, name.account)

        while True:
            order = await self._insist(since, find)
            if order is not None and happened(order):
                return order
            if await self._insist(since, is_past):
                return await self._insist(since, find)
            now = asyncio.get_running_loop().time()
            wait = self._client.clock.seconds_until(deadline, now)
            await asyncio.sleep(max(wait, SHORTEST_WAIT))

    async def _is_past(self, deadline: int, account: str) -> bool:
        """Return whether the venue's log has passed ``deadline``, in microseconds."""
        probe = requests.CancelOrder(
            client_order_id=f"probe-{secrets.token_hex(8)}",
            account=account,
            deadline=deadline,
        )
        try:
            await self._ask(probe, as_it_is)
        except DeadlinePassed:
            return True
        except UnknownOrder:
            return False
        raise AssertionError("a venue has cancelled an order that nobody placed")

    async def _insist(
        self, since: VenueRestored | None, ask: Callable[[], Awaitable[T]]
    ) -> T:
        """Repeat the query until the venue answers or the client is closed.

        Raises:
            VenueRestored: If the venue was restored ``since``.

        """
        while True:
            await self.wait_online()
            self._require_unrestored(since)
            try:
                answer = await ask()
            except Overloaded as error:
                await asyncio.sleep(max(error.retry_after, SHORTEST_WAIT))
            except ConnectionLost:
                if self._client.closed:
                    raise
            else:
                self._require_unrestored(since)
                return answer

    def _require_unrestored(self, since: VenueRestored | None) -> None:
        restored = self._client.memory.restored
        if restored is not None and restored is not since:
            raise restored


def _amended(order: Order, sent: requests.AmendOrder) -> bool:
    """Tell whether the order is as the amendment wants it, or finished."""
    as_wanted = (
        sent.price in (None, price_text(order.price))
        and sent.quantity in (None, order.quantity)
        and sent.stop_price in (None, price_text(order.stop_price or Decimal(0)))
    )
    return as_wanted or not order.is_open
