"""Place, amend, cancel and query orders."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from typing import TYPE_CHECKING, TypeVar

from carbonex.wire import requests

from .checks import all_of, check, checked
from .errors import (
    BatchStateUnknown,
    OrderStateUnknown,
    VenueError,
    venue_error,
)
from .fate import Fates
from .new_order import NewOrder, OrderOptions
from .order import Changes, Order
from .prices import with_prices
from .requester import as_it_is


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from typing import Any, Unpack

    from carbonex.wire.answers import Cancelled, CancelledAll, Error
    from carbonex.wire.requests import SideName

    from .calls import CancelledBatch, PlacedBatch
    from .client import Client
    from .errors import VenueRestored
    from .executions import Executions
    from .models import OpenOrders, OrderResult
    from .prices import Price
    from .requester import Link, Timeouts


T = TypeVar("T")


@checked(OrderOptions, Changes)
class Trading(Fates):
    """The trading part of a venue.

    Every order carries a client order id, which makes a retry safe: the same id with
    the same content is the same order, however often it arrives.
    """

    def __init__(self, client: Client, link: Link, timeouts: Timeouts) -> None:
        super().__init__(client, link, timeouts)
        self._name = secrets.token_hex(6)  # random, so that two runs never share an id
        self._numbers = itertools.count(1)

    async def buy(
        self,
        instrument: str,
        quantity: int,
        price: Price,
        account: str | None = None,
        **options: Unpack[OrderOptions],
    ) -> Order:
        """Buy ``quantity`` tonnes at ``price`` CNY per tonne or better.

        ``price`` is a Decimal or a decimal string. ``"market"`` executes immediately,
        at prices within the day's limits or the instrument's protection. OrderOptions
        describes stop orders, icebergs, expiry and further options.

        Raises:
            OrderRejected: If the market's rules do not allow the order.
            OrderStateUnknown: If the connection was lost before the answer arrived.
            ConnectionLost: If there was no connection; nothing was sent.
            TypeError, ValueError: If the price is not exact; nothing was sent.

        """
        new = NewOrder("buy", instrument, quantity, price, **options)
        return await self._place(new, account)

    async def sell(
        self,
        instrument: str,
        quantity: int,
        price: Price,
        account: str | None = None,
        **options: Unpack[OrderOptions],
    ) -> Order:
        """Sell ``quantity`` tonnes at ``price`` CNY per tonne or better; see buy."""
        new = NewOrder("sell", instrument, quantity, price, **options)
        return await self._place(new, account)

    async def amend(
        self,
        order: Order | str = "",
        *,
        client_order_id: str = "",
        account: str | None = None,
        **changes: Unpack[Changes],
    ) -> OrderResult:
        """Amend an order, given as an Order, an order id or a client order id.

        A lower ``quantity`` keeps the order's queue priority. A higher quantity or
        another price loses it, and the order may trade at once. A waiting stop order
        with a new ``stop_price`` may trade at once, too. Raises the same errors as buy.
        """
        if changes.get("quantity") == 0:
            raise ValueError("an order of 0 t is none: cancel it")
        name = _name(order, client_order_id)
        executions = self._following(account, order)
        sent = requests.AmendOrder(
            *name,
            account=executions.subject,
            deadline=self._deadline(),
            **with_prices(changes, "price", "stop_price"),
        )

        def amended(answer: OrderResult) -> OrderResult:
            if isinstance(order, Order):
                order.restate(answer)
            return answer

        return await self._ask_about_order(
            sent, amended, lambda since: self._fate_of_amending(since, executions, sent)
        )

    async def cancel(
        self,
        order: Order | str = "",
        *,
        client_order_id: str = "",
        account: str | None = None,
    ) -> Cancelled:
        """Cancel the remaining quantity of an order, given as for amend.

        Raises:
            UnknownOrder: If the order is not open (any more).
            OrderStateUnknown: If the connection was lost before the answer arrived.
            ConnectionLost: If there was no connection; nothing was sent.

        """
        name = _name(order, client_order_id)
        executions = self._following(account, order)
        sent = requests.CancelOrder(*name, account=executions.subject)

        def cancelled(answer: Cancelled) -> Cancelled:
            if isinstance(order, Order):
                order.withdrawn(answer)
            return answer

        return await self._ask_about_order(
            sent,
            cancelled,
            lambda since: self._fate_of_cancelling(since, executions, sent),
        )

    async def cancel_all(
        self,
        instrument: str = "",
        side: SideName | None = None,
        account: str | None = None,
    ) -> CancelledAll:
        """Cancel all open orders, or only those of an instrument or a side.

        The ``orders`` in the answer are cancelled. If there are very many, the venue
        cancels the rest (``pending``) within moments, and each appears among the
        executions. After ConnectionLost, call this again: repeating it is harmless.
        """
        sent = requests.CancelAll(instrument, side, self._client.account_for(account))

        return await self._ask(sent, as_it_is)

    async def add_orders(
        self, orders: Iterable[NewOrder], account: str | None = None
    ) -> list[Order | VenueError]:
        """Place up to 50 orders in one message, executed in this order.

        Each order succeeds or fails on its own. Its place in the returned list holds
        the Order or the error. A malformed order fails the whole batch.

        Raises:
            BatchStateUnknown: If the connection was lost before the answer arrived.
            InvalidRequest, ConnectionLost, TypeError, ValueError: As for buy.

        """
        batch = all_of("orders", orders, NewOrder)
        executions = self._following(account)
        deadline = self._deadline()
        account = executions.subject
        sent = [new.params(account, self._next_id(), deadline) for new in batch]
        expected = [executions.expect(one) for one in sent]
        place = executions.place

        def placed(answer: PlacedBatch) -> list[Order | VenueError]:
            return [
                _refusal(item.error)
                if item.result is None
                else executions.placed(order, item.result)
                for order, item in zip(expected, answer.orders, strict=True)
            ]

        def unknown(message: str, since: VenueRestored | None) -> BatchStateUnknown:
            by_id = {
                one.client_order_id: (one, order)
                for one, order in zip(sent, expected, strict=True)
            }
            return BatchStateUnknown(
                message,
                list(by_id),
                lambda name: self._fate_of_placing(
                    since, executions, *by_id[name], place
                ),
            )

        return await self._ask_about(requests.BatchAdd(sent), placed, unknown)

    async def cancel_orders(
        self, orders: Iterable[Order | str], account: str | None = None
    ) -> list[Cancelled | VenueError]:
        """Cancel up to 50 orders of one account in one message; see add_orders.

        After ConnectionLost, call this again: repeating it is harmless.
        """
        named = all_of("orders", orders, (Order, str))
        for order in named:
            check("orders", order, "BatchCancel")
        name = self._following(account, *named).subject
        sent = [
            requests.CancelOrder(*_name(order, ""), account=name) for order in named
        ]

        def cancelled(answer: CancelledBatch) -> list[Cancelled | VenueError]:
            for order, item in zip(named, answer.orders, strict=True):
                if isinstance(order, Order) and item.result is not None:
                    order.withdrawn(item.result)
            return [item.result or _refusal(item.error) for item in answer.orders]

        return await self._ask(requests.BatchCancel(sent), cancelled)

    async def open_orders(
        self, instrument: str = "", account: str | None = None
    ) -> list[Order]:
        """Return the account's open orders, oldest first, and follow each from now on.

        The venue sends many orders in pages. An order placed or ended in the meantime
        may be in the list or not.
        """
        found = await self._open(instrument, account)
        return [order for order, _ in found]

    async def order(
        self,
        order_id: str = "",
        *,
        client_order_id: str = "",
        account: str | None = None,
    ) -> Order:
        """Return one order, open or ended, by its order id or client order id.

        The venue remembers a client order id for the trading day and the next one.

        Raises:
            UnknownOrder: If the account has had no such order.

        """
        executions = self._following(account)
        name = requests.Order(order_id, client_order_id, executions.subject)
        return await self._ask(name, executions.known)

    async def _open(
        self, instrument: str, account: str | None
    ) -> list[tuple[Order, str]]:
        """Return the account's open orders, each with its listing number or ""."""
        executions = self._following(account)
        found: list[tuple[Order, str]] = []

        def page(answer: OpenOrders) -> bool:
            found.extend((executions.known(one), one.listing) for one in answer.orders)
            return answer.more

        after = ""
        while await self._ask(
            requests.OpenOrders(instrument, executions.subject, after), page
        ):
            after = found[-1][0].order_id
        return found

    async def _place(self, new: NewOrder, account: str | None) -> Order:
        executions = self._following(account)
        sent = new.params(executions.subject, self._next_id(), self._deadline())
        expected, place = executions.expect(sent), executions.place

        def placed(answer: OrderResult) -> Order:
            return executions.placed(expected, answer)

        return await self._ask_about_order(
            sent,
            placed,
            lambda since: self._fate_of_placing(
                since, executions, sent, expected, place
            ),
        )

    async def _ask_about_order(
        self,
        sent: requests.AddOrder | requests.AmendOrder | requests.CancelOrder,
        convert: Callable[[Any], T],
        fate: Callable[[VenueRestored | None], Awaitable[Order | None]],
    ) -> T:
        name = sent.client_order_id
        return await self._ask_about(
            sent,
            convert,
            lambda message, since: OrderStateUnknown(
                message, name, lambda: fate(since)
            ),
        )

    def _next_id(self) -> str:
        return f"{self._name}-{next(self._numbers)}"

    def _following(self, account: str | None, *orders: Order | str) -> Executions:
        """Return the executions of the named account or of the orders' account."""
        owners = [order.account for order in orders if isinstance(order, Order)]
        name = account or (owners[0] if owners else None)
        return self._client.executions(self._client.account_for(name), self)

    def _deadline(self) -> int:
        now = asyncio.get_running_loop().time()
        return self._client.clock.after(self._timeouts.order, now)


def _name(order: Order | str, client_order_id: str) -> tuple[str, str]:
    """Return the order id and client order id that identify the order in a request.

    Raises:
        VenueRestored: If the venue was restored, so that the id may name another order.

    """
    if isinstance(order, Order):
        order.require_standing()
    order_id = order.order_id if isinstance(order, Order) else order
    if not order_id and not client_order_id:
        raise ValueError("say which order: an Order, its id, or client_order_id=…")
    return order_id, client_order_id


def _refusal(error: Error | None) -> VenueError:
    assert error is not None  # an item has either a result or an error
    return venue_error(error)
