"""Sentences about sessions and dead man's switches."""

from __future__ import annotations

from typing import Final

from carbonex.engine import (
    CancelsFollow,
    CountdownFired,
    CountdownSet,
    SessionClosed,
    SessionEnd,
    SessionOpened,
    SetCountdown,
)
from carbonex.wire.counts import counted

from .words import describe, moment, seconds


@describe.register(SessionOpened)
def _(c: SessionOpened) -> str:
    text = f"session {c.session!r} of key {c.key_id} opens"
    if not c.cancel_on_disconnect:
        return f"{text}, keeping its orders"
    return f"{text}, cancelling {seconds(c.grace_ns)} after it is lost"


@describe.register(SessionClosed)
def _(c: SessionClosed) -> str:
    return f"session {c.session!r} of {c.participant} {_ENDS[c.cause]}"


@describe.register(SetCountdown)
def _(c: SetCountdown) -> str:
    if not c.timeout_ns:
        return f"disarm the countdown of {c.account}"
    return f"cancel all orders of {c.account} in {seconds(c.timeout_ns)}"


@describe.register(CountdownSet)
def _(e: CountdownSet) -> str:
    if e.due_ns:
        return f"{'renewed' if e.was_armed else 'armed'} until {moment(e.due_ns)}"
    return "disarmed" if e.was_armed else "was not armed"


@describe.register(CountdownFired)
def _(e: CountdownFired) -> str:
    return (
        f"countdown of {e.account} has run out, cancelling {counted(e.orders, 'order')}"
    )


@describe.register(CancelsFollow)
def _(e: CancelsFollow) -> str:
    return f"{counted(e.orders, 'order')} of {e.account} are still to be cancelled"


_ENDS: Final = {
    SessionEnd.LOST: "is lost",
    SessionEnd.LOGOUT: "logs out",
    SessionEnd.LOGOUT_CANCELLING: "logs out, cancelling its orders",
}
