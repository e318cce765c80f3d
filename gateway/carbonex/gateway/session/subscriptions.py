"""Subscriptions: what a connection may follow, and how it starts and stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from msgspec.structs import fields, replace

from carbonex.engine import Permission
from carbonex.gateway.feed.topic import MEMBERS, PRIVATE, Target, understood
from carbonex.wire import requests
from carbonex.wire.errors import Code, error

from .refusal import Refused, refuse_value
from .resuming import Resumption


if TYPE_CHECKING:
    from .kinds import Reply
    from .session import Session

P = TypeVar("P", requests.Subscribe, requests.Unsubscribe)

# Computed once: ``fields`` takes 0.4 ms, and clients subscribe at full speed.
_DEFAULTS: Final = {
    kind: {field.name: field.default for field in fields(kind) if not field.required}
    for kind in (requests.Subscribe, requests.Unsubscribe)
}


def subscribe(
    session: Session, p: requests.Subscribe, reply: Reply, now_ns: int
) -> None:
    """Acknowledge a subscription; its snapshot follows the answer."""
    _refuse_strangers(p)
    p = _own(session, p, "subscribe")
    refusal = session.feed.refusal(session.outbox, p)
    if refusal is not None:
        raise Refused(refusal)
    if p.channel == "executions" and _reaches_back(session, p):
        session.resume(Resumption(session, p, reply))
        return
    reply(understood(p))
    session.feed.subscribe(session.outbox, p, now_ns)


def unsubscribe(
    session: Session, p: requests.Unsubscribe, reply: Reply, _now_ns: int
) -> None:
    """End a subscription."""
    _refuse_strangers(p)
    p = _own(session, p, "unsubscribe")
    if not session.feed.unsubscribe(session.outbox, p):
        raise Refused(error(Code.NOT_SUBSCRIBED, "channel", subscription=Target.of(p)))
    reply(understood(p))


def _reaches_back(session: Session, p: requests.Subscribe) -> bool:
    """Tell whether ``p`` asks for executions that only the history still has."""
    return 0 < p.from_seq < session.feed.oldest_execution(p.account)


def _own(session: Session, p: P, method: str) -> P:
    """Fill in the account of a private channel, which must be the key's own."""
    if p.channel == "alerts":
        session.who.require(Permission.OPERATE, f"{method} to alerts")
    if p.channel not in PRIVATE:
        return p
    session.who.require(Permission.READ, f"{method} to {p.channel}")
    return replace(p, account=session.who.account(p.account))


def _refuse_strangers(p: requests.Subscribe | requests.Unsubscribe) -> None:
    """Refuse a member that the channel does not have, unless it has its default.

    If the venue ignored it, the client would wait for data that never comes.
    """
    members = MEMBERS[p.channel]
    for name, default in _DEFAULTS[type(p)].items():
        if name not in members and (given := getattr(p, name)) != default:
            wanted = f"left out: {p.channel} has no {name}"
            refuse_value(name, wanted, given)
