"""Logging in and out: how it is proved who speaks through a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonex.gateway.feed.rendering import status_of
from carbonex.wire import answers
from carbonex.wire.channels import Frame
from carbonex.wire.errors import Code, error
from carbonex.wire.login import encode_bytes, login_text, verify
from carbonex.wire.vocabulary import permission_names

from .refusal import Refused


if TYPE_CHECKING:
    from typing import Literal

    from carbonex.engine import Exchange, Key
    from carbonex.wire import requests

    from .methods import Reply
    from .session import Session


# What a signature is held against where there is no key: somebody's, thrown away.
NOBODY: Final = Ed25519PrivateKey.generate().public_key().public_bytes_raw()


@final
class Door:
    """One connection's challenges, of which only the newest is good.

    A client signs it to log in: once, on this connection, until
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
        """Replace the challenge, and return it as it is sent and signed."""
        self._last = self._challenge
        self._challenge = encode_bytes(secret)
        self._good_until_ns = good_until_ns
        return self._challenge

    def prove(self, exchange: Exchange, p: requests.Login, now_ns: int) -> Key:
        """Return the key that made the signature over the newest challenge.

        A key that is unknown or revoked is answered like a wrong signature,
        after the same work, so that strangers cannot learn which keys there are.

        Raises:
            Refused: If there is no such key, or it did not, or too late.

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

    Two signature checks at most, 0.2 ms: its cost in METHODS is set to that.
    Where too many have failed before, nothing is checked, and the challenge
    stays good.
    """
    if session.who.key is not None:
        raise Refused(error(Code.ALREADY_LOGGED_IN, key_id=session.who.key_id))
    logins = session.services.logins
    wait_ns = logins.wait_ns(session.address, now_ns)
    if wait_ns:
        after_ms = -(-wait_ns // 1_000_000)
        raise Refused(error(Code.LOGIN_LIMITED, retry_after_ms=after_ms))
    try:
        key = session.door.prove(session.exchange, p, now_ns)
    except Refused as refused:
        logins.failed(session.address, p.key_id, refused.error.name, now_ns)
        reply(None, refused.error)
        greet(session, "update", now_ns)
        return
    session.log_in(key)
    participant = key.participant
    reply(
        answers.LoggedIn(
            participant.name,
            list(participant.accounts),
            permission_names(key.permissions),
        )
    )


def logout(session: Session, _p: requests.Logout, reply: Reply, now_ns: int) -> None:
    """End what the login allowed, private subscriptions too."""
    session.feed.drop_private(session.outbox)
    session.log_out()
    reply(answers.Empty())
    greet(session, "update", now_ns)
