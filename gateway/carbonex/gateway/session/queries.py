"""Queries that are answered from the current state and never reach the log.

A query runs after all earlier requests of its connection have been answered, so it
sees their effects.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from carbonex.engine import Reason, Rejected
from carbonex.gateway.feed.off_book import open_auction_of, open_bids_of, open_blocks_of
from carbonex.gateway.feed.rendering import balances_of, order_state_of
from carbonex.wire import answers, requests
from carbonex.wire.eligibility import wire_rule
from carbonex.wire.sentences import error_of

from .history import HISTORY_COST, ended_order
from .intake.orders import order_id_of
from .refusal import Refused, require_instrument, unknown_order
from .rendering import EMPTY


if TYPE_CHECKING:
    from carbonex.engine import Account

    from .kinds import Reply
    from .session import Session


def ping(_session: Session, _p: requests.Ping, reply: Reply, _now_ns: int) -> None:
    """Confirm that the venue is responding."""
    reply(EMPTY)


def open_orders(
    session: Session, p: requests.OpenOrders, reply: Reply, _now_ns: int
) -> None:
    """List a page of an account's resting orders, oldest first.

    Linear in the resting orders. Only the orders of the page are rendered, and
    rendering takes most of the time.
    """
    account = _account(session, p.account)
    require_instrument(session.exchange, p)
    ids = session.venue.ids
    after = ids.meant(p.after) if p.after else 0
    chosen = (
        order
        for order_id, order in account.orders.items()
        if order_id > after and p.instrument in ("", order.instrument)
    )
    page = list(islice(chosen, p.limit + 1))
    more = len(page) > p.limit
    orders = [order_state_of(order, ids) for order in page[: p.limit]]
    reply(answers.OpenOrders(orders, more))


def order(session: Session, p: requests.Order, reply: Reply, now_ns: int) -> None:
    """Look up one order: open, remembered by its client order id, or ended.

    The history finds ended orders by order id. That look-up costs as much as any
    other history query.
    """
    account = _account(session, p.account)
    ids = session.venue.ids
    order_id = order_id_of("order", p, ids)
    found = account.find(order_id, p.client_order_id)
    if found is not None:
        reply(order_state_of(found, ids))
    elif 0 < order_id <= session.exchange.last_order_id:
        session.limit(HISTORY_COST, now_ns)
        ended_order(session, account.name, order_id, reply)
    else:
        raise Refused(unknown_order(account.name, p.order_id, p.client_order_id))


def balances(
    session: Session, p: requests.Balances, reply: Reply, _now_ns: int
) -> None:
    """Return an account's cash and tonnes."""
    account = _account(session, p.account)
    reply(balances_of(account, session.exchange.day_number))


def blocks(session: Session, p: requests.Blocks, reply: Reply, _now_ns: int) -> None:
    """List the open proposals made by or to an account's participant."""
    account = _account(session, p.account)
    found = open_blocks_of(session.exchange, account.participant, session.venue.ids)
    reply(answers.Blocks(found))


def auctions(session: Session, p: requests.Auctions, reply: Reply, now_ns: int) -> None:
    """List the auctions that are announced or open."""
    exchange = session.exchange
    require_instrument(exchange, p)
    found = [
        open_auction_of(auction, now_ns)
        for auction in exchange.auctions.values()
        if p.instrument in ("", auction.command.instrument)
    ]
    reply(answers.Auctions(found))


def bids(session: Session, p: requests.Bids, reply: Reply, _now_ns: int) -> None:
    """List an account's open bids, oldest first."""
    account = _account(session, p.account)
    reply(answers.Bids(open_bids_of(account, session.venue.ids)))


def obligations(
    session: Session, _p: requests.Obligations, reply: Reply, _now_ns: int
) -> None:
    """List the obligations and surrenders of the key's participant, by year."""
    assert session.who.key is not None
    participant = session.who.key.participant
    found = [
        answers.Obligation(
            participant.name, year, owed.due, owed.surrendered, owed.offset
        )
        for year, owed in sorted(participant.obligations.items())
    ]
    reply(answers.Obligations(found))


def eligibility(
    session: Session, p: requests.Eligibility, reply: Reply, _now_ns: int
) -> None:
    """List, by product, the rules under which tonnes cover obligations."""
    products = session.exchange.products
    if p.product and p.product not in products:
        raise Refused(error_of(Rejected(Reason.UNKNOWN_PRODUCT, "product"), p))
    found = [
        answers.Eligibility(name, list(map(wire_rule, product.eligibility)))
        for name, product in products.items()
        if p.product in ("", name)
    ]
    reply(answers.EligibilityTables(found))


def _account(session: Session, name: str) -> Account:
    return session.exchange.accounts[session.who.account(name)]
