"""Commands about clients' sessions and accounts' dead man's switches."""

from __future__ import annotations

from typing import Final, final

import msgspec

from carbonex.engine.enums import SessionEnd


MAX_GRACE_NS: Final = 3_600 * 10**9  # an hour
MIN_COUNTDOWN_NS: Final = 10**9
MAX_COUNTDOWN_NS: Final = 24 * 3_600 * 10**9


@final
class SessionOpened(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=52):
    """A client logged in with ``key_id`` under the session name ``session``.

    The client requested cancel on disconnect: ``grace_ns`` after ``connection`` is
    lost, the session's orders are cancelled. The session takes over from any older
    connection of the same name. If ``cancel_on_disconnect`` is false, the client did
    not request it: the command is then logged only to end what an older connection had
    requested. Only the venue sends this command and SessionClosed.
    """

    key: str
    key_id: str
    session: str
    connection: str
    grace_ns: int = 0
    cancel_on_disconnect: bool = True


@final
class SessionClosed(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=53):
    """The ``connection`` of a participant's session ended.

    Has no effect if another connection has taken over the session.
    """

    key: str
    participant: str
    session: str
    connection: str
    cause: SessionEnd = SessionEnd.LOST


@final
class SetCountdown(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=54):
    """Cancel the account's open orders in ``timeout_ns``, unless this is sent again.

    This is the dead man's switch: 1 s to 24 h; 0 disarms it.
    """

    key: str
    account: str
    timeout_ns: int


SessionCommand = SessionOpened | SessionClosed | SetCountdown
