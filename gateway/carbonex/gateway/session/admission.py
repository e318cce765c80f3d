"""Logging in and out: proof of which key a session speaks for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonex.engine import Permission, Rejected
from carbonex.engine.market.rules import bad_name
from carbonex.gateway.feed.rendering import status_of
from carbonex.wire import answers
from carbonex.wire.channels import Frame
from carbonex.wire.errors import Code, error
from carbonex.wire.login import TAKEN_OVER, encode_bytes, login_text, verify
from carbonex.wire.sentences import error_of
from carbonex.wire.units import NS_PER_MS
from carbonex.wire.vocabulary import permission_names

from .refusal import Refused, denied, refuse_missing, refuse_value
from .roster import Presence
from .states import CLOSED


if TYPE_CHECKING:
    from typing import Literal

    from carbonex.engine import Event, Exchange, Key
    from carbonex.gateway.addresses import AddressLimit
    from carbonex.wire import requests
    from carbonex.wire.answers import Error

    from .kinds import Reply
    from .session import Session


# Dummy key, so that unknown keys take as long to verify.
NOBODY: Final = Ed25519PrivateKey.generate().public_key().public_bytes_raw()


@final
class Door:
    """One connection's login challenges; only the newest is valid.

    A client signs the challenge to log in: once, on this connection, until
    ``good_until_ns``. Every attempt uses it up.
    """

    __slots__ = ("_challenge", "_connection_id", "_good_until_ns", "_last", "_venue")

    def __init__(self, venue: str, connection_id: str) -> None:
        self._venue: Final = venue
        self._connection_id: Final = connection_id
        self._challenge = ""
        self._last = ""
        self._good_until_ns = 0

    def renew(self, secret: bytes, good_until_ns: int) -> str:
        """Replace the challenge; return it in the form that is sent and signed."""
        self._last = self._challenge
        self._challenge = encode_bytes(secret)
        self._good_until_ns = good_until_ns
        return self._challenge

    def prove(self, exchange: Exchange, p: requests.Login, now_ns: int) -> Key:
        """Return the key that made the signature over the newest challenge.

        An unknown or revoked key gets the same answer as a wrong signature, after
        the same work, so that strangers cannot learn which keys exist.

        Raises:
            Refused: If the key is unknown, the signature wrong, or the challenge
                used or expired.

        """
        key = exchange.keys.get(p.key_id)
        if key is not None and key.revoked:
            key = None
        if not self._signed(key, p, self._challenge):
            if self._last and self._signed(key, p, self._last):
                raise Refused(error(Code.CHALLENGE_USED, "signature", fate="was used"))
            raise Refused(error(Code.LOGIN_FAILED, "signature", key_id=p.key_id))
        if now_ns > self._good_until_ns:
            raise Refused(error(Code.CHALLENGE_USED, "signature", fate="has expired"))
        assert key is not None
        return key

    def _signed(self, key: Key | None, p: requests.Login, challenge: str) -> bool:
        text = login_text(self._venue, self._connection_id, challenge, p.key_id)
        public_key = NOBODY if key is None else key.public_key
        # Verify in any case, so that unknown keys take as long.
        return verify(public_key, text, p.signature) and key is not None


def greet(session: Session, kind: Literal["snapshot", "update"], now_ns: int) -> None:
    """Send a status frame with the challenge that the next login must sign."""
    services = session.services
    challenge = session.door.renew(
        services.challenges(), now_ns + services.limits.challenge_ns
    )
    status = status_of(session.venue, session.connection_id, challenge)
    session.outbox.send(Frame("status", kind, [status]))


def login(session: Session, p: requests.Login, reply: Reply, now_ns: int) -> None:
    """Log in; after a failure a new challenge follows.

    At most two signature checks, 0.2 ms; its cost in METHODS reflects that.
    After too many failures from the address nothing is checked, and the challenge
    stays valid.
    """
    if session.who.key is not None:
        raise Refused(error(Code.ALREADY_LOGGED_IN, key_id=session.who.key_id))
    logins = session.services.logins
    wait_ns = logins.wait_ns(session.address, now_ns)
    if wait_ns:
        raise Refused(_limited(logins.limit, wait_ns))
    _check_session(p)
    try:
        key = session.door.prove(session.exchange, p, now_ns)
    except Refused as refused:
        logins.failed(session.address, p.key_id, refused.error.name, now_ns)
        reply(None, refused.error)
        greet(session, "update", now_ns)
        return
    if not p.session:
        _admit(session, key, p, reply)
    elif Permission.TRADE in key.permissions:
        _enter(session, key, p, reply)
    else:
        method = "a login with session"
        reply(None, denied(key, Permission.TRADE, method, "session"))
        greet(session, "update", now_ns)


def logout(session: Session, p: requests.Logout, reply: Reply, now_ns: int) -> None:
    """End the rights of the login, private subscriptions included.

    Orders stay, unless the client asks to cancel the orders of its session.
    """
    presence = session.presence
    if p.cancel_orders and presence is None:
        wanted = "false for a login without a session name; use cancel_all"
        refuse_value("cancel_orders", wanted, "true")

    def left(events: list[Event]) -> None:
        if session.state is CLOSED:
            return
        session.feed.drop_private(session.outbox)
        session.log_out()
        reply(answers.LoggedOut(len(events)))
        greet(session, "update", now_ns)
        session.go_on()

    roster = session.services.roster
    if presence is not None and roster.leave(
        presence, cancel=p.cancel_orders, settled=left
    ):
        session.waiting = True
    else:
        left([])


def _enter(session: Session, key: Key, p: requests.Login, reply: Reply) -> None:
    """Log in under a session name; first wait for the log if it records the login.

    Messages that follow the login wait, so that they are handled as logged in.
    """
    name = key.participant.name, p.session
    presence = Presence(
        name,
        session.connection_id,
        partial(_oust, session),
        cancels=p.cancel_on_disconnect,
    )
    session.presence = presence

    def settled(events: list[Event]) -> None:
        if session.state is CLOSED:
            return
        if events:
            assert type(events[0]) is Rejected
            assert command is not None
            session.presence = None
            reply(None, error_of(events[0], command))
            greet(session, "update", session.services.clock())
        else:
            _admit(session, key, p, reply)
        session.go_on()

    command = session.services.roster.enter(presence, key, p, settled)
    if command is None:
        _admit(session, key, p, reply)
    else:
        session.waiting = True


def _oust(session: Session) -> None:
    """Close a connection whose session name another connection has taken over."""
    session.resuming = None
    if session.state is not CLOSED:
        session.end(TAKEN_OVER)


def _admit(session: Session, key: Key, p: requests.Login, reply: Reply) -> None:
    session.log_in(key, p.session)
    participant = key.participant
    reply(
        answers.LoggedIn(
            participant.name,
            list(participant.accounts),
            permission_names(key.permissions),
            p.session,
            p.cancel_on_disconnect,
            p.grace_ms,
        )
    )


def _limited(limit: AddressLimit, wait_ns: int) -> Error:
    return error(
        Code.LOGIN_LIMITED,
        retry_after_ms=-(-wait_ns // NS_PER_MS),
        burst=limit.burst,
        interval_ms=-(-limit.interval_ns // NS_PER_MS),
    )


def _check_session(p: requests.Login) -> None:
    """Refuse an invalid session name, and options that need a session name."""
    if p.session:
        rejected = bad_name("session", p.session)
        if rejected is not None:
            raise Refused(error_of(rejected, p))
    elif p.cancel_on_disconnect:
        wanted = "a name by which your orders are known when you come back"
        refuse_missing("a login with cancel_on_disconnect", "session", wanted)
    if p.grace_ms and not p.cancel_on_disconnect:
        wanted = "0 or left out without cancel_on_disconnect"
        refuse_value("grace_ms", wanted, p.grace_ms)
