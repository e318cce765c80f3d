"""Convert the engine's state and events to the wire's structs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from carbonex.engine import OrderStatus
from carbonex.engine.market.rules import half_up
from carbonex.engine.off_book.block_rules import block_limits
from carbonex.engine.registry.eligibility import rules_of
from carbonex.wire import answers, channels
from carbonex.wire.dates import date_text
from carbonex.wire.eligibility import wire_rule
from carbonex.wire.money import format_fen
from carbonex.wire.terms import wire_terms
from carbonex.wire.vocabulary import (
    COMPOSITE_NAMES,
    ORDER_TYPE_NAMES,
    PHASE_NAMES,
    POST_ONLY_NAMES,
    SELF_TRADE_NAMES,
    SIDE_NAMES,
    STATUS_NAMES,
    TIME_IN_FORCE_NAMES,
)


if TYPE_CHECKING:
    from carbonex.engine import Account, Instrument, Order, PhaseChanged
    from carbonex.gateway.venue import Venue
    from carbonex.wire.order_ids import OrderIds


def status_of(
    venue: Venue, connection_id: str = "", challenge: str = ""
) -> channels.Status:
    """Return the current state of a venue and its log."""
    return channels.Status(
        venue.name,
        venue.epoch,
        "server_shutdown" if venue.draining else "online",
        connection_id,
        challenge,
        venue.exchange.seq,
        venue.position,
        venue.chain.hex(),
        venue.opened.hex(),
        bool(venue.exchange.suspension),
        venue.exchange.suspension,
    )


def instrument_of(
    instrument: Instrument, phase: PhaseChanged, date: int
) -> channels.Instrument:
    """Return an instrument's terms and day in ``phase``; ``date`` is the day's date."""
    banded = bool(instrument.terms.band_permille and instrument.reference)
    limits = instrument.limit_down, instrument.limit_up
    blocks = block_limits(instrument)
    announced, product = instrument.next_terms, instrument.product
    return channels.Instrument(
        instrument=instrument.name,
        phase=PHASE_NAMES[phase.phase],
        next_change=phase.until_ns // 1000,
        blocks_open=phase.blocks,
        tradable=instrument.tradable,
        date=date_text(date) if date else None,
        previous_close=price_or_none(instrument.reference),
        limit_down=format_fen(limits[0]) if banded else None,
        limit_up=format_fen(limits[1]) if banded else None,
        block_limit_down=price_or_none(blocks[0]),
        block_limit_up=price_or_none(blocks[1]),
        next_terms=(
            None
            if announced is None
            else channels.InstrumentTerms(**wire_terms(announced))
        ),
        next_terms_date=(
            date_text(instrument.next_terms_date)
            if instrument.next_terms_date
            else None
        ),
        composite=COMPOSITE_NAMES[product.method],
        next_composite=(
            None
            if product.next_method is None
            else COMPOSITE_NAMES[product.next_method]
        ),
        awaits_price=instrument.awaits_price,
        eligibility=(
            list(map(wire_rule, rules_of(instrument))) if product.eligibility else UNSET
        ),
        **wire_terms(instrument.terms),
    )


def price_or_none(fen: int) -> str | None:
    """Return a price as text, or None if it is 0."""
    return format_fen(fen) if fen else None


def change_of(price: int, base: int) -> tuple[str | None, str | None]:
    """Return the change from ``base`` to ``price`` in CNY and in per cent of ``base``.

    Per cent has two decimals, rounded half up. Both are None if either price is 0.
    """
    if not (price and base):
        return None, None
    change = price - base
    hundredths = half_up(abs(change) * 10_000, base)
    percent = f"{hundredths // 100}.{hundredths % 100:02d}"
    minus = "-" if change < 0 else ""
    return minus + format_fen(abs(change)), minus + percent


def order_state_of(order: Order, ids: OrderIds) -> answers.OrderState:
    """Return the current state of an order."""
    command, status = order.command, order.status
    return answers.OrderState(
        ids.shown(order.order_id),
        command.account,
        command.instrument,
        SIDE_NAMES[command.side],
        ORDER_TYPE_NAMES[command.order_type],
        TIME_IN_FORCE_NAMES[command.time_in_force],
        format_fen(order.price),
        order.quantity,
        order.filled,
        order.remaining if status is OrderStatus.OPEN else 0,  # else none may trade
        STATUS_NAMES[status],
        POST_ONLY_NAMES[command.post_only],
        SELF_TRADE_NAMES[command.self_trade],
        command.client_order_id,
        session=command.session,
        listing=_listing(order, ids),
        **_special(order),
    )


def _listing(order: Order, ids: OrderIds) -> str:
    """Return the number by which the order may now be picked, or an empty string."""
    if order.status is not OrderStatus.OPEN or order.waits or not ids.hidden:
        return ""
    if order.level.book_side.numbers is None:
        return ""
    return ids.listing_shown(order.instrument, order.listing)


def _special(order: Order) -> dict[str, Any]:
    """Return the fields that only conditional orders have."""
    given, extras = order.command.conditions, order.extras
    if given is None:
        return {}
    stop = extras.stop_price if extras is not None else given.stop_price
    return {
        "stop_price": format_fen(stop) if stop else "",
        "display_quantity": given.display_quantity,
        "expires": given.expires_ns // 1000,
        "waiting": order.waits and order.status is OrderStatus.OPEN,
    }


def balances_of(account: Account, day_number: int) -> answers.Balances:
    """Return an account's current cash and tonnes.

    ``day_number`` is the newest trading day's; sellable days are counted from it.
    """
    holdings = [
        answers.Holding(
            name,
            held.quantity,
            held.locked,
            held.available,
            held.resale_locked,
            {day - day_number: tonnes for day, tonnes in held.maturing.items()},
            held.frozen,
            held.pending,
        )
        for name, held in account.holdings.items()
    ]
    return answers.Balances(
        account.name,
        format_fen(account.cash),
        format_fen(account.locked),
        format_fen(account.available),
        holdings,
        format_fen(account.cash_balance.frozen),
        format_fen(account.cash_balance.pending),
    )
