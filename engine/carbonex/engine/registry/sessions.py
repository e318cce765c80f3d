"""Cancel on disconnect: cancel a session's orders when its client is gone.

Blocks and bids stay: they bind, or wait for a counterparty, and end in other ways.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from carbonex.engine.commands import MAX_GRACE_NS
from carbonex.engine.enums import CancelReason, Reason, SessionEnd
from carbonex.engine.events import Rejected
from carbonex.engine.market.rules import bad_name, out_of_bounds
from carbonex.engine.orders.mass_cancels import of_participant, request
from carbonex.engine.state import VENUE_KEY
from carbonex.engine.timers import Due


if TYPE_CHECKING:
    from carbonex.engine.accounts import Participant
    from carbonex.engine.commands import SessionClosed, SessionOpened
    from carbonex.engine.events import Event
    from carbonex.engine.state import State


# Sessions kept per participant: connected, or in their grace period. Reason: each is a
# name in every snapshot, and a trading firm has tens. Policy: another session is
# rejected, and none is dropped early, because its orders rely on it.
MAX_SESSIONS: Final = 1_000


@final
class Session:
    """A participant's named session that requested cancel on disconnect.

    ``number`` is assigned by the venue. ``connection`` is the newest one, made through
    ``gateway``. ``ends_ns`` is 0 while it lasts, and then the end of the grace period.
    """

    __slots__ = (
        "connection",
        "ends_ns",
        "gateway",
        "grace_ns",
        "name",
        "number",
        "participant",
    )

    def __init__(self, number: int, name: str, participant: Participant) -> None:
        self.number = number
        self.name = name
        self.participant = participant
        self.connection = ""
        self.grace_ns = 0
        self.ends_ns = 0
        self.gateway = 0


def session_opened(state: State, command: SessionOpened) -> list[Event]:
    """Register a session, or forget it if its orders are to be kept. O(log n)."""
    if command.key != VENUE_KEY:
        return [Rejected(Reason.NOT_PERMITTED)]
    key = state.keys.get(command.key_id)
    if key is None or key.revoked:
        return [Rejected(Reason.UNKNOWN_KEY, "key_id")]
    participant = key.participant
    rejected = _unusable(participant, command)
    if rejected is not None:
        return [rejected]
    session = participant.sessions.get(command.session)
    if not command.cancel_on_disconnect:
        if session is not None:
            _forget(state, session)
        return []
    if session is None:
        state.last_session_id += 1
        session = Session(state.last_session_id, command.session, participant)
        state.add_session(session)
    _set_end(state, session, 0)
    session.connection = command.connection
    session.grace_ns = command.grace_ns
    session.gateway = state.gateway
    return []


def session_closed(state: State, command: SessionClosed) -> list[Event]:
    """Start a session's grace period, or apply a logout.

    Nothing happens if another connection has taken over. Linear in the participant's
    open orders if they are cancelled, else O(log n).
    """
    if command.key != VENUE_KEY:
        return [Rejected(Reason.NOT_PERMITTED)]
    participant = state.participants.get(command.participant)
    if participant is None:
        return [Rejected(Reason.UNKNOWN_PARTICIPANT, "participant")]
    session = participant.sessions.get(command.session)
    if session is not None and session.connection != command.connection:
        return []
    if command.cause is SessionEnd.LOST:
        return [] if session is None else _lose(state, session)
    if session is not None:
        _forget(state, session)
    if command.cause is SessionEnd.LOGOUT:
        return []
    return _cancel(state, participant, command.session, CancelReason.CLIENT)


def end_grace(state: State, number: int) -> list[Event]:
    """Cancel the orders of a session whose client did not reconnect."""
    session = state.sessions[number]
    _forget(state, session)
    participant, reason = session.participant, CancelReason.DISCONNECTED
    return _cancel(state, participant, session.name, reason)


def keep_orders(state: State, number: int) -> None:
    """Forget a session whose grace period is over, and keep its orders."""
    _forget(state, state.sessions[number])


def restart_graces(state: State, gateway: int, now_ns: int) -> None:
    """Restart the grace period of every session opened at ``gateway`` at ``now_ns``.

    The gateway has restarted: no session is connected, and no client could reconnect
    while it was down. Linear in all sessions.
    """
    for session in state.sessions.values():
        if session.gateway == gateway:
            _set_end(state, session, now_ns + session.grace_ns)


def _unusable(participant: Participant, command: SessionOpened) -> Rejected | None:
    """Check whether a session can be opened by this command."""
    rejected = (
        bad_name("session", command.session)
        or bad_name("connection", command.connection)
        or out_of_bounds(
            Reason.BAD_PARAMETER, "grace", command.grace_ns, 0, MAX_GRACE_NS
        )
    )
    if rejected is not None:
        return rejected
    known = participant.sessions
    is_new = command.cancel_on_disconnect and command.session not in known
    if is_new and len(known) >= MAX_SESSIONS:
        count = len(known)
        return Rejected(Reason.TOO_MANY_SESSIONS, "session", count, MAX_SESSIONS)
    return None


def _lose(state: State, session: Session) -> list[Event]:
    """Start the grace period; without one, the session ends at once."""
    if session.ends_ns:
        return []
    if session.grace_ns == 0:
        return end_grace(state, session.number)
    _set_end(state, session, state.time_ns + session.grace_ns)
    return []


def _set_end(state: State, session: Session, ends_ns: int) -> None:
    """Let the grace period end at ``ends_ns``; 0: the client is connected."""
    if session.ends_ns:
        state.timers.clear(session.ends_ns, Due.GRACE, session.number)
    session.ends_ns = ends_ns
    if ends_ns:
        state.timers.set(ends_ns, Due.GRACE, session.number)


def _forget(state: State, session: Session) -> None:
    _set_end(state, session, 0)
    del state.sessions[session.number]
    del session.participant.sessions[session.name]


def _cancel(
    state: State, participant: Participant, name: str, reason: CancelReason
) -> list[Event]:
    """Cancel a session's open orders in all accounts of its participant."""
    return request(state, of_participant(reason, participant, None, name))
