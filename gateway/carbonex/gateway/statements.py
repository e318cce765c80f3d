"""Convert the history's account data to the wire's structs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import structs

from carbonex.engine import Method, PostOnly, SelfTrade
from carbonex.wire import answers, channels, statements
from carbonex.wire.dates import date_text
from carbonex.wire.money import format_fen
from carbonex.wire.statements import csv_text
from carbonex.wire.vocabulary import (
    METHOD_NAMES,
    POST_ONLY_NAMES,
    SELF_TRADE_NAMES,
)


if TYPE_CHECKING:
    from carbonex.journal.history import ExecutionEntry, Line, Statement
    from carbonex.wire.order_ids import OrderIds


# msgspec omits a default only if it is the identical string object.
LISTED: Final = METHOD_NAMES[Method.LISTED]
OFF: Final = POST_ONLY_NAMES[PostOnly.OFF]
CANCEL_NEWEST: Final = SELF_TRADE_NAMES[SelfTrade.CANCEL_NEWEST]


def wire_statement(
    statement: Statement, *, as_csv: bool = False
) -> statements.Statement:
    """Return a page of a statement; with ``as_csv`` as CSV text instead of lines."""
    cash, *holdings = statement.balances
    page = statements.Statement(
        statement.account or statements.VENUE_FEES,
        date_text(statement.date),
        statement.page,
        statement.pages,
        statements.CashColumn(*map(format_fen, cash[1:])),
        [
            statements.TonnesColumn(
                b.instrument, b.opening, b.traded, b.moved, b.closing
            )
            for b in holdings
        ],
        list(map(_line, statement.lines)),
    )
    if as_csv:
        return structs.replace(page, lines=[], csv=csv_text(page))
    return page


def wire_trade(entry: ExecutionEntry, ids: OrderIds) -> statements.AccountTrade:
    """Return an execution that is a trade or its annulment."""
    assert entry.last_price is not None
    return statements.AccountTrade(
        entry.exec_seq,
        entry.instrument,
        str(entry.trade_id),
        entry.side,  # type: ignore[arg-type]
        format_fen(entry.last_price),
        entry.last_quantity or 0,
        format_fen(entry.fee or 0),
        entry.seq,
        entry.time_ns // 1000,
        date_text(entry.date),
        entry.method,  # type: ignore[arg-type]
        entry.liquidity,  # type: ignore[arg-type]
        bool(entry.called),
        ids.shown(entry.order_id) if entry.order_id else "",
        entry.client_order_id,
        _source(entry, ids),
        entry.event == "annulled",
        entry.reason or "",
    )


def wire_order(entry: ExecutionEntry, ids: OrderIds) -> answers.OrderState:
    """Return the final state of an order from its last execution.

    The stop price is the one with which the order was placed.
    """
    return answers.OrderState(
        ids.shown(entry.order_id),
        entry.account,
        entry.instrument,
        entry.side,  # type: ignore[arg-type]
        entry.order_type,  # type: ignore[arg-type]
        entry.time_in_force,  # type: ignore[arg-type]
        format_fen(entry.price),
        entry.quantity,
        entry.filled,
        entry.remaining,
        entry.status,
        entry.post_only or OFF,  # type: ignore[arg-type]
        entry.self_trade or CANCEL_NEWEST,  # type: ignore[arg-type]
        entry.client_order_id,
        _price(entry.stop_price),
        entry.display_quantity or 0,
        (entry.expires_ns or 0) // 1000,
        session=entry.session or "",
    )


def wire_execution(
    entry: ExecutionEntry, ids: OrderIds, *, replayed: bool
) -> channels.Execution:
    """Return an execution exactly as the feed sends it, to the byte."""
    method = entry.method
    if method is None or method == LISTED:
        method = LISTED
    return channels.Execution(
        entry.account,
        entry.exec_seq,
        entry.event,  # type: ignore[arg-type]
        ids.shown(entry.order_id) if entry.order_id else "",
        entry.instrument,
        entry.side,  # type: ignore[arg-type]
        entry.order_type,  # type: ignore[arg-type]
        entry.time_in_force,  # type: ignore[arg-type]
        format_fen(entry.price),
        entry.quantity,
        entry.filled,
        entry.remaining,
        entry.status,  # type: ignore[arg-type]
        entry.seq,
        entry.time_ns // 1000,
        entry.client_order_id,
        str(entry.trade_id or ""),
        _price(entry.last_price),
        entry.last_quantity or 0,
        entry.liquidity or "",  # type: ignore[arg-type]
        entry.cancelled or 0,
        entry.reason or "",
        entry.priority_kept,
        replayed,
        _price(entry.fee),
        method,  # type: ignore[arg-type]
        bool(entry.called),
        _source(entry, ids),
        _price(entry.stop_price),
        entry.display_quantity or 0,
        entry.shown or 0,
        (entry.expires_ns or 0) // 1000,
    )


def _source(entry: ExecutionEntry, ids: OrderIds) -> str:
    """Return a trade's source id; a listed trade has one only once annulled."""
    if not entry.source_id:
        return ""
    return ids.source_shown(
        entry.method or LISTED, entry.liquidity or "", entry.source_id
    )


def _price(fen: int | None) -> str:
    return format_fen(fen) if fen else ""


def _line(line: Line) -> statements.StatementLine:
    trades = line.kind in ("trade", "annulment")
    return statements.StatementLine(
        line.time_ns // 1000,
        line.kind,
        line.instrument,
        str(line.trade_id or ""),
        line.method,
        line.side,
        format_fen(line.price) if trades else "",
        line.quantity,
        format_fen(line.cash) if trades or line.cash else "",
        line.tonnes,
        format_fen(line.fee) if trades or line.fee else "",
        line.client_ref,
        line.other_account,
    )
