"""What has nothing to withdraw, and need not be in the log to be answered.

Cancels are never limited, because whoever wants to get out must be able to. That is
for what is open: to cancel what is not costs the same row of the log, and would be the
cheapest way to fill it. So what withdraws nothing counts as a request, and of a client
whose requests are used up, or of all while the log is full, only what withdraws
something goes there. A client's cancels wait then until those before them are
answered, so that what they see is what is open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from carbonex.engine import CancelAll, CancelOrder, Reason, Rejected
from carbonex.engine.orders.placing import named_open
from carbonex.engine.orders.refusals import late, unknown


if TYPE_CHECKING:
    from collections.abc import Sized

    from carbonex.engine import Command, Event, Exchange


# What can be told to withdraw nothing without the log.
WITHDRAWALS: Final = frozenset({CancelOrder, CancelAll})


@final
class Withdrawals:
    """One connection's withdrawals, judged before they are submitted.

    They are judged by what is open, and what those before them have left of it:
    ``begin`` when nothing of the connection is pending, or what is pending is all
    known here.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange: Final = exchange
        self._named: Final[set[int]] = set()
        self.known = -1  # commands of the connection after the last one judged here

    def begin(self) -> None:
        """Forget what was withdrawn: it is done."""
        self._named.clear()

    def outcome(self, command: Command, now_ns: int) -> list[Event] | None:
        """Return what becomes of a withdrawal that changes nothing; else None.

        Its account is one of the client's. O(1), of a CancelAll as in
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
        if order.order_id in self._named:  # and gone by then
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
