"""The state that the SDK's objects show: books and orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carbonex.sdk.book import Book

from .record import Held, Shown


if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonex.sdk.models import Level
    from carbonex.sdk.order import Order


def show(client: Any, seq: int) -> None:
    """Record a client's books and orders, at command ``seq``."""
    for channel in [*client.subscriptions._channels.values()]:
        if isinstance(channel, Book) and not channel.stale:
            levels = _levels(channel.bids), _levels(channel.asks)
            about = channel.instrument, channel.depth
            client.record.shown.append(Shown(seq, "book", *about, levels))
    show_orders(client)


def show_orders(client: Any) -> None:
    """Record a client's orders, for accounts whose executions are up to date."""
    for account, executions in client._executions.items():
        if executions.is_current and executions.last_seq is not None:
            for order in [*executions._by_id.values()]:
                if order._error is None:
                    client.record.held.add(_held(account, executions.last_seq, order))


def _held(account: str, exec_seq: int, order: Order) -> Held:
    price = f"{order.price:.2f}"
    about = order.order_id, price, order.quantity, order.filled, order.status
    return Held(account, exec_seq, *about)


def _levels(levels: Iterable[Level]) -> list[tuple[str, int, int]]:
    return [(f"{level.price:.2f}", level.quantity, level.orders) for level in levels]
