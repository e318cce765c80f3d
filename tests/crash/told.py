"""What the venue's clients have sent and been told, to be held against the log."""

from __future__ import annotations

import contextlib
from collections import Counter
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from .facts import fact_told


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.sdk import Execution, Heartbeat, Order

    from .facts import Fact


_asked: Final[ContextVar[int]] = ContextVar("the day on which the first was asked")

Name = tuple[str, str]  # of an order: account and client order id


class Told:
    """The memory of all clients together.

    What is told anew since the last reconciliation is in lists, which that
    empties; what has to hold for ever stays.
    """

    def __init__(self) -> None:
        self.sent: set[Name] = set()  # orders that were or may have been sent
        self.placed: list[tuple[Name, int]] = []  # and their order ids
        self.absent: set[Name] = set()  # of which the venue said: no such order
        self.amended: Counter[int] = Counter()  # by order id: answered amendments
        self.amends_sent: Counter[int] = Counter()
        self.cancelled: list[int] = []  # order ids
        self.moved: list[str] = []  # client refs of deposits
        self.proposed: list[tuple[str, int]] = []  # client ref and block id
        self.accepted: list[tuple[str, int]] = []
        self.begun: list[int] = []  # dates of trading days
        self.executions: list[tuple[str, int, Fact]] = []
        self.newest: dict[str, int] = {}  # exec_seq by account
        self.heartbeats: list[tuple[int, str]] = []  # position, the log's hash
        self.faults: list[str] = []  # what contradicts itself already
        self.day = 0  # trading days that were surely begun
        self.under_way: Counter[int] = Counter()  # what has to be known, by its day
        self.answered = 0
        self.refused = 0
        self.happened = 0  # of unknown fate, and done as it turned out
        self.never = 0  # and not done

    @contextlib.contextmanager
    def remembered(self) -> Iterator[None]:
        """Have the venue keep what is asked about: an id lives for two trading days.

        The operator begins no third day while this lasts, nor while tasks do that
        were begun meanwhile and say so themselves.
        """
        day = _asked.get(self.day)
        token = _asked.set(day)
        self.under_way[day] += 1
        try:
            yield
        finally:
            self.under_way[day] -= 1
            _asked.reset(token)

    def may_begin(self) -> bool:
        """Tell whether nobody asks about a day that the next one would forget."""
        return not any(self.under_way[day] for day in range(self.day))

    def placed_as(self, order: Order) -> None:
        """The venue says that it holds, or held, this order."""
        name = order.account, order.client_order_id
        self.placed.append((name, int(order.order_id)))

    def executed(self, execution: Execution) -> None:
        """An account was told of an execution; each has to be the next one."""
        account, seq = execution.account, execution.exec_seq
        known = self.newest.get(account, 0)
        if seq != known + 1:
            self.faults.append(f"{account} was told execution {seq} after {known}")
        self.newest[account] = seq
        self.executions.append((account, seq, fact_told(execution)))

    def heard(self, heartbeat: Heartbeat) -> None:
        """The venue has stated the hash of its log."""
        self.heartbeats.append((heartbeat.position, heartbeat.hash))
