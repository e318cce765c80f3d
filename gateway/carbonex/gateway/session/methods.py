"""Every method of the API: its permission, its cost and its handler."""

from __future__ import annotations

from typing import Final

from carbonex.engine import Permission

from . import (
    admission,
    history,
    off_book_results,
    queries,
    rendering,
    subscriptions,
)
from .intake import off_book, operator, orders, registry
from .kinds import BatchMethod, MoveMethod, OrderMethod, QueryMethod, VenueMethod


AnyMethod = OrderMethod | BatchMethod | VenueMethod | MoveMethod | QueryMethod

READ: Final = Permission.READ
TRADE: Final = Permission.TRADE
OPERATE: Final = Permission.OPERATE
REGISTRY: Final = Permission.REGISTRY
MOVE: Final = REGISTRY | Permission.TRANSFER
ANY: Final = Permission(0)

# Checking a signature takes as long as twenty orders.
LOGIN_COST: Final = 20

_ALL: Final[tuple[AnyMethod, ...]] = (
    QueryMethod("ping", None, 1, queries.ping),
    QueryMethod("login", None, LOGIN_COST, admission.login),
    QueryMethod("logout", ANY, 1, admission.logout),
    QueryMethod("subscribe", None, 1, subscriptions.subscribe),
    QueryMethod("unsubscribe", None, 1, subscriptions.unsubscribe),
    QueryMethod("open_orders", READ, 1, queries.open_orders),
    QueryMethod("order", READ, 1, queries.order),
    QueryMethod("balances", READ, 1, queries.balances),
    QueryMethod("blocks", READ, 1, queries.blocks),
    QueryMethod("auctions", None, 1, queries.auctions),
    QueryMethod("bids", READ, 1, queries.bids),
    QueryMethod("obligations", READ, 1, queries.obligations),
    QueryMethod("eligibility", None, 1, queries.eligibility),
    QueryMethod("statement", READ, history.HISTORY_COST, history.statement),
    QueryMethod("trades", READ, history.HISTORY_COST, history.trades),
    QueryMethod("bulletins", None, history.HISTORY_COST, history.bulletins),
    OrderMethod("add_order", TRADE, 1, orders.place_order, rendering.placed),
    OrderMethod("amend_order", TRADE, 1, orders.amend_order, rendering.amended),
    OrderMethod("cancel_order", TRADE, 0, orders.cancel_order, rendering.cancelled),
    OrderMethod("cancel_all", TRADE, 0, orders.cancel_all, rendering.cancelled_all),
    OrderMethod(
        "cancel_all_orders_after",
        TRADE,
        0,
        orders.set_countdown,
        rendering.countdown_set,
    ),
    BatchMethod("batch_add", TRADE, 1, orders.place_order, rendering.placed),
    BatchMethod("batch_cancel", TRADE, 0, orders.cancel_order, rendering.cancelled),
    OrderMethod(
        "propose_block", TRADE, 1, off_book.propose_block, off_book_results.proposed
    ),
    OrderMethod(
        "accept_block", TRADE, 1, off_book.accept_block, off_book_results.ended
    ),
    OrderMethod(
        "decline_block", TRADE, 0, off_book.decline_block, off_book_results.ended
    ),
    OrderMethod(
        "withdraw_block", TRADE, 0, off_book.withdraw_block, off_book_results.withdrawn
    ),
    OrderMethod("place_bid", TRADE, 1, off_book.place_bid, off_book_results.bid),
    OrderMethod(
        "cancel_bid", TRADE, 0, off_book.cancel_bid, off_book_results.bid_ended
    ),
    VenueMethod(
        "open_auction", OPERATE, 1, off_book.open_auction, off_book_results.opened
    ),
    VenueMethod(
        "close_auction", OPERATE, 1, off_book.close_auction, off_book_results.closed
    ),
    VenueMethod(
        "list_instrument", OPERATE, 1, operator.list_instrument, rendering.done
    ),
    VenueMethod(
        "update_instrument", OPERATE, 1, operator.update_instrument, rendering.done
    ),
    VenueMethod(
        "delist_instrument", OPERATE, 1, operator.delist_instrument, rendering.done
    ),
    VenueMethod("set_composite", OPERATE, 1, operator.set_composite, rendering.done),
    VenueMethod("halt", OPERATE, 1, operator.halt, rendering.done),
    VenueMethod("resume", OPERATE, 1, operator.resume, rendering.done),
    VenueMethod("suspend_venue", OPERATE, 1, operator.suspend_venue, rendering.done),
    VenueMethod("resume_venue", OPERATE, 1, operator.resume_venue, rendering.done),
    VenueMethod("annul_trade", OPERATE, 1, operator.annul_trade, rendering.annulled),
    VenueMethod("begin_day", OPERATE, 1, operator.begin_day, rendering.done),
    VenueMethod("end_day", OPERATE, 1, operator.end_day, rendering.done),
    VenueMethod("cancel_day", OPERATE, 1, operator.cancel_day, rendering.done),
    VenueMethod("restrict", OPERATE, 1, operator.restrict, rendering.done),
    VenueMethod(
        "register_participant",
        REGISTRY,
        1,
        registry.register_participant,
        rendering.done,
    ),
    VenueMethod("open_account", REGISTRY, 1, registry.open_account, rendering.done),
    VenueMethod("add_key", REGISTRY, 1, registry.add_key, rendering.done),
    VenueMethod("revoke_key", REGISTRY, 1, registry.revoke_key, rendering.done),
    VenueMethod("deposit", REGISTRY, 1, registry.deposit, rendering.moved),
    VenueMethod("withdraw", REGISTRY, 1, registry.withdraw, rendering.moved),
    VenueMethod("issue", REGISTRY, 1, registry.issue, rendering.moved),
    MoveMethod("transfer", MOVE, 1, registry.transfer, rendering.moved),
    VenueMethod("retire", REGISTRY, 1, registry.retire, rendering.moved),
    VenueMethod("freeze_cash", REGISTRY, 1, registry.freeze_cash, rendering.froze_cash),
    VenueMethod(
        "freeze_tonnes", REGISTRY, 1, registry.freeze_tonnes, rendering.froze_tonnes
    ),
    VenueMethod(
        "unfreeze_cash", REGISTRY, 1, registry.unfreeze_cash, rendering.froze_cash
    ),
    VenueMethod(
        "unfreeze_tonnes", REGISTRY, 1, registry.unfreeze_tonnes, rendering.froze_tonnes
    ),
    VenueMethod(
        "set_obligation", REGISTRY, 1, registry.set_obligation, rendering.obliged
    ),
    VenueMethod(
        "set_eligibility", REGISTRY, 1, registry.set_eligibility, rendering.entitled
    ),
    MoveMethod("surrender", MOVE, 1, registry.surrender, rendering.moved),
)

METHODS: Final[dict[str, AnyMethod]] = {method.name: method for method in _ALL}


def allowed(permissions: Permission | None) -> frozenset[str]:
    """Return the methods that ``permissions`` allow; None stands for no login."""
    return frozenset(
        method.name
        for method in _ALL
        if method.permission is None
        or (permissions is not None and suffices(permissions, method.permission))
    )


def suffices(held: Permission, needed: Permission) -> bool:
    """Tell whether ``held`` has one of the ``needed`` permissions, if there are any."""
    return not needed or bool(needed & held)
