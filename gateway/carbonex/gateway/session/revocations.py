"""Revoked keys: their sessions end at the revocation's place in the log."""

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
    """A watcher of the venue that ends the sessions of revoked keys.

    The venue calls it before any later command's events reach a subscription. All
    subscriptions of a session end at once. The connection ends once the commands
    that it sent earlier are answered. Public subscriptions end too, because a
    heartbeat would vouch for private channels that are no longer sent. O(sessions).
    """

    def __init__(self, sessions: Callable[[], Iterable[Session]]) -> None:
        self._sessions: Final = sessions

    def revoked(self, event: KeyRevoked) -> None:
        """End the subscriptions and connections of the key's sessions."""
        for session in self._sessions():
            if session.key_id == event.key_id:
                session.feed.drop(session.outbox)
                session.pending.in_turn(partial(_end, session))


def _end(session: Session) -> None:
    """Close a connection whose pending commands have been answered."""
    session.release()  # refuses the messages held behind them
    session.outbox.close(CloseCode.POLICY_VIOLATION, "key revoked")
