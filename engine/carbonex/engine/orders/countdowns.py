"""The dead man's switch: cancel an account's orders unless its client renews it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine.accounts import Countdown
from carbonex.engine.commands import MAX_COUNTDOWN_NS, MIN_COUNTDOWN_NS
from carbonex.engine.enums import CancelReason, Reason
from carbonex.engine.events import CountdownFired, CountdownSet
from carbonex.engine.market.rules import out_of_bounds
from carbonex.engine.timers import Due

from .mass_cancels import MassCancel, request
from .refusals import not_permitted


if TYPE_CHECKING:
    from carbonex.engine.accounts import Account
    from carbonex.engine.commands import SetCountdown
    from carbonex.engine.events import Event, Rejected
    from carbonex.engine.state import State


def set_countdown(state: State, command: SetCountdown) -> list[Event]:
    """Arm, renew or disarm an account's countdown. O(log n)."""
    account = state.trader(command.key, command.account)
    if account is None:
        return [not_permitted(command.key)]
    timeout_ns = command.timeout_ns
    rejected = _bad_timeout(timeout_ns) if timeout_ns else None
    if rejected is not None:
        return [rejected]
    was_armed = account.countdown is not None
    _disarm(state, account)
    due_ns = 0
    if timeout_ns:
        due_ns = state.time_ns + timeout_ns
        account.countdown = Countdown(timeout_ns, due_ns)
        state.timers.set(due_ns, Due.COUNTDOWN, account.number)
    return [CountdownSet(account.name, timeout_ns, due_ns, was_armed)]


def fire_countdown(state: State, number: int) -> list[Event]:
    """Cancel all open orders of the account whose countdown has expired."""
    account = state.opened[number]
    _disarm(state, account)
    fired = CountdownFired(account.name, len(account.orders))
    cancel = MassCancel(CancelReason.COUNTDOWN, account.name)
    return [fired, *request(state, cancel)]


def _bad_timeout(timeout_ns: int) -> Rejected | None:
    return out_of_bounds(
        Reason.BAD_PARAMETER, "timeout", timeout_ns, MIN_COUNTDOWN_NS, MAX_COUNTDOWN_NS
    )


def _disarm(state: State, account: Account) -> None:
    """Remove the account's countdown, if it has one."""
    if account.countdown is not None:
        state.timers.clear(account.countdown.due_ns, Due.COUNTDOWN, account.number)
        account.countdown = None
