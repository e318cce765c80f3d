"""Timer events: each when it is due, and in the order of the timers' kinds.

Everything is derived from the log alone, without the engine's timers.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any, final

from carbonex.engine import (
    AuctionClosed,
    CancelReason,
    CountdownFired,
    CountdownSet,
    DayBegun,
    DayEnded,
    OrderAccepted,
    OrderCancelled,
    Phase,
    PhaseChanged,
    Uncrossed,
)
from carbonex.engine.timers import Due

from .record import wrong


if TYPE_CHECKING:
    from carbonex.engine import Applied, Event

    from .absences import Absences


@final
class DueOrder:
    """Reads every batch, before ``Absences`` does."""

    def __init__(self, absences: Absences) -> None:
        self._absences = absences
        self._countdowns: dict[str, int] = {}
        self._calls: dict[str, int] = {}  # end times, by instrument
        self._day_ends_ns = 0
        self._expiring: list[tuple[int, int]] = []  # heap of (expiry, order id)
        self._open: set[int] = set()  # the open orders among them
        self._time_ns = 0  # of the previous batch
        # timers that later batches may continue
        self._fired: set[tuple[int, int]] = set()
        # pairs of kinds due at the same instant
        self.coincidences: set[tuple[str, str]] = set()

    def read(self, applied: Applied, done_ns: int) -> None:
        """Check the timer events, then record what will be due.

        All that was due by ``done_ns`` must have happened.

        Raises:
            Wrong: If an event came before its time, out of order, or not at all.

        """
        last = (0, -1)
        fired: set[tuple[int, int]] = set()
        for event in applied.due:
            due = self._due(event)
            if due is not None and due not in self._fired:
                self._check(event, due, last, applied.time_ns)
                last = due
                fired.add(due)
            self._note(event, applied.time_ns)
        for events in applied.replies:
            for event in events:
                self._note(event, applied.time_ns)
        self._time_ns = applied.time_ns
        self._fired |= fired
        self._check_expired(done_ns)

    def _check(
        self, event: Event, due: tuple[int, int], last: tuple[int, int], now_ns: int
    ) -> None:
        if due < last:
            raise wrong("timers fire in order", f"{event} after {Due(last[1]).name}")
        if not self._time_ns <= due[0] <= now_ns:
            raise wrong(
                "timers fire in time", f"{event}: {self._time_ns} {due[0]} {now_ns}"
            )
        if due[0] == last[0] and due[1] != last[1]:
            self.coincidences.add((Due(last[1]).name, Due(due[1]).name))

    def _check_expired(self, now_ns: int) -> None:
        expiring = self._expiring
        while expiring and expiring[0][0] <= now_ns:
            _, number = heapq.heappop(expiring)
            if number in self._open:
                raise wrong("timers fire in time", f"order {number} has not expired")

    def _due(self, event: Any) -> tuple[int, int] | None:
        """Return an event's due time and timer kind, or None if unknown."""
        kind = type(event)
        if kind is OrderCancelled and event.reason is CancelReason.EXPIRED:
            return event.order.conditions.expires_ns, Due.EXPIRY
        if kind is CountdownFired:
            return self._countdowns.get(event.account, 0), Due.COUNTDOWN
        if kind is OrderCancelled and event.reason is CancelReason.DISCONNECTED:
            ends_ns = self._absences.ends_ns(event.order.account, event.order.session)
            return None if ends_ns is None else (ends_ns, Due.GRACE)
        if kind is AuctionClosed and not event.cancelled:
            return event.terms.closes_ns, Due.AUCTION
        if kind is Uncrossed and event.instrument in self._calls:
            return self._calls[event.instrument], Due.CALL
        if kind is DayEnded:
            return self._day_ends_ns, Due.DAY
        return None

    def _note(self, event: Any, now_ns: int) -> None:
        kind = type(event)
        if kind is CountdownSet:
            self._countdowns[event.account] = event.due_ns
        elif kind is DayBegun:
            self._day_ends_ns = event.ends_ns
        elif kind is PhaseChanged and event.phase is Phase.CALL:
            self._calls[event.instrument] = event.until_ns
        elif kind is OrderAccepted:
            self._accept(event, now_ns)
        elif kind is OrderCancelled:
            self._open.discard(event.order_id)
        elif kind.__name__ == "Trade":
            if not event.maker_remaining:
                self._open.discard(event.maker_id)
            if not event.taker_remaining:
                self._open.discard(event.taker_id)

    def _accept(self, event: OrderAccepted, now_ns: int) -> None:
        order = event.order
        if order.deadline_ns and order.deadline_ns < now_ns:
            raise wrong("deadlines hold", f"{event} at {now_ns}")
        if order.conditions is not None and order.conditions.expires_ns:
            self._open.add(event.order_id)
            expires_ns = order.conditions.expires_ns
            heapq.heappush(self._expiring, (expires_ns, event.order_id))
