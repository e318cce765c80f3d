"""Close codes of connections: RFC 6455 §7.4.1, and IANA's 1013."""

from __future__ import annotations

import enum


class CloseCode(enum.IntEnum):
    """Why the venue ended a connection; those without a word are WebSocket's own."""

    NORMAL_CLOSURE = 1000
    GOING_AWAY = 1001  # the server shuts down
    PROTOCOL_ERROR = 1002
    UNSUPPORTED_DATA = 1003
    INVALID_DATA = 1007
    POLICY_VIOLATION = 1008  # key revoked, session taken over, rate limit ignored
    MESSAGE_TOO_BIG = 1009
    INTERNAL_ERROR = 1011  # the log cannot be written, or a defect of the venue
    TRY_AGAIN_LATER = 1013  # the client does not read, or the history is behind
