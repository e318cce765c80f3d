"""The countdown channel: an account's dead man's switch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.wire import answers
from carbonex.wire.units import NS_PER_SECOND, NS_PER_US

from .topic import Message, Topics


if TYPE_CHECKING:
    from carbonex.engine import CountdownFired, CountdownSet, Exchange


class Countdowns:
    """The followers of accounts' countdowns."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.topics = Topics(self._snapshot)

    def set(self, _seq: int, _time_ns: int, event: CountdownSet) -> None:
        """Send that the countdown was armed, renewed or disarmed."""
        if event.was_armed or event.due_ns:
            self._send(countdown_of(event))

    def fired(self, _seq: int, _time_ns: int, event: CountdownFired) -> None:
        """Send that the countdown ran out; its cancellations are executions."""
        self._send(answers.Countdown(event.account, "fired", cancelled=event.orders))

    def _send(self, countdown: answers.Countdown) -> None:
        topic = self.topics.followed.get(countdown.account)
        if topic is not None:
            topic.send(Message("countdown", "update", [countdown]))

    def _snapshot(self, name: str) -> Message:
        countdown = self._exchange.accounts[name].countdown
        if countdown is None:
            told = answers.Countdown(name, "disarmed")
        else:
            told = _armed(name, "armed", *countdown)
        return Message("countdown", "snapshot", [told])


def countdown_of(event: CountdownSet) -> answers.Countdown:
    """Return the state of a countdown after it was set."""
    if not event.due_ns:
        return answers.Countdown(event.account, "disarmed")
    status: answers.CountdownStatus = "renewed" if event.was_armed else "armed"
    return _armed(event.account, status, event.timeout_ns, event.due_ns)


def _armed(
    account: str, status: answers.CountdownStatus, timeout_ns: int, due_ns: int
) -> answers.Countdown:
    timeout = timeout_ns // NS_PER_SECOND
    return answers.Countdown(account, status, timeout, due_ns // NS_PER_US)
