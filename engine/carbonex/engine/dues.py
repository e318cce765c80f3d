"""The due timers, derived from the rest of the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .market.schedule import next_step
from .timers import Due, expires_ns


if TYPE_CHECKING:
    from .state import State


def dues(state: State) -> list[tuple[int, Due, int]]:
    """Return all timers as (time, kind, id), soonest first.

    ``Timers`` holds exactly these. Linear in gtd orders, accounts, sessions, auctions
    and instruments.
    """
    found = [
        (expires_ns(order), Due.EXPIRY, number)
        for number, order in state.timers.expiring.items()
    ]
    found += [
        (account.countdown.due_ns, Due.COUNTDOWN, account.number)
        for account in state.accounts.values()
        if account.countdown is not None
    ]
    found += [
        (session.ends_ns, Due.GRACE, session.number)
        for session in state.sessions.values()
        if session.ends_ns
    ]
    found += [
        (auction.command.closes_ns, Due.AUCTION, number)
        for number, auction in state.auctions.items()
    ]
    for instrument in state.listed:
        if instrument.call_ends_ns:
            found.append((instrument.call_ends_ns, Due.CALL, instrument.number))
        step = next_step(instrument.schedule, state.settled_ns)
        if step is not None:
            found.append((step.starts_ns, Due.STEP, instrument.number))
    if state.day:
        found.append((state.day_ends_ns, Due.DAY, 0))
    return sorted(found)
