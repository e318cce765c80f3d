"""Requests that are answered from the state as it is, and never reach the log.

They run when all earlier requests of their connection have been answered, so
they see what those did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from msgspec.structs import fields, replace

from carbonex.engine import CancelOrder, Permission, Reason, Rejected
from carbonex.gateway.feed.rendering import balances_of, order_state_of
from carbonex.gateway.feed.topic import PRIVATE, Target
from carbonex.wire import answers, requests
from carbonex.wire.errors import Code, error
from carbonex.wire.sentences import error_of

from .intake import order_id_of
from .refusal import Refused
from .rendering import EMPTY


if TYPE_CHECKING:
    from carbonex.engine import Account

    from .methods import Reply
    from .session import Session

P = TypeVar("P", requests.Subscribe, requests.Unsubscribe)


def ping(_session: Session, _p: requests.Ping, reply: Reply, _now_ns: int) -> None:
    """Say that the venue listens."""
    reply(EMPTY)


def open_orders(
    session: Session, p: requests.OpenOrders, reply: Reply, _now_ns: int
) -> None:
    """List an account's resting orders, oldest first. Linear in them."""
    account = _account(session, p.account)
    name = p.instrument
    if name and name not in session.exchange.instruments:
        raise Refused(error_of(Rejected(Reason.UNKNOWN_INSTRUMENT, "instrument"), p))
    orders = [
        order_state_of(order)
        for order in account.orders.values()
        if name in ("", order.instrument)
    ]
    reply(answers.OpenOrders(orders))


def order(session: Session, p: requests.Order, reply: Reply, _now_ns: int) -> None:
    """Look up one order: resting, or remembered by its client order id."""
    account = _account(session, p.account)
    order_id = order_id_of("order", p)
    found = account.find(order_id, p.client_order_id)
    if found is None:
        param = "order_id" if order_id else "client_order_id"
        wanted = CancelOrder("", account.name, order_id, p.client_order_id)
        raise Refused(error_of(Rejected(Reason.UNKNOWN_ORDER, param), wanted))
    reply(order_state_of(found))


def balances(
    session: Session, p: requests.Balances, reply: Reply, _now_ns: int
) -> None:
    """Tell an account's cash and tonnes."""
    reply(balances_of(_account(session, p.account)))


def subscribe(
    session: Session, p: requests.Subscribe, reply: Reply, now_ns: int
) -> None:
    """Acknowledge a subscription; its snapshot follows the answer."""
    _refuse_strangers(p)
    p = _own(session, p, "subscribe")
    refusal = session.feed.refusal(session.outbox, p)
    if refusal is not None:
        raise Refused(refusal)
    reply(_understood(p))
    session.feed.subscribe(session.outbox, p, now_ns)


def unsubscribe(
    session: Session, p: requests.Unsubscribe, reply: Reply, _now_ns: int
) -> None:
    """End a subscription."""
    _refuse_strangers(p)
    p = _own(session, p, "unsubscribe")
    if not session.feed.unsubscribe(session.outbox, p):
        raise Refused(error(Code.NOT_SUBSCRIBED, "channel", subscription=Target.of(p)))
    reply(_understood(p))


def _account(session: Session, name: str) -> Account:
    return session.exchange.accounts[session.who.account(name)]


def _own(session: Session, p: P, method: str) -> P:
    """Fill in the account of a private channel, which must be the key's own."""
    if p.channel not in PRIVATE:
        return p
    session.who.require(Permission.READ, f"{method} to {p.channel}")
    return replace(p, account=session.who.account(p.account))


# The members that a channel has beside ``channel``. Another one that says
# something would be ignored, and its sender would wait for what never comes.
_MEMBERS: Final = {
    "status": (),
    "heartbeat": (),
    "instrument": ("instrument",),
    "ticker": ("instrument",),
    "trade": ("instrument",),
    "book": ("instrument", "depth", "interval_ms"),
    "executions": ("account", "from_seq"),
    "balances": ("account",),
}


def _refuse_strangers(p: requests.Subscribe | requests.Unsubscribe) -> None:
    for field in fields(p):
        name = field.name
        if name != "channel" and name not in _MEMBERS[p.channel]:
            given = getattr(p, name)
            if given != field.default:
                wanted = f"left out: {p.channel} has no {name}"
                raise Refused(
                    error(Code.BAD_TYPE, name, member=name, wanted=wanted, given=given)
                )


def _understood(p: requests.Subscribe | requests.Unsubscribe) -> answers.Subscribed:
    target = Target.of(p)
    is_book = p.channel == "book"
    return answers.Subscribed(
        target.channel,
        target.instrument,
        target.depth if is_book else None,
        target.interval_ms if is_book else None,
        target.account,
    )
