"""Follow one account's executions: each once, in order, across connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from weakref import WeakValueDictionary

from carbonex.wire import requests

from .channel import Feed
from .errors import (
    CarbonexError,
    HistoryGone,
    HistoryUnreadable,
    InvalidRequest,
    VenueError,
)
from .models import Execution, ExecutionsSnapshot, OrderResult, OrderState
from .order import Desk, Order
from .stream import Stream


if TYPE_CHECKING:
    from collections.abc import Callable


# Errors that refuse a replay only: the account can still be followed from now on.
NO_PAST: Final = (HistoryGone, HistoryUnreadable)


class ExecutionStream(Stream[Execution]):
    """Executions from ``next_seq`` on, without gap or repetition."""

    def __init__(self, source: object, name: str, next_seq: int) -> None:
        super().__init__(source, name)
        self.next_seq = next_seq

    def put(self, item: Execution) -> None:
        """Add the execution if it is the next one."""
        if item.exec_seq == self.next_seq:
            super().put(item)
            self.next_seq += 1


class Place(NamedTuple):
    """A position in an account's executions, taken when a request is sent.

    ``seq`` is the newest execution received by then, None if there was none. ``gaps``
    counts the gaps before it.
    """

    seq: int | None
    gaps: int


class Executions(Feed[Execution]):
    """The account's executions channel, its streams and the orders it updates.

    It knows an order as long as somebody holds it. An order of this client is known
    before it is sent, so that no execution can arrive too early for it.
    """

    def __init__(
        self, account: str, desk: Desk, found_restored: Callable[[str], None]
    ) -> None:
        """Follow the account; ``found_restored`` receives evidence of a restoration."""
        super().__init__("executions", account)
        self.last_seq: int | None = None  # None: before the first snapshot
        self.error: CarbonexError | None = None  # why the account cannot be followed
        self._desk = desk
        self._found_restored = found_restored
        # How often executions may have been missed: a new first snapshot replays none.
        self._gaps = 0
        self._is_live = False  # this connection has brought a snapshot
        self._newest = 0  # exec_seq of that snapshot
        self._from_seq = 0  # of the current subscription
        self._next_seq = 0  # expected exec_seq of the next update
        self._by_id: WeakValueDictionary[str, Order] = WeakValueDictionary()
        self._by_client_id: WeakValueDictionary[str, Order] = WeakValueDictionary()

    def stream_from(self, from_seq: int) -> ExecutionStream:
        """Return a stream from ``from_seq`` on; 0 means new executions only.

        If the channel ``lags`` behind ``from_seq``, the caller must subscribe it again.

        Raises:
            ValueError: If ``from_seq`` is negative, or known to be in the future.

        """
        if from_seq < 0:
            raise ValueError(f"from_seq must be at least 0, not {from_seq}")
        if self.last_seq is not None and from_seq > self.last_seq + 1:
            raise ValueError(
                f"from_seq {from_seq} is beyond {self.last_seq + 1},"
                f" the next execution of {self.subject}"
            )
        next_seq = from_seq or (0 if self.last_seq is None else self.last_seq + 1)
        stream = ExecutionStream(self, self.name, next_seq)
        self.attach(stream)
        return stream

    def lags(self, from_seq: int) -> bool:
        """Return whether a stream from ``from_seq`` on needs another subscription."""
        return from_seq > 0 and (self.last_seq is None or from_seq <= self.last_seq)

    @property
    def place(self) -> Place:
        """The current position: a request sent now executes after it."""
        return Place(self.last_seq, self._gaps)

    @property
    def is_current(self) -> bool:
        """Whether the channel has received every execution up to the last answer."""
        return self._is_live and self._next_seq > self._newest

    def is_gapless(self, since: Place) -> bool:
        """Return whether no execution was missed ``since``; valid if ``is_current``."""
        return self._gaps == since.gaps

    def expect(self, sent: requests.AddOrder) -> Order:
        """Return the order that ``sent`` creates, or has created before."""
        order = self._by_client_id.get(sent.client_order_id)
        if order is None or not order.is_open:
            order = self._adopt(Order(self._desk, sent, self.subject))
        return order

    def placed(self, expected: Order, answer: OrderResult) -> Order:
        """Return the accepted order, updated by the answer or by its executions.

        The answer to a batch describes each order right after its own turn. The effects
        of the other orders in the batch have already arrived as executions.
        """
        order = self._by_id.get(answer.order_id, expected)
        if self.is_current and order.is_followed:
            order.accepted(answer)
        else:
            order.restate(answer)
        return self._adopt(order)

    def known(self, state: OrderState) -> Order:
        """Return the order described by a query's answer, updated to it."""
        order = self._by_id.get(state.order_id)
        if order is None:
            order = self._pending(state.client_order_id)
        if order is None:
            order = Order(self._desk, state, self.subject)
        order.restate(state)
        return self._adopt(order)

    def held(self, order_id: str, client_order_id: str = "") -> Order | None:
        """Return the accepted order with either id, if somebody holds it."""
        order = self._by_id.get(order_id) or self._by_client_id.get(client_order_id)
        return order if order is not None and order.order_id else None

    def subscription(self) -> requests.Subscribe:
        """Return a subscription to everything not received yet."""
        if self.last_seq is None:
            wanted = [s.next_seq for s in self._readers() if s.next_seq]
        else:
            wanted = [self.last_seq + 1, *(s.next_seq for s in self._readers())]
        return requests.Subscribe(
            "executions", account=self.subject, from_seq=min(wanted, default=0)
        )

    def interrupted(self) -> None:
        self._is_live = False
        if self.last_seq is None:  # an order sent now may execute unseen
            self._gaps += 1

    def acknowledged(self, asked: requests.Subscribe) -> None:
        self._from_seq = asked.from_seq

    def snapshot(self, item: ExecutionsSnapshot) -> None:
        """Set the next expected execution: the first one requested, or a new one."""
        newest = item.exec_seq
        if self.last_seq is not None and newest < self.last_seq:
            self._fall_back(f"has had {newest} executions")
        self.error = None
        self._is_live, self._newest = True, newest
        self._next_seq = min(self._from_seq or newest + 1, newest + 1)
        if self.last_seq is None:
            self.last_seq = newest
        for stream in self._readers():
            stream.next_seq = stream.next_seq or newest + 1

    def update(self, item: Execution) -> bool:
        if item.exec_seq != self._next_seq:
            return False
        self._next_seq += 1
        if self.last_seq is not None and item.exec_seq > self.last_seq:
            self.last_seq = item.exec_seq
            self._move(item)
        return super().update(item)

    def refused(self, asked: requests.Subscribe, error: VenueError) -> bool:
        """End the refused part: the streams that want a replay, or else everything.

        There may be no such stream any more: its reader closed it, or it ended when
        another account's answer revealed that the venue was restored.
        """
        newest = self.last_seq
        is_future = isinstance(error, InvalidRequest) and error.param == "from_seq"
        if is_future and newest is not None and asked.from_seq <= newest + 1:
            self._fall_back(error.message)  # the venue must know this exec_seq
            return True
        wanting = [
            stream
            for stream in self._readers()
            if stream.next_seq and (newest is None or stream.next_seq != newest + 1)
        ]
        if (
            isinstance(error, NO_PAST)
            and newest is not None
            and asked.from_seq > newest
        ):
            self._lose(error)
            self.last_seq = None
            return True
        if asked.from_seq and (
            is_future
            or isinstance(error, NO_PAST)
            or (newest is None and isinstance(error, InvalidRequest))
        ):
            for stream in wanting:
                stream.fail(error)
            return True
        self.ended(error)
        return False

    def restored(self, error: CarbonexError) -> None:
        """Discard all state: its numbers will mean other executions."""
        self._lose(error)
        self._by_id.clear()
        self._by_client_id.clear()
        self.last_seq = None

    def ended(self, error: CarbonexError) -> None:
        self.error = error
        self._lose(error)

    def _fall_back(self, how: str) -> None:
        """Report that the venue no longer has executions that it sent before."""
        self._found_restored(
            f"{self.subject}: {how}; execution {self.last_seq} was told"
        )

    def _readers(self) -> list[ExecutionStream]:
        return [s for s in self.streams() if isinstance(s, ExecutionStream)]

    def _adopt(self, order: Order) -> Order:
        if self.error is not None:
            order.lose(self.error)
        if order.client_order_id:
            self._by_client_id[order.client_order_id] = order
        if order.order_id:
            self._by_id[order.order_id] = order
        return order

    def _pending(self, client_order_id: str) -> Order | None:
        """Return the order sent with this id, if it has no order id yet."""
        order = self._by_client_id.get(client_order_id)
        return None if order is None or order.order_id else order

    def _move(self, execution: Execution) -> None:
        order = self._by_id.get(execution.order_id)
        if order is None:
            order = self._pending(execution.client_order_id)
        if order is not None:
            order.follow(execution)
            self._by_id[order.order_id] = order

    def _lose(self, error: CarbonexError) -> None:
        self._gaps += 1
        super().ended(error)
        for order in [*self._by_client_id.values(), *self._by_id.values()]:
            order.lose(error)
