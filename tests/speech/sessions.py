"""The words of a scenario about who is there: sessions and dead man's switches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    CancelsFollow,
    CountdownFired,
    CountdownSet,
    SessionClosed,
    SessionEnd,
    SessionOpened,
    SetCountdown,
)


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from carbonex.engine import Command, Event

    from .words import Words


_CAUSES = {"cancelling": SessionEnd.LOGOUT_CANCELLING}


def tell(event: Event) -> str | None:
    """Return what a countdown does, if the event is of one."""
    match event:
        case CountdownSet(account, _, 0, True):
            return f"disarmed {account}"
        case CountdownSet(account, _, 0, False):
            return f"{account} was not armed"
        case CountdownSet(account, _, due_ns, was_armed):
            return f"{'renewed' if was_armed else 'armed'} {account} until {due_ns}"
        case CountdownFired(account, orders):
            return f"fired {account} {orders}"
        case CancelsFollow(account, orders):
            return f"{orders} of {account} follow"
        case _:
            return None


def _session(words: Words) -> SessionOpened:
    grace_ns, connection = words.number("grace"), words.value("on")
    keeping = words.choice({"keeping": True}, default=False)
    key_id = words.value("by")
    return SessionOpened(
        words.key, key_id, words.take(), connection, grace_ns, not keeping
    )


def _lost(words: Words) -> SessionClosed:
    return _closed(words, SessionEnd.LOST)


def _logout(words: Words) -> SessionClosed:
    return _closed(words, words.choice(_CAUSES, SessionEnd.LOGOUT))


def _closed(words: Words, cause: SessionEnd) -> SessionClosed:
    participant, connection = words.value("of"), words.value("on")
    return SessionClosed(words.key, participant, words.take(), connection, cause)


def _countdown(words: Words) -> SetCountdown:
    return SetCountdown(words.key, words.account, int(words.take()))


VERBS: Mapping[str, Callable[[Words], Command]] = {
    "session": _session,  # session mm-1 by k-1 on c-1 grace 500, … keeping
    "lost": _lost,  # lost mm-1 of maker on c-1
    "logout": _logout,  # logout mm-1 of maker on c-1, … cancelling
    "countdown": _countdown,  # maker: countdown 1000000000
}
