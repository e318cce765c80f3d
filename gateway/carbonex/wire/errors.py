"""Error codes, and the messages of the gateway's own errors.

1xxx protocol and framing, 2xxx login and permission, 3xxx market rules, 4xxx order
management, 5xxx limits and overload, 6xxx registry. The engine's reasons have their own
numbers; ``sentences`` writes their messages. A number is assigned once and never
changes.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from .answers import Error


if TYPE_CHECKING:
    from carbonex.engine.enums import Reason


class Code(enum.IntEnum):
    """The gateway's own errors: these requests never reached the log."""

    MALFORMED = 1001  # not one JSON object or MessagePack map
    UNKNOWN_METHOD = 1002
    UNKNOWN_MEMBER = 1003
    BAD_TYPE = 1004  # a member has the wrong type or an impossible value
    MISSING_MEMBER = 1005
    WRONG_ENCODING = 1006  # binary frame in a JSON session, or the reverse
    REPEATED_MEMBER = 1007  # ambiguous: an order with two prices must not trade
    LOGIN_REQUIRED = 2001
    LOGIN_FAILED = 2002
    PERMISSION_DENIED = 2003
    ACCOUNT_REQUIRED = 2004  # the key has several accounts, or none
    ACCOUNT_DENIED = 2005  # the account is not the key's
    ALREADY_LOGGED_IN = 2006
    CHALLENGE_USED = 2007  # single use, 30 s
    KEY_REVOKED = 2008  # while logged in; the connection is closed
    NOT_SUBSCRIBED = 4010
    ALREADY_SUBSCRIBED = 4011
    HISTORY_GONE = 4012  # from_seq is older than what log and history still have
    DAY_NOT_ENDED = 4013
    UNKNOWN_DAY = 4014  # no trading day of that date has ended
    NO_LISTINGS = 4020  # the instrument does not allow picks
    LISTINGS_NOT_HIDDEN = (
        4021  # the venue's log has no secret to permute listing numbers
    )
    BUSY = 5001  # the venue's queue is full; the request was never logged
    RATE_LIMITED = 5002
    TOO_MANY_SUBSCRIPTIONS = 5003
    LOG_FULL = 5006  # the disk's reserve is reached; cancels still work
    SHUTTING_DOWN = 5007
    HISTORY_BEHIND = 5008  # the history store is still catching up with the log
    HISTORY_UNREADABLE = 5009
    LOGIN_LIMITED = 5010  # too many failed logins from one address


# One message per code; ``error`` fills in its facts.
TEMPLATES: Final[dict[Code, str]] = {
    Code.MALFORMED: "the message is not one {encoding} object: {problem}",
    Code.UNKNOWN_METHOD: "there is no method {method}; {advice}",
    Code.UNKNOWN_MEMBER: "{owner} has no member {member}; {advice}",
    Code.BAD_TYPE: "{member} must be {wanted}, not {given}",
    Code.MISSING_MEMBER: "{owner} needs {member}: {wanted}",
    Code.WRONG_ENCODING: (
        "this connection speaks {subprotocol}: send {frames} frames,"
        " or connect with the other subprotocol"
    ),
    Code.REPEATED_MEMBER: "{member} is given more than once; send it once",
    Code.LOGIN_REQUIRED: "{method} needs a login; sign the status frame's challenge",
    Code.LOGIN_FAILED: (
        "there is no valid key {key_id} that made this signature over this"
        " connection's challenge; sign the challenge of the newest status frame"
    ),
    Code.PERMISSION_DENIED: (
        "{method} needs the permission {needed}; key {key_id} has {held}"
    ),
    Code.ACCOUNT_REQUIRED: (
        "participant {participant} has {count} accounts: name one as account"
    ),
    Code.ACCOUNT_DENIED: "{account} is not an account of participant {participant}",
    Code.ALREADY_LOGGED_IN: "key {key_id} is logged in on this connection; log out first",
    Code.CHALLENGE_USED: (
        "that challenge {fate}; sign the one in the status frame that follows"
    ),
    Code.KEY_REVOKED: (
        "key {key_id} was revoked: {method} was not logged, and this connection ends"
    ),
    Code.NOT_SUBSCRIBED: "there is no subscription to {subscription} here",
    Code.ALREADY_SUBSCRIBED: "{subscription} is subscribed here already",
    Code.HISTORY_GONE: (
        "executions of {account} are available from exec_seq {oldest} on: the venue's"
        " log was truncated before {from_seq} got into its history;"
        " query open_orders and subscribe from {oldest}"
    ),
    Code.DAY_NOT_ENDED: (
        "the trading day {date} has not ended; ask for its {what} when it has"
    ),
    Code.UNKNOWN_DAY: (
        "the history knows no trading day {date} from beginning to end;"
        " the newest is {newest}"
    ),
    Code.NO_LISTINGS: (
        "{instrument} lets no order pick others, so it has no listings; subscribe to its"
        " book"
    ),
    Code.LISTINGS_NOT_HIDDEN: (
        "this venue's log has no secret that hides who is behind its listings;"
        " subscribe to book"
    ),
    Code.BUSY: (
        "the venue's queue is full; {method} was not logged:"
        " send it again after {retry_after_ms} ms"
    ),
    Code.RATE_LIMITED: (
        "more than {rate} requests per second (bursts of {burst}){whose};"
        " wait {retry_after_ms} ms, cancels are never limited"
    ),
    Code.TOO_MANY_SUBSCRIPTIONS: (
        "this connection has {limit} subscriptions, the most it may have;"
        " unsubscribe from one or open another connection"
    ),
    Code.LOG_FULL: (
        "the venue's disk has reached its reserve; {method} was not logged,"
        " but cancels still work"
    ),
    Code.SHUTTING_DOWN: (
        "the venue is shutting down; {method} was not logged: reconnect later"
    ),
    Code.HISTORY_BEHIND: (
        "the history store has not caught up with the log;"
        " ask again after {retry_after_ms} ms"
    ),
    Code.HISTORY_UNREADABLE: (
        "the history store cannot be read; trading does not need it:"
        " tell the venue's operator, whose log names the reason"
    ),
    Code.LOGIN_LIMITED: (
        "{burst} logins from this network address have failed, the most that may at"
        " once, and then one every {interval_ms} ms: this one was not tried; check the"
        " key id and the private key, and log in again after {retry_after_ms} ms"
    ),
}


def error(
    code: Code, param: str = "", *, retry_after_ms: int = 0, **facts: object
) -> Error:
    """Return the error of ``code`` with its message.

    ``facts`` are the values named in the code's template, which may also name
    ``retry_after_ms``.
    """
    message = TEMPLATES[code].format(retry_after_ms=retry_after_ms, **facts)
    return Error(int(code), code.name, message, param, retry_after_ms)


def engine_error(reason: Reason, message: str, param: str = "") -> Error:
    """Return the error of an engine's reason with the sentence ``message``."""
    return Error(int(reason), reason.name, message, param)
