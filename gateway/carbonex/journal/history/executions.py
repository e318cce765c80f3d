"""Converts order and trade events to entries of the accounts' executions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.engine import OffBookTrade, Trade, TradeAnnulled
from carbonex.engine.state import State
from carbonex.wire.executions import accounts_of, encode, execution_of, order_of
from carbonex.wire.money import parse_fen
from carbonex.wire.order_ids import OrderIds
from carbonex.wire.vocabulary import POST_ONLY_NAMES, SELF_TRADE_NAMES

from .entries import ExecutionEntry


if TYPE_CHECKING:
    from carbonex.engine import PlaceOrder
    from carbonex.wire.channels import Execution
    from carbonex.wire.executions import Executed

    from .entries import When


# Without a secret the engine's numbers are the ids. The reader knows the secret.
_PLAIN: Final = OrderIds(State())
_NO_ORDER: Final = (None,) * 4
_NO_TRADE: Final = (None,) * 10
_TRADES: Final = (Trade, OffBookTrade, TradeAnnulled)


def executed(when: When, event: Executed) -> list[ExecutionEntry]:
    """Return the entries of an event, one for each of its accounts."""
    return [_entry(when, event, account) for account in accounts_of(event)]


def _entry(when: When, event: Executed, account: str) -> ExecutionEntry:
    seq, time_ns, date = when
    execution = execution_of(account, seq, time_ns, event, _PLAIN)
    order = None if execution.status == "open" else order_of(event, account)
    ended = _NO_ORDER if order is None else _ended(execution, order)
    key = account, execution.exec_seq, date, encode(execution)
    if not isinstance(event, _TRADES):
        return ExecutionEntry._make((*key, *ended, *_NO_TRADE))
    trade = (
        event.trade_id,
        execution.event == "annulled",
        seq,
        time_ns,
        execution.instrument,
        execution.method,
        execution.side,
        event.price,
        event.quantity,
        parse_fen(execution.fee or "0"),
    )
    return ExecutionEntry._make((*key, *ended, *trade))


def _ended(
    execution: Execution, order: PlaceOrder
) -> tuple[int, str | None, str | None, str | None]:
    """Return the id and the options of an order that has ended."""
    return (
        int(execution.order_id),
        POST_ONLY_NAMES[order.post_only] if order.post_only else None,
        SELF_TRADE_NAMES[order.self_trade] if order.self_trade else None,
        order.session or None,
    )
