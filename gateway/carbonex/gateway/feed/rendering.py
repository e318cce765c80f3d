"""The engine's state and events as the wire's structs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.wire import answers, channels
from carbonex.wire.money import format_fen
from carbonex.wire.vocabulary import (
    ORDER_TYPE_NAMES,
    PHASE_NAMES,
    POST_ONLY_NAMES,
    SELF_TRADE_NAMES,
    SIDE_NAMES,
    STATUS_NAMES,
    TIME_IN_FORCE_NAMES,
)


if TYPE_CHECKING:
    from carbonex.engine import Account, Instrument, Order, Phase


def instrument_of(instrument: Instrument, phase: Phase) -> channels.Instrument:
    """Return an instrument's terms with that phase."""
    terms = instrument.terms
    return channels.Instrument(
        terms.instrument,
        terms.product,
        format_fen(terms.tick),
        terms.lot,
        terms.max_quantity,
        terms.market_protection_permille,
        PHASE_NAMES[phase],
    )


def order_state_of(order: Order) -> answers.OrderState:
    """Return an order as it stands now."""
    command = order.command
    return answers.OrderState(
        str(order.order_id),
        command.account,
        command.instrument,
        SIDE_NAMES[command.side],
        ORDER_TYPE_NAMES[command.order_type],
        TIME_IN_FORCE_NAMES[command.time_in_force],
        format_fen(order.price),
        order.quantity,
        order.filled,
        order.remaining,
        STATUS_NAMES[order.status],
        POST_ONLY_NAMES[command.post_only],
        SELF_TRADE_NAMES[command.self_trade],
        command.client_order_id,
    )


def balances_of(account: Account) -> answers.Balances:
    """Return an account's cash and tonnes as they are now."""
    holdings = [
        answers.Holding(name, held.quantity, held.locked, held.available)
        for name, held in account.holdings.items()
    ]
    return answers.Balances(
        account.name,
        format_fen(account.cash),
        format_fen(account.locked),
        format_fen(account.available),
        holdings,
    )
