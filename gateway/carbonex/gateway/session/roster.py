"""Which connection holds which session name, and which changes go to the log.

A name belongs to one connection of its participant at a time. A new login under the
name takes it over, and the older connection is closed. The log records logins and
logouts only where orders depend on them, above all where a client asked for cancel on
disconnect: the promise must hold even if the server crashes.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, final

from carbonex.engine import (
    VENUE_KEY,
    Rejected,
    SessionClosed,
    SessionEnd,
    SessionOpened,
)
from carbonex.wire.units import NS_PER_MS


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine import Event, Key
    from carbonex.gateway.venue import Venue
    from carbonex.wire import requests

    # Receives the events once a command is durable and applied.
    Settled = Callable[[list[Event]], None]


@final
class Presence:
    """A connection that is logging in, or is logged in, under a session name.

    ``cancels`` says whether it asked for cancel on disconnect. ``oust`` closes it.
    """

    __slots__ = ("cancels", "connection_id", "ended", "name", "oust")

    def __init__(
        self,
        name: tuple[str, str],
        connection_id: str,
        oust: Callable[[], None],
        *,
        cancels: bool,
    ) -> None:
        self.name: Final = name  # participant and session
        self.connection_id: Final = connection_id
        self.oust: Final = oust
        self.cancels: Final = cancels
        self.ended = False  # logged out, taken over, or disconnected


@final
class Roster:
    """The presences on one server.

    The roster submits its commands as the venue's own, which the venue always
    accepts: a login must be able to protect its orders while the log is full, and
    the end of a connection must not be lost. Each connection has at most two such
    commands pending.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue: Final = venue
        self._holders: Final[dict[tuple[str, str], Presence]] = {}
        # Pending commands by name, which the exchange has not applied yet.
        self._unsettled: Final[Counter[tuple[str, str]]] = Counter()

    def enter(
        self, presence: Presence, key: Key, p: requests.Login, settled: Settled
    ) -> SessionOpened | None:
        """Log in under a name; call ``settled`` once the login is durable and applied.

        Return None if the log need not record the login, which is then complete.
        An older connection under the name ends at once in any case. Otherwise its
        later commands would follow the new login, and perhaps the new session's end.
        """
        ousted = self._take_over(presence)
        participant, session = presence.name
        known = session in self._venue.exchange.participants[participant].sessions
        if not (presence.cancels or known or self._unsettled[presence.name]):
            return None
        command = SessionOpened(
            VENUE_KEY,
            key.key_id,
            session,
            presence.connection_id,
            p.grace_ms * NS_PER_MS,
            presence.cancels,
        )

        def opened(events: list[Event]) -> None:
            if events and type(events[0]) is Rejected:
                self._let_go(presence)
                if ousted is not None and ousted.cancels:  # in vain: start its grace
                    self._submit(ousted, _closed(ousted, SessionEnd.LOST), _nothing)
            settled(events)

        self._submit(presence, command, opened)
        return command

    def leave(self, presence: Presence, *, cancel: bool, settled: Settled) -> bool:
        """Log out cleanly, keeping or cancelling the session's orders.

        Return False if the log need not record the logout.
        """
        self._let_go(presence)
        if not (presence.cancels or cancel):
            return False
        cause = SessionEnd.LOGOUT_CANCELLING if cancel else SessionEnd.LOGOUT
        self._submit(presence, _closed(presence, cause), settled)
        return True

    def lost(self, presence: Presence) -> None:
        """Start the grace period if the connection asked for cancel on disconnect."""
        if not presence.ended:
            self._let_go(presence)
            if presence.cancels:
                self._submit(presence, _closed(presence, SessionEnd.LOST), _nothing)

    def _take_over(self, presence: Presence) -> Presence | None:
        """Give the name to ``presence``; return its previous holder."""
        before = self._holders.get(presence.name)
        self._holders[presence.name] = presence
        if before is not None:
            before.ended = True
            before.oust()
        return before

    def _let_go(self, presence: Presence) -> None:
        presence.ended = True
        if self._holders.get(presence.name) is presence:
            del self._holders[presence.name]

    def _submit(
        self,
        presence: Presence,
        command: SessionOpened | SessionClosed,
        settled: Settled,
    ) -> None:
        name, unsettled = presence.name, self._unsettled
        unsettled[name] += 1

        def answered(events: list[Event]) -> None:
            unsettled[name] -= 1
            if not unsettled[name]:
                del unsettled[name]
            settled(events)

        taken = self._venue.submit(_Awaited(answered), 0, command)
        assert taken  # the venue always accepts its own commands


@final
class _Awaited:
    """The submitter of one command."""

    def __init__(self, settled: Settled) -> None:
        self._settled = settled

    def answered(
        self, _token: int, events: list[Event], _seq: int, _time_ns: int
    ) -> None:
        self._settled(events)


def _closed(presence: Presence, cause: SessionEnd) -> SessionClosed:
    participant, session = presence.name
    return SessionClosed(VENUE_KEY, participant, session, presence.connection_id, cause)


def _nothing(_: list[Event]) -> None:
    """Ignore the events: no client is left to receive them."""
