"""The executions channel: every change of an account's orders, none lost.

What happened is kept as the engine's events, and becomes a message only when
somebody reads it.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Final, final

from carbonex.wire import channels
from carbonex.wire.errors import Code, error

from .record import execution_of
from .rendering import order_state_of
from .topic import Message, Topics


if TYPE_CHECKING:
    from carbonex.engine import Exchange
    from carbonex.gateway.outbox import Outbox
    from carbonex.wire.answers import Error

    from .record import Record


# Executions kept for clients who come back. An execution is kept while it is
# among the newest MAX_PER_ACCOUNT of its account (so that one account's
# history is a few MB on the wire) and the newest MAX_KEPT of the venue (up to
# 300 MB at 300 to 600 bytes each, and the only bound on memory however many
# accounts there are). Policy: the oldest is forgotten, and a client who asks
# for it is told from which one they are kept.
MAX_PER_ACCOUNT: Final = 10_000
MAX_KEPT: Final = 500_000

# The most executions in one frame: 100 KB, well below a client's usual limit
# for a message. One command's executions are more only when it cancels many.
_MAX_IN_FRAME: Final = 250


class Executions:
    """Recent executions of all accounts, and those who follow them."""

    def __init__(
        self,
        exchange: Exchange,
        max_per_account: int = MAX_PER_ACCOUNT,
        max_kept: int = MAX_KEPT,
    ) -> None:
        self._exchange = exchange
        self._max_per_account = max_per_account
        self._max_kept = max_kept
        self._histories: dict[str, _History] = {}
        self._kept: deque[_History] = deque()
        self.topics = Topics(self._snapshot)
        # What the command that is being read did to followed accounts.
        self.news: dict[str, list[Record]] = {}
        # Numbers of executions from before this process, of which none is kept.
        self._before = {
            name: account.exec_seq
            for name, account in exchange.accounts.items()
            if account.exec_seq
        }

    def add(self, account: str, record: Record) -> None:
        """Keep the account's next execution, and remember it for ``deliver``. O(1)."""
        history = self._histories.get(account)
        if history is None:
            history = _History(self._before.get(account, 0), self._max_per_account)
            self._histories[account] = history
        records = history.records
        if len(records) == self._max_per_account:
            history.overtaken += 1
        records.append(record)
        history.newest += 1
        kept = self._kept
        kept.append(history)
        if len(kept) > self._max_kept:
            kept.popleft().forget()
        if account in self.topics.followed:
            self.news.setdefault(account, []).append(record)

    def deliver(self) -> None:
        """Send what ``news`` holds to those who follow it."""
        for account, records in self.news.items():
            topic = self.topics.followed[account]
            for message in _messages(account, records, replayed=False):
                topic.send(message)
        self.news.clear()

    def newest(self, account: str) -> int:
        """Return the number of the account's newest published execution."""
        history = self._histories.get(account)
        return self._before.get(account, 0) if history is None else history.newest

    def refusal(self, account: str, from_seq: int) -> Error | None:
        """Return why executions cannot be replayed from there, if they cannot."""
        newest = self.newest(account)
        history = self._histories.get(account)
        oldest = newest + 1 - (len(history.records) if history else 0)
        if from_seq > newest + 1:
            return error(
                Code.BAD_TYPE,
                "from_seq",
                member="from_seq",
                wanted=f"at most {newest + 1}, the next execution of {account}",
                given=from_seq,
            )
        if 0 < from_seq < oldest:
            return error(
                Code.HISTORY_GONE,
                "from_seq",
                account=account,
                oldest=oldest,
                from_seq=from_seq,
            )
        return None

    def replay(self, outbox: Outbox, account: str, from_seq: int) -> None:
        """Send what is open, then, where asked for, what happened since.

        It all is one piece for the outbox, whose limit it must not reach by
        itself: a client would come back for ever to be closed again.
        """
        messages = [self._snapshot(account)]
        history = self._histories.get(account)
        if from_seq and history is not None:
            records = history.since(from_seq)
            messages += _messages(account, records, replayed=True)
        outbox.send_frame(b"".join(m.framed(outbox.codec) for m in messages))

    def _snapshot(self, name: str) -> Message:
        """Return the open orders.

        When a subscription comes between two commands of one batch, the orders
        are ahead of ``exec_seq``: the executions that made them so follow.
        """
        orders = self._exchange.accounts[name].orders.values()
        snapshot = channels.ExecutionsSnapshot(
            name,
            self.newest(name),
            list(map(order_state_of, orders)),
            self._exchange.seq,
        )
        return Message("executions", "snapshot", [snapshot])


@final
class _History:
    """One account's newest executions, numbered without a gap up to ``newest``."""

    __slots__ = ("newest", "overtaken", "records")

    def __init__(self, before: int, limit: int) -> None:
        self.newest = before
        self.records: deque[Record] = deque(maxlen=limit)
        self.overtaken = 0  # dropped for the account's limit, not yet the venue's

    def forget(self) -> None:
        """Drop the oldest, unless the account's own limit has done so already."""
        if self.overtaken:
            self.overtaken -= 1
        else:
            self.records.popleft()

    def since(self, from_seq: int) -> list[Record]:
        """Return the executions from ``from_seq`` on, which must be kept."""
        skipped = from_seq - (self.newest + 1 - len(self.records))
        return list(islice(self.records, skipped, None))


def _messages(account: str, records: list[Record], *, replayed: bool) -> list[Message]:
    """Return ``records`` as updates of bounded size."""
    executions = [execution_of(account, r, replayed=replayed) for r in records]
    return [
        Message("executions", "update", executions[i : i + _MAX_IN_FRAME])
        for i in range(0, len(executions), _MAX_IN_FRAME)
    ]
