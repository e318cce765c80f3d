"""The balances channel: an account's cash and tonnes, conflated."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .rendering import balances_of
from .topic import Message, Topics


if TYPE_CHECKING:
    from typing import Literal

    from carbonex.engine import Exchange


class Balances:
    """The followers of accounts' balances, which are a state, not a stream."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.topics = Topics(partial(self._message, "snapshot"))
        # Followed accounts that events affected; cleared at each flush.
        self._touched: dict[str, None] = {}

    def touch(self, account: str) -> None:
        """Note that an account may have changed. O(1)."""
        if account in self.topics.followed:
            self._touched[account] = None

    def touch_all(self) -> None:
        """Note that any account may have changed: a day began or was cancelled."""
        self._touched.update(dict.fromkeys(self.topics.followed))

    def flush(self) -> None:
        """Send the balances of the noted accounts."""
        for name in self._touched:
            topic = self.topics.followed.get(name)
            if topic is not None:
                topic.send_newest(self._message("update", name))
        self._touched.clear()

    def _message(self, kind: Literal["snapshot", "update"], account: str) -> Message:
        exchange = self._exchange
        balances = balances_of(exchange.accounts[account], exchange.day_number)
        return Message("balances", kind, [balances])
