"""Revoked keys: their sessions end where the log says so, and not a moment later."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, final

from carbonex.wire.closing import CloseCode


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from carbonex.engine import KeyRevoked

    from .session import Session


@final
class Revocations:
    """A watcher of the venue that tells the sessions of a key of its revocation.

    It hears of it before any later command's events reach a subscription: all
    subscriptions of a session end at once, its connection as soon as the commands
    that it sent before are answered. Not the private ones alone, because a
    heartbeat would vouch for what is told no more. O(sessions).
    """

    def __init__(self, sessions: Callable[[], Iterable[Session]]) -> None:
        self._sessions: Final = sessions

    def revoked(self, event: KeyRevoked) -> None:
        """End what the key's sessions have."""
        for session in self._sessions():
            if session.key_id == event.key_id:
                session.feed.drop(session.outbox)
                session.pending.in_turn(partial(_end, session))


def _end(session: Session) -> None:
    """End a connection whose commands on their way to the log were answered."""
    session.release()  # what waits behind them is refused
    session.outbox.close(CloseCode.POLICY_VIOLATION, "key revoked")
