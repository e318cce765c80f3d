"""What time does by itself, and when."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, final

from sortedcontainers import SortedList


if TYPE_CHECKING:
    from collections.abc import Iterator

    from .book import Order


class Due(enum.IntEnum):
    """The kinds, in the order in which they happen at one instant."""

    EXPIRY = 0  # of a gtd order; the id is the order's
    COUNTDOWN = 1  # a dead man's switch fires; the id is the account's number
    GRACE = 2  # a lost session's grace ends; the id is the session's number
    AUCTION = 3  # a one-way auction closes; the id is the auction's
    CALL = 4  # a call auction ends; the id is the instrument's number
    STEP = 5  # an instrument's schedule goes on; likewise
    DAY = 6  # the trading day ends


class GoesOn(enum.IntEnum):
    """What goes on with each batch, and is in no timer: numbers beside those of Due."""

    CANCELS = 7  # a mass cancel; the id is its turn in the batch, from 0
    STOPS = 8  # reached stop orders enter; the id is the instrument's number


@final
class Timers:
    """What is due, soonest first; every operation costs O(log n).

    The open gtd orders are kept with their time, so that an order that ends
    earlier leaves nothing behind.
    """

    __slots__ = ("_due", "expiring")

    def __init__(self) -> None:
        self._due: SortedList[tuple[int, int, int]] = SortedList()
        self.expiring: dict[int, Order] = {}

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        return iter(self._due)

    def set(self, due_ns: int, kind: Due, number: int = 0) -> None:
        """Let something be due."""
        self._due.add((due_ns, kind, number))

    def clear(self, due_ns: int, kind: Due, number: int = 0) -> None:
        """Forget what is not due any more, if it is noted."""
        self._due.discard((due_ns, kind, number))

    def first(self) -> tuple[int, int, int] | None:
        """Return what is due next, if anything is: when, what, which."""
        return self._due[0] if self._due else None

    def next_ns(self) -> int | None:
        """Return when something is due, if anything is."""
        return self._due[0][0] if self._due else None

    def take(self, now_ns: int) -> tuple[int, Due, int] | None:
        """Remove and return the next that is due by ``now_ns``: when, what, which."""
        if not self._due or self._due[0][0] > now_ns:
            return None
        due_ns, kind, number = self._due.pop(0)
        return due_ns, Due(kind), number

    def watch(self, order: Order) -> None:
        """Note when an open gtd order expires."""
        self.expiring[order.order_id] = order
        self.set(expires_ns(order), Due.EXPIRY, order.order_id)

    def forget(self, order: Order) -> None:
        """Note that a gtd order is no longer open."""
        del self.expiring[order.order_id]
        self.clear(expires_ns(order), Due.EXPIRY, order.order_id)


def expires_ns(order: Order) -> int:
    """Return when a gtd order expires."""
    conditions = order.command.conditions
    assert conditions is not None
    return conditions.expires_ns
