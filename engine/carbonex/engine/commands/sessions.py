"""Commands about who is there: clients' sessions, and their dead man's switches."""

from __future__ import annotations

from typing import Final, final

import msgspec

from carbonex.engine.enums import SessionEnd


MAX_GRACE_NS: Final = 3_600 * 10**9  # an hour
MIN_COUNTDOWN_NS: Final = 10**9
MAX_COUNTDOWN_NS: Final = 24 * 3_600 * 10**9


@final
class SessionOpened(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=52):
    """A client logged in with ``key_id`` under the name ``session``.

    It has asked for cancel on disconnect: when ``connection`` is lost, the
    session's orders are cancelled ``grace_ns`` later. It takes over from any
    older connection of this name. Where it did not ask (``cancel_on_disconnect``
    is false), it is logged only to end what an older one had asked for.
    The venue itself sends it, as it does SessionClosed.
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

    One that an other connection has taken over from changes nothing.
    """

    key: str
    participant: str
    session: str
    connection: str
    cause: SessionEnd = SessionEnd.LOST


@final
class SetCountdown(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=54):
    """Cancel the account's open orders in ``timeout_ns``, unless this comes again.

    The dead man's switch: 1 s to 24 h, and 0 disarms it.
    """

    key: str
    account: str
    timeout_ns: int


SessionCommand = SessionOpened | SessionClosed | SetCountdown
