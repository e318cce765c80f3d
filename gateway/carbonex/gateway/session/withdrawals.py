"""Withdrawals that would change nothing, answered without a row in the log.

Cancels are never limited, because a client must always be able to get out. That
privilege is for open orders. A cancel of an order that is not open costs the same row
of the log, and would be the cheapest way to fill the log. Therefore a command that
withdraws nothing counts as a request. If a client's requests are used up, or for every
client while the log is full, only commands that withdraw something go to the log. In
that state a client's cancels wait until its earlier commands are answered, so that
they are judged by the orders that are then open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from carbonex.engine import CancelAll, CancelOrder, Reason, Rejected
from carbonex.engine.orders.placing import named_open
from carbonex.engine.orders.refusals import late, unknown


if TYPE_CHECKING:
    from collections.abc import Sized

    from carbonex.engine import Command, Event, Exchange


# Commands that can be seen to withdraw nothing without applying them.
WITHDRAWALS: Final = frozenset({CancelOrder, CancelAll})


@final
class Withdrawals:
    """One connection's withdrawals, judged before they are submitted.

    Each is judged by the open orders minus those that pending withdrawals name. Call
    ``begin`` when the connection has no pending commands. While it has some, judge
    further withdrawals only if all pending commands were judged here.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange: Final = exchange
        self._named: Final[set[int]] = set()
        self.known = -1  # submitted count after the last command judged here

    def begin(self) -> None:
        """Forget the pending withdrawals: they are done."""
        self._named.clear()

    def outcome(self, command: Command, now_ns: int) -> list[Event] | None:
        """Return the events of a withdrawal that changes nothing; else None.

        Its account must be one of the client's own. O(1); for a CancelAll as
        ``OwnOrders.find``.
        """
        if type(command) is CancelOrder:
            return self._of_one(command, now_ns)
        if type(command) is CancelAll:
            return self._of_all(command)
        return None

    def _of_one(self, command: CancelOrder, now_ns: int) -> list[Event] | None:
        if 0 < command.deadline_ns < now_ns:
            return [late(command.deadline_ns, now_ns)]
        order = named_open(self._exchange.accounts[command.account], command)
        if type(order) is Rejected:
            return [order]
        if order.order_id in self._named:  # an earlier cancel will have removed it
            return [unknown(command)]
        self._named.add(order.order_id)
        return None

    def _of_all(self, command: CancelAll) -> list[Event] | None:
        exchange, instrument, side = self._exchange, command.instrument, command.side
        if instrument and instrument not in exchange.instruments:
            return [Rejected(Reason.UNKNOWN_INSTRUMENT, "instrument")]
        account = exchange.accounts[command.account]
        found: Sized = account.orders
        if instrument or side is not None:
            found = account.own.find(instrument, side, 0, 1)
        return None if found else []
