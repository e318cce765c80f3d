"""The executions channel: every change of an account's orders, none lost.

Executions are kept as the engine's events, and encoded only when a client reads them.
Older ones are in the history store, from which a session fetches them
(``session.resuming``).
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Final, final

from carbonex.wire import channels
from carbonex.wire.errors import Code, error
from carbonex.wire.executions import execution_of

from .rendering import order_state_of
from .topic import Message, Topics


if TYPE_CHECKING:
    from carbonex.engine import Exchange
    from carbonex.wire.answers import Error
    from carbonex.wire.codec import Codec
    from carbonex.wire.order_ids import OrderIds

    from .record import Record


# Executions kept for clients that reconnect. An execution is kept while it is among
# the newest MAX_PER_ACCOUNT of its account (one account's history is then a few MB on
# the wire) and the newest MAX_KEPT of the venue (up to 300 MB at 300 to 600 bytes
# each, the only bound on memory however many accounts there are). Policy: the oldest
# is dropped here, and a client that asks for it receives it from the history store.
MAX_PER_ACCOUNT: Final = 10_000
MAX_KEPT: Final = 500_000

# The most executions in one frame: 100 KB, well below a client's usual message limit.
# One command has more only when it cancels many orders.
_MAX_IN_FRAME: Final = 250

# The most open orders in one frame of a snapshot: some 200 KB. An account may have
# 100,000, which clients would not accept as one message.
PAGE_ORDERS: Final = 1_000


@final
class Executions:
    """The recent executions of all accounts, and their followers."""

    def __init__(
        self,
        exchange: Exchange,
        ids: OrderIds,
        max_per_account: int = MAX_PER_ACCOUNT,
        max_kept: int = MAX_KEPT,
    ) -> None:
        self._exchange = exchange
        self._ids = ids
        self._max_per_account = max_per_account
        self.max_kept = max_kept
        self._histories: dict[str, _History] = {}
        self._kept: deque[_History] = deque()
        self.topics = Topics()
        self._followed = self.topics.followed
        # New executions of followed accounts, by the current command.
        self.news: dict[str, list[Record]] = {}
        # Each account's newest execution before this process, of which none is kept.
        self._before = _numbers(exchange)

    def renumber(self) -> None:
        """Take the execution numbers from the exchange, after some were not added.

        The added ones must be the newest of each account. O(accounts).
        """
        self._before = _numbers(self._exchange)
        for account, history in self._histories.items():
            history.newest = self._before[account]

    def add(self, account: str, record: Record) -> None:
        """Keep the account's next execution, and note it for ``deliver``. O(1)."""
        history = self._histories.get(account)
        if history is None:
            history = _History(self._before.get(account, 0), self._max_per_account)
            self._histories[account] = history
        records = history.records
        if len(records) == self._max_per_account:
            # The deque drops its oldest, which still has its place in ``_kept``.
            history.overtaken += 1
        records.append(record)
        history.newest += 1
        kept = self._kept
        kept.append(history)
        if len(kept) > self.max_kept:
            kept.popleft().forget()
        if account in self._followed:
            self.news.setdefault(account, []).append(record)

    def deliver(self) -> None:
        """Send the executions in ``news`` to their followers."""
        for account, records in self.news.items():
            topic = self.topics.followed[account]
            for message in _messages(account, records, self._ids):
                topic.send(message)
        self.news.clear()

    def newest(self, account: str) -> int:
        """Return the number of the account's newest published execution."""
        history = self._histories.get(account)
        return self._before.get(account, 0) if history is None else history.newest

    def oldest(self, account: str) -> int:
        """Return the number of the account's oldest execution that is kept.

        If none is kept, return the number of its next execution.
        """
        history = self._histories.get(account)
        return self.newest(account) + 1 - (len(history.records) if history else 0)

    def refusal(self, account: str, from_seq: int) -> Error | None:
        """Return the error for a ``from_seq`` in the future, or None."""
        newest = self.newest(account)
        if from_seq > newest + 1:
            return error(
                Code.BAD_TYPE,
                "from_seq",
                member="from_seq",
                wanted=f"at most {newest + 1}, the next execution of {account}",
                given=from_seq,
            )
        return None

    def greeting(self, codec: Codec, account: str) -> list[bytes]:
        """Return snapshot frames of the open orders, with ``newest`` as ``exec_seq``.

        If a subscription comes between two commands of one batch, the orders are
        ahead of ``exec_seq``; the missing executions follow.
        """
        newest, seq = self.newest(account), self._exchange.seq
        orders = list(self._exchange.accounts[account].orders.values())
        ends = range(PAGE_ORDERS, max(len(orders), 1) + PAGE_ORDERS, PAGE_ORDERS)
        frames = []
        for end in ends:
            page = [
                order_state_of(order, self._ids)
                for order in orders[end - PAGE_ORDERS : end]
            ]
            more = end < len(orders)
            item = channels.ExecutionsSnapshot(account, newest, page, seq, more)
            frames.append(Message("executions", "snapshot", [item]).framed(codec))
        return frames

    def kept(
        self, codec: Codec, account: str, from_seq: int, greeted: int
    ) -> list[bytes]:
        """Return frames of the executions from ``from_seq`` on, which must be kept.

        Executions up to ``greeted``, the newest in the snapshot, are marked as
        replayed. A ``from_seq`` of 0 asks for none.
        """
        history = self._histories.get(account)
        if not from_seq or history is None:
            return []
        records = history.since(from_seq)
        replayed = greeted + 1 - from_seq
        messages = _messages(account, records, self._ids, replayed)
        return [message.framed(codec) for message in messages]


def _numbers(exchange: Exchange) -> dict[str, int]:
    """Return the number of each account's newest execution, if it has any."""
    return {
        name: account.exec_seq
        for name, account in exchange.accounts.items()
        if account.exec_seq
    }


@final
class _History:
    """One account's newest executions, numbered without a gap up to ``newest``."""

    __slots__ = ("newest", "overtaken", "records")

    def __init__(self, before: int, limit: int) -> None:
        self.newest = before
        self.records: deque[Record] = deque(maxlen=limit)
        self.overtaken = 0  # dropped by the account's limit, still in the venue's queue

    def forget(self) -> None:
        """Drop the oldest, unless the account's own limit has already dropped it."""
        if self.overtaken:
            self.overtaken -= 1
        else:
            self.records.popleft()

    def since(self, from_seq: int) -> list[Record]:
        """Return the executions from ``from_seq`` on, which must be kept."""
        skipped = from_seq - (self.newest + 1 - len(self.records))
        return list(islice(self.records, skipped, None))


def updates(executions: list[channels.Execution]) -> list[Message]:
    """Return updates of bounded size with ``executions``."""
    return [
        Message("executions", "update", executions[i : i + _MAX_IN_FRAME])
        for i in range(0, len(executions), _MAX_IN_FRAME)
    ]


def _messages(
    account: str, records: list[Record], ids: OrderIds, replayed: int = 0
) -> list[Message]:
    """Return updates with ``records``; mark the first ``replayed`` as replayed."""
    return updates(
        [
            execution_of(
                account,
                record.seq,
                record.time_ns,
                record.event,
                ids,
                replayed=number < replayed,
            )
            for number, record in enumerate(records)
        ]
    )
