"""Timers: events that become due at a time of the log."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, final

from sortedcontainers import SortedList


if TYPE_CHECKING:
    from collections.abc import Iterator

    from .book import Order


class Due(enum.IntEnum):
    """The kinds of timer, in the order in which they fire at the same instant."""

    EXPIRY = 0  # of a gtd order; the id is the order's
    COUNTDOWN = 1  # a dead man's switch fires; the id is the account's number
    GRACE = 2  # a lost session's grace ends; the id is the session's number
    AUCTION = 3  # a one-way auction closes; the id is the auction's
    CALL = 4  # a call auction ends; the id is the instrument's number
    STEP = 5  # an instrument's schedule step begins; the id is the instrument's number
    DAY = 6  # the trading day ends


class GoesOn(enum.IntEnum):
    """Backlog that continues with each batch, without a timer; shares Due's numbers."""

    CANCELS = 7  # a mass cancel; the id is its turn in the batch, from 0
    STOPS = 8  # reached stop orders enter; the id is the instrument's number


@final
class Timers:
    """The pending timers, soonest first; every operation costs O(log n).

    ``expiring`` holds the open gtd orders by id, so that an order that ends early
    leaves no timer behind.
    """

    __slots__ = ("_due", "expiring")

    def __init__(self) -> None:
        self._due: SortedList[tuple[int, int, int]] = SortedList()
        self.expiring: dict[int, Order] = {}

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        return iter(self._due)

    def set(self, due_ns: int, kind: Due, number: int = 0) -> None:
        """Set a timer."""
        self._due.add((due_ns, kind, number))

    def clear(self, due_ns: int, kind: Due, number: int = 0) -> None:
        """Remove a timer, if it is set."""
        self._due.discard((due_ns, kind, number))

    def first(self) -> tuple[int, int, int] | None:
        """Return the next timer as (time, kind, id), or None."""
        return self._due[0] if self._due else None

    def next_ns(self) -> int | None:
        """Return the time of the next timer in ns, or None."""
        return self._due[0][0] if self._due else None

    def take(self, now_ns: int) -> tuple[int, Due, int] | None:
        """Remove and return the next timer due by ``now_ns``, or None."""
        if not self._due or self._due[0][0] > now_ns:
            return None
        due_ns, kind, number = self._due.pop(0)
        return due_ns, Due(kind), number

    def watch(self, order: Order) -> None:
        """Set the expiry timer of an open gtd order."""
        self.expiring[order.order_id] = order
        self.set(expires_ns(order), Due.EXPIRY, order.order_id)

    def forget(self, order: Order) -> None:
        """Remove the expiry timer of a gtd order that is no longer open."""
        del self.expiring[order.order_id]
        self.clear(expires_ns(order), Due.EXPIRY, order.order_id)


def expires_ns(order: Order) -> int:
    """Return when a gtd order expires, in ns."""
    conditions = order.command.conditions
    assert conditions is not None
    return conditions.expires_ns
